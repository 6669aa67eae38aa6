//! The base map, without the internet: a PMTiles file that the user gives, else the streets that the company's city
//! is made of.

mod basemap;

pub use basemap::{BaseMap, MapError, MapView, Tile};
