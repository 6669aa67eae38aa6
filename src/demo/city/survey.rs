//! From the plan to the globe.

use super::shape::{Noise, P, p};
use crate::domain::place::Position;

/// How the plan is turned against the compass, radians to the left.
const TURN: f64 = 0.29;

/// Bends and turns plan coordinates and puts them on the globe.
pub struct Survey {
    pub noise: Noise,
    pub center: Position,
}

impl Survey {
    fn bent(&self, at: P) -> P {
        let far = p(at.x + 31_000.0, at.y - 17_000.0);
        let slow = p(self.noise.at(at, 1700.0), self.noise.at(far, 1700.0)) * 75.0;
        let quick = p(self.noise.at(far, 520.0), self.noise.at(at, 520.0)) * 14.0;
        (at + slow + quick).turned(TURN)
    }

    pub fn place(&self, at: P) -> Position {
        on_globe(self.center, self.bent(at))
    }

    pub fn line(&self, line: &[P]) -> Vec<Position> {
        line.iter().map(|at| self.place(*at)).collect()
    }

    pub fn ring(&self, ring: &[P]) -> Vec<Position> {
        let mut ring = self.line(ring);
        if ring.first() != ring.last() {
            ring.extend(ring.first().copied());
        }
        ring
    }
}

/// Metres in a degree of latitude on the sphere of mean radius.
const DEGREE_METRES: f64 = 111_195.0;

/// The position so many metres east and north of `center`, to five decimals (about a metre).
pub fn on_globe(center: Position, metres: P) -> Position {
    let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
    let lat = center.lat() + metres.y / DEGREE_METRES;
    let lon = center.lon() + metres.x / (DEGREE_METRES * center.lat().to_radians().cos());
    Position::new(round(lat), round(lon)).unwrap_or(center)
}

/// Metres east and north of `center`; the reverse of [`on_globe`].
pub fn on_plane(center: Position, at: Position) -> P {
    let east = (at.lon() - center.lon()) * DEGREE_METRES * center.lat().to_radians().cos();
    p(east, (at.lat() - center.lat()) * DEGREE_METRES)
}

/// The same place relative to another center.
pub fn moved(from: Position, to: Position, at: Position) -> Position {
    on_globe(to, on_plane(from, at))
}
