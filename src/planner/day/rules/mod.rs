//! The rules of a plan, one a file. Skill, qualification, territory and wishes are asked once, when the model is made
//! (`who.rs`): the search only ever looks at the technicians who may, and adds a constant for each.

pub mod fairness;
pub mod lateness;
pub mod load;
pub mod overtime;
pub mod pause;
pub mod qualification;
pub mod skill;
pub mod territory;
pub mod window;
pub mod wish;

/// Later than every time of the model; sums with a drive and a service still fit an `i32`.
pub const NEVER: i32 = 1 << 29;
/// Earlier than every time of the model.
pub const NO_LATEST: i32 = -NEVER;
/// The largest clock time, service or length that the model takes (four years in seconds).
pub const TIME_MAX: i32 = 1 << 27;
