//! How long a trip takes, and the estimate that needs no road data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::place::Position;
use crate::domain::time::Seconds;

/// Closer than this is the same place: nobody starts the van for it.
const SAME_PLACE_M: f64 = 1.0;
const METRES_PER_KM: f64 = 1_000.0;
const SECONDS_PER_HOUR: f64 = 3_600.0;

/// What a travel time rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TravelSource {
    /// Straight distance with a fitted detour and speed.
    GreatCircle,
    /// Looked up in a table of known trips.
    Table,
    /// The quickest way over the streets of a map extract.
    Road,
}

/// A travel time, never negative, and what it rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Travel {
    pub seconds: Seconds,
    pub source: TravelSource,
}

/// The one seam between the engines and the roads. Pure: the same places give the same answer.
pub trait TravelTimes: Send + Sync {
    /// Door to door, getting into the van and parking included. The same place gives 0.
    fn seconds(&self, from: Position, to: Position) -> Travel;

    /// What is left of the trip `from` -> `to` for somebody now at `fix`.
    fn remaining(&self, from: Position, fix: Position, to: Position) -> Travel {
        let _ = from;
        self.seconds(fix, to)
    }
}

/// Great-circle distance x detour / speed + overhead.
///
/// The detour was fitted as 1.45 under 5 km, 1.40 at 10 km, 1.35 far out. Steps would make a longer trip shorter at
/// the border of a band, so the road distance is one bent line through those figures: `near_detour` per km up to
/// `bend_m`, `far_detour` per km beyond it. With the default values 5 km are 7.25 km of road and 10 km are 14.0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GreatCircle {
    /// Getting away and parking.
    pub overhead: Seconds,
    pub near_detour: f64,
    pub far_detour: f64,
    pub bend_m: f64,
    pub speed_kmh: f64,
}

impl Default for GreatCircle {
    fn default() -> Self {
        Self::CITY
    }
}

impl GreatCircle {
    pub const CITY: Self =
        Self { overhead: Seconds(120), near_detour: 1.45, far_detour: 1.35, bend_m: 5_000.0, speed_kmh: 24.0 };
    pub const SUBURB: Self = Self { speed_kmh: 35.0, ..Self::CITY };

    /// Metres of road for metres of straight distance; continuous and rising.
    pub fn road_metres(&self, straight_m: f64) -> f64 {
        let near = straight_m.min(self.bend_m);
        near * self.near_detour + (straight_m - near) * self.far_detour
    }

    fn driving(&self, straight_m: f64) -> f64 {
        self.road_metres(straight_m) / METRES_PER_KM / self.speed_kmh * SECONDS_PER_HOUR
    }
}

fn estimate(seconds: f64) -> Travel {
    Travel { seconds: Seconds(seconds.round() as i64), source: TravelSource::GreatCircle }
}

impl TravelTimes for GreatCircle {
    fn seconds(&self, from: Position, to: Position) -> Travel {
        let straight = from.metres_to(to);
        if straight < SAME_PLACE_M {
            return estimate(0.0);
        }
        estimate(self.overhead.0 as f64 + self.driving(straight))
    }

    /// The overhead shrinks with the distance left; beyond the start it is whole.
    fn remaining(&self, from: Position, fix: Position, to: Position) -> Travel {
        let (whole, left) = (from.metres_to(to), fix.metres_to(to));
        if left < SAME_PLACE_M {
            return estimate(0.0);
        }
        let share = if whole < SAME_PLACE_M { 1.0 } else { (left / whole).min(1.0) };
        estimate(self.overhead.0 as f64 * share + self.driving(left))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn km_north(km: f64) -> (Position, Position) {
        let start = Position::new(36.56, 136.65).unwrap();
        (start, Position::new(36.56 + km / 111.195, 136.65).unwrap())
    }

    fn check(km: f64, expected_s: i64) {
        let (from, to) = km_north(km);
        let got = GreatCircle::CITY.seconds(from, to).seconds.0;
        assert!((got - expected_s).abs() <= 2, "{km} km: {got} s, expected {expected_s} s");
    }

    #[test]
    fn a_trip_is_overhead_and_the_fitted_detour_at_city_speed() {
        check(0.0, 0);
        check(1.0, 120 + 218);
        check(5.0, 120 + 1_088);
        check(10.0, 120 + 2_100);
    }

    #[test]
    fn under_way_the_overhead_shrinks_with_the_distance_left() {
        let (from, to) = km_north(4.0);
        let half = from.toward(to, 0.5);
        let whole = GreatCircle::CITY.seconds(from, to).seconds.0;
        let left = GreatCircle::CITY.remaining(from, half, to).seconds.0;
        assert!((left * 2 - whole).abs() <= 2, "{left} of {whole}");
        assert_eq!(GreatCircle::CITY.remaining(from, to, to).seconds, Seconds::ZERO);
    }

    proptest! {
        #[test]
        fn a_longer_way_never_takes_less(a in 0.01f64..80.0, more in 0.0f64..20.0) {
            let near = km_north(a);
            let far = km_north(a + more);
            let city = GreatCircle::CITY;
            prop_assert!(city.seconds(near.0, near.1).seconds <= city.seconds(far.0, far.1).seconds);
        }

        #[test]
        fn coming_closer_never_leaves_more(km in 0.1f64..60.0, p in 0.0f64..1.0, q in 0.0f64..1.0) {
            let (from, to) = km_north(km);
            let (back, front) = (p.min(q), p.max(q));
            let left = |share| GreatCircle::CITY.remaining(from, from.toward(to, share), to).seconds;
            prop_assert!(left(front) <= left(back));
        }
    }
}
