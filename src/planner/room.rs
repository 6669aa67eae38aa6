//! Room where nobody has any: visits that have not begun go from a technician who could do the job to others who can
//! do them, and the job takes their place.
//!
//! First one visit for the job; where no single one makes room, what the technician still has before him is shared
//! out anew by [`propose`], with the job on his route already. No new plan of the whole day: each exchange relieves
//! one technician, can be judged at a glance, and is made with ordinary assignments. Only what every hard rule allows
//! is offered. Best first: the fewest promises broken, the fewest visits moved, then the least cost of the insertions
//! as in [`super::insert`], then the smaller ids.

use std::collections::BTreeMap;

use super::answer::{Exchange, Handover};
use super::insert::{Trial, insert_at};
use super::problem::{Job, Scene, Stop, TechnicianState};
use super::propose::{Assignment, Lateness, propose};
use super::route::{Absences, Route};
use super::rules;
use crate::domain::ids::{Id, TechnicianId, VisitId, WorkOrderId};
use crate::domain::time::Timestamp;

/// Freed places that are followed up, the cheapest first: in a company of hundreds the rest would not be better.
const PLACES_MAX: usize = 60;
/// Exchanges told; nobody reads more.
const TOLD_MAX: usize = 10;
/// Visits of one exchange: more customers are not troubled for one.
const HANDOVERS_MAX: usize = 4;

type Orders = BTreeMap<WorkOrderId, Job>;

/// What an exchange is judged by.
type Worth = (u32, usize, i64, TechnicianId, Option<VisitId>);

/// A route without one of its visits, and where the job would stand on it.
struct Freed<'a> {
    giver: &'a TechnicianState,
    stop: &'a Stop,
    moved: &'a Job,
    trial: Trial,
}

/// The exchanges that make room for `job`, best first. `orders` holds the jobs behind the visits on the routes; a
/// visit whose job is not there stays where it is.
pub fn exchanges(job: &Job, technicians: &[TechnicianState], orders: &Orders, scene: &Scene) -> Vec<Exchange> {
    let mut found = single(job, technicians, orders, scene);
    if found.is_empty() {
        found = technicians.iter().filter_map(|giver| several(job, giver, technicians, orders, scene)).collect();
    }
    found.sort_by_key(|(worth, _)| *worth);
    found.into_iter().take(TOLD_MAX).map(|(_, exchange)| exchange).collect()
}

/// For each taker of a visit the best exchange of one visit.
fn single(job: &Job, technicians: &[TechnicianState], orders: &Orders, scene: &Scene) -> Vec<(Worth, Exchange)> {
    let mut freed: Vec<Freed> = technicians.iter().flat_map(|giver| freed(job, giver, orders, scene)).collect();
    freed.sort_by_key(|freed| (freed.trial.broken, freed.trial.cost, freed.giver.id, freed.stop.visit));
    freed.truncate(PLACES_MAX);
    let best = technicians.iter().filter_map(|taker| {
        let route = Route::new(taker, scene.travel, scene.now, Absences::Kept);
        let found = freed.iter().filter_map(|freed| taken(freed, taker, &route, scene));
        found.min_by_key(|(worth, _)| *worth)
    });
    best.collect()
}

/// The places that the visits of one technician would leave to the job.
fn freed<'a>(job: &Job, giver: &'a TechnicianState, orders: &'a Orders, scene: &Scene) -> Vec<Freed<'a>> {
    let movable = &giver.stops[giver.frozen_prefix()..];
    let found = movable.iter().filter_map(|stop| {
        let moved = orders.get(&stop.work_order)?;
        let trial = room_without(job, giver, |other| other.visit == stop.visit, scene)?;
        Some(Freed { giver, stop, moved, trial })
    });
    found.collect()
}

/// Where the job would stand when some visits are off the technician's route.
fn room_without(job: &Job, technician: &TechnicianState, off: impl Fn(&Stop) -> bool, scene: &Scene) -> Option<Trial> {
    let rest = without(technician, off);
    if !rules::may(job, &rest, today(&rest, scene.now).day(scene.zone)) {
        return None;
    }
    let stop = Stop::of(job, VisitId::from_uuid(uuid::Uuid::nil()));
    Route::new(&rest, scene.travel, scene.now, Absences::Kept).best(&stop, scene.travel, scene.now).ok()
}

fn without(technician: &TechnicianState, off: impl Fn(&Stop) -> bool) -> TechnicianState {
    let mut rest = technician.clone();
    rest.stops.retain(|stop| !off(stop));
    rest
}

fn today(technician: &TechnicianState, now: Timestamp) -> Timestamp {
    technician.shift.map_or(now, |shift| shift.from.max(now))
}

