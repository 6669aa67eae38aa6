//! Where one more job fits best into one route. A position costs four look-ups and a few comparisons, whatever the
//! windows, the break and the shift; only where overtime may begin is the rest of the route walked.

use super::model::{Job, Model, Technician};
use super::route::{Route, serve};
use super::rules::NEVER;
use super::rules::pause::Departure;

/// A place for a job: behind the stop at `position`, at the cost `delta`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    pub position: u32,
    pub delta: i64,
}

/// No place.
pub const NOWHERE: Spot = Spot { position: 0, delta: i64::MAX };

/// The cheapest feasible position of `job` in `route`, leaving out `banned` (the position of a blink; `u32::MAX` for
/// none). The earliest of equals wins.
#[must_use]
pub fn best_spot(model: &Model, technician: u32, route: &Route, job: u32, banned: u32) -> Spot {
    let tech = model.technician(technician);
    let work = model.job(job);
    if route.len() >= tech.limits.jobs || !tech.limits.carries(&route.load, &work.demand) {
        return NOWHERE;
    }
    let paid = model.overtime_weight > 0 && tech.shift.allows_overtime();
    let (to, from) = (model.travel.to(work.place), model.travel.from(work.place));
    let last_call = work.windows.last();
    let mut best = NOWHERE;
    for (k, pair) in route.stops.windows(2).enumerate() {
        let (prev, next) = (&pair[0], &pair[1]);
        if prev.depart.ahead.min(prev.depart.behind) > last_call {
            break;
        }
        let (there, onward) = (to[prev.place as usize], from[next.place as usize]);
        let detour = i64::from(there) + i64::from(onward) - i64::from(prev.leg);
        if detour >= best.delta || k as u32 == banned {
            continue;
        }
        let after = serve(work, tech.pause.drive(prev.depart, there));
        let in_time = after.behind + onward <= next.due_behind
            || tech.pause.is_some()
                && (after.ahead + onward <= next.due_ahead
                    || tech.pause.on_leg(after.ahead, onward) <= next.due_behind);
        if !in_time {
            continue;
        }
        let mut delta = detour;
        if paid && (route.end > tech.shift.end || after.behind + onward > next.due_paid) {
            let end = end_after(model, tech, route, k, after, onward);
            delta += model.overtime_weight * (tech.shift.overtime(end) - tech.shift.overtime(route.end));
        }
        if delta < best.delta {
            best = Spot { position: k as u32, delta };
        }
    }
    best
}

/// When the technician is home if he leaves the new stop behind position `k` at `after`.
fn end_after(model: &Model, tech: &Technician, route: &Route, k: usize, after: Departure, onward: i32) -> i32 {
    let mut at = tech.pause.drive(after, onward);
    let last = route.stops.len() - 1;
    for stop in &route.stops[k + 1..last] {
        at = tech.pause.drive(serve(model.job(stop.job), at), stop.leg);
    }
    tech.pause.end(at)
}

/// The earliest start of `job` on an empty route of the technician, if there is one that brings him home in time.
#[must_use]
pub fn alone(model: &Model, technician: u32, job: u32) -> Option<i64> {
    let route = Route::empty(model, technician);
    let spot = best_spot(model, technician, &route, job, u32::MAX);
    (spot != NOWHERE).then_some(spot.delta)
}

/// Is the departure one that can be?
#[must_use]
pub fn possible(job: &Job, at: i32) -> bool {
    job.windows.begin(at) < NEVER
}
