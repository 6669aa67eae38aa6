//! The whole way from an extract to answers, on a made town.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;

use super::dijkstra::{Arcs, distances};
use super::extract::testing::Extract;
use super::*;
use crate::domain::place::Position;
use crate::domain::time::Seconds;

const SIDE: i64 = 24;
const CORNER: (f64, f64) = (36.50, 136.60);

/// A town, and far from it an island with streets of its own.
fn bytes() -> Vec<u8> {
    let mut town = Extract::town(SIDE, CORNER.0, CORNER.1);
    town.node(9_001, 36.50, 136.637).node(9_002, 36.501, 136.637);
    town.way(&[9_001, 9_002], &[("highway", "residential")]);
    town.bytes()
}

fn network() -> &'static RoadNetwork {
    static TOWN: LazyLock<RoadNetwork> = LazyLock::new(|| RoadNetwork::build(&bytes(), &SpeedTable::VAN).unwrap());
    &TOWN
}

fn at(lat: f64, lon: f64) -> Position {
    Position::new(lat, lon).unwrap()
}

fn somewhere() -> impl Strategy<Value = Position> {
    (0.0..0.0235, 0.0..0.0285).prop_map(|(north, east)| at(CORNER.0 + north, CORNER.1 + east))
}

/// Plain Dijkstra over the same streets, from point to point.
fn plain(from: &Snap, to: &Snap) -> u32 {
    let network = network();
    let arcs = Arcs::of(network.junctions(), &network.streets().arcs());
    let reached = distances(&arcs, &network.starts(from));
    let ends = network.ends(to);
    let over = ends.iter().map(|(junction, ms)| reached[*junction as usize] + ms).min().unwrap();
    if from.street != to.street {
        return over;
    }
    let street = from.street as usize;
    let streets = network.streets();
    let ms = if to.share >= from.share { streets.forward_ms[street] } else { streets.backward_ms[street] };
    let along = (f64::from(ms) * (to.share - from.share).abs()).round() as u32;
    if ms == graph::CLOSED { over } else { over.min(along) }
}

proptest! {
    #[test]
    fn every_answer_is_what_dijkstra_says(places in prop::collection::vec(somewhere(), 2..7)) {
        let network = network();
        let snaps: Vec<Snap> = places.iter().map(|place| network.snap(*place).unwrap()).collect();
        let spots: Vec<Spot> = places.iter().map(|place| network.spot(*place).unwrap()).collect();
        let table = network.table(&snaps, &snaps);
        for (i, from) in snaps.iter().enumerate() {
            for (j, to) in snaps.iter().enumerate() {
                let expected = plain(from, to);
                prop_assert_eq!(table[i][j], expected);
                prop_assert_eq!(network.ms(from, to), Some(expected));
                prop_assert_eq!(network.ms_between(&spots[i], &spots[j]), Some(expected));
                let route = network.route(from, to).unwrap();
                prop_assert_eq!(route.ms, expected);
                prop_assert!((graph::geometry::metres(*route.line.first().unwrap(), from.at)) < 0.1);
                prop_assert!((graph::geometry::metres(*route.line.last().unwrap(), to.at)) < 0.1);
                // Nobody jumps: streets of this town are about a hundred metres long.
                prop_assert!(route.line.windows(2).all(|pair| graph::geometry::metres(pair[0], pair[1]) < 130.0));
                // Nobody is faster than the fastest road.
                prop_assert!(route.metres <= f64::from(route.ms + 40) / 3_600.0 * 28.1 + 1.0);
            }
        }
    }

    #[test]
    fn a_way_over_a_third_place_never_saves_time(a in somewhere(), b in somewhere(), c in somewhere()) {
        let ms = |from, to| network().ms(&network().snap(from).unwrap(), &network().snap(to).unwrap()).unwrap();
        // Each half street is rounded to the millisecond.
        prop_assert!(ms(a, c) <= ms(a, b) + ms(b, c) + 4);
    }
}

#[test]
fn nothing_is_snapped_to_an_island() {
    let island = at(36.5005, 136.637);
    let snap = network().snap(island).unwrap();
    assert!(snap.metres > 700.0, "{snap:?}");
    assert_eq!(network().snap(at(36.5005, 136.66)), None);
    assert_eq!(network().junctions(), (SIDE * SIDE) as usize);
}