/// The exchange in which `taker` takes the visit that leaves its place.
fn taken(freed: &Freed, taker: &TechnicianState, route: &Route, scene: &Scene) -> Option<(Worth, Exchange)> {
    let day = today(taker, scene.now).day(scene.zone);
    if taker.id == freed.giver.id || !rules::may(freed.moved, taker, day) {
        return None;
    }
    let trial = route.best(&Stop::of(freed.moved, freed.stop.visit), scene.travel, scene.now).ok()?;
    let over = handover(freed.stop, taker, trial.step.start);
    let cost = freed.trial.cost + trial.cost;
    Some(told(freed.giver, &freed.trial, vec![over], trial.broken, cost))
}

/// The exchange in which what `giver` still has before him is shared out anew.
fn several(
    job: &Job,
    giver: &TechnicianState,
    technicians: &[TechnicianState],
    orders: &Orders,
    scene: &Scene,
) -> Option<(Worth, Exchange)> {
    let shared = giver.stops[giver.frozen_prefix()..].iter().filter(|stop| orders.contains_key(&stop.work_order));
    let shared: Vec<&Stop> = shared.collect();
    let is_shared = |stop: &Stop| shared.iter().any(|other| other.visit == stop.visit);
    let trial = room_without(job, giver, is_shared, scene)?;
    let own = Stop::of(job, VisitId::from_uuid(uuid::Uuid::nil()));
    let with_job = insert_at(&without(giver, is_shared), job, own, trial.position);
    let team: Vec<TechnicianState> =
        technicians.iter().map(|one| if one.id == giver.id { with_job.clone() } else { one.clone() }).collect();
    let jobs: Vec<(Job, VisitId)> = shared.iter().map(|stop| (promised(stop, orders), stop.visit)).collect();
    let proposal = propose(&jobs, &team, scene, Lateness::Dear);
    let moved: Vec<&Assignment> = proposal.assignments.iter().filter(|one| one.technician_id != giver.id).collect();
    if !proposal.unassigned.is_empty() || moved.is_empty() || moved.len() > HANDOVERS_MAX {
        return None;
    }
    let handovers: Vec<Handover> = moved.iter().filter_map(|one| handed(one, &shared, technicians)).collect();
    // His own order stays as it is: the job must fit into that too.
    let left = |stop: &Stop| handovers.iter().any(|over| over.visit_id == stop.visit);
    let trial = room_without(job, giver, left, scene)?;
    Some(told(giver, &trial, handovers, 0, trial.cost))
}

/// The job behind a visit, which is wished for when it was promised.
fn promised(stop: &Stop, orders: &Orders) -> Job {
    let job = orders[&stop.work_order].clone();
    Job { wish: stop.promised.or(job.wish), ..job }
}

fn handed(assignment: &Assignment, shared: &[&Stop], technicians: &[TechnicianState]) -> Option<Handover> {
    let stop = shared.iter().find(|stop| stop.work_order == assignment.work_order_id)?;
    let taker = technicians.iter().find(|one| one.id == assignment.technician_id)?;
    Some(handover(stop, taker, assignment.start))
}

fn handover(stop: &Stop, taker: &TechnicianState, start: Timestamp) -> Handover {
    Handover {
        visit_id: stop.visit,
        work_order_id: stop.work_order,
        customer_name: stop.customer_name.clone(),
        technician_id: taker.id,
        technician_name: taker.name.clone(),
        start,
        promise_kept: stop.promised.is_none_or(|promised| promised.contains(start)),
    }
}

/// `broken` counts the promises that break on the takers' routes.
fn told(giver: &TechnicianState, trial: &Trial, handovers: Vec<Handover>, broken: u32, cost: i64) -> (Worth, Exchange) {
    let own = handovers.iter().filter(|over| !over.promise_kept).count();
    let promises_broken = trial.broken + broken + u32::try_from(own).unwrap_or(u32::MAX);
    let worth = (promises_broken, handovers.len(), cost, giver.id, handovers.first().map(|over| over.visit_id));
    let name = &giver.name;
    let ja = handovers.iter().map(|over| format!("{}の訪問を{}へ", over.customer_name, over.technician_name));
    let en = handovers.iter().map(|over| format!("{} takes the visit to {}", over.technician_name, over.customer_name));
    let ja = format!("{}移すと、{name}が対応できます", ja.collect::<Vec<_>>().join("、"));
    let en = format!("If {} from {name}, {name} can do it", en.collect::<Vec<_>>().join(" and "));
    let exchange = Exchange { technician_id: giver.id, start: trial.step.start, handovers, promises_broken, ja, en };
    (worth, exchange)
}
