//! A territory's live board, and one step on it: exactly what the command makes of an approved row.

use std::collections::BTreeMap;

use crate::domain::ids::{Id, TechnicianId, TerritoryId, VisitId, WorkOrderId};
use crate::domain::promise;
use crate::domain::time::{Timestamp, Window};
use crate::planner::answer::{Break, Candidate, Insertion, Move, RuleResult};
use crate::planner::insert::insert_at;
use crate::planner::problem::{Job, Scene, Stop, TechnicianState};
use crate::planner::{invariants, rank, schedule};

/// What one snapshot says.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveBoard {
    pub territory: TerritoryId,
    /// Who serves the territory, with their live routes.
    pub technicians: Vec<TechnicianState>,
    /// Everybody else of the company, who could be borrowed.
    pub others: Vec<TechnicianState>,
    pub waiting: Vec<Job>,
    /// The jobs behind the visits of this territory; a visit whose job is not here stays where it is.
    pub orders: BTreeMap<WorkOrderId, Job>,
}

/// Who gets a work order. None takes its visit off the route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Step {
    pub work_order: WorkOrderId,
    pub to: Option<TechnicianId>,
}

/// Why a step cannot be made.
#[derive(Debug, Clone, PartialEq)]
pub enum No {
    /// Neither waiting nor on a route that this board may change, or nobody of that name.
    Unknown,
    /// Under way, working or before somebody who is.
    Frozen,
    /// Hard rules are in the way.
    Unfit(Vec<RuleResult>),
    /// Promises that hold would not hold any more.
    Breaks(Vec<Break>),
}

/// The routes that a step changes.
#[derive(Debug, Clone)]
pub(super) struct Stepped {
    /// Who loses the visit, by place in the board, and his route then.
    pub giver: Option<(usize, TechnicianState)>,
    /// Who gets it; of one who keeps it at another place, his final route.
    pub taker: Option<(usize, TechnicianState)>,
    pub moves: Vec<Move>,
}

/// The job of a visit that changes hands: what its customer was promised stands.
pub fn rehanded(job: &Job, stop: &Stop) -> Job {
    let promised = stop.promised.or(job.promised);
    Job { promised, wish: job.wish.filter(|_| promised.is_none()), ..job.clone() }
}

/// The technician without one of his stops; the parts that were meant for it lie free on his van.
pub(super) fn taken_off(technician: &TechnicianState, visit: VisitId, job: &Job) -> TechnicianState {
    let mut rest = technician.clone();
    rest.stops.retain(|stop| stop.visit != visit);
    for need in &job.demand {
        if let Some(part) = rest.parts.iter_mut().find(|part| part.code == need.code) {
            part.quantity += need.quantity;
        }
    }
    rest
}

/// Where a technician would start a job by every hard rule and without breaking a promise that holds. `late_now` is
/// when the job starts as it stands, if its promise is broken already: no later start breaks it anew.
pub fn fits(
    job: &Job,
    technician: &TechnicianState,
    late_now: Option<Timestamp>,
    scene: &Scene,
) -> Result<(Candidate, Insertion), No> {
    let candidate = rank(job, std::slice::from_ref(technician), scene).candidates.pop().ok_or(No::Unknown)?;
    let failed = || candidate.rules.iter().filter(|rule| !rule.passed).cloned().collect();
    let Some(insertion) = candidate.insertion.clone().filter(|_| candidate.fit) else {
        return Err(No::Unfit(failed()));
    };
    let own = |broken: &Break| broken.visit_id.uuid() == job.work_order.uuid();
    let excused = |broken: &Break| own(broken) && late_now.is_some_and(|now| broken.would_start <= now);
    let breaks: Vec<Break> = candidate.breaks.iter().filter(|broken| !excused(broken)).cloned().collect();
    if breaks.is_empty() { Ok((candidate, insertion)) } else { Err(No::Breaks(breaks)) }
}

/// When a visit starts as it stands, if that is past its promise.
pub fn late_start(technician: &TechnicianState, visit: VisitId, scene: &Scene) -> Option<Timestamp> {
    let plan = schedule(technician, scene.travel, scene.now);
    let times = plan.stops.into_iter().find(|times| times.visit == visit)?;
    (times.late_against_promise.0 > 0).then_some(times.start)
}

impl LiveBoard {
    pub(super) fn number(&self, technician: TechnicianId) -> Option<usize> {
        self.technicians.iter().position(|one| one.id == technician)
    }

    /// Who has a work order on his route, by place in the board, and its place there.
    pub(super) fn holder(&self, order: WorkOrderId) -> Option<(usize, usize)> {
        self.technicians.iter().enumerate().find_map(|(number, one)| {
            let at = one.stops.iter().position(|stop| stop.work_order == order)?;
            Some((number, at))
        })
    }

    /// Makes a step. The board is unchanged when it cannot be made.
    pub fn make(&mut self, step: Step, scene: &Scene) -> Result<(), No> {
        let made = self.stepped(step, scene)?;
        self.commit(step, made);
        Ok(())
    }

    pub(super) fn commit(&mut self, step: Step, made: Stepped) {
        self.waiting.retain(|job| job.work_order != step.work_order);
        if step.to.is_none() {
            self.waiting.extend(self.orders.get(&step.work_order).cloned());
            self.waiting.sort_by_key(|job| job.work_order);
        }
        for (number, route) in made.giver.into_iter().chain(made.taker) {
            self.technicians[number] = route;
        }
    }

