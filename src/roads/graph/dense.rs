//! Where streets are dense, and traffic therefore slow: junctions counted on a grid.

use std::collections::BTreeMap;

use crate::roads::extract::Fixed;

/// Side of a cell, metres. With its eight neighbours it is a district of 1.5 by 1.5 km.
const CELL_M: f64 = 500.0;
const CELLS_KM2: f64 = 9.0 * (CELL_M / 1_000.0) * (CELL_M / 1_000.0);
/// Metres in the ten-millionth part of a degree of latitude.
const METRES_PER_FIXED: f64 = 0.011_119_493;

/// Side of a cell where the middle of a city is looked for, metres.
const CITY_CELL_M: f64 = 2_000.0;

/// Junctions by cell.
pub struct Density(BTreeMap<(i32, i32), u32>);

/// Rows keep the width of their cells by a scale of their own, so that a cell is as large in the north as in the south.
fn cell(at: Fixed, side_m: f64) -> (i32, i32) {
    let row = (f64::from(at.lat) * METRES_PER_FIXED / side_m).floor();
    let lat = (row * side_m / METRES_PER_FIXED / 10_000_000.0).to_radians();
    (row as i32, (f64::from(at.lon) * METRES_PER_FIXED * lat.cos() / side_m).floor() as i32)
}

/// A cell and its eight neighbours.
fn around((row, column): (i32, i32)) -> impl Iterator<Item = (i32, i32)> {
    (-1..=1).flat_map(move |dy| (-1..=1).map(move |dx| (row + dy, column + dx)))
}

/// The mean of the places in the nine cells that hold most of them.
pub fn busiest(places: impl Iterator<Item = Fixed>) -> Fixed {
    let mut cells: BTreeMap<(i32, i32), (i64, i64, i64)> = BTreeMap::new();
    for at in places {
        let (count, lat, lon) = cells.entry(cell(at, CITY_CELL_M)).or_default();
        (*count, *lat, *lon) = (*count + 1, *lat + i64::from(at.lat), *lon + i64::from(at.lon));
    }
    let sum = |middle: &(i32, i32)| {
        let found = around(*middle).filter_map(|cell| cells.get(&cell));
        found.fold((0, 0, 0), |sum, cell| (sum.0 + cell.0, sum.1 + cell.1, sum.2 + cell.2))
    };
    let (count, lat, lon) = cells.keys().map(sum).max_by_key(|(count, ..)| *count).unwrap_or_default();
    let mean = |sum: i64| (sum / count.max(1)) as i32;
    Fixed { lat: mean(lat), lon: mean(lon) }
}

impl Density {
    pub fn of(junctions: impl Iterator<Item = Fixed>) -> Self {
        let mut cells = BTreeMap::new();
        for at in junctions {
            *cells.entry(cell(at, CELL_M)).or_default() += 1;
        }
        Self(cells)
    }

    /// Junctions in a square kilometre around a place.
    pub fn per_km2(&self, at: Fixed) -> f64 {
        let count: u32 = around(cell(at, CELL_M)).filter_map(|cell| self.0.get(&cell)).sum();
        f64::from(count) / CELLS_KM2
    }
}
