//! Edges out: the clock, the source of randomness, password hashes, what is told of long work, the way out for mail and to a telephone system, road
//! networks on disk, and the points at which a simulation lets things fall. All time and all ids come from here.

pub mod ari;
pub mod chaos;
pub mod clock;
pub mod mail;
pub mod passwords;
pub mod progress;
pub mod roads;
pub mod seeds;
pub mod spool;
