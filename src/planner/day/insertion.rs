//! Where one more job fits best into one route. A position costs four look-ups and a few comparisons, whatever the
//! windows, the break and the shift; only where overtime may begin is the rest of the route walked.

use super::model::{Job, Model, Technician};
use super::route::{HOME, Route, serve};

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
    let paid = model.soft || model.overtime_weight > 0 && tech.shift.allows_overtime();
    let moving = model.moving(technician, work);
    let (to, from) = (model.travel.to(work.place), model.travel.from(work.place));
    let last_call = work.windows.last();
    let fair = model.fairness.is_some();
    let uneven = if fair { model.fairness.cost(technician, route.work()) } else { 0 };
    let mut best = NOWHERE;
    for (k, pair) in route.stops.windows(2).enumerate() {
        let (prev, next) = (&pair[0], &pair[1]);
        if prev.depart.ahead.min(prev.depart.behind) > last_call {
            break;
        }
        let (there, onward) = (to[prev.place as usize], from[next.place as usize]);
        let mut detour = i64::from(there) + i64::from(onward) - i64::from(prev.leg);
        if fair {
            detour += model.fairness.cost(technician, route.work() + detour + i64::from(work.service)) - uneven;
        }
        if detour + moving >= best.delta || k as u32 == banned {
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
        let mut delta = detour + moving;
        if paid
            && (route.paid > 0
                || after.behind + onward > next.due_paid
                || after.behind - work.service > work.lateness.due)
        {
            delta += paid_after(model, tech, route, k, (work, there), onward) - route.paid;
        }
        if delta < best.delta {
            best = Spot { position: k as u32, delta };
        }
    }
    best
}

/// Overtime and lateness of the route with the new job behind position `k`.
fn paid_after(model: &Model, tech: &Technician, route: &Route, k: usize, new: (&Job, i32), onward: i32) -> i64 {
    let (mut at, mut late) = (route.stops[k].depart, route.late.get(k).copied().unwrap_or_default());
    let mut go = |job: Option<&Job>, leg: i32| {
        if model.soft {
            late = late.drive(tech, at, leg);
        }
        at = tech.pause.drive(at, leg);
        if let Some(job) = job {
            at = serve(job, at);
            late = if model.soft { late.start(job, at) } else { late };
        }
    };
    go(Some(new.0), new.1);
    let mut leg = onward;
    for stop in &route.stops[k + 1..] {
        go((stop.job != HOME).then(|| model.job(stop.job)), leg);
        leg = stop.leg;
    }
    let lateness = if model.soft { late.end(tech, at) } else { 0 };
    lateness + model.overtime_weight * tech.shift.overtime(tech.pause.end(at))
}

/// The cost of `job` on an otherwise empty route of the technician, if he can do it and be home in time.
#[must_use]
pub fn alone(model: &Model, technician: u32, job: u32) -> Option<i64> {
    let route = Route::empty(model, technician);
    let spot = best_spot(model, technician, &route, job, u32::MAX);
    (spot != NOWHERE).then_some(spot.delta)
}
