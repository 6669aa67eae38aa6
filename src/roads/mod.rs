//! Travel between places. One trait, `TravelTimes`; behind it the road network of an OpenStreetMap extract, the fitted
//! great circle, or a table of known trips.
//!
//! An extract goes through `extract` (its ways, by `profile`), `graph` (streets between junctions, the largest connected
//! part), `hierarchy` (shortcuts) and `snap` (from places to streets) into a `RoadNetwork`; `cache` keeps it as bytes.

pub mod cache;
pub mod dijkstra;
pub mod extract;
pub mod graph;
pub mod hierarchy;
mod network;
pub mod profile;
pub mod protobuf;
mod road_travel;
mod snap;
pub mod table;
#[cfg(test)]
mod tests;
mod threads;
pub mod travel;

pub use cache::Fingerprint;
pub use extract::{BadExtract, Fixed};
pub use network::{RoadNetwork, RoadRoute, SNAP_MAX_M, Spot};
pub use profile::{RoadClass, SpeedTable};
pub use road_travel::RoadTravel;
pub use snap::Snap;
pub use table::{BadTable, TableTravel};
pub use travel::{GreatCircle, Place, Travel, TravelSource, TravelTimes, Trips};
