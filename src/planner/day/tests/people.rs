//! Who comes: levels, qualifications, wishes, territories, what people were told, what is fixed.

use serde_json::{Value, json};

use super::kit::{planned, problem};
use crate::planner::day::check;
use crate::planner::day::wire::{Problem, Solution, StopOut};

/// Anna lives ten minutes from the job, Ben twenty.
fn day(job: Value, anna: Value, ben: Value, objective: Value) -> Problem {
    let mut work =
        json!({"id": "a", "loc": 0, "service": 600, "windows": [[0, 9000], [20_000, 30_000]], "penalty": 50_000});
    let tech = |id: &str, home: usize| json!({"id": id, "start": home, "end": home, "shift": [0, 40_000]});
    let (mut one, mut two) = (tech("anna", 1), tech("ben", 2));
    for (to, from) in [(&mut work, job), (&mut one, anna), (&mut two, ben)] {
        for (k, v) in from.as_object().expect("an object") {
            to[k] = v.clone();
        }
    }
    problem(json!({"format": "fsd-problem/1", "date": "2026-11-23", "objective": objective, "jobs": [work],
        "technicians": [one, two], "travel": {"kind": "explicit", "durations": [[0, 600, 1200], [600, 0, 600], [1200, 600, 0]]}}))
}

fn plan(problem: &Problem) -> (Solution, i64) {
    let (_, out) = planned(problem, 1, 50, 1);
    let card = check(problem, &out);
    assert_eq!(card.broken, Vec::<String>::new());
    (out, card.cost)
}

/// Who does the job; nobody if empty.
fn check_who(job: Value, anna: Value, ben: Value, expected: &str) {
    let (out, _) = plan(&day(job, anna, ben, json!({})));
    assert_eq!(out.routes.first().map_or("", |r| r.tech.as_str()), expected);
}

#[test]
fn the_nearer_one_goes() {
    check_who(json!({}), json!({}), json!({}), "anna");
}

#[test]
fn a_skill_is_needed_at_its_level() {
    let need = || json!({"levels": {"gas": 2}});
    check_who(need(), json!({"levels": {"gas": 1}}), json!({"levels": {"gas": 3}}), "ben");
    check_who(need(), json!({"skills": ["gas"]}), json!({"skills": ["gas"], "levels": {"gas": 2}}), "ben");
    check_who(need(), json!({}), json!({"skills": ["gas"]}), "");
    check_who(json!({"skills": ["gas"]}), json!({"levels": {"gas": 1}}), json!({}), "anna");
}

#[test]
fn a_qualification_is_valid_on_its_last_day_and_not_after_it() {
    let need = || json!({"qualifications": ["refrigerant"]});
    let held = |until: Value| json!({"qualifications": [{"name": "refrigerant", "until": until}]});
    check_who(need(), held(json!("2026-11-22")), held(json!("2026-11-23")), "ben");
    check_who(need(), json!({}), held(json!(null)), "ben");
    check_who(need(), held(json!("2026-11-22")), json!({}), "");
}

#[test]
fn without_the_days_date_what_ends_has_ended() {
    let held = json!({"qualifications": [{"name": "refrigerant", "until": "2030-01-01"}]});
    let mut file = day(json!({"qualifications": ["refrigerant"]}), held, json!({}), json!({}));
    file.date = None;
    let (out, _) = plan(&file);
    assert!(out.routes.is_empty() && out.notes.iter().any(|n| n.code == "no_date"), "{:?}", out.notes);
}

#[test]
fn whom_the_customer_does_not_want_stays_away_or_costs() {
    check_who(json!({"excluded": ["anna"]}), json!({}), json!({}), "ben");
    check_who(json!({"excluded": ["anna"], "excluded_cost": 1300}), json!({}), json!({}), "ben");
    check_who(json!({"excluded": ["anna"], "excluded_cost": 1100}), json!({}), json!({}), "anna");
    check_who(json!({"excluded": ["anna", "ben"]}), json!({}), json!({}), "");
}

