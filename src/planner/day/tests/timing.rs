//! What a route does with windows, break and overtime.

use serde_json::{Value, json};

use proptest::prelude::*;

use super::kit::{planned, problem, random};
use crate::planner::day::chance::Chance;
use crate::planner::day::route::Route;
use crate::planner::day::rules::NEVER;
use crate::planner::day::rules::window::Windows;
use crate::planner::day::wire::StopOut;
use crate::planner::day::{build, check};

/// One technician from 8:00 to 17:00 (28800 to 61200), two places half an hour apart.
fn check_day(jobs: Value, tech: Value, expected: &[&str], cost: i64) {
    let mut anna = json!({"id": "anna", "start": 0, "end": 0, "shift": [28800, 61200]});
    for (k, v) in tech.as_object().expect("an object") {
        anna[k] = v.clone();
    }
    let problem = problem(
        json!({"format": "fsd-problem/1", "objective": {"overtime_weight": 2}, "jobs": jobs, "technicians": [anna],
        "travel": {"kind": "explicit", "durations": [[0, 1800, 1800], [1800, 0, 600], [1800, 600, 0]]}}),
    );
    let (_, out) = planned(&problem, 1, 200, 1);
    let stops: Vec<&str> = out
        .routes
        .iter()
        .flat_map(|r| &r.stops)
        .map(|s| match s {
            StopOut::Job { job, .. } => job.as_str(),
            StopOut::Break { .. } => "break",
        })
        .collect();
    assert_eq!(stops, expected);
    let card = check(&problem, &out);
    assert_eq!((card.broken, card.cost), (Vec::new(), cost));
}

fn job(id: &str, loc: usize, service: i64, from: i64, to: i64) -> Value {
    json!({"id": id, "loc": loc, "service": service, "windows": [[from, to]], "penalty": 90_000})
}

#[test]
fn the_break_is_taken_on_the_road_where_no_service_leaves_room() {
    let noon = json!({"break": {"duration": 1800, "window": [43200, 45000]}});
    // Done at 12:00, due at 12:40 ten minutes away: the half hour fits only beside the drive.
    check_day(
        json!([job("a", 1, 3600, 39600, 39600), job("b", 2, 3600, 45600, 45600)]),
        noon,
        &["a", "break", "b"],
        4200,
    );
}

#[test]
fn who_is_home_before_the_break_opens_takes_none() {
    let noon = json!({"break": {"duration": 1800, "window": [43200, 45000]}});
    check_day(json!([job("a", 1, 3600, 28800, 37800)]), noon, &["a"], 3600);
}

#[test]
fn overtime_is_paid_where_it_is_allowed() {
    let late = || json!([job("a", 1, 3600, 57600, 57600)]);
    check_day(late(), json!({"overtime_max": 3600}), &["a"], 3600 + 2 * 1800);
    check_day(late(), json!({"overtime_max": 1799}), &[], 90_000);
}

#[test]
fn the_second_window_is_used_when_the_first_has_passed() {
    let two = Windows::new(&[(100, 200), (400, 500)]);
    for (arrival, begin) in [(50, 100), (150, 150), (201, 400), (450, 450), (501, NEVER)] {
        assert_eq!(two.begin(arrival), begin);
    }
    for (latest, start) in [(450, 450), (399, 200), (600, 500), (150, 150), (99, -NEVER)] {
        assert_eq!(two.latest(latest), start);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A job put into a route leaves it as if the whole had been worked out anew.
    #[test]
    fn a_job_put_in_changes_what_it_must(seed: u64) {
        let day = build(&random(seed, 14), 1).expect("a whole problem");
        let mut chance = Chance::new(seed);
        let t = chance.below(day.model.technicians.len()) as u32;
        let mut route = Route::empty(&day.model, t);
        for job in 0..day.model.jobs.len() as u32 {
            let position = chance.below(route.len() + 1);
            let held = route.put(&day.model, t, position, job);
            let mut anew = route.clone();
            prop_assert_eq!(held, anew.retime(&day.model, t));
            prop_assert_eq!(format!("{route:?}"), format!("{anew:?}"));
        }
    }
}