#[test]
fn there_and_back_differ_only_by_one_way_streets() {
    let mut extract = Extract::default();
    extract.node(1, 36.50, 136.60).node(2, 36.50, 136.61).node(3, 36.51, 136.61).node(4, 36.51, 136.60);
    extract.way(&[1, 2], &[("highway", "residential"), ("oneway", "yes")]);
    extract.way(&[2, 3, 4, 1], &[("highway", "residential")]);
    let network = RoadNetwork::build(&extract.bytes(), &SpeedTable::VAN).unwrap();
    let snap = |lat, lon| network.snap(at(lat, lon)).unwrap();
    let (west, east) = (snap(36.4999, 136.602), snap(36.4999, 136.608));
    let (there, back) = (network.route(&west, &east).unwrap(), network.route(&east, &west).unwrap());
    assert!((there.metres - 536.0).abs() < 2.0 && there.line.len() == 2, "{there:?}");
    assert!(back.metres > 3_000.0, "{back:?}");
    let (north, south) = (snap(36.507, 136.6101), snap(36.503, 136.6101));
    assert_eq!(network.ms(&north, &south), network.ms(&south, &north));
    assert_eq!(network.ms(&west, &west), Some(0));
}

mod caches {
    use super::*;

    fn made_of() -> Fingerprint {
        Fingerprint::of(&bytes(), &SpeedTable::VAN)
    }

    #[test]
    fn a_cache_holds_the_same_network() {
        let read = cache::decode(&cache::encode(network(), made_of()), made_of()).unwrap();
        assert_eq!(read.streets(), network().streets());
        assert_eq!((&read.hierarchy, &read.grid), (&network().hierarchy, &network().grid));
    }

    #[test]
    fn a_cache_of_another_extract_or_other_speeds_is_none() {
        let bytes = cache::encode(network(), made_of());
        let slower = SpeedTable { dense: 0.7, ..SpeedTable::VAN };
        assert!(cache::decode(&bytes, Fingerprint::of(&super::bytes(), &slower)).is_none());
        assert!(cache::decode(&bytes, Fingerprint::of(b"another", &SpeedTable::VAN)).is_none());
        // Hours are a factor on the answer; they make no other network.
        let nights = SpeedTable { hours: [1.0; 24], ..SpeedTable::VAN };
        assert_eq!(Fingerprint::of(&super::bytes(), &nights), made_of());
    }

    #[test]
    fn a_cache_that_is_cut_or_changed_is_none() {
        let whole = cache::encode(network(), made_of());
        for end in (0..whole.len()).step_by(997).chain([whole.len() - 1]) {
            assert!(cache::decode(&whole[..end], made_of()).is_none(), "cut at {end}");
        }
        for index in (0..whole.len()).step_by(1_009) {
            let mut changed = whole.clone();
            changed[index] ^= 0x10;
            assert!(cache::decode(&changed, made_of()).is_none(), "changed at {index}");
        }
        assert!(cache::decode(&[whole, vec![0]].concat(), made_of()).is_none());
    }
}

mod travel {
    use super::*;

    fn travel() -> RoadTravel {
        let network = RoadNetwork::build(&bytes(), &SpeedTable::VAN).unwrap();
        RoadTravel::new(Arc::new(network), GreatCircle::CITY)
    }

    #[test]
    fn a_trip_is_the_drive_and_the_time_at_the_door() {
        let (travel, a, b) = (travel(), at(36.505, 136.605), at(36.52, 136.62));
        let ms = travel.network().ms(&travel.network().snap(a).unwrap(), &travel.network().snap(b).unwrap()).unwrap();
        let trip = travel.seconds(a, b);
        assert_eq!(trip.source, TravelSource::Road);
        assert_eq!(trip.seconds, Seconds(120 + (f64::from(ms) / 1_000.0).round() as i64));
        assert_eq!(travel.seconds(a, b), trip, "the second question is answered from what is kept");
        assert_eq!(travel.seconds(a, a), Travel { seconds: Seconds::ZERO, source: TravelSource::Road });
    }

    #[test]
    fn off_the_map_the_great_circle_answers_and_says_so() {
        let (on, off) = (at(36.505, 136.605), at(35.68, 139.76));
        for (from, to) in [(on, off), (off, on)] {
            assert_eq!(travel().seconds(from, to), GreatCircle::CITY.seconds(from, to));
            assert_eq!(travel().remaining(from, on, off).source, TravelSource::GreatCircle);
        }
    }

    #[test]
    fn under_way_less_and_less_is_left() {
        let (travel, a, b) = (travel(), at(36.501, 136.601), at(36.522, 136.601));
        let left: Vec<i64> =
            (0..=10).map(|tenth| travel.remaining(a, a.toward(b, f64::from(tenth) / 10.0), b).seconds.0).collect();
        assert_eq!((left[0], left[10]), (travel.seconds(a, b).seconds.0, 0));
        assert!(left.is_sorted_by(|before, after| before > after), "{left:?}");
    }
}
