//! Damaged input: every item that cannot be planned is named with its reason, the rest of the day is planned.

use serde_json::{Value, json};

use super::kit::{planned, problem};
use crate::planner::day::build::{BadProblem, JOBS_MAX};
use crate::planner::day::{build, check};

fn day(jobs: Value, technicians: Value) -> Value {
    json!({"format": "fsd-problem/1", "jobs": jobs, "technicians": technicians,
        "travel": {"kind": "explicit", "durations": [[0, 600, 900], [600, 0, 300], [900, 300, 0]]}})
}

fn good_job() -> Value {
    json!({"id": "ok", "loc": 1, "service": 600, "windows": [[0, 9000]], "penalty": 50000})
}

fn good_tech() -> Value {
    json!({"id": "anna", "start": 0, "end": 0, "shift": [0, 20000]})
}

/// The good job is planned, `item` is noted with `code`.
fn check_note(file: Value, item: &str, code: &str) {
    let problem = problem(file);
    let (day, out) = planned(&problem, 1, 50, 1);
    assert!(day.notes.iter().any(|n| n.item == item && n.code == code && !n.reason.is_empty()), "{:?}", day.notes);
    assert_eq!(out.routes.len(), 1, "the rest of the day is planned");
    assert_eq!(check(&problem, &out).broken, Vec::<String>::new());
}

fn check_job(bad: Value, item: &str, code: &str) {
    check_note(day(json!([bad, good_job()]), json!([good_tech()])), item, code);
}

#[test]
fn a_job_that_nobody_can_do() {
    let mut bad = good_job();
    bad["id"] = json!("laser");
    bad["skills"] = json!(["laser"]);
    check_job(bad, "laser", "nobody_able");
}

#[test]
fn a_window_that_is_past_when_the_shift_starts() {
    let mut bad = good_job();
    bad["id"] = json!("past");
    bad["windows"] = json!([[0, 100]]);
    check_job(bad, "past", "nobody_in_time");
}

#[test]
fn jobs_that_make_no_sense() {
    for (field, value, code) in [
        ("windows", json!([]), "no_window"),
        ("windows", json!([[500, 100]]), "window_order"),
        ("windows", json!("morning"), "unreadable"),
        ("windows", json!([[0, 99_999_999_999i64]]), "out_of_range"),
        ("loc", json!(7), "no_such_place"),
        ("service", json!(-5), "negative"),
        ("penalty", json!(null), "unreadable"),
        ("demand", json!([-1]), "negative"),
        ("release", json!(9_500), "released_too_late"),
    ] {
        let mut bad = good_job();
        bad["id"] = json!("bad");
        bad[field] = value;
        check_job(bad, "bad", code);
    }
}

#[test]
fn a_job_without_id_and_a_second_of_the_same_id() {
    check_job(json!({"loc": 1}), "job no. 1", "unreadable");
    check_note(day(json!([good_job(), good_job()]), json!([good_tech()])), "job no. 2", "duplicate");
}

#[test]
fn technicians_that_cannot_work() {
    for (field, value, code) in [
        ("shift", json!(null), "unreadable"),
        ("shift", json!([900, 100]), "no_shift"),
        ("shift", json!([900, 900]), "no_shift"),
        ("start", json!(12), "no_such_place"),
        ("break", json!({"duration": 60, "window": [900, 100]}), "break_window"),
    ] {
        let mut bad = good_tech();
        bad["id"] = json!("ben");
        bad[field] = value;
        check_note(day(json!([good_job()]), json!([bad, good_tech()])), "ben", code);
    }
}

#[test]
fn a_table_with_holes_has_no_road_there() {
    let mut file = day(
        json!([good_job(), {"id": "island", "loc": 2, "service": 1, "windows": [[0, 9000]], "penalty": 9}]),
        json!([good_tech()]),
    );
    file["travel"]["durations"] = json!([[0, 600, null], [600, 0, null], [900]]);
    check_note(file.clone(), "travel", "holes");
    check_note(file, "island", "nobody_in_time");
}

#[test]
fn a_row_of_the_table_that_is_no_row() {
    for row in [json!(null), json!("unknown"), json!([])] {
        let mut file = day(json!([good_job()]), json!([good_tech()]));
        file["travel"]["durations"][2] = row;
        check_note(file, "travel", "holes");
    }
}

#[test]
fn a_place_that_is_nowhere() {
    let island = json!({"id": "island", "loc": 2, "service": 1, "windows": [[0, 9000]], "penalty": 9});
    let mut file = day(json!([good_job(), island]), json!([good_tech()]));
    file["travel"] = json!({"kind": "planar", "coords": [[0, 0], [600, 0], null], "num": 1, "den": 1});
    check_note(file.clone(), "travel", "holes");
    check_note(file, "island", "nobody_in_time");
}

#[test]
fn the_reason_names_the_field() {
    let mut bad = good_tech();
    bad["shift"] = json!("all day");
    let file = problem(day(json!([good_job()]), json!([bad])));
    let notes = build(&file, 1).expect("a whole problem").notes;
    assert!(notes.iter().any(|n| n.item == "anna" && n.reason.contains("shift")), "{notes:?}");
}

#[test]
fn of_too_many_jobs_the_dearest_are_planned() {
    let mut jobs = vec![good_job(); JOBS_MAX + 2];
    for (k, job) in jobs.iter_mut().enumerate() {
        job["id"] = json!(format!("J{k}"));
        job["penalty"] = json!(if k == 7 { 1 } else { 1_000 });
    }
    let built = build(&problem(day(json!(jobs), json!([good_tech()]))), 2).expect("a whole problem");
    let last = format!("J{}", JOBS_MAX + 1);
    assert_eq!((built.model.jobs.len(), &built.set_aside), (JOBS_MAX, &vec!["J7".to_owned(), last.clone()]));
    let told: Vec<&str> =
        built.notes.iter().filter(|n| n.code == "too_many" && !n.reason.is_empty()).map(|n| n.item.as_str()).collect();
    assert_eq!(told, ["J7", &last]);
}

#[test]
fn nobody_and_nothing() {
    let (_, out) = planned(&problem(day(json!([good_job()]), json!([]))), 1, 50, 2);
    assert_eq!(out.unserved, ["ok"]);
    let (_, out) = planned(&problem(day(json!([]), json!([good_tech()]))), 1, 50, 2);
    assert!(out.routes.is_empty() && out.unserved.is_empty());
}

#[test]
fn another_format_is_refused_as_a_whole() {
    let mut file = day(json!([]), json!([]));
    file["format"] = json!("fsd-problem/9");
    assert_eq!(build(&problem(file), 1).err(), Some(BadProblem::Format("fsd-problem/9".to_owned())));
}
