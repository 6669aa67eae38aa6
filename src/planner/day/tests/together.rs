//! Crews of two and jobs in order.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::kit::{planned, problem, tied};
use super::laws::{direct_ways, without_breaks};
use crate::planner::day::check;
use crate::planner::day::roads::Roads;
use crate::planner::day::wire::{Job, Problem, RouteOut, Solution, StopOut};

fn job(id: &str, loc: usize) -> Value {
    json!({"id": id, "loc": loc, "service": 1800, "windows": [[0, 30_000]], "penalty": 50_000})
}

fn with(mut job: Value, field: &str, value: Value) -> Value {
    job[field] = value;
    job
}

/// Anna and Ben live at 1 and 2, ten minutes from 0 and twenty from each other.
fn day(jobs: Value) -> Problem {
    let tech = |id: &str, home: usize| json!({"id": id, "start": home, "end": home, "shift": [0, 20_000]});
    problem(json!({"format": "fsd-problem/1", "jobs": jobs, "technicians": [tech("anna", 1), tech("ben", 2)],
        "travel": {"kind": "explicit", "durations": [[0, 600, 600], [600, 0, 1200], [600, 1200, 0]]}}))
}

/// Who is at which job from when, by id and name; starts that the plan does not fix are -1.
fn visits(jobs: Value) -> (Vec<(String, String, i64)>, Solution) {
    let file = day(jobs);
    let (_, out) = planned(&file, 1, 400, 1);
    assert_eq!(check(&file, &out).broken, Vec::<String>::new());
    let mut all = Vec::new();
    for route in &out.routes {
        for stop in &route.stops {
            if let StopOut::Job { job, start } = stop {
                all.push((job.clone(), route.tech.clone(), start.unwrap_or(-1)));
            }
        }
    }
    all.sort();
    (all, out)
}

fn visit(job: &str, tech: &str, start: i64) -> (String, String, i64) {
    (job.to_owned(), tech.to_owned(), start)
}

#[test]
fn a_crew_begins_together_as_soon_as_both_are_there() {
    let lift = with(job("lift", 0), "crew", json!(2));
    assert_eq!(visits(json!([lift])).0, [visit("lift", "anna", 600), visit("lift", "ben", 600)]);
    let (all, _) = visits(json!([with(job("lift", 1), "crew", json!(2))]));
    assert_eq!(all, [visit("lift", "anna", 1200), visit("lift", "ben", 1200)]);
}

#[test]
fn half_a_crew_does_not_go() {
    let lift = with(with(job("lift", 0), "crew", json!(2)), "pinned", json!("anna"));
    let (all, out) = visits(json!([lift, job("a", 1)]));
    assert_eq!(all, [visit("a", "anna", -1)]);
    assert_eq!(out.unserved, ["lift"]);
    assert!(out.notes.iter().any(|n| n.item == "lift" && n.code == "no_crew"), "{:?}", out.notes);
}

#[test]
fn what_follows_begins_after_the_first_has_ended() {
    let (all, _) = visits(json!([job("measure", 1), with(job("fit", 1), "after", json!({"job": "measure"}))]));
    assert_eq!(all, [visit("fit", "anna", 1800), visit("measure", "anna", 0)]);
    let gap = json!({"job": "measure", "gap_min": 3600});
    let (all, _) = visits(json!([job("measure", 1), with(job("fit", 1), "after", gap)]));
    assert_eq!(all, [visit("fit", "anna", 5400), visit("measure", "anna", 0)]);
}

#[test]
fn the_first_waits_if_the_other_cannot_follow_in_time() {
    let fit =
        with(with(job("fit", 1), "windows", json!([[9000, 9000]])), "after", json!({"job": "measure", "gap_max": 600}));
    let (all, _) = visits(json!([job("measure", 1), fit]));
    assert_eq!(all, [visit("fit", "anna", 9000), visit("measure", "anna", 6600)]);
}

#[test]
fn what_follows_a_job_that_nobody_does_is_left_out() {
    let never = with(job("measure", 0), "skills", json!(["laser"]));
    let (all, out) = visits(json!([never, with(job("fit", 1), "after", json!({"job": "measure"}))]));
    assert!(all.is_empty());
    assert!(out.notes.iter().any(|n| n.item == "fit" && n.code == "first_left_out"), "{:?}", out.notes);
}

fn check_note(bad: Value, code: &str) {
    let (all, out) = visits(json!([job("ok", 1), bad]));
    assert_eq!(all.last(), Some(&visit("ok", "anna", -1)), "the rest of the day is planned");
    assert!(out.notes.iter().any(|n| n.item == "bad" && n.code == code && !n.reason.is_empty()), "{:?}", out.notes);
}

#[test]
fn ties_that_make_no_sense() {
    check_note(with(job("bad", 0), "crew", json!(9)), "crew");
    check_note(with(job("bad", 0), "crew", json!(0)), "crew");
    check_note(with(with(job("bad", 0), "crew", json!(2)), "service", json!(0)), "crew");
    check_note(with(job("bad", 0), "crew", json!(3)), "no_crew");
    check_note(with(job("bad", 0), "after", json!({"job": "gone"})), "no_such_job");
    check_note(with(job("bad", 0), "after", json!({"job": "bad"})), "circle");
    check_note(with(job("bad", 0), "after", json!({"job": "ok", "gap_min": -1})), "gap");
    check_note(with(job("bad", 0), "after", json!("ok")), "unreadable");
}

