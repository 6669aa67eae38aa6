//! What a board costs, in seconds of driving.
//!
//! Driving and overtime count once; past what overtime is allowed, four times more. Lateness counts as in an insertion:
//! arrival past the due time by the priority's weight, start past a promise eight times and two hours once. Work that
//! waits counts as started when the last day of all ends, and four hours more, by the priority's weight. What people were told counts beside it: another technician a
//! quarter of an hour, another time a tenth of the shift, a visit taken off half an hour.

use std::collections::BTreeMap;

use super::answer::{Figures, Slot};
use super::board::LiveBoard;
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::time::{Seconds, Timestamp};
use crate::planner::insert::priority_weight;
use crate::planner::problem::{Job, Scene, Stop, TechnicianState};
use crate::planner::route::{Schedule, StopTimes, schedule};

const BEYOND_WEIGHT: i64 = 4;
const PROMISE_WEIGHT: i64 = 8;
const BROKEN_PROMISE: i64 = 7_200;
const WAITING: i64 = 4 * 3_600;
pub(super) const OTHER_TECHNICIAN: i64 = 900;
const TAKEN_OFF: i64 = 1_800;
const SHIFT_SHARE: i64 = 10;
/// A start that shifts by less is noise to people.
const WORTH_TELLING: Seconds = Seconds::minutes(2);

/// The board as it stands: what changes are measured against.
pub(super) struct Ground<'a> {
    pub board: &'a LiveBoard,
    pub scene: &'a Scene<'a>,
    told: BTreeMap<VisitId, (TechnicianId, Timestamp)>,
    horizon: Timestamp,
}

impl<'a> Ground<'a> {
    pub fn new(board: &'a LiveBoard, scene: &'a Scene<'a>) -> Self {
        let told = board.technicians.iter().flat_map(|one| {
            let plan = schedule(one, scene.travel, scene.now);
            plan.stops.into_iter().map(|times| (times.visit, (one.id, times.start)))
        });
        Self { board, scene, told: told.collect(), horizon: horizon(board, scene) }
    }

    /// What a route costs, and what it disturbs.
    pub fn worth(&self, technician: &TechnicianState) -> i64 {
        let plan = schedule(technician, self.scene.travel, self.scene.now);
        let disturbed: i64 = plan.stops.iter().map(|times| self.disturbance(technician, times)).sum();
        of_route(technician, &plan).cost + disturbed
    }

    fn disturbance(&self, technician: &TechnicianState, times: &StopTimes) -> i64 {
        let Some((holder, start)) = self.told.get(&times.visit) else { return 0 };
        let other = i64::from(*holder != technician.id) * OTHER_TECHNICIAN;
        other + times.start.since(*start).0.abs() / SHIFT_SHARE
    }

    /// What it costs that a job waits.
    pub fn waits(&self, job: &Job) -> i64 {
        let taken = self.board.holder(job.work_order).is_some();
        waiting(job, self.horizon) + i64::from(taken) * TAKEN_OFF
    }

    /// Visits of which people were told something else.
    pub fn disturbed(&self, after: &LiveBoard) -> u32 {
        let mut same = 0;
        for one in &after.technicians {
            let plan = schedule(one, self.scene.travel, self.scene.now);
            same += plan.stops.iter().filter(|times| self.is_told(one, times)).count();
        }
        u32::try_from(self.told.len().saturating_sub(same)).unwrap_or(u32::MAX)
    }

    fn is_told(&self, technician: &TechnicianState, times: &StopTimes) -> bool {
        self.told.get(&times.visit).is_some_and(|(holder, start)| {
            *holder == technician.id && times.start.since(*start).0.abs() < WORTH_TELLING.0
        })
    }
}

/// When the last day of all ends. Work that waits is at least as late as it could be today.
pub(super) fn horizon(board: &LiveBoard, scene: &Scene) -> Timestamp {
    let ends = board.technicians.iter().filter_map(|one| Some(one.shift?.to + one.overtime_max));
    ends.max().unwrap_or(scene.now)
}

