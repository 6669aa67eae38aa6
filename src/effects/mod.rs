//! Edges out: the clock, the source of randomness and password hashes. All time and all ids come from here.

pub mod chaos;
pub mod clock;
pub mod passwords;
pub mod seeds;
