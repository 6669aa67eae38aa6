//! Building the hierarchy: which junction goes next, and which shortcuts replace it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::witness::Witness;
use super::{Arc, Climb, Hierarchy, STREET, Upward};
use crate::roads::threads::each;

/// Junctions that a witness search settles when a junction is only weighed, and when it is contracted.
const SETTLED_WEIGHING: usize = 32;
const SETTLED_CONTRACTING: usize = 128;
/// Junctions that one thread weighs at once.
const WEIGHED_AT_ONCE: usize = 4_096;

/// An arc of the graph that is left: to (or from) another junction that still stands.
#[derive(Debug, Clone, Copy)]
pub struct Link {
    pub to: u32,
    pub ms: u32,
    /// A street, or the junction that the shortcut leads across.
    via: u32,
    /// Streets that it stands for.
    hops: u32,
}

struct Graph {
    out: Vec<Vec<Link>>,
    into: Vec<Vec<Link>>,
    /// Longest chain of contracted junctions below.
    level: Vec<u32>,
}

/// Shortcuts over one junction.
struct Shortcut {
    from: u32,
    to: u32,
    ms: u32,
    hops: u32,
}

/// Contracts a graph. Returns the hierarchy and the rank of every junction. The same graph gives the same hierarchy.
pub fn contract(junctions: usize, arcs: &[Arc]) -> (Hierarchy, Vec<u32>) {
    let mut graph = Graph::new(junctions, arcs);
    let mut queue: BinaryHeap<Reverse<(u32, u32)>> =
        graph.weigh_all().into_iter().zip(0..).map(|(weight, node)| Reverse((weight, node))).collect();
    let mut weights: Vec<u32> = vec![0; junctions];
    for Reverse((weight, node)) in &queue {
        weights[*node as usize] = *weight;
    }
    let mut witness = Witness::new(junctions);
    let (mut order, mut done) = (Vec::with_capacity(junctions), vec![false; junctions]);
    while let Some(Reverse((weight, node))) = queue.pop() {
        if done[node as usize] || weight != weights[node as usize] {
            continue;
        }
        done[node as usize] = true;
        order.push(node);
        for neighbour in graph.contract(node, &mut witness) {
            let weight = graph.weigh(neighbour, &mut witness);
            if weight != weights[neighbour as usize] {
                weights[neighbour as usize] = weight;
                queue.push(Reverse((weight, neighbour)));
            }
        }
    }
    graph.finish(&order)
}

impl Graph {
    fn new(junctions: usize, arcs: &[Arc]) -> Self {
        let empty = || vec![Vec::new(); junctions];
        let mut graph = Self { out: empty(), into: empty(), level: vec![0; junctions] };
        for arc in arcs.iter().filter(|arc| arc.from != arc.to) {
            graph.join(arc.from, arc.to, arc.ms, STREET | arc.street, 1);
        }
        graph
    }

    /// Adds an arc, or shortens the one that is there.
    fn join(&mut self, from: u32, to: u32, ms: u32, via: u32, hops: u32) {
        let set = |links: &mut Vec<Link>, to: u32| match links.iter_mut().find(|link| link.to == to) {
            Some(link) if link.ms <= ms => {}
            Some(link) => *link = Link { to, ms, via, hops },
            None => links.push(Link { to, ms, via, hops }),
        };
        set(&mut self.out[from as usize], to);
        set(&mut self.into[to as usize], from);
    }

    fn weigh_all(&self) -> Vec<u32> {
        let count = self.out.len();
        let starts: Vec<usize> = (0..count).step_by(WEIGHED_AT_ONCE).collect();
        let weigh = |start: &usize| {
            let mut witness = Witness::new(count);
            let nodes = *start..(*start + WEIGHED_AT_ONCE).min(count);
            nodes.map(|node| self.weigh(node as u32, &mut witness)).collect::<Vec<u32>>()
        };
        each(&starts, weigh).concat()
    }

    /// How much its contraction would cost: shortcuts for each arc that goes, in thousandths, and its level. Streets
    /// that the shortcuts stand for count too, so that the hierarchy stays even.
    fn weigh(&self, node: u32, witness: &mut Witness) -> u32 {
        let (mut added, mut added_hops) = (0, 0);
        self.shortcuts(node, witness, SETTLED_WEIGHING, |shortcut| {
            added += 1;
            added_hops += shortcut.hops;
        });
        let (into, out) = (&self.into[node as usize], &self.out[node as usize]);
        let removed = (into.len() + out.len()).max(1) as u32;
        let removed_hops = into.iter().chain(out).map(|link| link.hops).sum::<u32>().max(1);
        1_000 * self.level[node as usize] + 1_000 * added / removed + 1_000 * added_hops / removed_hops
    }

    fn shortcuts(&self, node: u32, witness: &mut Witness, settled_max: usize, mut each: impl FnMut(Shortcut)) {
        let out = &self.out[node as usize];
        for start in &self.into[node as usize] {
            let ends = || out.iter().filter(|end| end.to != start.to);
            let Some(farthest) = ends().map(|end| end.ms).max() else { continue };
            witness.search(&self.out, start.to, node, start.ms.saturating_add(farthest), settled_max);
            for end in ends() {
                let ms = start.ms.saturating_add(end.ms);
                if witness.ms(end.to) > ms {
                    each(Shortcut { from: start.to, to: end.to, ms, hops: start.hops + end.hops });
                }
            }
        }
    }

    /// Takes a junction out; its own links stay with it. Returns its neighbours, ascending.
    fn contract(&mut self, node: u32, witness: &mut Witness) -> Vec<u32> {
        let mut found = Vec::new();
        self.shortcuts(node, witness, SETTLED_CONTRACTING, |shortcut| found.push(shortcut));
        let (into, out) = (&self.into[node as usize], &self.out[node as usize]);
        let mut neighbours: Vec<u32> = into.iter().chain(out).map(|link| link.to).collect();
        neighbours.sort_unstable();
        neighbours.dedup();
        let above = self.level[node as usize] + 1;
        for &neighbour in &neighbours {
            self.out[neighbour as usize].retain(|link| link.to != node);
            self.into[neighbour as usize].retain(|link| link.to != node);
            let level = &mut self.level[neighbour as usize];
            *level = (*level).max(above);
        }
        for Shortcut { from, to, ms, hops } in found {
            self.join(from, to, ms, node, hops);
        }
        neighbours
    }

    fn finish(self, order: &[u32]) -> (Hierarchy, Vec<u32>) {
        let mut ranks = vec![0; order.len()];
        for (rank, &node) in order.iter().enumerate() {
            ranks[node as usize] = rank as u32;
        }
        let upward = |links: Vec<Vec<Link>>| {
            let mut up = Upward { first: vec![0], ..Upward::default() };
            for &node in order {
                let mut links: Vec<&Link> = links[node as usize].iter().collect();
                links.sort_unstable_by_key(|link| ranks[link.to as usize]);
                up.arcs.extend(links.iter().map(|link| Climb { to: ranks[link.to as usize], ms: link.ms }));
                let via = |link: &&Link| if link.via & STREET == 0 { ranks[link.via as usize] } else { link.via };
                up.via.extend(links.iter().map(via));
                up.first.push(up.arcs.len() as u32);
            }
            up
        };
        (Hierarchy { forward: upward(self.out), backward: upward(self.into) }, ranks)
    }
}
