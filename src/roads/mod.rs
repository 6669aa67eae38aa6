//! Travel between places. One trait, `TravelTimes`; behind it the fitted great circle or a table of known trips.

pub mod table;
pub mod travel;

pub use table::{BadTable, TableTravel};
pub use travel::{GreatCircle, Travel, TravelSource, TravelTimes};
