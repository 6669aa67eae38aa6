//! Each goal from what to what.

use crate::domain::time::{Seconds, Timestamp};
use crate::planner::answer::{Break, Move};
use crate::planner::goals::fairness::MeanLoads;
use crate::planner::goals::*;
use crate::planner::kit::*;
use crate::planner::problem::{Job, TechnicianState};
use crate::planner::route::Step;

fn there(arrive: Timestamp) -> Step {
    Step { arrive, start: arrive, end: arrive, rest: None }
}

fn check_arrival(job: &Job, arrive: Timestamp, expected: u8) {
    assert_eq!(arrival::grade(job, &there(arrive), at(9, 0)).grade(), expected, "at {arrive}");
}

#[test]
fn arrival_falls_to_a_quarter_at_the_due_time_and_to_nothing_behind_it() {
    let due = Job { arrive_by: Some(at(11, 0)), ..job(10) };
    check_arrival(&due, at(9, 0), 100);
    check_arrival(&due, at(10, 0), 63);
    check_arrival(&due, at(11, 0), 25);
    check_arrival(&due, at(12, 0), 13);
    check_arrival(&due, at(13, 0), 0);
}

#[test]
fn in_the_wished_window_no_time_is_better_than_another() {
    let wish = Job { wish: Some(window((13, 0), (15, 0))), ..job(10) };
    check_arrival(&wish, at(13, 0), 100);
    check_arrival(&wish, at(15, 0), 100);
    check_arrival(&wish, at(16, 0), 13);
    check_arrival(&wish, at(17, 0), 0);
}

#[test]
fn without_a_due_time_the_priority_says_how_long() {
    check_arrival(&Job { priority: 1, ..job(10) }, at(11, 0), 25);
    check_arrival(&Job { priority: 3, ..job(10) }, at(17, 0), 25);
}

#[test]
fn an_hour_of_detour_is_the_worst() {
    let check = |minutes, expected| assert_eq!(detour::grade(Seconds::minutes(minutes)).grade(), expected);
    check(-5, 100);
    check(0, 100);
    check(15, 75);
    check(60, 0);
    check(90, 0);
}

#[test]
fn a_shift_inside_a_promise_costs_little_and_a_broken_one_much() {
    let moved = |minutes, promise_kept| Move {
        visit_id: id(1),
        customer_name: String::new(),
        from_start: at(10, 0),
        to_start: at(10, minutes),
        promise_kept,
    };
    let broken = Break {
        visit_id: id(1),
        customer_name: String::new(),
        promised: window((10, 0), (10, 10)),
        would_start: at(10, 20),
    };
    let check = |moves: &[Move], breaks: &[Break], promised, expected| {
        assert_eq!(disturbance::grade(moves, breaks, |_| promised).grade(), expected);
    };
    check(&[], &[], true, 100);
    check(&[moved(50, true)], &[], true, 90);
    check(&[moved(50, true)], &[], false, 75);
    check(&[moved(20, false)], std::slice::from_ref(&broken), true, 50);
    check(&vec![moved(59, false); 3], &vec![broken; 3], true, 0);
}

#[test]
fn knowledge_of_the_asset_fades_over_a_year() {
    let named = Job { asset: Some(id(70)), ..job(10) };
    let visited =
        |days: i64| TechnicianState { knows: vec![(id(70), at(9, 0) - Seconds::hours(24 * days))], ..technician(1) };
    let check = |job: &Job, technician, expected| {
        assert_eq!(knows_asset::grade(job, &technician, at(9, 0)).grade(), expected);
    };
    check(&named, visited(12), 100);
    check(&named, visited(365), 40);
    check(&named, visited(2_000), 40);
    check(&named, technician(1), 0);
    check(&job(10), visited(12), 50);
    check(&Job { preferred: vec![id(1)], ..named.clone() }, technician(1), 100);
    check(&Job { recurred_after: Some(id(1)), ..named }, visited(12), 30);
}

#[test]
fn load_is_measured_against_the_territory_on_shift() {
    let busy = |number, done_today| TechnicianState { done_today, ..technician(number) };
    let off = TechnicianState { shift: None, ..busy(9, 90) };
    let team = [busy(1, 0), busy(2, 2), busy(3, 4), off];
    let means = MeanLoads::of(&team);
    let grades: Vec<u8> = team[..3].iter().map(|one| fairness::grade(one, &means).grade()).collect();
    assert_eq!(grades, [100, 50, 0]);
}
