//! Why work stays, and what would help: each change that is named is tried.

use super::kit::*;
use crate::domain::time::Seconds;
use crate::planner::kit::*;
use crate::planner::problem::*;
use crate::planner::replan::{Change, LiveBoard, Step, suppose};

/// The first change that is named for the only job left, which fits once it is made.
fn check(board: &LiveBoard, reason: &str, expected: Option<Change>) {
    let plan = asked(board);
    assert_eq!(rows(&plan), Vec::<String>::new());
    let left = &plan.left[0];
    assert_eq!(left.reason_code, reason);
    assert_eq!(left.changes.first().map(|named| named.change.clone()), expected, "{:?}", left.changes);
    for named in &left.changes {
        let mut with = suppose(board, std::slice::from_ref(&named.change), &scene()).unwrap().board;
        let step = Step { work_order: left.work_order_id, to: Some(named.technician_id) };
        assert_eq!(with.make(step, &scene()), Ok(()), "{named:?}");
    }
}

fn one(technician: TechnicianState, job: Job) -> LiveBoard {
    board(vec![technician], vec![job])
}

#[test]
fn half_an_hour_more_is_named_to_the_minute() {
    let full = with_stops(1, vec![promised(stop(10, 10, 460), (9, 0), (10, 0))]);
    let change = Change::Overtime { technician_id: id(1), minutes: 30 };
    check(&one(full, Job { priority: 4, ..waiting(900, 10, 60) }), "time", Some(change));
}

#[test]
fn a_part_a_licence_a_limit_or_a_consent_is_named() {
    let parts = vec![PartCount { code: "fan".into(), quantity: 2 }];
    let needs_parts = Job { demand: parts, ..waiting(900, 10, 60) };
    let more = vec![crate::planner::replan::answer::PartsMore { code: "fan".into(), quantity: 2 }];
    check(&one(technician(1), needs_parts), "parts", Some(Change::Parts { technician_id: id(1), parts: more }));

    let licensed = Job { qualification: Some("gas".into()), ..waiting(900, 10, 60) };
    let qualify = Change::Qualify { technician_id: id(1), code: "gas".into() };
    check(&one(technician(1), licensed), "qualification", Some(qualify));

    let done = TechnicianState { max_jobs: Some(4), done_today: 4, ..technician(1) };
    check(&one(done, waiting(900, 10, 60)), "max_jobs", Some(Change::OneMore { technician_id: id(1) }));

    let excluded = Job { excluded: vec![id(1)], ..waiting(900, 10, 60) };
    let accept = Change::Accept { work_order_id: id(900), technician_id: id(1) };
    check(&one(technician(1), excluded), "excluded", Some(accept));
}

#[test]
fn a_later_start_with_the_customers_consent_is_named() {
    let full = with_stops(1, vec![promised(stop(10, 10, 370), (10, 30), (11, 0))]);
    let change = Change::Later { visit_id: id(10), minutes: 5 };
    check(&one(full, waiting(900, 10, 115)), "promise", Some(change));
}

#[test]
fn somebody_from_elsewhere_is_named() {
    let full = with_stops(1, vec![stop(10, 10, 490)]);
    let other = TechnicianState { territory: id(2), ..technician(5) };
    let day = LiveBoard { others: vec![other], ..one(full, waiting(900, 10, 120)) };
    let plan = asked(&day);
    let borrowed = Change::Borrow { technician_id: id(5) };
    assert!(plan.left[0].changes.iter().any(|named| named.change == borrowed), "{:?}", plan.left[0]);
}

#[test]
fn an_absence_is_cut_no_shorter_than_it_must_be() {
    let ill = away(technician(1), (9, 0), (17, 0));
    let change = Change::Absence { technician_id: id(1), from: at(9, 0), until: at(16, 0) };
    check(&one(ill, waiting(900, 10, 60)), "time", Some(change));
}

#[test]
fn somebody_with_a_day_off_is_named_last() {
    let off = TechnicianState { shift: None, ..technician(1) };
    let shift = crate::domain::time::Window { from: at(9, 0), to: at(9, 0) + Seconds::hours(8) };
    check(&one(off, waiting(900, 10, 60)), "time", Some(Change::ComeIn { technician_id: id(1), shift }));
}

#[test]
fn two_things_at_once_are_no_single_change() {
    let done = TechnicianState { max_jobs: Some(4), done_today: 4, skills: vec![], ..technician(1) };
    check(&one(done, waiting(900, 10, 60)), "skill", None);
}
