//! Who comes first, who is rejected and why.

use chrono::NaiveDate;

use crate::domain::time::Seconds;
use crate::planner::answer::{Candidate, Ranking};
use crate::planner::kit::*;
use crate::planner::problem::*;
use crate::planner::{place, rank};

fn order(ranking: &Ranking) -> Vec<u128> {
    use crate::domain::ids::Id;
    ranking.candidates.iter().map(|candidate| candidate.technician_id.uuid().as_u128()).collect()
}

fn failed(candidate: &Candidate) -> Vec<&str> {
    candidate.rules.iter().filter(|rule| !rule.passed).map(|rule| rule.reason_code.as_ref()).collect()
}

/// The failed reasons of one technician for one job.
fn check_rejected(job: Job, technician: TechnicianState, expected: &[&str]) {
    let ranking = rank(&job, &[technician], &scene());
    let candidate = &ranking.candidates[0];
    assert_eq!(failed(candidate), expected);
    assert_eq!((candidate.fit, candidate.rank, candidate.total), (false, None, None));
    assert!(candidate.insertion.is_none() && candidate.goals.is_empty());
}

#[test]
fn each_hard_rule_rejects_with_its_reason() {
    let licensed = Job { qualification: Some("gas".into()), ..job(10) };
    let expired = Qualification { code: "gas".into(), expires_on: NaiveDate::from_ymd_opt(2026, 11, 23) };
    let needy = Job { demand: vec![PartCount { code: "fan".into(), quantity: 2 }], ..job(10) };
    let one_fan = vec![PartCount { code: "fan".into(), quantity: 1 }];
    let fan_level = |level| vec![Skill { code: "ac".into(), level }];

    check_rejected(job(10), TechnicianState { skills: fan_level(1), ..technician(1) }, &["skill.too_low"]);
    check_rejected(job(10), TechnicianState { skills: Vec::new(), ..technician(1) }, &["skill.missing"]);
    check_rejected(licensed.clone(), technician(1), &["qualification.missing"]);
    check_rejected(
        licensed,
        TechnicianState { qualifications: vec![expired], ..technician(1) },
        &["qualification.expired"],
    );
    check_rejected(job(10), TechnicianState { shift: None, ..technician(1) }, &["shift.none"]);
    check_rejected(job(10), TechnicianState { shift: Some(window((6, 0), (8, 0))), ..technician(1) }, &["shift.over"]);
    check_rejected(
        job(10),
        TechnicianState { shift: Some(window((8, 0), (10, 0))), ..technician(1) },
        &["shift.no_room"],
    );
    check_rejected(Job { wish: Some(window((34, 0), (36, 0))), ..job(10) }, technician(1), &["shift.other_day"]);
    let tonight = Job { wish: Some(window((18, 0), (20, 0))), ..job(10) };
    check_rejected(tonight, technician(1), &["shift.before_work"]);
    check_rejected(
        job(10),
        TechnicianState { absences: vec![window((9, 0), (17, 0))], ..technician(1) },
        &["absence.in_the_way"],
    );
    check_rejected(job(10), TechnicianState { territory: id(2), ..technician(1) }, &["territory.foreign"]);
    check_rejected(job(10), TechnicianState { max_jobs: Some(3), done_today: 3, ..technician(1) }, &["max_jobs.full"]);
    check_rejected(needy, TechnicianState { parts: one_fan, ..technician(1) }, &["parts.missing"]);
    check_rejected(Job { excluded: vec![id(1)], ..job(10) }, technician(1), &["excluded.yes"]);
}

#[test]
fn a_wish_for_tomorrow_says_from_which_day_it_can_be_planned() {
    let tomorrow = Job { wish: Some(window((34, 0), (36, 0))), ..job(10) };
    let off = TechnicianState { shift: None, ..technician(2) };
    let over = TechnicianState { shift: Some(window((6, 0), (8, 0))), ..technician(3) };
    for candidate in rank(&tomorrow, &[technician(1), off, over], &scene()).candidates {
        assert_eq!(failed(&candidate), ["shift.other_day"]);
        assert_eq!(candidate.rules[2].ja, "2026-11-25 10:00以降のご希望です。手配できるのは2026-11-25からです");
        assert_eq!(candidate.rules[2].en, "Wished for 2026-11-25 from 10:00; it can be planned from 2026-11-25 on");
    }
}

