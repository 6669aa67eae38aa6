//! Edges out: the clock, the source of randomness, password hashes, and what is
//! told of long work. All time and all ids come from here.

pub mod chaos;
pub mod clock;
pub mod passwords;
pub mod progress;
pub mod seeds;
