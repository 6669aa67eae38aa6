//! A working day replayed at high speed through the public interface: a scenario becomes a company, its calls come in
//! at their times, and simulated people take them, dispatch, drive, repair and watch.
//!
//! What of the open format has no exact place in the system:
//!
//! - Windows become the customer's wish; of several the widest that is not over. The scenario's time to arrive (8, 4, 2,
//!   1 hours for its priority 1 to 4) is the end of a fault's window and so part of the wish; the system's own due time
//!   (24, 8, 4, 2 hours for P4 to P1) is laxer. Lateness is told against both: the promise made, and the job's window.
//! - A set of skills is one skill, held by those who hold all of the set. What a job demands its symptom needs, and vans
//!   carry their capacity; both are asked when somebody is sent.
//! - Shifts, breaks and working times are whole minutes: work is rounded up, hours are rounded inward.
//! - A technician's day begins and ends at one home, his `start`.
//! - Who drops out tells the dispatcher, who then passes him over; his visits go back into the queue as they would from
//!   a real phone: declined, undone, or reported as unfinished.
//! - Penalties are not counted. A job that is left over fails the day, unless nobody could have served it: then the
//!   summary names it and says why.

mod checks;
mod clock;
mod could;
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
pub use play::{Options, run, run_told};
pub use summary::Outcome;
