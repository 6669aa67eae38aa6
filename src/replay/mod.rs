//! A working day replayed at high speed through the public interface: a scenario becomes a company, its calls come in
//! at their times, and simulated people take them, dispatch, drive, repair and watch.

mod checks;
mod clock;
mod customer;
pub mod day;
mod dice;
mod dispatcher;
pub mod embed;
mod host;
pub mod limits;
mod looks;
mod operator;
pub mod places;
mod play;
pub mod scenario;
mod stage;
mod summary;
mod tally;
mod technician;
pub mod town;
pub mod travel;

/// The zone in which the seconds of a scenario count from midnight. It has no summer time, so each day has 24 hours.
pub const ZONE: chrono_tz::Tz = chrono_tz::Asia::Tokyo;

pub use host::roads_of;
pub use play::{Options, run};
pub use summary::Outcome;
