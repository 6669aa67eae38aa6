//! The chosen steps as rows: before, after, why, and which row leans on which.

use std::collections::BTreeSet;

use super::answer::{Row, RowKind};
use super::board::{LiveBoard, Step};
use super::choose::Draft;
use super::explain;
use super::figures::{Ground, slot};
use crate::planner::answer::Move;
use crate::planner::problem::{Job, Scene};

/// One step where it stands in the order.
struct Placed {
    step: Step,
    moves: Vec<Move>,
    cost: i64,
}

pub(super) fn rows(ground: &Ground, draft: &Draft) -> Vec<Row> {
    let placed = placed(ground, &draft.steps);
    let needs: Vec<Vec<u32>> =
        (0..draft.steps.len()).map(|at| needs(ground.board, &draft.steps, at, ground.scene)).collect();
    let rows = placed.into_iter().zip(needs.clone()).enumerate().filter_map(|(at, (placed, own))| {
        let number = at as u32 + 1;
        let makes_room = needs.iter().position(|needs| needs.contains(&number)).map(|later| later as u32 + 1);
        row(ground, &draft.board, placed, (number, own, makes_room))
    });
    rows.collect()
}

/// What each step costs and moves at its turn.
fn placed(ground: &Ground, steps: &[Step]) -> Vec<Placed> {
    let mut board = ground.board.clone();
    let mut before = super::figures::total(&board, ground.scene).cost;
    let mut placed = Vec::new();
    for step in steps {
        let Ok(made) = board.stepped(*step, ground.scene) else { continue };
        let moves = made.moves.clone();
        board.commit(*step, made);
        let after = super::figures::total(&board, ground.scene).cost;
        placed.push(Placed { step: *step, moves, cost: after - before });
        before = after;
    }
    placed
}

fn row(
    ground: &Ground,
    after: &LiveBoard,
    placed: Placed,
    (number, needs, makes_room): (u32, Vec<u32>, Option<u32>),
) -> Option<Row> {
    let Placed { step, moves, cost } = placed;
    let job = job_of(ground.board, step)?;
    let stands = ground.board.holder(step.work_order);
    let visit = stands.map(|(holder, at)| ground.board.technicians[holder].stops[at].visit);
    let kind = match (stands, step.to) {
        (None, _) => RowKind::Assign,
        (Some(_), None) => RowKind::TakeOff,
        (Some((holder, _)), Some(to)) if ground.board.technicians[holder].id == to => RowKind::Retime,
        (Some(_), Some(_)) => RowKind::Move,
    };
    let (before, after) = (slot(ground.board, step, ground.scene), slot(after, step, ground.scene));
    let holder = stands.map(|(holder, _)| &ground.board.technicians[holder]);
    let (ja, en) = explain::why_moved(kind, (holder, before.as_ref(), after.as_ref()), makes_room, ground.scene);
    Some(Row {
        number,
        kind,
        work_order_id: step.work_order,
        visit_id: visit,
        customer_name: job.customer_name.clone(),
        priority: job.priority,
        before,
        after,
        moves,
        needs,
        cost,
        ja,
        en,
    })
}

fn job_of(board: &LiveBoard, step: Step) -> Option<&Job> {
    let waiting = board.waiting.iter().find(|job| job.work_order == step.work_order);
    waiting.or_else(|| board.orders.get(&step.work_order))
}

/// The earlier rows without which a step cannot be made: none if it can be made alone, else those whose absence alone
/// is in its way, with what they lean on themselves.
fn needs(board: &LiveBoard, steps: &[Step], at: usize, scene: &Scene) -> Vec<u32> {
    if makes(board, steps, &BTreeSet::new(), at, scene) {
        return Vec::new();
    }
    let earlier: BTreeSet<usize> = (0..at).collect();
    let mut needed: BTreeSet<usize> = earlier
        .iter()
        .copied()
        .filter(|&one| {
            let rest: BTreeSet<usize> = earlier.iter().copied().filter(|&other| other != one).collect();
            !makes(board, steps, &rest, at, scene)
        })
        .collect();
    for one in needed.clone() {
        needed.extend(needs(board, steps, one, scene).into_iter().map(|number| number as usize - 1));
    }
    if !makes(board, steps, &needed, at, scene) {
        needed = earlier;
    }
    needed.into_iter().map(|one| one as u32 + 1).collect()
}

/// Whether a step can be made after some of the earlier ones; of those what can be made is made.
fn makes(board: &LiveBoard, steps: &[Step], earlier: &BTreeSet<usize>, at: usize, scene: &Scene) -> bool {
    let mut board = board.clone();
    for &one in earlier {
        board.make(steps[one], scene).ok();
    }
    board.make(steps[at], scene).is_ok()
}
