//! The climb: the one search that routes, labels and tables share.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Direction, Hierarchy, NEVER};

/// Where one gets by climbing from a place: ranks, ascending, with the time to each. What another way reaches sooner is
/// left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Label {
    pub ranks: Vec<u32>,
    pub ms: Vec<u32>,
}

impl Label {
    /// The best meeting of a forward and a backward label: time and rank.
    pub fn meet(&self, other: &Self) -> Option<(u32, u32)> {
        let (mut i, mut j) = (0, 0);
        let (mut best, mut at) = (NEVER, 0);
        while let (Some(&a), Some(&b)) = (self.ranks.get(i), other.ranks.get(j)) {
            if a == b {
                let ms = self.ms[i].saturating_add(other.ms[j]);
                if ms < best {
                    (best, at) = (ms, a);
                }
            }
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
        (best != NEVER).then_some((best, at))
    }

    /// Bytes that it keeps.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + 8 * self.ranks.len()
    }
}

/// Memory of a climb, used again and again.
#[derive(Debug, Default)]
pub struct Climber {
    ms: Vec<u32>,
    /// From which junction each was reached; itself at the start.
    before: Vec<u32>,
    touched: Vec<u32>,
    settled: Vec<(u32, u32)>,
    queue: BinaryHeap<Reverse<(u32, u32)>>,
}

impl Climber {
    pub fn new(hierarchy: &Hierarchy) -> Self {
        let junctions = hierarchy.junctions();
        Self { ms: vec![NEVER; junctions], before: vec![0; junctions], ..Self::default() }
    }

    /// Climbs from some junctions, each with the time to get there.
    pub fn climb(&mut self, hierarchy: &Hierarchy, direction: Direction, seeds: &[(u32, u32)]) -> Label {
        self.start(seeds);
        let (up, down) = (hierarchy.upward(direction), hierarchy.downward(direction));
        while let Some(Reverse((ms, node))) = self.queue.pop() {
            if ms > self.ms[node as usize] {
                continue;
            }
            // Whoever comes down from a more important junction and is here sooner makes the climb from here useless.
            if down.of(node).iter().any(|arc| self.ms[arc.to as usize].saturating_add(arc.ms) < ms) {
                continue;
            }
            self.settled.push((node, ms));
            for arc in up.of(node) {
                self.reach(arc.to, ms.saturating_add(arc.ms), node);
            }
        }
        self.settled.sort_unstable();
        let (ranks, ms) = self.settled.iter().copied().unzip();
        Label { ranks, ms }
    }

    fn start(&mut self, seeds: &[(u32, u32)]) {
        for node in self.touched.drain(..) {
            self.ms[node as usize] = NEVER;
        }
        self.queue.clear();
        self.settled.clear();
        for &(node, ms) in seeds {
            self.reach(node, ms, node);
        }
    }

    fn reach(&mut self, node: u32, ms: u32, before: u32) {
        let known = &mut self.ms[node as usize];
        if ms >= *known {
            return;
        }
        if *known == NEVER {
            self.touched.push(node);
        }
        *known = ms;
        self.before[node as usize] = before;
        self.queue.push(Reverse((ms, node)));
    }

    /// The junctions of the last climb from its start up to `top`.
    pub fn path_to(&self, top: u32) -> Vec<u32> {
        let mut path = vec![top];
        let mut node = top;
        while self.before[node as usize] != node {
            node = self.before[node as usize];
            path.push(node);
        }
        path.reverse();
        path
    }
}
