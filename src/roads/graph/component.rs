//! The largest part of the graph in which every junction is reached from every other (Tarjan, *Depth-First Search and
//! Linear Graph Algorithms*, 1972), without recursion: a street network is deep.

const NONE: u32 = u32::MAX;

/// Neighbours by junction.
struct Adjacent {
    first: Vec<u32>,
    to: Vec<u32>,
}

impl Adjacent {
    fn of(junctions: usize, arcs: &[(u32, u32)]) -> Self {
        let mut first = vec![0; junctions + 1];
        for (from, _) in arcs {
            first[*from as usize + 1] += 1;
        }
        for node in 0..junctions {
            first[node + 1] += first[node];
        }
        let (mut next, mut to) = (first.clone(), vec![0; arcs.len()]);
        for (from, head) in arcs {
            to[next[*from as usize] as usize] = *head;
            next[*from as usize] += 1;
        }
        Self { first, to }
    }
}

struct Walk {
    /// When each junction was first seen, and the earliest one that it leads back to.
    seen: Vec<u32>,
    low: Vec<u32>,
    part: Vec<u32>,
    open: Vec<u32>,
    sizes: Vec<u32>,
    count: u32,
}

/// Which junctions belong to the largest part; of equal ones the one with the lowest junction.
pub fn largest(junctions: usize, arcs: &[(u32, u32)]) -> Vec<bool> {
    let adjacent = Adjacent::of(junctions, arcs);
    let none = || vec![NONE; junctions];
    let mut walk = Walk { seen: none(), low: none(), part: none(), open: Vec::new(), sizes: Vec::new(), count: 0 };
    for root in 0..junctions as u32 {
        if walk.seen[root as usize] == NONE {
            walk.from(root, &adjacent);
        }
    }
    let size = |node: usize| walk.sizes[walk.part[node] as usize];
    let Some(first) = (0..junctions).max_by_key(|&node| (size(node), std::cmp::Reverse(node))) else {
        return Vec::new();
    };
    walk.part.iter().map(|part| *part == walk.part[first]).collect()
}

impl Walk {
    fn from(&mut self, root: u32, adjacent: &Adjacent) {
        let mut path = vec![(root, adjacent.first[root as usize])];
        self.enter(root);
        while let Some((node, next)) = path.last_mut() {
            let here = *node as usize;
            if *next < adjacent.first[here + 1] {
                let to = adjacent.to[*next as usize];
                *next += 1;
                if self.seen[to as usize] == NONE {
                    self.enter(to);
                    path.push((to, adjacent.first[to as usize]));
                } else if self.part[to as usize] == NONE {
                    self.low[here] = self.low[here].min(self.seen[to as usize]);
                }
                continue;
            }
            path.pop();
            if let Some((before, _)) = path.last() {
                self.low[*before as usize] = self.low[*before as usize].min(self.low[here]);
            }
            if self.low[here] == self.seen[here] {
                self.close(here as u32);
            }
        }
    }

    fn enter(&mut self, node: u32) {
        self.seen[node as usize] = self.count;
        self.low[node as usize] = self.count;
        self.count += 1;
        self.open.push(node);
    }

    fn close(&mut self, root: u32) {
        let part = self.sizes.len() as u32;
        let mut size = 0;
        while let Some(node) = self.open.pop() {
            self.part[node as usize] = part;
            size += 1;
            if node == root {
                break;
            }
        }
        self.sizes.push(size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(junctions: usize, arcs: &[(u32, u32)], expected: &[u32]) {
        let kept = largest(junctions, arcs);
        let kept: Vec<u32> = (0..junctions as u32).filter(|node| kept[*node as usize]).collect();
        assert_eq!(kept, expected, "{arcs:?}");
    }

    #[test]
    fn islands_and_one_way_dead_ends_are_left_out() {
        check(0, &[], &[]);
        check(2, &[(0, 1)], &[0]);
        check(5, &[(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)], &[0, 1, 2]);
        check(6, &[(0, 1), (1, 0), (2, 3), (3, 4), (4, 2), (0, 2)], &[2, 3, 4]);
    }

    #[test]
    fn a_long_street_does_not_exhaust_the_stack() {
        let arcs: Vec<(u32, u32)> = (0..200_000).flat_map(|n| [(n, n + 1), (n + 1, n)]).collect();
        assert!(largest(200_001, &arcs).into_iter().all(|kept| kept));
    }
}
