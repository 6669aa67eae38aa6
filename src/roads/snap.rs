//! From a place to the nearest point of a street: a grid over all pieces of streets.
//!
//! An R-tree would have to be built anew at each start; the grid is three columns that stand in the cache as they are.

use super::extract::Fixed;
use super::graph::Streets;
use super::graph::geometry::{Plane, between, metres};

/// Side of a cell in units of [`Fixed`]: 278 m to the north.
const CELL: i32 = 25_000;

/// A point on a street.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Snap {
    pub street: u32,
    /// How far along its line, 0 to 1 of its length.
    pub share: f64,
    pub at: Fixed,
    /// From the place to that point.
    pub metres: f64,
}

/// Which pieces of streets cross which cell. A piece is known by the index of its first point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grid {
    /// Cells with something in them, ascending.
    pub cells: Vec<u64>,
    /// Where the pieces of each cell begin; one more at the end.
    pub first: Vec<u32>,
    pub pieces: Vec<u32>,
}

/// South before north, west before east; never negative.
fn key(row: i64, column: i64) -> u64 {
    const HALF: i64 = 1 << 31;
    (((row + HALF) as u64) << 32) | (column + HALF) as u64
}

fn row_of(key: u64) -> i64 {
    (key >> 32) as i64 - (1 << 31)
}

fn cell(at: Fixed) -> (i64, i64) {
    (i64::from(at.lat.div_euclid(CELL)), i64::from(at.lon.div_euclid(CELL)))
}

/// The cells that a straight piece crosses: of each row the columns between its ends there.
fn crossed(a: Fixed, b: Fixed, mut each: impl FnMut(u64)) {
    let (low, high) = if a.lat <= b.lat { (a, b) } else { (b, a) };
    let (first, last) = (cell(low).0, cell(high).0);
    let lon_at = |lat: i64| {
        let lat = (lat.clamp(i64::from(low.lat), i64::from(high.lat)) - i64::from(low.lat)) as f64;
        let height = f64::from(high.lat) - f64::from(low.lat);
        between(low, high, if height > 0.0 { lat / height } else { 0.0 }).lon
    };
    for row in first..=last {
        let south = if row == first { low.lon } else { lon_at(row * i64::from(CELL)) };
        let north = if row == last { high.lon } else { lon_at((row + 1) * i64::from(CELL)) };
        let (west, east) = (south.min(north).div_euclid(CELL), south.max(north).div_euclid(CELL));
        (west..=east).for_each(|column| each(key(row, i64::from(column))));
    }
}

impl Grid {
    pub fn of(streets: &Streets) -> Self {
        let mut found: Vec<(u64, u32)> = Vec::with_capacity(streets.points.len() * 2);
        for street in 0..streets.len() as u32 {
            let start = streets.first_point[street as usize];
            for (index, pair) in (start..).zip(streets.line(street).windows(2)) {
                crossed(pair[0], pair[1], |key| found.push((key, index)));
            }
        }
        found.sort_unstable();
        let mut grid = Self::default();
        for (key, piece) in found {
            if grid.cells.last() != Some(&key) {
                grid.cells.push(key);
                grid.first.push(grid.pieces.len() as u32);
            }
            grid.pieces.push(piece);
        }
        grid.first.push(grid.pieces.len() as u32);
        grid
    }

    /// The nearest point of a street within `most_m` metres. Of equally near ones the first street's.
    pub fn nearest(&self, streets: &Streets, place: Fixed, most_m: f64) -> Option<Snap> {
        let plane = Plane::at(place);
        let (north, east) = plane.reach(1.0);
        let ring_m = f64::from(CELL) / north.max(east);
        let mut best: Option<(f64, u32, f64)> = None;
        let mut ring = 0_i64;
        loop {
            self.ring(cell(place), ring, |piece| {
                let (a, b) = (streets.points[piece as usize], streets.points[piece as usize + 1]);
                let (share, square) = plane.nearest(a, b);
                if best.is_none_or(|(nearest, first, _)| (square, piece) < (nearest, first)) {
                    best = Some((square, piece, share));
                }
            });
            // Whatever was not looked at lies beyond the ring.
            let seen_m = ring as f64 * ring_m;
            if seen_m >= most_m || best.is_some_and(|(square, ..)| square <= seen_m * seen_m) {
                break;
            }
            ring += 1;
        }
        let (square, piece, share) = best.filter(|(square, ..)| *square <= most_m * most_m)?;
        Some(on_street(streets, piece, share, square.sqrt()))
    }

