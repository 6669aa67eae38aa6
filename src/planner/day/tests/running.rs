//! A running day: committed jobs stay, new jobs come in, being late has its price.

use serde_json::{Value, json};

use crate::planner::day::online::{Message, Queue, RunningDay};
use crate::planner::day::{Steps, Tuning};

fn start() -> RunningDay {
    let job = |id: &str, loc: usize| json!({"id": id, "loc": loc, "service": 600, "windows": [[0, 9000]], "penalty": 50_000, "late_weight": 2});
    let tech = |id: &str| json!({"id": id, "start": 0, "end": 0, "shift": [0, 20_000]});
    let problem = json!({"format": "fsd-problem/1", "jobs": [job("a", 1), job("b", 2)], "technicians": [tech("anna"), tech("ben")],
        "travel": {"kind": "planar", "coords": [[0, 0], [600, 0], [900, 0], [0, 700]], "num": 1, "den": 1}});
    RunningDay::new(&serde_json::from_value(problem).expect("a problem"), 1).expect("a day")
}

fn at(tech: &str, status: &str, free: i64, job: Option<&str>, plan: &[&str]) -> Value {
    json!({"tech": tech, "status": status, "loc": 0, "free_at": free, "job": job, "break_taken": false, "worked": 0, "plan": plan})
}

fn ask(day: &mut RunningDay, now: i64, events: Value, techs: Value, open: &[&str]) -> Vec<Queue> {
    let message = json!({"type": "events", "seq": 1, "now": now, "events": events, "progress": [], "state": {"techs": techs, "open": open}});
    let Message::Events { seq, now, events, state } = serde_json::from_value(message).expect("a message") else {
        panic!("an event")
    };
    day.learn(&events);
    day.answer(seq, now, &state, Tuning::default(), 1, &Steps(200)).routes
}

fn queue(tech: &str, jobs: &[&str]) -> Queue {
    Queue { tech: tech.to_owned(), jobs: jobs.iter().map(|j| (*j).to_owned()).collect() }
}

#[test]
fn a_committed_job_is_in_no_queue() {
    let techs = json!([at("anna", "working", 3000, Some("a"), &[]), at("ben", "down", 0, None, &[])]);
    assert_eq!(ask(&mut start(), 2000, json!([]), techs, &["b"]), [queue("anna", &["b"])]);
}

#[test]
fn a_new_job_is_put_where_it_costs_least() {
    let new = json!([{"type": "job_new", "job": {"id": "c", "loc": 3, "service": 600, "windows": [[0, 9000]], "penalty": 50_000}}]);
    let techs = json!([at("anna", "idle", 0, None, &["a", "b"]), at("ben", "down", 0, None, &[])]);
    let routes = ask(&mut start(), 0, new, techs, &["a", "b", "c"]);
    assert_eq!(routes.len(), 1);
    assert_eq!((routes[0].tech.as_str(), routes[0].jobs.len()), ("anna", 3));
}

#[test]
fn a_plan_that_stands_is_left_alone() {
    let techs = json!([at("anna", "idle", 0, None, &["a", "b"]), at("ben", "idle", 0, None, &[])]);
    assert_eq!(ask(&mut start(), 0, json!([]), techs, &["a", "b"]), []);
}

#[test]
fn late_is_better_than_never() {
    let techs = json!([at("anna", "idle", 9_500, None, &[]), at("ben", "down", 0, None, &[])]);
    assert_eq!(ask(&mut start(), 9_500, json!([]), techs, &["a"]), [queue("anna", &["a"])]);
}

#[test]
fn who_is_down_loses_his_queue_to_the_others() {
    let techs = json!([at("anna", "down", 0, None, &[]), at("ben", "idle", 100, None, &[])]);
    let routes = ask(&mut start(), 100, json!([]), techs, &["a", "b"]);
    assert_eq!((routes[0].tech.as_str(), routes[0].jobs.len()), ("ben", 2));
}
