//! What to do when a running day changes: the fewest changes of the plan that stands, each with before and after, what
//! stays without a technician and why, and the same question on a copy of the board. README.md names the properties.

pub mod answer;
pub mod board;
mod choose;
mod explain;
mod figures;
mod rows;
pub mod suppose;
mod target;
mod why;

#[cfg(test)]
mod tests;

pub use answer::{Change, ChangeNamed, Figures, Left, Replan, Row, RowKind, RuleCount, Slot, WhatIf, WhatIfRequest};
pub use board::{LiveBoard, Moved, No, Step, fits, late_start, moved, rehanded};
pub use suppose::{BadChange, Supposed, suppose};

use std::collections::BTreeSet;

use super::problem::{Scene, TechnicianState};
use super::schedule;
use crate::domain::ids::WorkOrderId;

/// How far one re-planning may go. The same bounds and the same board give the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Visits that people know of and that may change hands, order or be taken off.
    pub moves: usize,
    /// Rows of the whole proposal.
    pub rows: usize,
    /// Steps of the whole-day search.
    pub steps: u64,
    pub seed: u64,
    /// Larger days are mended by insertion alone.
    pub search_jobs: usize,
    /// Jobs left over, the most urgent first, for which a way out is looked for; of the rest only the reasons are told.
    pub ways_out: usize,
}

/// Proposes changes to a running day. Nothing is decided by it; no promise that holds is broken by it.
pub fn replan(board: &LiveBoard, bounds: Bounds, scene: &Scene) -> Replan {
    let ground = figures::Ground::new(board, scene);
    let chosen = choose::choose(&ground, bounds);
    let after = &chosen.board;
    Replan {
        computed_at: scene.now,
        rows: rows::rows(&ground, &chosen),
        before: figures::total(board, scene),
        after: figures::total(after, scene),
        disturbed: ground.disturbed(after),
        left: why::left(after, bounds.ways_out, scene),
    }
}

/// The figures of a board as it stands.
pub fn figures(board: &LiveBoard, scene: &Scene) -> Figures {
    figures::total(board, scene)
}

/// Visits that would start past what was promised as the board stands.
pub fn late(board: &LiveBoard, scene: &Scene) -> BTreeSet<WorkOrderId> {
    let of_one = |technician: &TechnicianState| {
        let plan = schedule(technician, scene.travel, scene.now);
        let late = technician.stops.iter().zip(plan.stops).filter(|(_, times)| times.late_against_promise.0 > 0);
        late.map(|(stop, _)| stop.work_order).collect::<Vec<_>>()
    };
    board.technicians.iter().flat_map(of_one).collect()
}
