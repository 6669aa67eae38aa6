//! The hard rules of a route, one a file. Skill is not here: who may do a job at all is decided once, when the model is
//! made, and the search only ever looks at the technicians who may.

pub mod lateness;
pub mod load;
pub mod overtime;
pub mod pause;
pub mod window;

/// Later than every time of the model; sums with a drive and a service still fit an `i32`.
pub const NEVER: i32 = 1 << 29;
/// Earlier than every time of the model.
pub const NO_LATEST: i32 = -NEVER;
/// The largest clock time, service or length that the model takes (four years in seconds).
pub const TIME_MAX: i32 = 1 << 27;
