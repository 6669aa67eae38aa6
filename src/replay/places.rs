//! Where on the globe the places of a day lie: in a city around the demo's centre, each at a spot of its own.

use std::collections::BTreeMap;

use super::embed::{Distances, Point, embed};
use super::travel::Matrix;
use crate::demo::demo_center;
use crate::domain::place::Position;

/// Positions are told apart by the table of travel times at 1/100,000 degree, and stand exactly on that grid.
const GRID: f64 = 100_000.0;
/// Metres of a degree of latitude, on the sphere of the mean earth radius.
const METRES_PER_DEGREE: f64 = 111_195.0;
/// Steps of the grid between two places: 2.7 m to the east, 3.3 m to the north.
const APART: i64 = 3;
/// Straight metres in a second of driving: 24 km/h with a detour of 1.4, the roads of the demo's city.
const METRES_PER_SECOND: f64 = 24.0 / 3.6 / 1.4;
/// The farthest a place may lie from the centre. Larger countries are drawn smaller; the times stay as they are.
const REACH_M: f64 = 150_000.0;

/// Positions for places on a plane on which a unit takes `seconds` to drive.
pub fn of_plane(coords: &[Point], seconds: f64) -> Vec<Position> {
    let scale = if seconds > 0.0 { seconds * METRES_PER_SECOND } else { METRES_PER_SECOND };
    on_globe(&coords.iter().map(|(x, y)| (x * scale, y * scale)).collect::<Vec<_>>())
}

/// Positions for places of which only the travel times are known.
pub fn of_table(table: &Matrix) -> Vec<Position> {
    let distances = Distances::mean(table.size(), |i, j| table.between(i, j) as f64 * METRES_PER_SECOND);
    on_globe(&embed(&distances))
}

/// Metres to grid steps around the centre, no two places on one spot.
fn on_globe(metres: &[Point]) -> Vec<Position> {
    let middle = middle(metres);
    let reach = metres.iter().map(|p| (p.0 - middle.0).abs().max((p.1 - middle.1).abs())).fold(0.0, f64::max);
    let shrink = if reach > REACH_M { REACH_M / reach } else { 1.0 };
    let centre = demo_center();
    let east = METRES_PER_DEGREE * centre.lat().to_radians().cos();
    let steps = |metres: f64, per_degree: f64| (metres * shrink / per_degree * GRID).round() as i64;
    let mut taken = Taken::default();
    let spot = |p: &Point| {
        let (lat, lon) = taken.free_near(steps(p.1 - middle.1, METRES_PER_DEGREE), steps(p.0 - middle.0, east));
        let degrees = |centre: f64, steps: i64| ((centre * GRID).round() + steps as f64) / GRID;
        Position::new(degrees(centre.lat(), lat), degrees(centre.lon(), lon))
            .expect("150 km around the centre is on the globe")
    };
    metres.iter().map(spot).collect()
}

fn middle(metres: &[Point]) -> Point {
    let ends = |pick: fn(&Point) -> f64| {
        let (low, high) = metres.iter().map(pick).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
        (low + high) / 2.0
    };
    if metres.is_empty() { (0.0, 0.0) } else { (ends(|p| p.0), ends(|p| p.1)) }
}

/// The spots in use, on a coarse grid whose cells are as wide as places must be apart.
#[derive(Default)]
struct Taken {
    cells: BTreeMap<(i64, i64), (i64, i64)>,
    /// How far around a crowded spot the search has come.
    rings: BTreeMap<(i64, i64), i64>,
}

impl Taken {
    /// The nearest free spot, searched in growing squares around the wanted one.
    fn free_near(&mut self, lat: i64, lon: i64) -> (i64, i64) {
        let mut ring = self.rings.get(&(lat, lon)).copied().unwrap_or(0);
        loop {
            for (a, b) in square(ring) {
                let spot = (lat + a * APART, lon + b * APART);
                if self.take(spot) {
                    self.rings.insert((lat, lon), ring);
                    return spot;
                }
            }
            ring += 1;
        }
    }

    fn take(&mut self, spot: (i64, i64)) -> bool {
        let cell = (spot.0.div_euclid(APART), spot.1.div_euclid(APART));
        let near = |other: &(i64, i64)| (other.0 - spot.0).abs() < APART && (other.1 - spot.1).abs() < APART;
        let around = (-1..=1).flat_map(|a| (-1..=1).map(move |b| (cell.0 + a, cell.1 + b)));
        if around.filter_map(|cell| self.cells.get(&cell)).any(near) {
            return false;
        }
        self.cells.insert(cell, spot);
        true
    }
}

/// The border of a square of steps around the middle.
fn square(ring: i64) -> impl Iterator<Item = (i64, i64)> {
    (-ring..=ring)
        .flat_map(move |a| (-ring..=ring).map(move |b| (a, b)))
        .filter(move |(a, b)| a.abs().max(b.abs()) == ring)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::travel;

    fn nearest_m(places: &[Position]) -> f64 {
        let pairs = places.iter().enumerate().flat_map(|(i, a)| places[..i].iter().map(move |b| a.metres_to(*b)));
        pairs.fold(f64::MAX, f64::min)
    }

    #[test]
    fn a_unit_of_the_plane_becomes_the_metres_that_a_van_drives_in_its_time() {
        let places = of_plane(&[(0.0, 0.0), (100.0, 0.0)], 6.0);
        let metres = places[0].metres_to(places[1]);
        assert!((metres - 600.0 * METRES_PER_SECOND).abs() < 3.0, "{metres}");
    }

    #[test]
    fn places_on_one_spot_are_moved_two_metres_apart() {
        let crowd = vec![(5.0, 5.0); 300];
        assert!(nearest_m(&of_plane(&crowd, 1.0)) >= 2.0);
    }

    #[test]
    fn a_continent_is_drawn_smaller() {
        let places = of_plane(&[(0.0, 0.0), (1e9, 1e9)], 60.0);
        assert!(places[0].metres_to(places[1]) < 500_000.0);
    }

    #[test]
    fn a_table_of_times_gets_places_a_city_apart() {
        let rows = r#"{"kind":"explicit","durations":[[0,600,1200],[660,0,600],[1140,600,0]]}"#;
        let table = travel::matrix("travel", &serde_json::from_str(rows).unwrap()).unwrap();
        let places = of_table(&table);
        assert!(nearest_m(&places) > 1_500.0);
        assert!((places[0].metres_to(places[2]) / METRES_PER_SECOND - 1_180.0).abs() < 60.0);
    }
}
