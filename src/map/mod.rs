//! The base map, without the internet: a PMTiles file that the user gives, else tiles of the road network
//! that travel times come from, or the streets of the demo's city.

mod basemap;
mod tiles;

pub use basemap::{BaseMap, MapError, MapView, Tile};