    /// What a step would change.
    pub(super) fn stepped(&self, step: Step, scene: &Scene) -> Result<Stepped, No> {
        let taker = step.to.map(|to| self.number(to).ok_or(No::Unknown)).transpose()?;
        let Some((from, at)) = self.holder(step.work_order) else {
            let job = self.waiting.iter().find(|job| job.work_order == step.work_order).ok_or(No::Unknown)?;
            let number = taker.ok_or(No::Unknown)?;
            let (candidate, insertion) = fits(job, &self.technicians[number], None, scene)?;
            let visit = VisitId::from_uuid(job.work_order.uuid());
            // An assignment makes its promise anew.
            let promised = promise::window(insertion.start, job.wish, scene.now);
            let route = with(&self.technicians[number], job, visit, (&insertion, promised), scene);
            return Ok(Stepped { giver: None, taker: Some((number, route)), moves: candidate.moves });
        };
        let holder = &self.technicians[from];
        let job = self.orders.get(&step.work_order).ok_or(No::Unknown)?;
        let visit = holder.stops[at].visit;
        let Some(number) = taker else {
            return Ok(Stepped {
                giver: Some((from, off(holder, visit, job, scene)?)),
                taker: None,
                moves: Vec::new(),
            });
        };
        let to = Some(&self.technicians[number]).filter(|_| number != from);
        let Moved { candidate, rest, route, .. } = moved(job, holder, visit, to, scene)?;
        let giver = Some((from, rest)).filter(|_| number != from);
        Ok(Stepped { giver, taker: Some((number, route)), moves: candidate.moves })
    }
}

/// A visit given to somebody, or to another place of its own route.
#[derive(Debug, Clone)]
pub struct Moved {
    pub candidate: Candidate,
    pub insertion: Insertion,
    /// The job as it was judged: with the promise that stands.
    pub job: Job,
    /// The holder without the visit.
    pub rest: TechnicianState,
    /// The route on which it then is.
    pub route: TechnicianState,
}

/// Gives a visit of `holder` to `taker`, or to another place of his own route: by every rule, and without breaking a
/// promise that holds on either route.
pub fn moved(
    job: &Job,
    holder: &TechnicianState,
    visit: VisitId,
    taker: Option<&TechnicianState>,
    scene: &Scene,
) -> Result<Moved, No> {
    let rest = off(holder, visit, job, scene)?;
    let stop = holder.stops.iter().find(|stop| stop.visit == visit).ok_or(No::Unknown)?;
    let job = rehanded(job, stop);
    let target = taker.unwrap_or(&rest);
    let (candidate, insertion) = fits(&job, target, late_start(holder, visit, scene), scene)?;
    let promised = job.promised.unwrap_or_else(|| promise::window(insertion.start, job.wish, scene.now));
    let route = with(target, &job, visit, (&insertion, promised), scene);
    keeps_promises(taker.unwrap_or(holder), &route, visit, scene)?;
    Ok(Moved { candidate, insertion, job, rest, route })
}

/// The route without a visit that may leave it.
fn off(holder: &TechnicianState, visit: VisitId, job: &Job, scene: &Scene) -> Result<TechnicianState, No> {
    let at = holder.stops.iter().position(|stop| stop.visit == visit).ok_or(No::Unknown)?;
    if at < holder.frozen_prefix() {
        return Err(No::Frozen);
    }
    let rest = taken_off(holder, visit, job);
    keeps_promises(holder, &rest, visit, scene)?;
    Ok(rest)
}

/// No promise but that of the visit itself breaks by the change: a break may fall otherwise when a stop is gone.
fn keeps_promises(old: &TechnicianState, new: &TechnicianState, but: VisitId, scene: &Scene) -> Result<(), No> {
    let before = schedule(old, scene.travel, scene.now);
    let held = |visit| before.stops.iter().any(|times| times.visit == visit && times.late_against_promise.0 == 0);
    let after = schedule(new, scene.travel, scene.now);
    let broken = new.stops.iter().zip(&after.stops).filter_map(|(stop, times)| {
        let promised = stop.promise().filter(|_| stop.visit != but && held(stop.visit))?;
        let (visit_id, customer_name) = (stop.visit, stop.customer_name.clone());
        let would_start = times.start;
        (times.late_against_promise.0 > 0).then_some(Break { visit_id, customer_name, promised, would_start })
    });
    let broken: Vec<Break> = broken.collect();
    if broken.is_empty() { Ok(()) } else { Err(No::Breaks(broken)) }
}

fn with(
    technician: &TechnicianState,
    job: &Job,
    visit: VisitId,
    (insertion, promised): (&Insertion, Window),
    scene: &Scene,
) -> TechnicianState {
    let changed = insert_at(technician, job, placed(job, visit, promised), insertion.position);
    debug_assert_eq!(invariants::keeps_time(&changed, &schedule(&changed, scene.travel, scene.now), scene.now), Ok(()));
    changed
}

/// The stop as it stands once it was assigned, with what its customer was promised then.
fn placed(job: &Job, visit: VisitId, promised: Window) -> Stop {
    Stop { promised: Some(promised), windows: Vec::new(), earliest: Timestamp::default(), ..Stop::of(job, visit) }
}
