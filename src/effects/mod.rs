//! Edges out: the clock and the source of randomness. All time and all ids come from here.

pub mod clock;
pub mod seeds;
