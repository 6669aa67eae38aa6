//! Which ways a service van may use, in which direction and how fast.

mod class;
mod tags;

pub use class::{RoadClass, SpeedFile, SpeedTable};
pub use tags::{Passage, Tags, barrier_stops};
