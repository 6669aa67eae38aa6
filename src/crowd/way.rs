//! The way that a simulated technician drives: over the streets where there are some, else straight.

use crate::domain::place::Position;
use crate::node::Ground;

/// A line, and the metres passed at each of its points.
pub struct Way {
    points: Vec<Position>,
    passed: Vec<f64>,
}

impl Way {
    pub fn on(ground: &Ground, from: Position, to: Position) -> Self {
        let streets = || {
            let network = ground.network()?;
            network.route(&network.snap(from)?, &network.snap(to)?)
        };
        let shape = streets().map(|route| route.line).unwrap_or_default();
        let middle = shape.into_iter().map(|point| point.position());
        Self::of([from].into_iter().chain(middle).chain([to]).collect())
    }

    fn of(points: Vec<Position>) -> Self {
        let mut passed = vec![0.0];
        for pair in points.windows(2) {
            passed.push(passed[passed.len() - 1] + pair[0].metres_to(pair[1]));
        }
        Self { points, passed }
    }

    /// Where he is after a share (0 to 1) of its length.
    pub fn at(&self, share: f64) -> Position {
        let metres = share.clamp(0.0, 1.0) * self.passed[self.passed.len() - 1];
        let next = self.passed.partition_point(|&passed| passed < metres).max(1).min(self.points.len() - 1);
        let (before, after) = (self.passed[next - 1], self.passed[next]);
        let share = if after > before { (metres - before) / (after - before) } else { 1.0 };
        self.points[next - 1].toward(self.points[next], share)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn he_passes_the_corner_and_ends_at_the_door() {
        let place = |lat: f64, lon: f64| Position::new(lat, lon).unwrap();
        let (home, corner, door) = (place(36.50, 136.60), place(36.51, 136.60), place(36.51, 136.60 + 0.01 / 0.804));
        let way = Way::of(vec![home, corner, door]);
        assert_eq!((way.at(0.0), way.at(1.0), way.at(7.0)), (home, door, door));
        assert!(way.at(0.5).metres_to(corner) < 5.0);
        assert!((way.at(0.25).metres_to(home) / way.at(0.25).metres_to(corner) - 1.0).abs() < 0.01);
        let nowhere = Way::of(vec![home, home]);
        assert_eq!(nowhere.at(0.5), home);
    }
}
