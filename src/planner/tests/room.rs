//! Visits that change hands to make room.

use std::collections::BTreeMap;

use crate::domain::ids::{TechnicianId, VisitId, WorkOrderId};
use crate::domain::time::Seconds;
use crate::planner::answer::Exchange;
use crate::planner::exchanges;
use crate::planner::kit::*;
use crate::planner::problem::*;

/// Eight hours of work for somebody with one hour of it to spare: full.
fn full(number: u128) -> TechnicianState {
    with_stops(number, vec![stop(number * 10, 10, 240), stop(number * 10 + 1, 20, 240)])
}

fn plain(technician: TechnicianState) -> TechnicianState {
    TechnicianState { skills: vec![Skill { code: "ac".into(), level: 2 }], ..technician }
}

/// A job that only level 3 can do; what is on the routes needs level 2.
fn special() -> Job {
    Job { skills: vec![SkillNeed { code: "ac".into(), level_min: 3 }], ..job(10) }
}

fn behind(technicians: &[TechnicianState]) -> BTreeMap<WorkOrderId, Job> {
    let stops = technicians.iter().flat_map(|technician| &technician.stops);
    let order = |stop: &Stop| Job {
        work_order: stop.work_order,
        position: stop.position,
        service: stop.service,
        customer_name: stop.customer_name.clone(),
        ..job(0)
    };
    stops.map(|stop| (stop.work_order, order(stop))).collect()
}

/// Who gives, the visits and who takes each, promises broken.
type Expected<'a> = (u128, &'a [(u128, u128)], u32);

/// What changes hands, best first.
fn check(technicians: &[TechnicianState], expected: &[Expected<'_>]) {
    let found = exchanges(&special(), technicians, &behind(technicians), &scene());
    type Told = (TechnicianId, Vec<(VisitId, TechnicianId)>, u32);
    let told = |exchange: &Exchange| -> Told {
        let moved = exchange.handovers.iter().map(|over| (over.visit_id, over.technician_id)).collect();
        (exchange.technician_id, moved, exchange.promises_broken)
    };
    let wanted = |(giver, moved, broken): &Expected<'_>| -> Told {
        (id(*giver), moved.iter().map(|(visit, taker)| (id(*visit), id(*taker))).collect(), *broken)
    };
    assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected.iter().map(wanted).collect::<Vec<_>>());
}

#[test]
fn the_only_specialist_gives_a_plain_visit_to_somebody_with_time() {
    check(&[full(1), plain(technician(2))], &[(1, &[(10, 2)], 0)]);
}

#[test]
fn nothing_changes_hands_when_the_others_are_full_or_may_not_do_it() {
    check(&[full(1), plain(full(2))], &[]);
    check(&[full(1), TechnicianState { skills: Vec::new(), ..technician(2) }], &[]);
    check(&[plain(full(1)), plain(technician(2))], &[]);
}

#[test]
fn a_visit_that_has_begun_stays_with_who_began_it() {
    let mut busy = full(1);
    busy.stops[1].frozen = true;
    check(&[busy, plain(technician(2))], &[]);
}

#[test]
fn a_visit_whose_promise_the_taker_keeps_is_moved_before_one_whose_promise_breaks() {
    let mut busy = full(1);
    busy.stops[0].promised = Some(window((9, 0), (9, 30)));
    busy.stops[1].promised = Some(window((9, 30), (14, 0)));
    let far = TechnicianState { free_position: house(60), ..plain(technician(2)) };
    check(&[busy, far], &[(1, &[(11, 2)], 0)]);
}

#[test]
fn two_visits_are_shared_out_when_no_single_one_makes_room() {
    let mut busy = full(1);
    busy.stops = (0..8).map(|number| stop(100 + number, 10, 59)).collect();
    let half = |number: u128| plain(with_stops(number, vec![stop(number * 10, 10, 400)]));
    // Each of the others has time for one of the short visits, and the job is as long as two of them.
    let long = Job { service: Seconds::minutes(110), ..special() };
    let technicians = [busy, half(2), half(3)];
    let found = exchanges(&long, &technicians, &behind(&technicians), &scene());
    let best = found.first().expect("there is a way");
    assert_eq!((best.technician_id, best.handovers.len(), best.promises_broken), (id(1), 2, 0));
    let takers: Vec<TechnicianId> = best.handovers.iter().map(|over| over.technician_id).collect();
    assert!(takers.contains(&id(2)) && takers.contains(&id(3)), "{takers:?}");
}
