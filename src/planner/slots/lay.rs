//! Lays commitments on the routes of one day: each with a technician who may do it, inside its window, without making
//! anybody else later.
//!
//! First in order of their windows, each at its technician of last time or else where it costs least. When something is
//! left over that way, all orders of trying are gone through, within a number of questions: a few dozen commitments are
//! then decided, not guessed. What waits without a promise comes last and moves no commitment.
//!
//! Breaks have one time to begin here: each technician's is put where his live route has best room for it, and he still
//! drives ahead and rests at the next door. A break that gives way to each new stop could fall anywhere, and what fits
//! with a stop might then not fit without it; so might what an absence of that length would leave.

use std::collections::BTreeSet;

use super::{Commitment, Day, Hints};
use crate::domain::ids::{Id, TechnicianId, VisitId, WorkOrderId};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::planner::insert::{Trial, insert_at};
use crate::planner::problem::{BreakPlan, Job, Scene, Stop, TechnicianState};
use crate::planner::route::{Absences, Route, schedule};
use crate::planner::rules;

/// Technicians asked in one search: some ten milliseconds.
const QUESTIONS_MAX: u32 = 2_000;
/// Breaks are tried this far apart.
const BREAK_STEP: Seconds = Seconds::minutes(15);
/// Commitments of a day that are searched through; with more of them the first try stands.
const SEARCHED_MAX: usize = 60;

/// A day with its commitments on the routes.
#[derive(Debug, Clone, PartialEq)]
pub struct Laid {
    /// With breaks that stand still.
    pub routes: Vec<TechnicianState>,
    /// Commitments that nobody can keep.
    pub left: BTreeSet<WorkOrderId>,
    /// What waits and found no place on this day.
    pub waiting: Vec<Job>,
    pub hints: Hints,
}

/// Whether a day may end in allowed overtime.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overtime {
    Allowed,
    Refused,
}

/// A place for a job: whose route, and where on it.
#[derive(Debug, Clone, Copy)]
struct Place {
    technician: usize,
    position: usize,
    cost: i64,
}

/// Work orders that have no visit yet are told apart by their own number. A slot is half open: who comes as it ends is late.
pub(super) fn stop_of(job: &Job) -> Stop {
    let promised = job.promised.map(|slot| Window { to: slot.to - Seconds(1), ..slot });
    Stop { promised, ..Stop::of(job, VisitId::from_uuid(job.work_order.uuid())) }
}

/// The technician with his break at a fixed time: where it makes his own visits least late, then brings him home soonest,
/// then nearest to the middle of its window.
fn with_fixed_break(technician: &TechnicianState, scene: &Scene) -> TechnicianState {
    let Some(plan) = technician.break_plan else { return technician.clone() };
    let middle = plan.window.from + Seconds(plan.window.to.since(plan.window.from).0 / 2);
    let steps = 0..=plan.window.to.since(plan.window.from).0 / BREAK_STEP.0;
    let tried = steps.map(|step| {
        let from = plan.window.from + Seconds(step * BREAK_STEP.0);
        let fixed = BreakPlan { window: Window { from, to: from }, duration: plan.duration };
        let resting = TechnicianState { break_plan: Some(fixed), ..technician.clone() };
        let times = schedule(&resting, scene.travel, scene.now);
        let late: i64 = times.stops.iter().map(|stop| stop.late_against_promise.0).sum();
        ((late, times.home_at, from.since(middle).0.abs(), from), resting)
    });
    let best = tried.min_by_key(|(key, _)| *key);
    best.map_or_else(|| technician.clone(), |(_, resting)| resting)
}

/// The places on one route that keep the job's own promise and make nobody later, cheapest first.
pub(super) fn places(job: &Job, technician: &TechnicianState, scene: &Scene, overtime: Overtime) -> Vec<Trial> {
    let Some(shift) = technician.shift else { return Vec::new() };
    if job.promised.is_some_and(|promised| promised.from >= shift.to + technician.overtime_max)
        || !rules::may(job, technician, scene.now.day(scene.zone))
    {
        return Vec::new();
    }
    let limit = if overtime == Overtime::Allowed { shift.to + technician.overtime_max } else { shift.to };
    let stop = stop_of(job);
    let route = Route::new(technician, scene.travel, scene.now, Absences::Kept);
    let trials = (technician.frozen_prefix()..=technician.stops.len())
        .map(|position| route.trial(position, &stop, scene.travel, scene.now));
    let keeps = |trial: &Trial| stop.promised.is_none_or(|promised| trial.step.start <= promised.to);
    let mut kept: Vec<Trial> = trials
        .filter(|trial| trial.home.end <= limit && trial.harm == 0 && trial.broken == 0 && keeps(trial))
        .collect();
    kept.sort_by_key(|trial| (trial.cost, trial.position));
    kept
}

