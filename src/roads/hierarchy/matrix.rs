//! Many to many: the destinations leave their climbs in buckets at the junctions, each start collects them on its way up
//! (Knopp et al., *Computing Many-to-Many Shortest Paths Using Highway Hierarchies*, 2007).

use super::{Climber, Direction, Hierarchy, Label, NEVER};
use crate::roads::threads::each;

/// Starts that one thread does at once.
const AT_ONCE: usize = 32;

/// A junction with the time from a start or to a destination.
type Seeds = Vec<(u32, u32)>;

#[derive(Clone, Copy, Default)]
struct Left {
    target: u32,
    ms: u32,
}

struct Buckets {
    first: Vec<u32>,
    left: Vec<Left>,
}

/// Milliseconds from each start to each destination, row by row; [`NEVER`] where no way leads.
pub fn matrix(hierarchy: &Hierarchy, starts: &[Seeds], targets: &[Seeds]) -> Vec<Vec<u32>> {
    let buckets = Buckets::of(hierarchy, targets);
    let rows = each(&pieces(starts.len()), |piece| {
        let mut climber = Climber::new(hierarchy);
        let row = |seeds: &Seeds| buckets.row(&climber.climb(hierarchy, Direction::Forward, seeds), targets.len());
        starts[piece.clone()].iter().map(row).collect::<Vec<_>>()
    });
    rows.into_iter().flatten().collect()
}

fn pieces(count: usize) -> Vec<std::ops::Range<usize>> {
    (0..count).step_by(AT_ONCE).map(|start| start..(start + AT_ONCE).min(count)).collect()
}

impl Buckets {
    fn of(hierarchy: &Hierarchy, targets: &[Seeds]) -> Self {
        let labels: Vec<Vec<Label>> = each(&pieces(targets.len()), |piece| {
            let mut climber = Climber::new(hierarchy);
            targets[piece.clone()].iter().map(|seeds| climber.climb(hierarchy, Direction::Backward, seeds)).collect()
        });
        let labels: Vec<Label> = labels.into_iter().flatten().collect();
        let mut first = vec![0_u32; hierarchy.junctions() + 1];
        for &rank in labels.iter().flat_map(|label| &label.ranks) {
            first[rank as usize + 1] += 1;
        }
        for rank in 1..first.len() {
            first[rank] += first[rank - 1];
        }
        let mut left = vec![Left::default(); first.last().map_or(0, |&end| end as usize)];
        let mut next = first.clone();
        for (target, label) in labels.iter().enumerate() {
            for (&rank, &ms) in label.ranks.iter().zip(&label.ms) {
                let slot = &mut next[rank as usize];
                left[*slot as usize] = Left { target: target as u32, ms };
                *slot += 1;
            }
        }
        Self { first, left }
    }

    fn row(&self, label: &Label, targets: usize) -> Vec<u32> {
        let mut row = vec![NEVER; targets];
        for (&rank, &ms) in label.ranks.iter().zip(&label.ms) {
            let bucket = self.first[rank as usize] as usize..self.first[rank as usize + 1] as usize;
            for left in &self.left[bucket] {
                let slot = &mut row[left.target as usize];
                *slot = (*slot).min(ms.saturating_add(left.ms));
            }
        }
        row
    }
}
