//! From shortcuts back to streets.

use super::{Direction, Hierarchy, STREET};

impl Hierarchy {
    /// The streets of a way that climbs along `up` and comes down along `down` (both ranks, the summit in both), in the
    /// order of travel: street and the junction where it is entered.
    pub fn streets(&self, up: &[u32], down: &[u32]) -> Vec<(u32, u32)> {
        let mut streets = Vec::new();
        for pair in up.windows(2) {
            self.unpack(pair[0], pair[1], &mut streets);
        }
        for pair in down.windows(2).rev() {
            self.unpack(pair[1], pair[0], &mut streets);
        }
        streets
    }

    /// Resolves the arc between two junctions; the lower one knows it.
    fn unpack(&self, from: u32, to: u32, streets: &mut Vec<(u32, u32)>) {
        let mut open = vec![(from, to)];
        while let Some((from, to)) = open.pop() {
            match self.via(from, to) {
                Some(via) if via & STREET != 0 => streets.push((via ^ STREET, from)),
                Some(via) => open.extend([(via, to), (from, via)]),
                None => debug_assert!(false, "a shortcut {from} -> {to} stands for nothing"),
            }
        }
    }

    fn via(&self, from: u32, to: u32) -> Option<u32> {
        let (direction, low, high) = match from < to {
            true => (Direction::Forward, from, to),
            false => (Direction::Backward, to, from),
        };
        let up = self.upward(direction);
        let index = up.of(low).binary_search_by_key(&high, |arc| arc.to).ok()?;
        Some(up.via[up.first[low as usize] as usize + index])
    }
}
