//! Which steps are worth proposing.
//!
//! The whole-day search and plain insertion name candidates; each is made on a copy of the board by the rules that the
//! command asks, and stays when the board with it is worth more, what it disturbs included. Then every step that is
//! not worth its trouble goes, and the least useful ones until the bound is kept. Steps that lean on a dropped one drop
//! with it. Nothing random: ties go to the smaller ids.

use super::board::{LiveBoard, Step, Stepped};
use super::figures::Ground;
use super::{Bounds, target};
use crate::domain::ids::{TechnicianId, WorkOrderId};
use crate::planner::rank;
use crate::planner::schedule;

/// Steps made on a copy of the board.
#[derive(Clone)]
pub(super) struct Draft {
    pub board: LiveBoard,
    /// In the order in which they can be made.
    pub steps: Vec<Step>,
    routes: Vec<i64>,
    waits: i64,
}

impl Draft {
    fn new(ground: &Ground) -> Self {
        let board = ground.board.clone();
        let routes = board.technicians.iter().map(|one| ground.worth(one)).collect();
        let waits = board.waiting.iter().map(|job| ground.waits(job)).sum();
        Self { board, steps: Vec::new(), routes, waits }
    }

    fn worth(&self) -> i64 {
        self.routes.iter().sum::<i64>() + self.waits
    }

    /// What the board would be worth with a step.
    fn with(&self, step: Step, made: &Stepped, ground: &Ground) -> i64 {
        let changed = made.giver.iter().chain(&made.taker);
        let routes: i64 = changed.map(|(number, route)| ground.worth(route) - self.routes[*number]).sum();
        let job = ground.board.orders.get(&step.work_order);
        let waited = self.board.waiting.iter().find(|job| job.work_order == step.work_order);
        let gone = waited.filter(|_| step.to.is_some()).map_or(0, |job| ground.waits(job));
        let back = job.filter(|_| step.to.is_none()).map_or(0, |job| ground.waits(job));
        self.worth() + routes + back - gone
    }

    fn commit(&mut self, step: Step, made: Stepped, ground: &Ground) {
        for (number, route) in made.giver.iter().chain(&made.taker) {
            self.routes[*number] = ground.worth(route);
        }
        self.board.commit(step, made);
        self.waits = self.board.waiting.iter().map(|job| ground.waits(job)).sum();
        self.steps.push(step);
    }

    fn has(&self, order: WorkOrderId) -> bool {
        self.steps.iter().any(|step| step.work_order == order)
    }

    /// Makes what can be made of some steps, again and again, since one may make room for another.
    fn make_all(&mut self, steps: &[Step], ground: &Ground) {
        let mut open: Vec<Step> = steps.iter().filter(|step| !self.has(step.work_order)).copied().collect();
        loop {
            let before = open.len();
            open.retain(|step| match self.board.stepped(*step, ground.scene) {
                Ok(made) => {
                    self.commit(*step, made, ground);
                    false
                }
                Err(_) => true,
            });
            if open.is_empty() || open.len() == before {
                return;
            }
        }
    }

    /// Makes the best of some steps, if the board is worth more with it.
    fn make_best(&mut self, steps: impl Iterator<Item = Step>, ground: &Ground) {
        let tried = steps.filter_map(|step| {
            let made = self.board.stepped(step, ground.scene).ok()?;
            Some((self.with(step, &made, ground), step, made))
        });
        let best = tried.min_by_key(|(worth, step, _)| (*worth, step.to));
        if let Some((worth, step, made)) = best
            && worth < self.worth()
        {
            self.commit(step, made, ground);
        }
    }
}

pub(super) fn choose(ground: &Ground, bounds: Bounds) -> Draft {
    let empty = Draft::new(ground);
    let mut wished = empty.clone();
    wished.make_all(&target::changes(ground.board, bounds, ground.scene), ground);
    let mut draft = pruned(&empty, wished, ground);
    give_waiting(&mut draft, bounds, ground);
    relieve(&mut draft, ground);
    take_off(&mut draft, ground);
    let draft = bounded(&empty, pruned(&empty, draft, ground), bounds, ground);
    let mut draft = pruned(&empty, draft, ground);
    give_waiting(&mut draft, bounds, ground);
    draft
}

/// Each waiting job goes to the best of the ranking who breaks no promise, the most urgent first.
fn give_waiting(draft: &mut Draft, bounds: Bounds, ground: &Ground) {
    let mut waiting = draft.board.waiting.clone();
    waiting.retain(|job| !draft.has(job.work_order) && ground.board.holder(job.work_order).is_none());
    waiting.sort_by_key(|job| (job.priority, job.arrive_by.is_none(), job.arrive_by, job.work_order));
    for job in waiting {
        if draft.steps.len() >= bounds.rows {
            return;
        }
        let ranking = rank(&job, &draft.board.technicians, ground.scene);
        let fit = ranking.candidates.iter().filter(|one| one.fit && one.breaks.is_empty());
        let best = fit.map(|one| one.technician_id).find(|id| !job.declined.contains(id));
        draft.make_best(best.into_iter().map(|to| Step { work_order: job.work_order, to: Some(to) }), ground);
    }
}