#[test]
fn the_usual_one_comes_if_the_detour_costs_less_than_the_wish() {
    let usual = |cost: i64| plan(&day(json!({"usual": ["ben"]}), json!({}), json!({}), json!({"usual_cost": cost})));
    assert_eq!((usual(1300).0.routes[0].tech.as_str(), usual(1300).1), ("ben", 2400));
    assert_eq!((usual(1100).0.routes[0].tech.as_str(), usual(1100).1), ("anna", 1200 + 1100));
    check_who(json!({"usual": ["carl"]}), json!({}), json!({}), "anna");
}

#[test]
fn who_is_borrowed_costs_and_who_is_not_lent_stays() {
    let (own, other) = (|| json!({"territory": "north"}), || json!({"territory": "south"}));
    check_who(own(), other(), own(), "ben");
    let dear = plan(&day(own(), own(), other(), json!({"borrow_cost": 500})));
    assert_eq!(dear.1, 1200);
    check_who(own(), json!({"territory": "south", "lent": false}), json!({"territory": "south"}), "ben");
    check_who(own(), json!({}), json!({}), "anna");
}

#[test]
fn a_pinned_visit_waits_for_nobody_else() {
    check_who(json!({"pinned": "ben"}), json!({}), json!({}), "ben");
    check_who(json!({"pinned": "carl"}), json!({}), json!({}), "");
}

#[test]
fn a_frozen_visit_begins_when_it_was_fixed() {
    let file = day(json!({"frozen": 12_345, "pinned": "ben"}), json!({}), json!({}), json!({}));
    let (mut out, _) = plan(&file);
    let StopOut::Job { start, .. } = &mut out.routes[0].stops[0] else { panic!("a visit") };
    *start = Some(12_344);
    assert_eq!(check(&file, &out).broken.len(), 1, "another second is not the fixed one");
}

#[test]
fn what_people_were_told_stands_unless_it_costs_too_much() {
    let told = |cost: i64| {
        plan(&day(json!({"told": {"tech": "ben"}}), json!({}), json!({}), json!({"told_cost": cost}))).0.routes[0]
            .tech
            .clone()
    };
    assert_eq!((told(1300).as_str(), told(1100).as_str()), ("ben", "anna"));
    let early = plan(&day(json!({"told": {"window": [25_000, 26_000]}}), json!({}), json!({}), json!({})));
    assert_eq!(early.1, 1200, "the technician waits for the window that was told");
}

#[test]
fn a_late_start_costs_by_priority() {
    for (priority, cost) in [(json!(1), 1200 + 100), (json!(4), 1200 + 800), (json!("high"), 1200 + 100)] {
        let file = day(json!({"due": 500, "priority": priority}), json!({}), json!({}), json!({}));
        assert_eq!(plan(&file).1, cost);
    }
    assert_eq!(plan(&day(json!({"due": 500, "late_weight": 3}), json!({}), json!({}), json!({}))).1, 1200 + 300);
}

#[test]
fn fair_days_are_shared_out() {
    let job = |k: usize| json!({"id": format!("J{k}"), "loc": 0, "service": 3600, "windows": [[0, 30_000]], "penalty": 90_000});
    let tech = |id: &str| json!({"id": id, "start": 1, "end": 1, "shift": [0, 30_000]});
    let lengths = |weight: i64| {
        let file = problem(json!({"format": "fsd-problem/1", "objective": {"fairness_weight": weight},
            "jobs": (0..4).map(job).collect::<Vec<_>>(), "technicians": [tech("anna"), tech("ben")],
            "travel": {"kind": "explicit", "durations": [[0, 600], [600, 0]]}}));
        let (out, _) = plan(&file);
        out.routes.iter().map(|r| r.stops.len()).collect::<Vec<_>>()
    };
    assert_eq!((lengths(0), lengths(2)), (vec![4], vec![2, 2]));
}
