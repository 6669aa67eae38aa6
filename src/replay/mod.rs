//! A working day replayed at high speed through the public interface: a scenario becomes a company, its calls come in
//! at their times, and simulated people take them, dispatch, drive, repair and watch.

pub mod day;
pub mod embed;
pub mod limits;
pub mod places;
pub mod scenario;
pub mod town;
pub mod travel;

/// The zone in which the seconds of a scenario count from midnight. It has no summer time, so each day has 24 hours.
pub const ZONE: chrono_tz::Tz = chrono_tz::Asia::Tokyo;
