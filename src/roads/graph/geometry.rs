//! Distances over some kilometres, on the plane that touches the globe there.

use crate::domain::place::Position;
use crate::roads::extract::Fixed;

/// Mean radius of the earth, as `Position::metres_to` takes it.
const EARTH_M: f64 = 6_371_008.8;
const FIXED_PER_DEGREE: f64 = 10_000_000.0;

impl Fixed {
    pub fn of(place: Position) -> Self {
        let fixed = |degrees: f64| (degrees * FIXED_PER_DEGREE).round() as i32;
        Self { lat: fixed(place.lat()), lon: fixed(place.lon()) }
    }

    pub fn position(self) -> Position {
        let degrees = |fixed: i32| f64::from(fixed) / FIXED_PER_DEGREE;
        let origin = || Position::new(0.0, 0.0).expect("zero is on the globe");
        Position::new(degrees(self.lat), degrees(self.lon)).unwrap_or_else(origin)
    }
}

/// A plane whose unit is the metre, good for the surroundings of one place.
#[derive(Debug, Clone, Copy)]
pub struct Plane {
    origin: Fixed,
    metres_per_lat: f64,
    metres_per_lon: f64,
}

impl Plane {
    pub fn at(origin: Fixed) -> Self {
        let metres_per_lat = EARTH_M.to_radians() / FIXED_PER_DEGREE;
        let lat = (f64::from(origin.lat) / FIXED_PER_DEGREE).to_radians();
        Self { origin, metres_per_lat, metres_per_lon: metres_per_lat * lat.cos() }
    }

    /// Metres east and north of the origin.
    pub fn metres(&self, at: Fixed) -> (f64, f64) {
        let east = (f64::from(at.lon) - f64::from(self.origin.lon)) * self.metres_per_lon;
        (east, (f64::from(at.lat) - f64::from(self.origin.lat)) * self.metres_per_lat)
    }

    /// How many units of [`Fixed`] so many metres are, north and east.
    pub fn reach(&self, metres: f64) -> (f64, f64) {
        (metres / self.metres_per_lat, metres / self.metres_per_lon.max(self.metres_per_lat * 0.01))
    }

    /// The nearest point of a straight piece: how far along (0 to 1), and the metres squared from the origin.
    pub fn nearest(&self, a: Fixed, b: Fixed) -> (f64, f64) {
        let ((ax, ay), (bx, by)) = (self.metres(a), self.metres(b));
        let (dx, dy) = (bx - ax, by - ay);
        let length = dx * dx + dy * dy;
        let share = if length > 0.0 { (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
        let (x, y) = (ax + share * dx, ay + share * dy);
        (share, x * x + y * y)
    }
}

/// Metres between two points of a street.
pub fn metres(a: Fixed, b: Fixed) -> f64 {
    let middle = Fixed { lat: ((i64::from(a.lat) + i64::from(b.lat)) / 2) as i32, lon: a.lon };
    let plane = Plane::at(middle);
    let ((ax, ay), (bx, by)) = (plane.metres(a), plane.metres(b));
    (bx - ax).hypot(by - ay)
}

/// Metres along a line.
pub fn length(line: &[Fixed]) -> f64 {
    line.windows(2).map(|pair| metres(pair[0], pair[1])).sum()
}

/// The point at `share` (0 to 1) between two others.
pub fn between(a: Fixed, b: Fixed, share: f64) -> Fixed {
    let mix = |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as i32;
    Fixed { lat: mix(a.lat, b.lat), lon: mix(a.lon, b.lon) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Fixed {
        Fixed::of(Position::new(lat, lon).unwrap())
    }

    #[test]
    fn a_street_is_as_long_as_on_the_globe() {
        let (a, b) = (at(36.5600, 136.6500), at(36.5683, 136.6617));
        let globe = a.position().metres_to(b.position());
        assert!((metres(a, b) / globe - 1.0).abs() < 1e-5, "{} against {globe}", metres(a, b));
        assert_eq!(length(&[a]), 0.0);
    }

    #[test]
    fn the_nearest_point_lies_on_the_piece() {
        let plane = Plane::at(at(36.56, 136.65));
        let (share, square) = plane.nearest(at(36.561, 136.649), at(36.561, 136.651));
        assert!((share - 0.5).abs() < 1e-3 && (square.sqrt() - 111.2).abs() < 0.2, "{share} {square}");
        let (share, _) = plane.nearest(at(36.561, 136.651), at(36.561, 136.652));
        assert_eq!(share, 0.0);
    }
}
