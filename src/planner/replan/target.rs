//! What the whole-day search would change. It plans the rest of the day from where everybody is, starting from the plan
//! that stands; what it says is only a wish: each step is judged by the rules afterwards.

use std::sync::Arc;

use super::Bounds;
use super::board::{LiveBoard, Step};
use super::figures::{OTHER_TECHNICIAN, horizon, penalty};
use crate::domain::ids::WorkOrderId;
use crate::domain::place::Position;
use crate::domain::time::Timestamp;
use crate::planner::day::model::{Job as DayJob, Model, Technician};
use crate::planner::day::rules::TIME_MAX;
use crate::planner::day::rules::lateness::Lateness;
use crate::planner::day::rules::load::Limits;
use crate::planner::day::rules::overtime::Shift;
use crate::planner::day::rules::pause::Pause;
use crate::planner::day::rules::window::Windows;
use crate::planner::day::travel::Travel;
use crate::planner::day::{Plan, Steps, Tuning, improve};
use crate::planner::insert::priority_weight;
use crate::planner::problem::{Job, Scene, Stop, TechnicianState};
use crate::planner::route::first_free;
use crate::planner::rules::{Finding, of_person, of_van};
use crate::planner::schedule;

const PROMISE_WEIGHT: i64 = 8;
/// Leaving out a visit of others: more than any day costs.
const STAYS: i64 = 1 << 30;

/// One job of the search: what it is, and who has it.
struct Known<'a> {
    order: WorkOrderId,
    job: Option<&'a Job>,
    stop: Option<&'a Stop>,
    before: Option<u32>,
    late: bool,
}

/// The changes that the search would make, visits before waiting work. None on days that are too large for it.
pub(super) fn changes(board: &LiveBoard, bounds: Bounds, scene: &Scene) -> Vec<Step> {
    let (known, plan) = known(board, scene);
    if known.is_empty() || known.len() > bounds.search_jobs {
        return Vec::new();
    }
    let model = model(board, &known, scene);
    let better = improve(&model, &plan, Tuning::default(), 1, bounds.seed, &Steps(bounds.steps));
    let mut steps = Vec::new();
    for (number, (old, new)) in plan.routes.iter().zip(&better.routes).enumerate() {
        let to = Some(board.technicians[number].id);
        let kept: Vec<u32> = old.iter().copied().filter(|job| new.contains(job)).collect();
        let turned: Vec<u32> = new.iter().copied().filter(|job| old.contains(job)).collect();
        for job in new {
            let here = kept.iter().position(|one| one == job).zip(turned.iter().position(|one| one == job));
            if here.is_none_or(|(was, is)| is < was) {
                steps.push((here.is_some(), known[*job as usize].before.is_none(), *job, to));
            }
        }
    }
    steps.sort_by_key(|(turned, waiting, job, _)| (*turned, *waiting, *job));
    steps.into_iter().map(|(_, _, job, to)| Step { work_order: known[job as usize].order, to }).collect()
}

/// Every stop that has not begun, and what waits; the plan that stands in their numbers.
fn known<'a>(board: &'a LiveBoard, scene: &Scene) -> (Vec<Known<'a>>, Plan) {
    let mut known = Vec::new();
    let mut plan = Plan::default();
    for (number, technician) in (0u32..).zip(&board.technicians) {
        let times = schedule(technician, scene.travel, scene.now);
        let mut route = Vec::new();
        for (stop, times) in technician.stops.iter().zip(&times.stops).skip(technician.frozen_prefix()) {
            route.push(known.len() as u32);
            let (job, late) = (board.orders.get(&stop.work_order), times.late_against_promise.0 > 0);
            known.push(Known { order: stop.work_order, job, stop: Some(stop), before: Some(number), late });
        }
        plan.routes.push(route);
    }
    for job in &board.waiting {
        plan.absent.push(known.len() as u32);
        known.push(Known { order: job.work_order, job: Some(job), stop: None, before: None, late: false });
    }
    (known, plan)
}

fn model(board: &LiveBoard, known: &[Known], scene: &Scene) -> Model {
    let mut places: Vec<Position> = Vec::new();
    let mut place = |at: Position| {
        places.push(at);
        places.len() as u32 - 1
    };
    let technicians: Vec<Technician> = board.technicians.iter().map(|one| technician(one, &mut place, scene)).collect();
    let jobs: Vec<DayJob> = known.iter().map(|one| day_job(board, one, &mut place, scene)).collect();
    let travel = Travel::new(places.len(), 1, |i, j| scene.travel.seconds(places[i], places[j]).seconds.0);
    let mut model = Model::new(jobs, technicians, Arc::new(travel), 1, 1);
    model.move_cost = OTHER_TECHNICIAN;
    model
}