#[test]
fn the_look_from_outside_sees_torn_ties() {
    let file =
        day(json!([with(job("lift", 0), "crew", json!(2)), with(job("fit", 1), "after", json!({"job": "lift"}))]));
    let (_, good) = planned(&file, 1, 200, 1);
    let broken = |change: &dyn Fn(&mut Solution)| {
        let mut out = good.clone();
        change(&mut out);
        check(&file, &out).broken.len()
    };
    assert_eq!(broken(&|_| ()), 0);
    assert!(broken(&|out| drop(out.routes.pop())) > 0, "half a crew");
    let later = |out: &mut Solution| {
        let StopOut::Job { start, .. } = &mut out.routes[1].stops[0] else { panic!("a visit") };
        *start = start.map(|at| at + 1);
    };
    assert!(broken(&later) > 0, "one begins later");
    let sooner = |out: &mut Solution| out.routes.iter_mut().for_each(|r| r.stops.reverse());
    assert!(broken(&sooner) > 0, "the other way round");
}

/// (E) with crews and order, for four jobs and two technicians: when ties can be kept is drawn, so now and then the best
/// plan is not met. Of a thousand such days it is missed on two.
#[test]
fn the_best_of_nearly_all_tied_plans() {
    let missed = (0..MANY).filter(|seed| {
        let mut file = direct_ways(without_breaks(tied(*seed, 4)));
        file.technicians.truncate(2);
        let found = (0..3).map(|k| check(&file, &planned(&file, seed ^ k, 3_000, 1).1).cost).min();
        let best = optimum(&file);
        assert!(found >= Some(best), "the trial of all plans overlooks one: {seed}");
        found != Some(best)
    });
    let missed: Vec<u64> = missed.collect();
    assert!(missed.len() as u64 <= MANY / 100, "{missed:?}");
}

const MANY: u64 = 100;

/// The cost of the best plan: every order of every subset for each technician, everybody as early as ties allow.
fn optimum(file: &Problem) -> i64 {
    let jobs: Vec<&Job> = file.jobs.iter().flat_map(|j| &j.0).collect();
    let mut orders = vec![Vec::new()];
    let mut at = 0;
    while at < orders.len() {
        let more = (0..jobs.len()).filter(|k| !orders[at].contains(k)).map(|k| [&orders[at][..], &[k]].concat());
        let more: Vec<Vec<usize>> = more.collect();
        orders.extend(more);
        at += 1;
    }
    let mut plans: Vec<Vec<&[usize]>> = vec![Vec::new()];
    for _ in &file.technicians {
        plans = plans.iter().flat_map(|p| orders.iter().map(move |o| [&p[..], &[&o[..]]].concat())).collect();
    }
    plans.iter().filter_map(|plan| cost(file, &jobs, plan)).min().expect("the empty plan")
}

fn cost(file: &Problem, jobs: &[&Job], plan: &[&[usize]]) -> Option<i64> {
    let mut begin: BTreeMap<usize, i64> = BTreeMap::new();
    for _ in 0..60 {
        let before = begin.clone();
        for (tech, order) in file.technicians.iter().flat_map(|t| &t.0).zip(plan) {
            let roads = Roads::new(&file.travel, &mut Vec::new()).expect("roads");
            let (mut now, mut place) = (tech.shift.0, tech.start);
            for k in *order {
                now += if place == jobs[*k].loc { 0 } else { roads.seconds(place, jobs[*k].loc) };
                now = now.max(begin.get(k).copied().unwrap_or(0)).max(jobs[*k].release.unwrap_or(0));
                now = jobs[*k].windows.iter().find(|w| now <= w.1).map(|w| now.max(w.0))?;
                begin.insert(*k, now);
                now += jobs[*k].service;
                place = jobs[*k].loc;
            }
        }
        for (k, job) in jobs.iter().enumerate() {
            let Some((after, own)) = job.after.as_ref().zip(begin.get(&k).copied()) else { continue };
            let first = jobs.iter().position(|j| j.id == after.job)?;
            let end = begin.get(&first)? + jobs[first].service;
            begin.insert(k, own.max(end + after.gap_min.unwrap_or(0)));
            let early = after.gap_max.map_or(0, |most| own - most - end);
            begin.insert(first, begin[&first] + early.max(0));
        }
        if begin == before {
            let stop = |k: &usize| StopOut::Job { job: jobs[*k].id.clone(), start: Some(begin[k]) };
            let routes = file
                .technicians
                .iter()
                .flat_map(|t| &t.0)
                .zip(plan)
                .map(|(tech, order)| RouteOut { tech: tech.id.clone(), stops: order.iter().map(stop).collect() });
            let (routes, unserved, notes) = (routes.collect(), Vec::new(), Vec::new());
            let card = check(file, &Solution { format: String::new(), routes, unserved, notes });
            return card.broken.is_empty().then_some(card.cost);
        }
    }
    None
}
