//! The timetable of one route.

use crate::domain::time::{Seconds, Window};
use crate::planner::invariants::keeps_time;
use crate::planner::kit::*;
use crate::planner::problem::{Stop, StopWindow, TechnicianState};
use crate::planner::route::schedule;

/// Starts of the work and the way home, and the start of the break, as clock faces.
fn check(technician: &TechnicianState, expected: &str) {
    let scene = scene();
    let plan = schedule(technician, scene.travel, scene.now);
    assert_eq!(keeps_time(technician, &plan, scene.now), Ok(()));
    let mut said: Vec<String> = plan.stops.iter().map(|times| times.start.clock_face(TOKYO)).collect();
    said.push(format!("home {}", plan.home_at.clock_face(TOKYO)));
    said.extend(plan.break_slot.map(|slot| format!("break {}", slot.from.clock_face(TOKYO))));
    assert_eq!(said.join(" "), expected);
}

#[test]
fn he_drives_works_and_drives_on() {
    check(&with_stops(1, vec![stop(11, 10, 60), stop(12, 30, 30)]), "09:10 10:30 home 11:30");
}

#[test]
fn he_leaves_when_his_shift_begins_and_waits_for_the_promised_start() {
    let late_shift = TechnicianState { shift: Some(window((10, 0), (18, 0))), ..with_stops(1, vec![stop(11, 10, 60)]) };
    check(&late_shift, "10:10 home 11:20");
    check(&with_stops(1, vec![promised(stop(11, 10, 60), (11, 0), (12, 0))]), "11:00 home 12:10");
}

#[test]
fn he_waits_for_the_next_window_and_past_the_last_one_he_is_late() {
    let open = |from, to| StopWindow { window: window(from, to), hard: true };
    let twice = Stop { windows: vec![open((8, 0), (9, 5)), open((13, 0), (14, 0))], ..stop(11, 10, 60) };
    check(&with_stops(1, vec![twice]), "13:00 home 14:10");
    let gone = Stop { windows: vec![open((8, 0), (9, 5))], ..stop(11, 10, 60) };
    check(&with_stops(1, vec![gone]), "09:10 home 10:20");
}

#[test]
fn the_break_is_taken_as_late_as_its_window_lets_him() {
    let stops = vec![stop(11, 10, 60), stop(12, 10, 60), stop(13, 10, 60), stop(14, 10, 60)];
    let day = TechnicianState { break_plan: lunch(), ..with_stops(1, stops) };
    // 9:10, 10:10, 11:10 and then 12:10 to 13:10 would leave no time to begin the break by 13:00.
    check(&day, "09:10 10:10 11:10 13:10 home 14:20 break 12:10");
}

#[test]
fn the_break_moves_into_a_wait_where_it_costs_nothing() {
    let stops = vec![stop(11, 10, 60), promised(stop(12, 20, 30), (12, 40), (13, 0)), stop(13, 20, 60)];
    let day = TechnicianState { break_plan: lunch(), ..with_stops(1, stops) };
    check(&day, "09:10 12:40 13:10 home 14:30 break 11:30");
}

#[test]
fn a_day_that_ends_before_the_break_window_needs_no_break() {
    check(&TechnicianState { break_plan: lunch(), ..with_stops(1, vec![stop(11, 10, 60)]) }, "09:10 home 10:20");
    check(&TechnicianState { break_plan: lunch(), ..technician(1) }, "home 09:00");
}

#[test]
fn the_break_may_be_on_the_way_home() {
    let day = TechnicianState { break_plan: lunch(), ..with_stops(1, vec![stop(11, 10, 170)]) };
    check(&day, "09:10 home 13:10 break 12:00");
}

#[test]
fn he_works_around_an_absence() {
    let doctor = vec![window((10, 0), (11, 0))];
    let day = TechnicianState { absences: doctor, ..with_stops(1, vec![stop(11, 10, 30), stop(12, 10, 60)]) };
    check(&day, "09:10 11:00 home 12:10");
}

#[test]
fn running_work_is_given_as_a_frozen_stop_or_as_where_he_will_be_free() {
    let running = Stop { frozen: true, begun: true, ..stop(11, 10, 40) };
    let as_stop = TechnicianState { free_position: house(10), ..with_stops(1, vec![running, stop(12, 30, 30)]) };
    let as_place =
        TechnicianState { free_position: house(10), free_at: at(9, 40), ..with_stops(1, vec![stop(12, 30, 30)]) };
    check(&as_stop, "09:00 10:00 home 11:00");
    check(&as_place, "10:00 home 11:00");
}

#[test]
fn lateness_is_told_against_the_promise() {
    let late = with_stops(1, vec![stop(11, 10, 60), promised(stop(12, 10, 60), (9, 0), (10, 0))]);
    let plan = schedule(&late, scene().travel, scene().now);
    assert_eq!(plan.stops[1].late_against_promise, Seconds::minutes(10));
    assert_eq!(plan.travel, Seconds::minutes(20));
    assert_eq!(plan.break_slot, None::<Window>);
}
