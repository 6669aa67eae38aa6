use std::collections::BTreeSet;

use super::*;

fn home() -> Position {
    Position::new(37.20, 137.60).unwrap()
}

fn reached(city: &City) -> usize {
    let mut near = vec![BTreeSet::new(); city.nodes.len()];
    for pair in city.ways.iter().flat_map(|way| way.nodes.windows(2)) {
        near[pair[0]].insert(pair[1]);
        near[pair[1]].insert(pair[0]);
    }
    let (mut open, mut seen) = (vec![0], BTreeSet::from([0]));
    while let Some(at) = open.pop() {
        open.extend(near[at].iter().copied().filter(|next| seen.insert(*next)));
    }
    seen.len()
}

#[test]
fn every_street_can_be_reached_from_every_other() {
    for seed in [1, 2, 3] {
        let city = city(seed, home());
        assert_eq!(reached(&city), city.nodes.len(), "seed {seed}");
        assert!((3_000..=5_200).contains(&city.segments()), "seed {seed}: {} segments", city.segments());
    }
}

#[test]
fn the_same_seed_makes_the_same_city() {
    assert_eq!(city(7, home()), city(7, home()));
    assert_ne!(city(7, home()).nodes, city(8, home()).nodes);
}

#[test]
fn a_city_put_elsewhere_keeps_its_distances() {
    let here = city(1, home());
    let there = here.clone().relocate(Position::new(35.0, 135.0).unwrap());
    for (a, b) in [(0, 100), (200, 2000), (17, 3000)] {
        let (before, after) = (here.nodes[a].metres_to(here.nodes[b]), there.nodes[a].metres_to(there.nodes[b]));
        assert!((before - after).abs() < before * 0.005 + 4.0, "{before} {after}");
    }
}

#[test]
fn every_class_of_street_is_there_and_great_roads_have_names() {
    let city = city(1, home());
    let classes: BTreeSet<Class> = city.ways.iter().map(|way| way.class).collect();
    assert_eq!(classes.len(), 6);
    assert!(city.ways.iter().filter(|way| way.class <= Class::Secondary).all(|way| way.name.is_some()));
    assert!(city.places.len() > 50);
}

#[test]
fn the_map_says_class_and_names_of_each_feature() {
    let map = city(1, home()).geojson();
    for feature in map["features"].as_array().unwrap() {
        assert!(feature["properties"]["class"].is_string());
        assert!(feature["geometry"]["coordinates"].is_array());
    }
}