/// Visits that are in trouble go to whoever is best for the whole board, or to a better place of their own route.
fn relieve(draft: &mut Draft, ground: &Ground) {
    for order in troubled(&draft.board, ground) {
        if draft.has(order) {
            continue;
        }
        let everybody: Vec<TechnicianId> = draft.board.technicians.iter().map(|one| one.id).collect();
        draft.make_best(everybody.into_iter().map(|to| Step { work_order: order, to: Some(to) }), ground);
    }
}

/// Visits that start past their promise, and all that has not begun of a day that ends too late: the most urgent first.
fn troubled(board: &LiveBoard, ground: &Ground) -> Vec<WorkOrderId> {
    let mut found = Vec::new();
    for one in &board.technicians {
        let plan = schedule(one, ground.scene.travel, ground.scene.now);
        let beyond = super::figures::of_route(one, &plan).beyond_s.0 > 0;
        for (stop, times) in one.stops.iter().zip(&plan.stops).skip(one.frozen_prefix()) {
            let late = stop.arrive_by.is_some_and(|due| times.arrive > due);
            if beyond || late || times.late_against_promise.0 > 0 {
                found.push((stop.priority, stop.work_order));
            }
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, order)| order).filter(|order| board.orders.contains_key(order)).collect()
}

/// Where a day still ends past all that is allowed, what nobody can do goes back to the queue, the least urgent first:
/// its customer is told today rather than left waiting.
fn take_off(draft: &mut Draft, ground: &Ground) {
    let mut hopeless = troubled(&draft.board, ground);
    hopeless.reverse();
    for order in hopeless.into_iter().filter(|order| !draft.has(*order)).collect::<Vec<_>>() {
        let Some((holder, _)) = draft.board.holder(order) else { continue };
        let technician = &draft.board.technicians[holder];
        let plan = schedule(technician, ground.scene.travel, ground.scene.now);
        let kept = plan.stops.iter().zip(&technician.stops).any(|(times, stop)| {
            stop.work_order == order && times.late_against_promise.0 == 0 && stop.promise().is_some()
        });
        // A promise that still holds is never given up.
        if !kept && super::figures::of_route(technician, &plan).beyond_s.0 > 0 {
            draft.make_best(std::iter::once(Step { work_order: order, to: None }), ground);
        }
    }
}

fn remade(empty: &Draft, steps: &[Step], ground: &Ground) -> Draft {
    let mut draft = empty.clone();
    draft.make_all(steps, ground);
    draft
}

fn is_move(step: &Step, ground: &Ground) -> bool {
    ground.board.holder(step.work_order).is_some()
}

fn without(draft: &Draft, order: WorkOrderId) -> Vec<Step> {
    draft.steps.iter().filter(|step| step.work_order != order).copied().collect()
}

/// Without the moves that are not worth their trouble.
fn pruned(empty: &Draft, draft: Draft, ground: &Ground) -> Draft {
    let moves: Vec<WorkOrderId> =
        draft.steps.iter().rev().filter(|step| is_move(step, ground)).map(|step| step.work_order).collect();
    let mut best = draft;
    for order in moves {
        if !best.has(order) {
            continue;
        }
        let tried = remade(empty, &without(&best, order), ground);
        if tried.worth() <= best.worth() {
            best = tried;
        }
    }
    if best.worth() < empty.worth() { best } else { empty.clone() }
}

/// With no more moves and rows than allowed: the least useful ones go.
fn bounded(empty: &Draft, draft: Draft, bounds: Bounds, ground: &Ground) -> Draft {
    let mut best = draft;
    loop {
        let moves: Vec<Step> = best.steps.iter().filter(|step| is_move(step, ground)).copied().collect();
        let (over, among) = match moves.len().checked_sub(bounds.moves).filter(|over| *over > 0) {
            Some(over) => (over, moves),
            None => (best.steps.len().saturating_sub(bounds.rows), best.steps.clone()),
        };
        if over == 0 {
            return best;
        }
        let worth = |step: &Step| remade(empty, &without(&best, step.work_order), ground).worth();
        let mut least: Vec<(i64, WorkOrderId)> = among.iter().map(|step| (worth(step), step.work_order)).collect();
        least.sort_unstable();
        let gone: Vec<WorkOrderId> = least.into_iter().take(over).map(|(_, order)| order).collect();
        let kept: Vec<Step> = best.steps.iter().filter(|step| !gone.contains(&step.work_order)).copied().collect();
        best = remade(empty, &kept, ground);
    }
}