#[test]
fn those_of_other_territories_come_last_and_count_in_no_mean() {
    let foreign = |number| TechnicianState { territory: id(2), ..technician(number) };
    let unskilled = TechnicianState { skills: Vec::new(), max_jobs: Some(0), ..technician(4) };
    let lent = TechnicianState { lends_to: vec![id(1)], ..with_stops(3, vec![stop(11, 20, 60)]) };
    let lent = TechnicianState { territory: id(2), ..lent };
    let team = [foreign(1), lent.clone(), unskilled.clone()];
    let ranking = rank(&job(10), &team, &scene());
    assert_eq!(order(&ranking), [3, 4, 1]);
    assert_eq!(failed(&ranking.candidates[2]), ["territory.foreign"]);
    assert_eq!(ranking.candidates[0], rank(&job(10), &[lent, unskilled], &scene()).candidates[0]);
}

#[test]
fn who_declined_the_job_is_marked_and_comes_after_the_others() {
    let near = TechnicianState { free_position: house(12), ..technician(1) };
    let again = Job { declined: vec![id(1)], ..job(15) };
    let ranking = rank(&again, &[near, technician(2)], &scene());
    assert_eq!(order(&ranking), [2, 1]);
    let last = &ranking.candidates[1];
    let mark = last.rules.last().unwrap();
    assert_eq!(
        (last.fit, last.rank, mark.passed, mark.reason_code.as_ref()),
        (true, Some(2), true, "excluded.declined")
    );
    assert_eq!(mark.ja, "この作業指示を一度辞退しています");
}

#[test]
fn a_licence_counts_on_its_last_day() {
    let licensed = Job { qualification: Some("gas".into()), ..job(10) };
    let last_day = Qualification { code: "gas".into(), expires_on: NaiveDate::from_ymd_opt(2026, 11, 24) };
    let holder = TechnicianState { qualifications: vec![last_day], ..technician(1) };
    assert!(rank(&licensed, &[holder], &scene()).candidates[0].fit);
}

#[test]
fn every_rule_is_told_to_the_rejected_and_to_the_fit() {
    let lent = TechnicianState { territory: id(2), lends_to: vec![id(1)], ..technician(1) };
    let ranking = rank(&job(10), &[lent, TechnicianState { skills: Vec::new(), ..technician(2) }], &scene());
    let codes = |candidate: &Candidate| -> Vec<String> {
        candidate.rules.iter().map(|rule| rule.reason_code.to_string()).collect()
    };
    let lent_codes = [
        "skill.held",
        "qualification.not_needed",
        "shift.fits",
        "absence.none",
        "territory.lent",
        "max_jobs.unlimited",
        "excluded.no",
    ];
    assert_eq!(codes(&ranking.candidates[0]), lent_codes);
    assert_eq!(ranking.candidates[1].rules.len(), 7);
}

#[test]
fn allowed_overtime_is_used_and_said() {
    let late = TechnicianState { shift: Some(window((8, 0), (10, 0))), ..technician(1) };
    let willing = TechnicianState { overtime_max: Seconds::minutes(30), ..late };
    let candidate = &rank(&job(10), &[willing], &scene()).candidates[0];
    assert!(candidate.fit);
    assert_eq!(candidate.rules[2].reason_code, "shift.overtime");
    assert_eq!(candidate.rules[2].ja, "許容範囲の残業20分(10:20帰着)です");
}

#[test]
fn the_nearer_of_two_equals_comes_first_and_ids_break_ties() {
    let near = TechnicianState { free_position: house(12), ..technician(2) };
    assert_eq!(order(&rank(&job(15), &[technician(1), near], &scene())), [2, 1]);
    assert_eq!(order(&rank(&job(15), &[technician(5), technician(3)], &scene())), [3, 5]);
}

#[test]
fn an_urgent_job_moves_a_visit_inside_its_promise() {
    let inspection = promised(stop(11, 20, 60), (9, 0), (12, 0));
    let urgent = Job { priority: 1, arrive_by: Some(at(11, 2)), ..job(10) };
    let candidate = &rank(&urgent, &[with_stops(1, vec![inspection])], &scene()).candidates[0];
    let insertion = candidate.insertion.as_ref().unwrap();
    assert_eq!((insertion.position, insertion.after_visit_id, insertion.start), (0, None, at(9, 10)));
    assert_eq!(insertion.detour_s, Seconds::ZERO);
    assert!(insertion.arrive_earliest <= at(9, 10) && at(9, 10) <= insertion.arrive_latest);
    assert_eq!(candidate.moves.len(), 1);
    let moved = &candidate.moves[0];
    assert_eq!((moved.from_start, moved.to_start, moved.promise_kept), (at(9, 20), at(10, 20), true));
    assert!(candidate.breaks.is_empty());
}

