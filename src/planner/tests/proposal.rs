//! Assigning a whole list.

use crate::domain::ids::VisitId;
use crate::planner::invariants;
use crate::planner::kit::*;
use crate::planner::problem::*;
use crate::planner::propose::{Lateness, propose};

fn numbered(number: u128, house_minutes: i64) -> (Job, VisitId) {
    (Job { work_order: id(number), ..job(house_minutes) }, id(number))
}

#[test]
fn each_technician_gets_what_is_near_him() {
    let east = TechnicianState { home: house(100), free_position: house(100), ..technician(2) };
    let jobs = [numbered(11, 5), numbered(12, 95), numbered(13, 10), numbered(14, 90)];
    let proposal = propose(&jobs, &[technician(1), east], &scene(), Lateness::Dear);
    let served =
        |index: usize| -> Vec<VisitId> { proposal.routes[index].stops.iter().map(|stop| stop.visit).collect() };
    let sorted = |mut visits: Vec<VisitId>| {
        visits.sort();
        visits
    };
    assert_eq!(sorted(served(0)), [id(11), id(13)]);
    assert_eq!(sorted(served(1)), [id(12), id(14)]);
    assert!(proposal.unassigned.is_empty());
    assert_eq!(invariants::served_once(&proposal.routes), Ok(()));
}

#[test]
fn the_only_one_who_can_is_kept_for_the_job_that_needs_him() {
    let specialist = TechnicianState { max_jobs: Some(1), ..technician(1) };
    let other = TechnicianState { skills: vec![Skill { code: "ac".into(), level: 2 }], ..technician(2) };
    let special = Job { skills: vec![SkillNeed { code: "ac".into(), level_min: 3 }], ..numbered(12, 40).0 };
    let jobs = [numbered(11, 1), (special, id(12))];
    let proposal = propose(&jobs, &[specialist, other], &scene(), Lateness::Dear);
    assert_eq!(proposal.assignments.len(), 2);
    assert_eq!(proposal.routes[0].stops[0].visit, id(12));
}

#[test]
fn what_nobody_can_do_is_left_with_its_reason() {
    let check = |job: Job, technician, expected: &str| {
        let proposal = propose(&[(job, id(11))], &[technician], &scene(), Lateness::Refused);
        assert_eq!(proposal.unassigned[0].reason_code, expected);
    };
    check(job(10), TechnicianState { skills: Vec::new(), ..technician(1) }, "skill");
    check(job(10), TechnicianState { shift: None, ..technician(1) }, "time");
    check(job(10), TechnicianState { territory: id(2), ..technician(1) }, "territory");
    check(Job { arrive_by: Some(at(9, 5)), ..job(30) }, technician(1), "time");
}

#[test]
fn a_strict_proposal_breaks_no_promise() {
    let tight = with_stops(1, vec![promised(stop(11, 20, 60), (9, 0), (9, 30))]);
    let due = Job { priority: 1, arrive_by: Some(at(9, 30)), ..numbered(12, 10).0 };
    let strict = propose(&[(due.clone(), id(12))], std::slice::from_ref(&tight), &scene(), Lateness::Refused);
    assert!(strict.assignments.is_empty());
    assert_eq!(propose(&[(due, id(12))], &[tight], &scene(), Lateness::Dear).assignments.len(), 1);
}
