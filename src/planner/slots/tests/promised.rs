//! A sold slot binds whoever plans it afterwards.

use super::*;
use crate::planner::propose::{Lateness, propose};
use crate::planner::slots::with_window;
use crate::planner::{place, rank};

fn sold(window: Window) -> Job {
    with_window(&job(10), window)
}

#[test]
fn nobody_comes_before_the_slot_begins() {
    let (changed, insertion) = place(&sold(slot(0, 13)), &technician(1), id(7), &scene()).expect("a place");
    assert_eq!(insertion.start, at(13, 0));
    assert_eq!(changed.stops[0].promised, Some(slot(0, 13)));
}

#[test]
fn who_would_break_the_slot_says_so_and_ranks_behind() {
    let busy = with_stops(1, vec![promised(stop(1, 10, 300), (9, 0), (9, 30))]);
    let ranking = rank(&sold(slot(0, 11)), &[busy, technician(2)], &scene());
    assert_eq!(ranking.candidates[0].technician_id, id(2));
    assert_eq!(ranking.candidates[0].breaks, []);
    let late = &ranking.candidates[1];
    assert_eq!(late.breaks.iter().map(|broken| broken.promised).collect::<Vec<_>>(), [slot(0, 11)]);
    assert!(late.fit && late.breaks[0].would_start > at(13, 0));
}

#[test]
fn a_proposal_keeps_the_slot_and_puts_other_work_around_it() {
    let long = |number: u128| Job { work_order: id(number), service: Seconds::minutes(90), ..job(20) };
    let promise = Job { work_order: id(3), service: Seconds::minutes(90), ..sold(slot(0, 11)) };
    let jobs = [(long(1), id(1)), (long(2), id(2)), (promise, id(3))];
    let proposal = propose(&jobs, &[technician(1)], &scene(), Lateness::Dear);
    assert_eq!(proposal.unassigned, []);
    let plan = crate::planner::schedule(&proposal.routes[0], scene().travel, scene().now);
    let times = plan.stops.iter().find(|times| times.visit == id(3)).expect("planned");
    assert!(slot(0, 11).contains(times.start), "{times:?}");
}
