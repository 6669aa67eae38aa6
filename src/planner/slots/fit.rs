//! Whether one slot of one day can be promised beside everything else, and who could come.

use std::collections::BTreeMap;

use super::lay::{Laid, Overtime, lay, places, stop_of};
use super::{Book, Commitment, Day, Hints, with_window};
use crate::domain::ids::{VisitId, WorkOrderId};
use crate::domain::time::{Seconds, Window};
use crate::planner::insert::insert_at;
use crate::planner::problem::{Job, Scene, TechnicianState};
use crate::planner::route::schedule;

/// A slot that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fit {
    /// Who can come as things lie; one when others must take over commitments.
    pub technicians: u32,
    /// Extra driving of the best.
    pub detour: Seconds,
    /// From his planned start to the slot's end.
    pub slack: Seconds,
    /// His place among the day's technicians.
    pub best: usize,
    pub hints: Hints,
}

/// A day as it is laid, ready to be asked for slots.
pub(super) struct Asked<'a> {
    pub day: &'a Day,
    /// Those that fall on it.
    pub commitments: Vec<&'a Commitment>,
    /// What waits when the day begins.
    pub waiting: Vec<Job>,
    pub laid: Laid,
}

/// The days of the book one after the other; what finds no place on one waits for the next.
pub(super) fn days<'a>(book: &'a Book, scene: &'a Scene<'a>) -> impl Iterator<Item = Asked<'a>> {
    let mut waiting = book.waiting.clone();
    book.days.iter().map(move |day| {
        let falls = |one: &&Commitment| one.window().is_some_and(|window| window.from.day(scene.zone) == day.date);
        let commitments: Vec<&Commitment> = book.commitments.iter().filter(falls).collect();
        let laid = lay(day, &commitments, &waiting, scene);
        let before = std::mem::replace(&mut waiting, laid.waiting.clone());
        Asked { day, commitments, waiting: before, laid }
    })
}

/// The slot `window` for `job`, when it can be kept.
pub(super) fn fit(job: &Job, window: Window, asked: &Asked<'_>, scene: &Scene) -> Option<Fit> {
    let job = with_window(job, window);
    let scene = Scene { now: asked.day.now, ..*scene };
    direct(&job, window, asked, &scene).or_else(|| after_changes(job, window, asked, &scene))
}

/// As everything lies.
fn direct(job: &Job, window: Window, asked: &Asked<'_>, scene: &Scene) -> Option<Fit> {
    let routes = asked.laid.routes.iter().enumerate();
    let mut found: Vec<_> = routes
        .filter_map(|(index, technician)| {
            let trial = *places(job, technician, scene, Overtime::Refused).first()?;
            let with_job = insert_at(technician, job, stop_of(job), trial.position);
            let own = &asked.day.technicians[index];
            let (new, old) =
                (lateness([(&with_job, own)].into_iter(), scene), || lateness([(technician, own)].into_iter(), scene));
            (new.values().all(|late| *late == Seconds::ZERO) || keeps(&new, &old())).then_some(())?;
            Some((trial.cost, technician.id, index, trial))
        })
        .collect();
    found.sort_by_key(|(cost, id, ..)| (*cost, *id));
    let (_, id, best, trial) = *found.first()?;
    let mut hints = asked.laid.hints.clone();
    hints.insert(job.work_order, id);
    let technicians = u32::try_from(found.len()).unwrap_or(u32::MAX);
    Some(Fit { technicians, detour: trial.detour, slack: window.to.since(trial.step.start), best, hints })
}

/// How late each visit would be against its promise in the timetable that the planner makes, the break where it falls
/// there. Routes as they are laid, beside the technicians as they are.
fn lateness<'a>(
    routes: impl Iterator<Item = (&'a TechnicianState, &'a TechnicianState)>,
    scene: &Scene,
) -> BTreeMap<VisitId, Seconds> {
    let mut late = BTreeMap::new();
    for (laid, own) in routes {
        let route = TechnicianState { stops: laid.stops.clone(), ..own.clone() };
        let plan = schedule(&route, scene.travel, scene.now);
        late.extend(plan.stops.iter().map(|stop| (stop.visit, stop.late_against_promise)));
    }
    late
}

/// A promise that holds in one timetable holds in the other.
fn keeps(new: &BTreeMap<VisitId, Seconds>, old: &BTreeMap<VisitId, Seconds>) -> bool {
    new.iter().all(|(visit, late)| *late <= old.get(visit).copied().unwrap_or_default())
}

/// With the commitments laid anew, this one among them: nothing may be lost that was kept before.
fn after_changes(job: Job, window: Window, asked: &Asked<'_>, scene: &Scene) -> Option<Fit> {
    let movable = asked.commitments.iter().any(|one| one.window().is_some_and(|other| close(other, window, &job)));
    if !movable {
        return None;
    }
    let order = job.work_order;
    let new = Commitment { job, hint: None };
    let mut all = asked.commitments.clone();
    all.push(&new);
    let laid = lay(asked.day, &all, &asked.waiting, scene);
    if laid.left.contains(&order)
        || !laid.left.is_subset(&asked.laid.left)
        || laid.waiting.len() > asked.laid.waiting.len()
    {
        return None;
    }
    served(order, window, &laid, asked, scene)
}

/// Commitments of another half of the day make no room for this one: a work before them ends and one behind them begins
/// as before.
fn close(other: Window, window: Window, job: &Job) -> bool {
    let reach = job.service + Seconds::hours(4);
    other.from < window.to + reach && window.from < other.to + reach
}

fn served(order: WorkOrderId, window: Window, laid: &Laid, asked: &Asked<'_>, scene: &Scene) -> Option<Fit> {
    let serves = |state: &TechnicianState| state.stops.iter().any(|stop| stop.work_order == order);
    let best = laid.routes.iter().position(serves)?;
    let state = &laid.routes[best];
    let plan = schedule(state, scene.travel, scene.now);
    let stop = state.stops.iter().position(|stop| stop.work_order == order)?;
    let of = |routes: &[TechnicianState]| lateness(routes.iter().zip(&asked.day.technicians), scene);
    if !keeps(&of(&laid.routes), &of(&asked.laid.routes)) {
        return None;
    }
    let overtime = state.shift.is_none_or(|shift| plan.home_at > shift.to);
    let before: i64 = asked.laid.routes.iter().map(|one| schedule(one, scene.travel, scene.now).travel.0).sum();
    let after: i64 = laid.routes.iter().map(|one| schedule(one, scene.travel, scene.now).travel.0).sum();
    let slack = window.to.since(plan.stops[stop].start);
    let detour = Seconds(after - before).max_zero();
    (!overtime).then(|| Fit { technicians: 1, detour, slack, best, hints: laid.hints.clone() })
}

/// Who could serve the job in this slot and all commitments of its day; none when the slot cannot be kept.
pub fn hold(job: &Job, window: Window, book: &Book, scene: &Scene) -> Option<Hints> {
    let date = window.from.day(scene.zone);
    let asked = days(book, scene).find(|asked| asked.day.date == date)?;
    super::offer::open(window, scene.now).then(|| fit(job, window, &asked, scene))?.map(|fit| fit.hints)
}
