//! The best place for one more stop on one route.
//!
//! A position costs two travel look-ups and a walk along what follows, which ends at the first stop that does not
//! feel the insertion any more (its window or promised start swallows the delay). No allocation per position.
//!
//! Cost in seconds of driving, the least wins, the earlier position at a tie:
//! - extra driving, once; time past the shift's end, once;
//! - wait of the new customer, `priority weight / 8` (P1 8, P2 4, P3 2, P4 1);
//! - lateness against `arrive_by` or a soft window, `priority weight`, the new stop's and what others get more;
//! - work past a promise, `PROMISE_WEIGHT`, and `BROKEN_PROMISE` once for each that held before;
//! - shift of another visit's start, one tenth.
//!
//! A place that brings him home after shift end and allowed overtime, or before a frozen stop, is no place.

use crate::domain::time::{Seconds, Timestamp, Window};
use crate::roads::TravelTimes;

use super::answer::{Break, Insertion, Move};
use super::line::Slot;
use super::problem::{Job, Stop, TechnicianState};
use super::route::{Cursor, Route, Step, after, before, promise_overrun};
use super::spread::{self, Passed};

/// Two hours of driving rather than one broken promise.
const BROKEN_PROMISE: i64 = 7_200;
/// As dear as the lateness of a P1: a promise is a promise.
const PROMISE_WEIGHT: i64 = 8;
/// A visit that shifts unnoticed inside its promise still costs calls and trust.
const SHIFT_SHARE: i64 = 10;
const WAIT_SHARE: i64 = 8;
/// Smaller shifts than a minute are not worth a line on the screen.
const MOVE_MIN: Seconds = Seconds(60);

/// What a second of lateness costs in seconds of driving.
pub(crate) fn priority_weight(priority: u8) -> i64 {
    match priority {
        0 | 1 => 8,
        2 => 4,
        3 => 2,
        _ => 1,
    }
}

/// One tried position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trial {
    pub position: usize,
    pub step: Step,
    pub home: Step,
    pub detour: Seconds,
    pub broken: u32,
    /// What other stops get later against due time, window or promise, weighted as in the cost.
    pub harm: i64,
    pub cost: i64,
}

/// Why a route has no place: the least time past the last allowed moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoPlace {
    pub over: Seconds,
}

/// Lateness against due time, soft window and promise, in seconds of driving.
pub(crate) fn lateness(slot: &Slot, step: &Step) -> i64 {
    let past = |limit: Option<Timestamp>, at: Timestamp| limit.map_or(0, |limit| at.since(limit).0.max(0));
    let window = slot.windows.last().filter(|last| !last.hard).map(|last| last.window.to);
    let soft = past(slot.arrive_by, step.arrive).max(past(window, step.start));
    soft * slot.weight + slot.overrun(step.start).0 * PROMISE_WEIGHT
}

pub(crate) fn newly_broken(slot: &Slot, old_start: Timestamp, new_start: Timestamp) -> bool {
    slot.overrun(old_start).0 == 0 && slot.overrun(new_start).0 > 0
}

/// What the new stop itself costs: the way, the wait since `at_once`, lateness, a broken promise.
pub(crate) fn own_cost(slot: &Slot, step: &Step, at_once: Timestamp, detour: Seconds) -> i64 {
    let waited = step.start.since(at_once).0.max(0);
    let broken = i64::from(slot.overrun(step.start).0 > 0) * BROKEN_PROMISE;
    waited * slot.weight / WAIT_SHARE + lateness(slot, step) + detour.0 + broken
}

/// What a later stop feels of an insertion.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Felt {
    pub later_by: i64,
    pub broke: bool,
    pub cost: i64,
}

impl Felt {
    pub fn of(slot: &Slot, (old_start, old_lateness): (Timestamp, i64), new: &Step) -> Self {
        let later_by = lateness(slot, new) - old_lateness;
        let broke = newly_broken(slot, old_start, new.start);
        let cost = later_by + i64::from(broke) * BROKEN_PROMISE + new.start.since(old_start).0.abs() / SHIFT_SHARE;
        Self { later_by, broke, cost }
    }
}

/// A shift of the start that is worth a line on the screen.
pub(crate) fn noticed(old_start: Timestamp, new_start: Timestamp) -> bool {
    new_start.since(old_start).0.abs() >= MOVE_MIN.0
}

/// Seconds at home after the shift's end.
pub(crate) fn overtime(shift: Option<Window>, home: &Step) -> i64 {
    shift.map_or(0, |shift| home.end.since(shift.to).0.max(0))
}

