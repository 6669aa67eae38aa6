//! Plain Dijkstra: the yardstick of tests and benchmarks, and nothing else.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::hierarchy::{Arc, NEVER};

/// Arcs by the junction where they begin.
pub struct Arcs {
    first: Vec<u32>,
    arcs: Vec<(u32, u32)>,
}

impl Arcs {
    pub fn of(junctions: usize, arcs: &[Arc]) -> Self {
        let mut sorted: Vec<&Arc> = arcs.iter().collect();
        sorted.sort_by_key(|arc| arc.from);
        let first = (0..=junctions as u32).map(|node| sorted.partition_point(|arc| arc.from < node) as u32).collect();
        Self { first, arcs: sorted.into_iter().map(|arc| (arc.to, arc.ms)).collect() }
    }

    fn of_junction(&self, node: u32) -> &[(u32, u32)] {
        &self.arcs[self.first[node as usize] as usize..self.first[node as usize + 1] as usize]
    }
}

/// Milliseconds from the seeds (junction, time to get there) to every junction.
pub fn distances(arcs: &Arcs, seeds: &[(u32, u32)]) -> Vec<u32> {
    search(arcs, seeds, |_| false)
}

/// The same until every one of `targets` is settled; others may be too long.
pub fn distances_to(arcs: &Arcs, seeds: &[(u32, u32)], targets: &[u32]) -> Vec<u32> {
    let mut open: Vec<u32> = targets.to_vec();
    search(arcs, seeds, |node| {
        open.retain(|&target| target != node);
        open.is_empty()
    })
}

fn search(arcs: &Arcs, seeds: &[(u32, u32)], mut enough: impl FnMut(u32) -> bool) -> Vec<u32> {
    let mut best = vec![NEVER; arcs.first.len() - 1];
    let mut queue = BinaryHeap::new();
    for &(node, ms) in seeds {
        if ms < best[node as usize] {
            best[node as usize] = ms;
            queue.push(Reverse((ms, node)));
        }
    }
    while let Some(Reverse((ms, node))) = queue.pop() {
        if ms > best[node as usize] {
            continue;
        }
        if enough(node) {
            break;
        }
        for &(to, more) in arcs.of_junction(node) {
            let next = ms.saturating_add(more);
            if next < best[to as usize] {
                best[to as usize] = next;
                queue.push(Reverse((next, to)));
            }
        }
    }
    best
}