fn waiting(job: &Job, horizon: Timestamp) -> i64 {
    let late = job.arrive_by.map_or(0, |due| horizon.since(due).max_zero().0);
    (WAITING + late) * priority_weight(job.priority) + i64::from(job.promised.is_some()) * BROKEN_PROMISE
}

/// What leaving a job out costs in the whole-day search.
pub(super) fn penalty(job: &Job, planned: bool, horizon: Timestamp) -> i64 {
    waiting(job, horizon) * if planned { 2 } else { 1 }
}

/// The figures of one route.
pub(super) fn of_route(technician: &TechnicianState, plan: &Schedule) -> Figures {
    let shift = technician.shift;
    let past = |limit: Option<Timestamp>| limit.map_or(Seconds::ZERO, |at| plan.home_at.since(at).max_zero());
    let works = !technician.stops.is_empty();
    let overtime = past(shift.filter(|_| works).map(|shift| shift.to));
    let beyond = match shift {
        Some(shift) => past(Some(shift.to + technician.overtime_max).filter(|_| works)),
        // Visits on a day without a shift, as after a change of the roster.
        None if works => plan.travel,
        None => Seconds::ZERO,
    };
    let mut sum = Figures {
        visits: u32::try_from(technician.stops.len()).unwrap_or(u32::MAX),
        travel_s: plan.travel,
        overtime_s: overtime,
        beyond_s: beyond,
        cost: plan.travel.0 + overtime.0 + beyond.0 * BEYOND_WEIGHT,
        ..Figures::default()
    };
    for (stop, times) in technician.stops.iter().zip(&plan.stops) {
        let late = late(stop, times);
        let broken = times.late_against_promise;
        sum.late_s = sum.late_s + late;
        sum.promises_broken += u32::from(broken.0 > 0);
        sum.promise_late_s = sum.promise_late_s + broken;
        sum.cost += late.0 * priority_weight(stop.priority) + broken.0 * PROMISE_WEIGHT;
        sum.cost += i64::from(broken.0 > 0) * BROKEN_PROMISE;
    }
    sum
}

fn late(stop: &Stop, times: &StopTimes) -> Seconds {
    stop.arrive_by.map_or(Seconds::ZERO, |due| times.arrive.since(due).max_zero())
}

/// The figures of a whole board.
pub(super) fn total(board: &LiveBoard, scene: &Scene) -> Figures {
    let mut sum = Figures { waiting: u32::try_from(board.waiting.len()).unwrap_or(u32::MAX), ..Figures::default() };
    let horizon = horizon(board, scene);
    sum.cost = board.waiting.iter().map(|job| waiting(job, horizon)).sum();
    for one in &board.technicians {
        let route = of_route(one, &schedule(one, scene.travel, scene.now));
        sum.visits += route.visits;
        sum.travel_s = sum.travel_s + route.travel_s;
        sum.overtime_s = sum.overtime_s + route.overtime_s;
        sum.beyond_s = sum.beyond_s + route.beyond_s;
        sum.late_s = sum.late_s + route.late_s;
        sum.promises_broken += route.promises_broken;
        sum.promise_late_s = sum.promise_late_s + route.promise_late_s;
        sum.cost += route.cost;
    }
    sum
}

/// Where a work order stands on a board.
pub(super) fn slot(board: &LiveBoard, step: super::Step, scene: &Scene) -> Option<Slot> {
    let (number, at) = board.holder(step.work_order)?;
    let technician = &board.technicians[number];
    let plan = schedule(technician, scene.travel, scene.now);
    let (stop, times) = (&technician.stops[at], &plan.stops[at]);
    Some(Slot {
        technician_id: technician.id,
        technician_name: technician.name.clone(),
        start: times.start,
        end: times.end,
        travel_s: times.travel,
        promised: stop.promise(),
        promise_late_s: times.late_against_promise,
        late_s: late(stop, times),
    })
}
