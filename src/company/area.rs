//! Whether a place lies inside a boundary.

use crate::domain::place::Position;

/// Whether the ring of corners encloses the point: a ray to the east crosses its sides an odd number of times.
pub fn contains(ring: &[Position], point: Position) -> bool {
    let previous = ring.iter().cycle().skip(ring.len().saturating_sub(1));
    let crossings = ring.iter().zip(previous).filter(|(a, b)| {
        let spans = (a.lat() > point.lat()) != (b.lat() > point.lat());
        spans && point.lon() < a.lon() + (b.lon() - a.lon()) * (point.lat() - a.lat()) / (b.lat() - a.lat())
    });
    crossings.count() % 2 == 1
}