/// Seconds from now.
fn second(at: Timestamp, scene: &Scene) -> i32 {
    at.since(scene.now).0.clamp(-i64::from(TIME_MAX), i64::from(TIME_MAX)) as i32
}

/// The technician from behind what he cannot leave any more. An absence that is not at the edge of his day is left to
/// the rules.
fn technician(one: &TechnicianState, place: &mut impl FnMut(Position) -> u32, scene: &Scene) -> Technician {
    let frozen = one.frozen_prefix();
    let times = schedule(one, scene.travel, scene.now);
    let behind = frozen.checked_sub(1).map(|last| (times.stops[last].end, one.stops[last].position));
    let (mut free, at) = behind.unwrap_or_else(|| (first_free(one, scene.now), one.free_position));
    let mut away: Vec<_> = one.absences.clone();
    away.sort_by_key(|away| away.from);
    for away in &away {
        free = if away.from <= free { free.max(away.to) } else { free };
    }
    let ends = one.shift.map_or(free, |shift| shift.to);
    let limit = away.iter().filter(|away| away.from >= free && away.to >= ends).map(|away| away.from).min();
    let limit = limit.unwrap_or(ends + one.overtime_max).max(free);
    let free = second(free, scene);
    let pause = one.break_plan.map_or(Pause::NONE, |plan| Pause {
        open: second(plan.window.from, scene).max(free),
        close: second(plan.window.to, scene).max(free),
        length: plan.duration.0 as i32,
    });
    let most = one.max_jobs.map_or(usize::MAX, |max| max.saturating_sub(one.done_today) as usize);
    let jobs = if one.shift.is_some() { most.saturating_sub(frozen) } else { 0 };
    Technician {
        start: place(at),
        end: place(one.home),
        shift: Shift { start: free, end: second(ends, scene).max(free), limit: second(limit, scene) },
        pause,
        limits: Limits { jobs, parts: None },
    }
}

fn day_job(board: &LiveBoard, known: &Known, place: &mut impl FnMut(Position) -> u32, scene: &Scene) -> DayJob {
    let own = known.stop.map(|stop| (stop.position, stop.service, stop.priority, stop.promise(), stop.arrive_by));
    let from_job = |job: &Job| (job.position, job.service, job.priority, job.promised.or(job.wish), job.arrive_by);
    let told = own.or_else(|| known.job.map(from_job));
    let Some((position, service, priority, promised, due)) = told else { return DayJob::default() };
    let penalty = known.job.map_or(STAYS, |job| penalty(job, known.stop.is_some(), horizon(board, scene)));
    let open = promised.map_or(0, |window| second(window.from, scene).max(0));
    let (close, lateness) = match (promised, due) {
        (Some(window), _) if !known.late => (second(window.to, scene).max(open), Lateness::NONE),
        (Some(window), _) => (TIME_MAX, soft(second(window.to, scene), PROMISE_WEIGHT, penalty)),
        (None, Some(due)) => (TIME_MAX, soft(second(due, scene), priority_weight(priority), penalty)),
        (None, None) => (TIME_MAX, Lateness::NONE),
    };
    DayJob {
        place: place(position),
        service: service.0.clamp(0, i64::from(TIME_MAX)) as i32,
        windows: Windows::new(&[(open, close)]),
        lateness,
        before: known.before,
        penalty,
        demand: Box::default(),
        able: able(board, known, scene),
        ..DayJob::default()
    }
}

fn soft(due: i32, weight: i64, most: i64) -> Lateness {
    Lateness { due, weight, most }
}

/// Who may do it at all; of a visit of others only the one who has it.
fn able(board: &LiveBoard, known: &Known, scene: &Scene) -> Box<[u32]> {
    let Some(job) = known.job else { return known.before.into_iter().collect() };
    let day = scene.now.day(scene.zone);
    let may = |number: u32, one: &TechnicianState| {
        let carried = known.before == Some(number) || of_van(job, one).is_none_or(|found| found.passed());
        carried && of_person(job, one, day).iter().all(Finding::passed)
    };
    (0u32..).zip(&board.technicians).filter(|(number, one)| may(*number, one)).map(|(number, _)| number).collect()
}