#[test]
fn who_would_break_a_promise_is_listed_behind_who_breaks_none() {
    let shift = Some(window((8, 30), (11, 30)));
    let tight = |number| vec![promised(stop(number, 20, 60), (9, 0), (9, 30))];
    let urgent = Job { priority: 1, arrive_by: Some(at(9, 10)), ..job(10) };
    // Behind his visit the job would end at home at 11:40, after his shift.
    let breaker = TechnicianState { shift, home: house(20), ..with_stops(1, tight(11)) };
    let far = TechnicianState { free_position: house(400), shift: Some(window((8, 30), (22, 0))), ..technician(2) };
    let ranking = rank(&urgent, &[breaker, far], &scene());
    assert_eq!(order(&ranking), [2, 1]);
    let last = &ranking.candidates[1];
    assert!(last.fit && last.rank == Some(2));
    assert_eq!(last.insertion.as_ref().unwrap().position, 0);
    assert_eq!((last.breaks.len(), last.breaks[0].would_start), (1, at(10, 20)));
    assert!(!last.moves[0].promise_kept);
}

#[test]
fn a_promise_is_broken_only_when_there_is_no_cheaper_way() {
    let tight = vec![promised(stop(11, 20, 60), (9, 0), (9, 30))];
    let candidate = &rank(&job(10), &[with_stops(1, tight)], &scene()).candidates[0];
    assert_eq!(candidate.insertion.as_ref().unwrap().position, 1);
    assert!(candidate.breaks.is_empty() && candidate.moves.is_empty());
}

#[test]
fn behind_who_is_on_the_way_nobody_is_put_before() {
    let driving = Stop { frozen: true, ..stop(11, 30, 60) };
    let urgent = Job { priority: 1, ..job(10) };
    let candidate = &rank(&urgent, &[with_stops(1, vec![driving])], &scene()).candidates[0];
    assert_eq!(candidate.insertion.as_ref().unwrap().after_visit_id, Some(id(11)));
}

#[test]
fn a_late_place_is_offered_and_graded_low() {
    let due = Job { priority: 1, arrive_by: Some(at(9, 5)), ..job(30) };
    let candidate = &rank(&due, &[technician(1)], &scene()).candidates[0];
    assert!(candidate.fit);
    assert!(candidate.goals[0].grade < 25, "{:?}", candidate.goals[0]);
    assert_eq!(candidate.goals[0].ja, "09:30到着、期限09:05に25分遅れます");
}

#[test]
fn whose_repair_recurred_is_flagged() {
    let knows = |number| TechnicianState { knows: vec![(id(70), at(0, 0))], ..technician(number) };
    let again = Job { asset: Some(id(70)), recurred_after: Some(id(1)), ..job(10) };
    let ranking = rank(&again, &[knows(1), knows(2)], &scene());
    assert_eq!(order(&ranking), [2, 1]);
    assert_eq!(ranking.candidates[1].goals[3].ja, "前回の修理担当です(再発のため注意)");
}

#[test]
fn the_answer_has_the_shape_that_the_screen_reads() {
    let json = serde_json::to_value(rank(&job(10), &[technician(1)], &scene())).unwrap();
    let candidate = &json["candidates"][0];
    assert_eq!(candidate["rules"][5]["rule"], "max_jobs");
    assert_eq!(candidate["goals"][3]["goal"], "knows_asset");
    assert_eq!(candidate["insertion"]["start"], "2026-11-24T00:10:00.000Z");
    assert_eq!(candidate["insertion"]["after_visit_id"], serde_json::Value::Null);
    let schema = serde_json::to_value(schemars::schema_for!(Ranking)).unwrap();
    assert!(jsonschema::is_valid(&schema, &json));
    let back: Ranking = serde_json::from_value(json).unwrap();
    assert_eq!(back, rank(&job(10), &[technician(1)], &scene()));
}

#[test]
fn placing_puts_the_visit_on_the_route_and_takes_the_parts() {
    let fan = |quantity| PartCount { code: "fan".into(), quantity };
    let needy = Job { demand: vec![fan(2)], ..job(10) };
    let stocked = TechnicianState { parts: vec![fan(3)], ..with_stops(1, vec![stop(11, 20, 60)]) };
    let (changed, insertion) = place(&needy, &stocked, id(12), &scene()).unwrap();
    assert_eq!(changed.stops[insertion.position].visit, id(12));
    assert_eq!(changed.parts, [fan(1)]);
    let refused = place(&needy, &changed, id(13), &scene()).unwrap_err();
    assert_eq!(refused[0].reason_code, "parts.missing");
}