impl Route<'_> {
    /// Walks the route with `stop` at `position`; `changed` sees every later stop that feels it.
    fn walk(
        &self,
        (position, stop): (usize, &Stop),
        (leg_in, leg_out): (Seconds, Seconds),
        mut changed: impl FnMut(&Stop, &Step, &Step),
    ) -> (Step, Step) {
        let mut cursor: Cursor = self.cursors[position];
        let added = self.step(&mut cursor, leg_in, stop);
        let mut leg = leg_out;
        for index in position..self.steps.len() {
            let (later, old) = (&self.technician.stops[index], &self.steps[index]);
            let new = self.step(&mut cursor, leg, later);
            changed(later, old, &new);
            leg = self.legs[index + 1];
            if cursor == self.cursors[index + 1] {
                return (added, self.home);
            }
        }
        (added, self.homeward(cursor, leg, true))
    }

    fn legs_around(&self, position: usize, stop: &Stop, travel: &dyn TravelTimes) -> (Seconds, Seconds) {
        let inward = travel.seconds(before(self.technician, position), stop.position).seconds;
        let outward = travel.seconds(stop.position, after(self.technician, position)).seconds;
        (inward, outward)
    }

    /// The cost of `stop` at `position`, whatever the shift says.
    pub fn trial(&self, position: usize, stop: &Stop, travel: &dyn TravelTimes, now: Timestamp) -> Trial {
        let legs = self.legs_around(position, stop, travel);
        let (mut cost, mut broken, mut harm) = (0, 0, 0);
        let (step, home) = self.walk((position, stop), legs, |later, old, new| {
            let later = Slot::of(later);
            let felt = Felt::of(&later, (old.start, lateness(&later, old)), new);
            broken += u32::from(felt.broke);
            harm += felt.later_by.max(0);
            cost += felt.cost;
        });
        let detour = legs.0 + legs.1 - self.legs[position];
        let shift = self.technician.shift;
        cost += own_cost(&Slot::of(stop), &step, now.max(stop.earliest), detour);
        cost += overtime(shift, &home) - overtime(shift, &self.home);
        Trial { position, step, home, detour, broken, harm, cost }
    }

    /// The cheapest place that keeps the shift, if there is one.
    pub fn best(&self, stop: &Stop, travel: &dyn TravelTimes, now: Timestamp) -> Result<Trial, NoPlace> {
        let Some(shift) = self.technician.shift else {
            return Err(NoPlace { over: Seconds::ZERO });
        };
        let limit = shift.to + self.technician.overtime_max;
        let mut best: Result<Trial, NoPlace> = Err(NoPlace { over: Seconds(i64::MAX) });
        for position in self.technician.frozen_prefix()..=self.steps.len() {
            let trial = self.trial(position, stop, travel, now);
            best = match best {
                _ if trial.home.end > limit => {
                    best.map_err(|no| NoPlace { over: no.over.min(trial.home.end.since(limit)) })
                }
                Ok(found) if found.cost <= trial.cost => Ok(found),
                _ => Ok(trial),
            };
        }
        best
    }

    /// What other customers would notice of a trial.
    pub fn effects(&self, trial: &Trial, stop: &Stop, travel: &dyn TravelTimes) -> (Vec<Move>, Vec<Break>) {
        let (mut moves, mut breaks) = (Vec::new(), Vec::new());
        let legs = self.legs_around(trial.position, stop, travel);
        self.walk((trial.position, stop), legs, |later, old, new| {
            if noticed(old.start, new.start) {
                moves.push(moved(later, old, new));
            }
            if let Some(promised) = later.promise().filter(|_| newly_broken(&Slot::of(later), old.start, new.start)) {
                let (visit_id, customer_name) = (later.visit, later.customer_name.clone());
                breaks.push(Break { visit_id, customer_name, promised, would_start: new.start });
            }
        });
        (moves, breaks)
    }

    pub fn insertion(&self, trial: &Trial, leg_in: Seconds) -> Insertion {
        let before = self.technician.stops.iter().zip(&self.steps).zip(&self.legs).take(trial.position);
        let before =
            before.map(|((stop, step), &leg)| Passed { begun: stop.begun, service: stop.service, leg, step: *step });
        let (arrive_earliest, arrive_latest) =
            spread::around(before, self.cursors[trial.position].free, trial.step.arrive, leg_in);
        Insertion {
            position: trial.position,
            after_visit_id: trial.position.checked_sub(1).map(|index| self.technician.stops[index].visit),
            start: trial.step.start,
            end: trial.step.end,
            arrive_earliest,
            arrive_latest,
            detour_s: trial.detour,
        }
    }
}

fn moved(stop: &Stop, old: &Step, new: &Step) -> Move {
    Move {
        visit_id: stop.visit,
        customer_name: stop.customer_name.clone(),
        from_start: old.start,
        to_start: new.start,
        promise_kept: promise_overrun(stop, new.start).0 == 0,
    }
}

/// The route with the stop at `position`, its parts no longer free on the van.
///
/// Positions past the end mean the end; positions inside the frozen prefix mean right behind it.
pub fn insert_at(technician: &TechnicianState, job: &Job, stop: Stop, position: usize) -> TechnicianState {
    let mut changed = technician.clone();
    let position = position.clamp(technician.frozen_prefix(), technician.stops.len());
    changed.stops.insert(position, stop);
    for need in &job.demand {
        let mut left = need.quantity;
        for part in changed.parts.iter_mut().filter(|part| part.code == need.code) {
            let used = left.min(part.quantity);
            part.quantity -= used;
            left -= used;
        }
    }
    changed
}
