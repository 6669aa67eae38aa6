//! What holds of every proposal, whatever the day looks like.

use proptest::prelude::*;

use super::kit::*;
use crate::domain::time::Seconds;
use crate::planner::invariants::{frozen_kept, keeps_time, served_once};
use crate::planner::kit::*;
use crate::planner::problem::*;
use crate::planner::replan::{Bounds, LiveBoard, RowKind, Step, replan, suppose};
use crate::planner::schedule;

prop_compose! {
    fn any_stop()(
        house_minutes in 0i64..60, service in 10i64..120, promise in proptest::option::of(0i64..7),
        priority in 1u8..5, due in proptest::option::of(1i64..8),
    ) -> Stop {
        let promised = promise.map(|from| window((9 + from, 0), (11 + from, 0)));
        let arrive_by = due.map(|hours| at(9 + hours, 0));
        Stop { promised, priority, arrive_by, ..stop(0, house_minutes, service) }
    }
}

prop_compose! {
    fn any_technician(number: u128)(
        mut stops in proptest::collection::vec(any_stop(), 0..5), frozen in 0usize..2, level in 1u8..4,
        absent in proptest::option::of((9i64..16, 1i64..8)), rests in any::<bool>(), overtime in 0i64..60,
        full in any::<bool>(), spot in 0i64..60,
    ) -> TechnicianState {
        for (index, stop) in stops.iter_mut().enumerate() {
            (stop.visit, stop.work_order) = (id(number * 100 + index as u128), id(number * 100 + index as u128));
            stop.frozen = index < frozen;
        }
        let absences = absent.map(|(from, hours)| window((from, 0), (from + hours, 0))).into_iter().collect();
        TechnicianState {
            stops,
            absences,
            skills: vec![Skill { code: "ac".into(), level }],
            break_plan: if rests { lunch() } else { None },
            overtime_max: Seconds::minutes(overtime),
            max_jobs: full.then_some(5),
            free_position: house(spot),
            ..technician(number)
        }
    }
}

prop_compose! {
    fn any_waiting()(
        house_minutes in 0i64..60, service in 10i64..150, priority in 1u8..5, level_min in 1u8..4,
        due in proptest::option::of(1i64..6), wish in proptest::option::of(0i64..6), fan in any::<bool>(),
    ) -> Job {
        Job {
            priority,
            skills: vec![SkillNeed { code: "ac".into(), level_min }],
            arrive_by: due.map(|hours| at(9 + hours, 0)),
            wish: wish.map(|from| window((9 + from, 0), (11 + from, 0))),
            demand: fan.then(|| PartCount { code: "fan".into(), quantity: 1 }).into_iter().collect(),
            ..waiting(0, house_minutes, service)
        }
    }
}

prop_compose! {
    fn any_board()(
        a in any_technician(1), b in any_technician(2), c in any_technician(3), d in any_technician(4),
        jobs in proptest::collection::vec(any_waiting(), 0..5),
    ) -> LiveBoard {
        let jobs = jobs.into_iter().zip(1_000u128..).map(|(job, number)| Job { work_order: id(number), ..job });
        let other = TechnicianState { territory: id(2), ..d };
        LiveBoard { others: vec![TechnicianState { stops: vec![], ..other }], ..board(vec![a, b, c], jobs.collect()) }
    }
}

/// Which promises hold on a board, by work order.
fn kept(board: &LiveBoard) -> Vec<crate::domain::ids::WorkOrderId> {
    let mut kept = Vec::new();
    for one in &board.technicians {
        let plan = schedule(one, &Street, scene().now);
        let held = one
            .stops
            .iter()
            .zip(&plan.stops)
            .filter(|(stop, times)| stop.promise().is_some() && times.late_against_promise == Seconds::ZERO);
        kept.extend(held.map(|(stop, _)| stop.work_order));
    }
    kept
}

fn step_of(row: &crate::planner::replan::Row) -> Step {
    let to = row.after.as_ref().filter(|_| row.kind != RowKind::TakeOff).map(|slot| slot.technician_id);
    Step { work_order: row.work_order_id, to }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn a_proposal_is_bounded_and_its_rows_made_in_order_give_what_it_says(day in any_board(), moves in 0usize..5) {
        let bounds = Bounds { moves, rows: 6, ..bounds() };
        let plan = replan(&day, bounds, &scene());
        prop_assert!(plan.rows.len() <= bounds.rows);
        prop_assert!(plan.rows.iter().filter(|row| row.kind != RowKind::Assign).count() <= moves);
        let mut made = day.clone();
        for row in &plan.rows {
            prop_assert_eq!(made.make(step_of(row), &scene()), Ok(()), "{:?}", row);
        }
        let nothing = Bounds { moves: 0, rows: 0, steps: 0, ..bounds };
        prop_assert_eq!(replan(&made, nothing, &scene()).before, plan.after);
        prop_assert_eq!(served_once(&made.technicians), Ok(()));
        for (old, new) in day.technicians.iter().zip(&made.technicians) {
            prop_assert_eq!(frozen_kept(old, new), Ok(()));
            prop_assert_eq!(keeps_time(new, &schedule(new, &Street, scene().now), scene().now), Ok(()));
        }
        for row in &plan.rows {
            let Some(slot) = &row.after else { continue };
            let holder = made.technicians.iter().find(|one| one.id == slot.technician_id).unwrap();
            let at = holder.stops.iter().position(|stop| stop.work_order == row.work_order_id).unwrap();
            prop_assert_eq!(schedule(holder, &Street, scene().now).stops[at].start, slot.start);
        }
    }

    #[test]
    fn no_promise_that_holds_is_broken_and_the_board_is_worth_more(day in any_board()) {
        let plan = asked(&day);
        let mut made = day.clone();
        for row in &plan.rows {
            made.make(step_of(row), &scene()).unwrap();
        }
        let (before, after) = (kept(&day), kept(&made));
        prop_assert!(before.iter().all(|order| after.contains(order)), "{:?}", plan.rows);
        prop_assert!(plan.rows.is_empty() || plan.after.cost < plan.before.cost);
    }

    #[test]
    fn each_row_can_be_made_after_those_it_needs_alone(day in any_board()) {
        let plan = asked(&day);
        for row in &plan.rows {
            let mut made = day.clone();
            for number in &row.needs {
                prop_assert!(*number < row.number);
                made.make(step_of(&plan.rows[*number as usize - 1]), &scene()).ok();
            }
            prop_assert_eq!(made.make(step_of(row), &scene()), Ok(()), "{:?}", row);
        }
    }

    #[test]
    fn the_same_board_gives_the_same_proposal(day in any_board()) {
        prop_assert_eq!(asked(&day), asked(&day.clone()));
    }

    #[test]
    fn each_single_change_makes_the_work_fit(day in any_board()) {
        let plan = asked(&day);
        let mut made = day.clone();
        for row in &plan.rows {
            made.make(step_of(row), &scene()).unwrap();
        }
        for left in &plan.left {
            let before = kept(&made);
            prop_assert!(left.changes.len() <= 3);
            let told = ["costly", "declined", "promise", "other_day"].contains(&&*left.reason_code);
            prop_assert!(told || !left.failing.is_empty(), "{:?}", left);
            for named in &left.changes {
                let mut with = suppose(&made, std::slice::from_ref(&named.change), &scene()).unwrap().board;
                let step = Step { work_order: left.work_order_id, to: Some(named.technician_id) };
                prop_assert_eq!(with.make(step, &scene()), Ok(()), "{:?}", named);
                let after = kept(&with);
                prop_assert!(before.iter().all(|order| after.contains(order)), "{:?}", named);
            }
        }
    }
}
