//! Travel from a table: exact between its nodes, estimated elsewhere.

use std::collections::HashMap;

use super::travel::{GreatCircle, Travel, TravelSource, TravelTimes};
use crate::domain::place::Position;
use crate::domain::time::Seconds;

/// Positions are told apart to 1/100,000 degree, about one metre: finer than any address.
const GRID_PER_DEGREE: f64 = 100_000.0;

/// The matrix is no travel table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTable {
    #[error("the table of {nodes} nodes must have {nodes} rows, it has {rows}")]
    Rows { nodes: usize, rows: usize },
    #[error("row {row} of a table of {nodes} nodes has {columns} columns")]
    Columns { row: usize, nodes: usize, columns: usize },
    #[error("the travel time from node {from} to node {to} is negative")]
    Negative { from: usize, to: usize },
}

/// Known trips between known places. Asymmetric: a row is where a trip starts.
#[derive(Debug, Clone)]
pub struct TableTravel {
    nodes: HashMap<(i32, i32), usize>,
    seconds: Vec<i64>,
    size: usize,
    elsewhere: GreatCircle,
}

fn grid(place: Position) -> (i32, i32) {
    let cell = |degrees: f64| (degrees * GRID_PER_DEGREE).round() as i32;
    (cell(place.lat()), cell(place.lon()))
}

impl TableTravel {
    /// `seconds[i][j]` is the time from node `i` to node `j`. Of two nodes on the same place the first counts.
    pub fn new(nodes: &[Position], seconds: &[Vec<i64>], elsewhere: GreatCircle) -> Result<Self, BadTable> {
        let size = nodes.len();
        if seconds.len() != size {
            return Err(BadTable::Rows { nodes: size, rows: seconds.len() });
        }
        for (row, line) in seconds.iter().enumerate() {
            if line.len() != size {
                return Err(BadTable::Columns { row, nodes: size, columns: line.len() });
            }
            if let Some(to) = line.iter().position(|&time| time < 0) {
                return Err(BadTable::Negative { from: row, to });
            }
        }
        let mut places = HashMap::with_capacity(size);
        for (index, &node) in nodes.iter().enumerate() {
            places.entry(grid(node)).or_insert(index);
        }
        Ok(Self { nodes: places, seconds: seconds.concat(), size, elsewhere })
    }

    fn known(&self, from: Position, to: Position) -> Option<Seconds> {
        let (from, to) = (*self.nodes.get(&grid(from))?, *self.nodes.get(&grid(to))?);
        Some(if from == to { Seconds::ZERO } else { Seconds(self.seconds[from * self.size + to]) })
    }
}

impl TravelTimes for TableTravel {
    fn seconds(&self, from: Position, to: Position) -> Travel {
        match self.known(from, to) {
            Some(seconds) => Travel { seconds, source: TravelSource::Table },
            None => self.elsewhere.seconds(from, to),
        }
    }

    /// In proportion to the straight distance left. Who is farther away than at the start has left the known way:
    /// then the estimate from where he is counts.
    fn remaining(&self, from: Position, fix: Position, to: Position) -> Travel {
        let (whole, left) = (from.metres_to(to), fix.metres_to(to));
        match self.known(from, to) {
            Some(total) if whole > 0.0 && left <= whole => {
                let seconds = Seconds((total.0 as f64 * left / whole).round() as i64);
                Travel { seconds, source: TravelSource::Table }
            }
            _ => self.seconds(fix, to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(lat: f64, lon: f64) -> Position {
        Position::new(lat, lon).unwrap()
    }

    fn table() -> TableTravel {
        let nodes = [place(36.50, 136.60), place(36.60, 136.60), place(36.60, 136.70)];
        let seconds = [vec![0, 900, 1_500], vec![960, 0, 700], vec![1_440, 650, 0]];
        TableTravel::new(&nodes, &seconds, GreatCircle::CITY).unwrap()
    }

    #[test]
    fn between_nodes_the_table_is_exact_and_knows_the_direction() {
        let (a, b) = (place(36.50, 136.60), place(36.60, 136.60));
        assert_eq!(table().seconds(a, b), Travel { seconds: Seconds(900), source: TravelSource::Table });
        assert_eq!(table().seconds(b, a).seconds, Seconds(960));
        assert_eq!(table().seconds(a, a).seconds, Seconds::ZERO);
    }

    #[test]
    fn elsewhere_the_great_circle_answers() {
        let travel = table().seconds(place(36.51, 136.60), place(36.60, 136.60));
        assert_eq!(travel.source, TravelSource::GreatCircle);
    }

    #[test]
    fn under_way_the_known_time_shrinks_with_the_distance_left() {
        let (a, b) = (place(36.50, 136.60), place(36.60, 136.60));
        assert_eq!(table().remaining(a, a.toward(b, 0.75), b).seconds, Seconds(225));
        assert_eq!(table().remaining(a, place(36.40, 136.60), b).source, TravelSource::GreatCircle);
    }

    #[test]
    fn a_table_that_is_not_square_is_refused() {
        let nodes = [place(36.5, 136.6), place(36.6, 136.6)];
        let refused = |seconds: &[Vec<i64>]| TableTravel::new(&nodes, seconds, GreatCircle::CITY).unwrap_err();
        assert_eq!(refused(&[vec![0, 1]]), BadTable::Rows { nodes: 2, rows: 1 });
        assert_eq!(refused(&[vec![0, 1], vec![1]]), BadTable::Columns { row: 1, nodes: 2, columns: 1 });
        assert_eq!(refused(&[vec![0, -1], vec![1, 0]]), BadTable::Negative { from: 0, to: 1 });
    }
}
