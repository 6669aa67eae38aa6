//! Streets out of ways: what is cut where, and what is left out.

use super::*;
use crate::roads::extract::{DrivableWay, RawStreets};
use crate::roads::profile::{Passage, SpeedTable};

/// Nodes in a row, a hundred metres or so apart.
fn node(index: i32) -> Option<Fixed> {
    Some(Fixed { lat: 365_600_000, lon: 1_366_500_000 + index * 11_000 })
}

fn way(nodes: &[u32], one_way: bool) -> DrivableWay {
    let backward_kmh = (!one_way).then_some(14.0);
    let passage = Passage { class: RoadClass::Residential, forward_kmh: Some(14.0), backward_kmh };
    DrivableWay { passage, nodes: nodes.to_vec() }
}

/// Ends of the streets that are kept, as lists of the places of their points.
fn check(count: i32, missing: &[usize], stops: &[u32], ways: Vec<DrivableWay>, expected: &[&[i32]]) {
    let mut nodes: Vec<Option<Fixed>> = (0..count).map(node).collect();
    missing.iter().for_each(|&index| nodes[index] = None);
    let (streets, junctions) = build(&RawStreets { ways, nodes, stops: stops.to_vec() }, &SpeedTable::VAN);
    assert!(streets.is_sound(junctions));
    let number = |at: &Fixed| (at.lon - 1_366_500_000) / 11_000;
    let lines: Vec<Vec<i32>> =
        (0..streets.len() as u32).map(|street| streets.line(street).iter().map(number).collect()).collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_way_is_cut_where_another_meets_it() {
    check(5, &[], &[], vec![way(&[0, 1, 2, 3], false), way(&[2, 4], false)], &[&[0, 1, 2], &[2, 3], &[2, 4]]);
}

#[test]
fn a_way_that_leaves_the_extract_keeps_what_lies_inside() {
    check(6, &[3], &[], vec![way(&[0, 1, 2, 3, 4, 5], false)], &[&[0, 1, 2]]);
    check(3, &[1], &[], vec![way(&[0, 1, 2], false)], &[]);
}

#[test]
fn nobody_drives_through_a_bollard() {
    check(5, &[], &[2], vec![way(&[0, 1, 2, 3], false), way(&[0, 4], false)], &[&[0, 1, 2], &[0, 4]]);
}

#[test]
fn an_island_and_a_way_without_return_are_left_out() {
    let ways = vec![way(&[0, 1], false), way(&[1, 2], true), way(&[3, 4], false), way(&[4, 5], false)];
    check(6, &[], &[], ways, &[&[3, 4], &[4, 5]]);
}

#[test]
fn a_ring_keeps_both_its_ends() {
    check(4, &[], &[], vec![way(&[0, 1], false), way(&[1, 2, 3, 1], false)], &[&[0, 1], &[1, 2, 3, 1]]);
}
