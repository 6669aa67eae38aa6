//! Is there a way around a junction that is as short as the way across it? A local search that gives up early: what it
//! misses costs a superfluous shortcut, never a wrong answer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::NEVER;
use super::contract::Link;

/// Memory of a search, used again and again.
pub struct Witness {
    ms: Vec<u32>,
    touched: Vec<u32>,
    queue: BinaryHeap<Reverse<(u32, u32)>>,
}

impl Witness {
    pub fn new(junctions: usize) -> Self {
        Self { ms: vec![NEVER; junctions], touched: Vec::new(), queue: BinaryHeap::new() }
    }

    /// Searches from `from` without `avoided`, no farther than `bound_ms` and over at most `settled_max` junctions.
    pub fn search(&mut self, out: &[Vec<Link>], from: u32, avoided: u32, bound_ms: u32, settled_max: usize) {
        for node in self.touched.drain(..) {
            self.ms[node as usize] = NEVER;
        }
        self.queue.clear();
        self.reach(from, 0);
        let mut settled = 0;
        while let Some(Reverse((ms, node))) = self.queue.pop() {
            if ms > self.ms[node as usize] {
                continue;
            }
            settled += 1;
            if ms >= bound_ms || settled > settled_max {
                return;
            }
            for link in &out[node as usize] {
                let next = ms.saturating_add(link.ms);
                if link.to != avoided && next <= bound_ms && next < self.ms[link.to as usize] {
                    self.reach(link.to, next);
                }
            }
        }
    }

    fn reach(&mut self, node: u32, ms: u32) {
        if self.ms[node as usize] == NEVER {
            self.touched.push(node);
        }
        self.ms[node as usize] = ms;
        self.queue.push(Reverse((ms, node)));
    }

    /// The way found to a junction, not always the shortest.
    pub fn ms(&self, node: u32) -> u32 {
        self.ms[node as usize]
    }
}