    /// The streets in the cells between two corners, ascending.
    pub fn between(&self, streets: &Streets, low: Fixed, high: Fixed) -> Vec<u32> {
        let ((south, west), (north, east)) = (cell(low), cell(high));
        let street = |piece: u32| (streets.first_point.partition_point(|&first| first <= piece) - 1) as u32;
        let mut found = Vec::new();
        // Rows without a street need no look: the cells that there are lead from one row to the next.
        let mut row = south;
        while row <= north {
            self.row(row, west, east, &mut |piece| found.push(street(piece)));
            let next = self.cells.partition_point(|&cell| cell < key(row + 1, i64::from(i32::MIN)));
            row = match self.cells.get(next) {
                Some(&cell) => row_of(cell),
                None => break,
            };
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The pieces in the cells at a distance of `ring` cells.
    fn ring(&self, (row, column): (i64, i64), ring: i64, mut each: impl FnMut(u32)) {
        for dy in -ring..=ring {
            if dy.abs() == ring {
                self.row(row + dy, column - ring, column + ring, &mut each);
            } else {
                self.row(row + dy, column - ring, column - ring, &mut each);
                self.row(row + dy, column + ring, column + ring, &mut each);
            }
        }
    }

    fn row(&self, row: i64, west: i64, east: i64, each: &mut impl FnMut(u32)) {
        let (west, east) = (key(row, west), key(row, east));
        let mut index = self.cells.partition_point(|&cell| cell < west);
        while self.cells.get(index).is_some_and(|&cell| cell <= east) {
            let pieces = self.first[index] as usize..self.first[index + 1] as usize;
            self.pieces[pieces].iter().for_each(|&piece| each(piece));
            index += 1;
        }
    }

    /// Whether every index leads somewhere, for data that comes from outside.
    pub fn is_sound(&self, points: usize) -> bool {
        self.first.len() == self.cells.len() + 1
            && self.first.first() == Some(&0)
            && self.first.is_sorted()
            && self.first.last().is_some_and(|&end| end as usize == self.pieces.len())
            && self.cells.is_sorted()
            && self.pieces.iter().all(|&piece| (piece as usize) + 1 < points)
    }
}

/// The point at `share` of a piece, as a point of its street.
fn on_street(streets: &Streets, piece: u32, share: f64, metres_off: f64) -> Snap {
    let street = streets.first_point.partition_point(|&first| first <= piece) - 1;
    let line = streets.line(street as u32);
    let index = (piece - streets.first_point[street]) as usize;
    let (mut before, mut total) = (0.0, 0.0);
    for (nth, pair) in line.windows(2).enumerate() {
        let length = metres(pair[0], pair[1]);
        total += length;
        before += if nth < index {
            length
        } else if nth == index {
            length * share
        } else {
            0.0
        };
    }
    Snap {
        street: street as u32,
        share: if total > 0.0 { (before / total).clamp(0.0, 1.0) } else { 0.0 },
        at: between(line[index], line[index + 1], share),
        metres: metres_off,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Streets of two points each.
    fn streets(lines: &[(Fixed, Fixed)]) -> Streets {
        let mut streets = Streets { first_point: vec![0], ..Streets::default() };
        for (a, b) in lines {
            streets.from.push(0);
            streets.points.extend([*a, *b]);
            streets.first_point.push(streets.points.len() as u32);
        }
        streets
    }

    fn fixed() -> impl Strategy<Value = Fixed> {
        (0..200_000, 0..200_000).prop_map(|(lat, lon)| Fixed { lat: 365_000_000 + lat, lon: 1_366_000_000 + lon })
    }

    proptest! {
        #[test]
        fn the_grid_finds_what_looking_everywhere_finds(
            lines in prop::collection::vec((fixed(), fixed()), 1..40),
            place in fixed(),
        ) {
            let streets = streets(&lines);
            let grid = Grid::of(&streets);
            prop_assert!(grid.is_sound(streets.points.len()));
            let plane = Plane::at(place);
            let nearest = lines.iter().map(|(a, b)| plane.nearest(*a, *b).1.sqrt()).fold(f64::MAX, f64::min);
            let found = grid.nearest(&streets, place, 5_000.0);
            prop_assert_eq!(found.is_some(), nearest <= 5_000.0);
            if let Some(snap) = found {
                prop_assert!((snap.metres - nearest).abs() < 1e-6);
                prop_assert!((metres(snap.at, place) - nearest).abs() < 0.1);
            }
        }
    }

    #[test]
    fn a_place_beyond_the_bound_stays_off_the_road() {
        let line = (Fixed { lat: 365_000_000, lon: 1_366_000_000 }, Fixed { lat: 365_000_000, lon: 1_366_010_000 });
        let streets = streets(&[line]);
        let grid = Grid::of(&streets);
        let place = Fixed { lat: 365_100_000, lon: 1_366_005_000 };
        assert_eq!(grid.nearest(&streets, place, 1_000.0), None);
        let snap = grid.nearest(&streets, place, 1_200.0).unwrap();
        assert!((snap.share - 0.5).abs() < 1e-9 && (snap.metres - 1_111.9).abs() < 1.0, "{snap:?}");
        assert_eq!(Grid::of(&super::Streets { first_point: vec![0], ..Streets::default() }).cells.len(), 0);
    }
}
