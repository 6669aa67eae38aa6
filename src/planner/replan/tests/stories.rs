//! What a dispatcher is offered when the day changes.

use super::kit::*;
use crate::domain::time::Seconds;
use crate::planner::kit::*;
use crate::planner::problem::*;
use crate::planner::replan::{Bounds, Change, LiveBoard, replan, suppose};

fn check(board: &LiveBoard, expected: &[&str]) {
    assert_eq!(rows(&asked(board)), expected);
}

#[test]
fn a_quiet_day_is_left_alone() {
    check(&board(vec![with_stops(1, vec![promised(stop(10, 10, 60), (10, 0), (12, 0))]), technician(2)], vec![]), &[]);
}

#[test]
fn a_new_fault_goes_to_somebody_who_has_time() {
    let busy = with_stops(1, vec![stop(10, 10, 240), stop(11, 20, 220)]);
    check(&board(vec![busy, technician(2)], vec![waiting(900, 15, 60)]), &["assign 900 -> 2"]);
}

#[test]
fn the_visits_of_one_who_falls_ill_go_to_others() {
    let stops = vec![promised(stop(10, 10, 60), (10, 0), (12, 0)), promised(stop(11, 20, 60), (13, 0), (15, 0))];
    let ill = away(with_stops(1, stops), (8, 0), (18, 0));
    let plan = asked(&board(vec![ill, technician(2)], vec![]));
    assert_eq!(rows(&plan), ["move 10 -> 2", "move 11 -> 2"]);
    assert_eq!((plan.before.promises_broken, plan.after.promises_broken), (2, 0));
    assert!(plan.rows.iter().all(|row| row.en.contains("away until 18:00")), "{:?}", plan.rows);
}

#[test]
fn the_dearest_visits_move_first_when_moves_are_few() {
    let visit = |number: u128, priority| {
        let stop = promised(stop(number, 10, 30), (10, 0), (12, 0));
        Stop { priority, arrive_by: Some(at(12, 0)), ..stop }
    };
    let ill = away(with_stops(1, vec![visit(10, 4), visit(11, 1), visit(12, 3)]), (8, 0), (18, 0));
    let day = board(vec![ill, technician(2)], vec![]);
    let plan = replan(&day, Bounds { moves: 1, ..bounds() }, &scene());
    assert_eq!(rows(&plan), ["move 11 -> 2"]);
}

#[test]
fn a_visit_under_way_stays_where_it_is() {
    let running = Stop { frozen: true, ..stop(10, 10, 60) };
    let ill = away(with_stops(1, vec![running, stop(11, 20, 60)]), (9, 0), (18, 0));
    check(&board(vec![ill, technician(2)], vec![]), &["move 11 -> 2"]);
}

#[test]
fn an_overrun_moves_the_visit_that_would_come_too_late() {
    let overrun = Stop { frozen: true, begun: true, ..stop(10, 0, 150) };
    let late = with_stops(1, vec![overrun, promised(stop(11, 10, 60), (10, 0), (11, 0))]);
    let plan = asked(&board(vec![late, technician(2)], vec![]));
    assert_eq!(rows(&plan), ["move 11 -> 2"]);
    assert!(plan.rows[0].en.contains("after what was promised"), "{}", plan.rows[0].en);
    let slots = plan.rows[0].before.as_ref().zip(plan.rows[0].after.as_ref()).unwrap();
    assert_eq!((slots.0.promise_late_s, slots.1.promise_late_s), (Seconds::minutes(40), Seconds::ZERO));
}

#[test]
fn a_row_that_needs_room_names_the_row_that_makes_it() {
    let able = |number, level| TechnicianState {
        skills: vec![Skill { code: "ac".into(), level }],
        ..with_stops(number, vec![])
    };
    let stops = vec![stop(10, 10, 200), stop(11, 20, 200)];
    let special = Job {
        skills: vec![SkillNeed { code: "ac".into(), level_min: 3 }],
        priority: 1,
        arrive_by: Some(at(12, 0)),
        ..waiting(900, 15, 120)
    };
    let full = TechnicianState { stops, ..able(1, 3) };
    let plan = asked(&board(vec![full, able(2, 2)], vec![special]));
    let assign = plan.rows.iter().find(|row| row.number == 2).expect("two rows");
    assert_eq!(assign.needs, [1]);
    assert!(plan.rows[0].en.contains("Makes room for row 2"), "{}", plan.rows[0].en);
}

#[test]
fn what_nobody_can_do_any_more_goes_back_to_the_queue() {
    let special = stop(10, 10, 60);
    let ill = away(with_stops(1, vec![special]), (8, 0), (18, 0));
    let mut day = board(vec![ill, TechnicianState { skills: vec![], ..technician(2) }], vec![]);
    day.orders.get_mut(&id(10)).unwrap().priority = 4;
    day.technicians[0].stops[0].priority = 4;
    let plan = asked(&day);
    assert_eq!(rows(&plan), ["takeoff 10 -> queue"]);
    assert_eq!(plan.left.len(), 1, "and is told of as left over");
}

#[test]
fn on_a_copy_anything_can_be_tried() {
    let day = board(
        vec![with_stops(1, vec![promised(stop(10, 10, 60), (10, 0), (12, 0))]), technician(2)],
        vec![waiting(900, 5, 60)],
    );
    let check = |changes: &[Change], expected: &[&str]| {
        let supposed = suppose(&day, changes, &scene()).unwrap();
        let roads = supposed.roads(&Street);
        let slow = Scene { travel: &roads, ..scene() };
        assert_eq!(rows(&replan(&supposed.board, bounds(), &slow)), expected, "{changes:?}");
    };
    let ill = Change::Absent { technician_id: id(1), away: window((8, 0), (18, 0)) };
    check(&[Change::Cancel { work_order_id: id(900) }, ill], &["move 10 -> 2"]);
    let cancelled = [id(900), id(10)].map(|work_order_id| Change::Cancel { work_order_id });
    check(&cancelled, &[]);
    let unknown = Change::Overtime { technician_id: id(77), minutes: 30 };
    assert_eq!(suppose(&day, &[cancelled[0].clone(), unknown], &scene()).unwrap_err().number, 1);
    let slow = suppose(&day, &[Change::SlowRoads { percent: 200 }], &scene()).unwrap();
    assert_eq!(slow.percent, 200);
    assert!(suppose(&day, &[Change::SlowRoads { percent: 1_000 }], &scene()).is_err());
}
