//! How long a trip takes, and the estimate that needs no road data.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::place::Position;
use crate::domain::time::Seconds;

/// Closer than this is the same place: nobody starts the van for it.
const SAME_PLACE_M: f64 = 1.0;
/// Mean radius of the earth (IUGG).
const EARTH_M: f64 = 6_371_008.8;
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

/// A place that is asked for again and again, with what the great circle needs of it: its point on the unit sphere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub position: Position,
    point: [f64; 3],
}

impl From<Position> for Place {
    fn from(position: Position) -> Self {
        let (lat, lon) = (position.lat().to_radians(), position.lon().to_radians());
        let (sin, cos) = lat.sin_cos();
        Self { position, point: [cos * lon.cos(), cos * lon.sin(), sin] }
    }
}

impl Place {
    /// Great-circle distance in metres, by the chord between the points: exact to micrometres also for neighbours.
    fn metres_to(&self, other: &Self) -> f64 {
        let apart = |axis: usize| self.point[axis] - other.point[axis];
        let (x, y, z) = (apart(0), apart(1), apart(2));
        let square = (x * x + y * y + z * z) / 4.0;
        let half = square.sqrt();
        // Up to 1,200 km the series of the arc sine is exact to a micrometre, and a fraction of its price.
        let angle = match square < 0.01 {
            true => {
                half * (1.0 + square * (1.0 / 6.0 + square * (3.0 / 40.0 + square * (15.0 / 336.0 + square * SIXTH))))
            }
            false => half.min(1.0).asin(),
        };
        2.0 * EARTH_M * angle
    }
}

/// The next figure of the series of the arc sine, with what the further ones add at its end: 105/3456.
const SIXTH: f64 = 105.0 / 3_456.0;

/// Driving between one place and another: there, and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trips {
    pub to_hub: Seconds,
    pub from_hub: Seconds,
}

/// The one seam between the engines and the roads. Pure: the same places give the same answer.
pub trait TravelTimes: Send + Sync {
    /// Door to door, getting into the van and parking included. The same place gives 0.
    fn seconds(&self, from: Position, to: Position) -> Travel;

    /// The trips between one place and many, as `seconds` tells them one by one; `trips` is emptied first.
    fn around(&self, hub: &Place, places: &[Place], trips: &mut Vec<Trips>) {
        let between = |from: &Place, to: &Place| self.seconds(from.position, to.position).seconds;
        trips.clear();
        trips.extend(places.iter().map(|place| Trips { to_hub: between(place, hub), from_hub: between(hub, place) }));
    }

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

    fn trip(&self, from: &Place, to: &Place) -> Seconds {
        let straight = from.metres_to(to);
        to_seconds(if straight < SAME_PLACE_M { 0.0 } else { self.overhead.0 as f64 + self.driving(straight) })
    }
}

/// To the nearest second; a trip is never negative.
fn to_seconds(seconds: f64) -> Seconds {
    Seconds((seconds + 0.5) as i64)
}

fn estimate(seconds: Seconds) -> Travel {
    Travel { seconds, source: TravelSource::GreatCircle }
}

impl TravelTimes for GreatCircle {
    fn seconds(&self, from: Position, to: Position) -> Travel {
        estimate(self.trip(&from.into(), &to.into()))
    }

    fn around(&self, hub: &Place, places: &[Place], trips: &mut Vec<Trips>) {
        trips.clear();
        trips.extend(places.iter().map(|place| {
            let trip = self.trip(place, hub);
            Trips { to_hub: trip, from_hub: trip }
        }));
    }

    /// The overhead shrinks with the distance left; beyond the start it is whole.
    fn remaining(&self, from: Position, fix: Position, to: Position) -> Travel {
        let (whole, left) = (from.metres_to(to), fix.metres_to(to));
        if left < SAME_PLACE_M {
            return estimate(Seconds::ZERO);
        }
        let share = if whole < SAME_PLACE_M { 1.0 } else { (left / whole).min(1.0) };
        estimate(to_seconds(self.overhead.0 as f64 * share + self.driving(left)))
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

    #[test]
    fn the_chord_measures_what_the_haversine_does() {
        let place = |lat, lon| Position::new(lat, lon).unwrap();
        let near = place(36.56, 136.65);
        let others = [place(36.560_01, 136.65), place(36.6, 136.7), place(43.06, 141.35), place(-33.9, 151.2)];
        for other in others.into_iter().chain([place(-36.56, -43.35)]) {
            let (chord, haversine) = (Place::from(near).metres_to(&other.into()), near.metres_to(other));
            assert!((chord - haversine).abs() < 1e-3 + haversine * 1e-7, "{chord} {haversine}");
        }
    }

    proptest! {
        #[test]
        fn around_a_place_the_trips_are_those_of_one_question_each(
            spots in proptest::collection::vec((-1.0f64..1.0, -1.0f64..1.0), 1..9),
        ) {
            let places: Vec<Place> =
                spots.iter().map(|(lat, lon)| Position::new(36.5 + lat, 136.6 + lon).unwrap().into()).collect();
            let (city, mut trips) = (GreatCircle::CITY, Vec::new());
            city.around(&places[0], &places, &mut trips);
            for (place, trip) in places.iter().zip(&trips) {
                let (hub, other) = (places[0].position, place.position);
                prop_assert_eq!(trip.from_hub, city.seconds(hub, other).seconds);
                prop_assert_eq!(trip.to_hub, city.seconds(other, hub).seconds);
            }
        }

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