/// Lays what falls on this day. The order of `commitments` and `waiting` does not matter to the former and is the order
/// of precedence among the latter.
pub fn lay(day: &Day, commitments: &[&Commitment], waiting: &[Job], scene: &Scene) -> Laid {
    let scene = Scene { now: day.now, ..*scene };
    let mut sorted = commitments.to_vec();
    sorted.sort_by_key(|one| (one.window().map(|window| (window.to, window.from)), one.job.work_order));
    let bare: Vec<TechnicianState> = day.technicians.iter().map(|one| with_fixed_break(one, &scene)).collect();
    let mut laying = Laying { scene: &scene, commitments: &sorted, routes: bare.clone(), asked: 0 };
    let mut left = laying.first_try();
    if !left.is_empty() && sorted.len() <= SEARCHED_MAX {
        let first = std::mem::replace(&mut laying.routes, bare);
        if laying.search(0) {
            left.clear();
        } else {
            laying.routes = first;
        }
    }
    let hints = laying.hints();
    let waiting = waiting.iter().filter(|job| !laying.squeeze_in(job)).cloned().collect();
    Laid { routes: laying.routes, left, waiting, hints }
}

struct Laying<'a> {
    scene: &'a Scene<'a>,
    commitments: &'a [&'a Commitment],
    routes: Vec<TechnicianState>,
    asked: u32,
}

impl Laying<'_> {
    /// Each where it costs least, in order; gives what found no place.
    fn first_try(&mut self) -> BTreeSet<WorkOrderId> {
        let mut left = BTreeSet::new();
        for commitment in self.commitments {
            let job = &commitment.job;
            let hinted = self.options(job, |id| Some(id) == commitment.hint);
            let found = hinted.first().copied().or_else(|| self.options(job, |_| true).first().copied());
            match found {
                Some(place) => drop(self.put(job, place)),
                None => drop(left.insert(job.work_order)),
            }
        }
        left
    }

    /// All of them from `depth` on, in whatever way; false when there is none, or no more time to look.
    fn search(&mut self, depth: usize) -> bool {
        let Some(commitment) = self.commitments.get(depth) else { return true };
        let hint = commitment.hint;
        self.try_with(depth, |id| Some(id) == hint) || self.try_with(depth, |id| Some(id) != hint)
    }

    fn try_with(&mut self, depth: usize, who: impl Fn(TechnicianId) -> bool) -> bool {
        let job = &self.commitments[depth].job;
        for place in self.options(job, who) {
            let before = self.put(job, place);
            if self.search(depth + 1) {
                return true;
            }
            self.routes[place.technician] = before;
            if self.asked > QUESTIONS_MAX {
                return false;
            }
        }
        false
    }

    /// Places of the job with some technicians, cheapest first.
    fn options(&mut self, job: &Job, who: impl Fn(TechnicianId) -> bool) -> Vec<Place> {
        let mut found = Vec::new();
        for (technician, state) in self.routes.iter().enumerate().filter(|(_, state)| who(state.id)) {
            self.asked += 1;
            let trials = places(job, state, self.scene, Overtime::Allowed);
            found.extend(trials.iter().map(|trial| Place { technician, position: trial.position, cost: trial.cost }));
        }
        found.sort_by_key(|place| (place.cost, self.routes[place.technician].id, place.position));
        found
    }

    /// Gives the route as it was before.
    fn put(&mut self, job: &Job, place: Place) -> TechnicianState {
        let changed = insert_at(&self.routes[place.technician], job, stop_of(job), place.position);
        std::mem::replace(&mut self.routes[place.technician], changed)
    }

    /// Whether work without a promise found a place on this day.
    fn squeeze_in(&mut self, job: &Job) -> bool {
        let begins = job.wish.map_or(job.earliest, |wish| wish.from);
        if begins > self.ends() {
            return false;
        }
        let found = self.options(job, |_| true).first().copied();
        found.map(|place| self.put(job, place)).is_some()
    }

    /// The end of the last shift of the day.
    fn ends(&self) -> Timestamp {
        let shifts = self.routes.iter().filter_map(|state| state.shift);
        shifts.map(|shift| shift.to).max().unwrap_or(self.scene.now - Seconds(1))
    }

    fn hints(&self) -> Hints {
        let ours: BTreeSet<WorkOrderId> = self.commitments.iter().map(|one| one.job.work_order).collect();
        let stops =
            self.routes.iter().flat_map(|state| state.stops.iter().map(move |stop| (stop.work_order, state.id)));
        stops.filter(|(order, _)| ours.contains(order)).collect()
    }
}
