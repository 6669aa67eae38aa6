//! What holds for every day, whatever the town looks like.

use proptest::prelude::*;

use crate::domain::time::{Seconds, Window};
use crate::planner::invariants::{frozen_kept, keeps_time, may_serve, served_once, within_shift};
use crate::planner::kit::*;
use crate::planner::problem::*;
use crate::planner::propose::{Lateness, propose};
use crate::planner::{place, rank, schedule};

prop_compose! {
    fn any_stop()(
        house_minutes in 0i64..60, service in 10i64..90, opens in 0i64..6, promise in proptest::option::of(0i64..8),
        hard in any::<bool>(), windowed in any::<bool>(),
    ) -> Stop {
        let hour = |from: i64, hours: i64| Window { from: at(9 + from, 0), to: at(9 + from + hours, 0) };
        Stop {
            promised: promise.map(|from| hour(from, 2)),
            windows: windowed.then(|| StopWindow { window: hour(opens, 3), hard }).into_iter().collect(),
            ..stop(0, house_minutes, service)
        }
    }
}

prop_compose! {
    pub fn any_technician(number: u128)(
        mut stops in proptest::collection::vec(any_stop(), 0..7), frozen in 0usize..3, begun in any::<bool>(),
        rests in any::<bool>(), overtime in 0i64..90, level in 1u8..4, absent in proptest::option::of(9i64..16),
        free in 0i64..90, spot in 0i64..60, done_today in 0u32..4, full in any::<bool>(),
        opens in 6i64..15, long in 4i64..12, lunch_at in 8i64..16,
    ) -> TechnicianState {
        for (index, stop) in stops.iter_mut().enumerate() {
            stop.visit = id(number * 100 + index as u128);
            stop.work_order = id(number * 100 + index as u128);
            stop.frozen = index < frozen;
            stop.begun = index == 0 && stop.frozen && begun;
        }
        let free_position = stops.first().filter(|stop| stop.begun).map_or(house(spot), |stop| stop.position);
        TechnicianState {
            free_position,
            free_at: at(9, free),
            shift: Some(window((opens, 0), (opens + long, 0))),
            break_plan: rests.then(|| BreakPlan { window: window((lunch_at, 0), (lunch_at + 2, 0)), ..lunch().unwrap() }),
            overtime_max: Seconds::minutes(overtime),
            skills: vec![Skill { code: "ac".into(), level }],
            absences: absent.map(|hour| window((hour, 0), (hour + 1, 0))).into_iter().collect(),
            max_jobs: full.then_some(8),
            done_today,
            stops,
            ..technician(number)
        }
    }
}

fn any_team() -> impl Strategy<Value = Vec<TechnicianState>> {
    (any_technician(1), any_technician(2), any_technician(3), any_technician(4))
        .prop_map(|(a, b, c, d)| vec![a, b, c, d])
}

prop_compose! {
    pub fn any_job()(
        house_minutes in 0i64..60, service in 10i64..120, priority in 1u8..5, due in proptest::option::of(1i64..6),
        wish in proptest::option::of(0i64..6),
    ) -> Job {
        Job {
            service: Seconds::minutes(service),
            priority,
            arrive_by: due.map(|hours| at(9 + hours, 0)),
            wish: wish.map(|hour| window((9 + hour, 0), (11 + hour, 0))),
            ..job(house_minutes)
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_timetable_is_possible(technician in any_technician(1)) {
        let scene = scene();
        let plan = schedule(&technician, scene.travel, scene.now);
        prop_assert_eq!(keeps_time(&technician, &plan, scene.now), Ok(()));
    }

    #[test]
    fn a_fit_candidate_can_be_placed_as_told(job in any_job(), technician in any_technician(1)) {
        let scene = scene();
        let candidate = rank(&job, std::slice::from_ref(&technician), &scene).candidates.remove(0);
        let placed = place(&job, &technician, id(9_999), &scene);
        prop_assert_eq!(candidate.fit, placed.is_ok());
        let Ok((changed, insertion)) = placed else { return Ok(()) };
        let plan = schedule(&changed, scene.travel, scene.now);
        prop_assert_eq!(frozen_kept(&technician, &changed), Ok(()));
        prop_assert_eq!(keeps_time(&changed, &plan, scene.now), Ok(()));
        prop_assert_eq!(within_shift(&changed, &plan), Ok(()));
        prop_assert_eq!(may_serve(&job, &technician, insertion.start, scene.zone), Ok(()));
        prop_assert_eq!(Some(insertion.clone()), candidate.insertion);
        prop_assert_eq!(plan.stops[insertion.position].start, insertion.start);
    }

    /// The quick trial with its early end says the same as a timetable of the whole new route.
    #[test]
    fn moves_and_breaks_are_those_of_the_new_timetable(job in any_job(), technician in any_technician(1)) {
        let scene = scene();
        let candidate = rank(&job, std::slice::from_ref(&technician), &scene).candidates.remove(0);
        let Ok((changed, insertion)) = place(&job, &technician, id(9_999), &scene) else { return Ok(()) };
        let before = schedule(&technician, scene.travel, scene.now);
        let after = schedule(&changed, scene.travel, scene.now);
        prop_assert_eq!(after.travel - before.travel, insertion.detour_s);
        for old in &before.stops {
            let new = after.stops.iter().find(|new| new.visit == old.visit).unwrap();
            let moved = candidate.moves.iter().find(|moved| moved.visit_id == old.visit);
            let shift = new.start.since(old.start).0.abs();
            prop_assert_eq!(moved.map(|moved| moved.to_start), (shift >= 60).then_some(new.start));
            let broken = candidate.breaks.iter().any(|broken| broken.visit_id == old.visit);
            prop_assert!(!broken || moved.is_some());
            if old.late_against_promise == Seconds::ZERO && new.late_against_promise > Seconds::ZERO {
                prop_assert!(broken);
            }
        }
    }

    #[test]
    fn the_order_of_the_technicians_does_not_matter(job in any_job(), team in any_team(), turn in 0usize..4) {
        let mut turned = team.clone();
        turned.rotate_left(turn);
        turned.swap(0, 1);
        prop_assert_eq!(rank(&job, &team, &scene()), rank(&job, &turned, &scene()));
    }

    #[test]
    fn ranks_totals_and_grades_are_in_order(job in any_job(), team in any_team()) {
        let ranking = rank(&job, &team, &scene());
        let fit = ranking.candidates.iter().take_while(|candidate| candidate.fit).count();
        prop_assert!(ranking.candidates[fit..].iter().all(|candidate| !candidate.fit && candidate.rank.is_none()));
        for (candidate, rank) in ranking.candidates[..fit].iter().zip(1..) {
            prop_assert_eq!(candidate.rank, Some(rank));
            prop_assert!(candidate.goals.iter().all(|goal| goal.grade <= 100));
            prop_assert!((0.0..=100.0).contains(&candidate.total.unwrap()));
        }
        for pair in ranking.candidates[..fit].windows(2) {
            let key = |one: &crate::planner::Candidate| (one.breaks.is_empty(), one.total);
            prop_assert!(key(&pair[0]) >= key(&pair[1]));
        }
    }

    #[test]
    fn a_proposal_serves_each_job_at_most_once_and_keeps_every_rule(
        jobs in proptest::collection::vec(any_job(), 1..8), team in any_team(),
    ) {
        let jobs: Vec<_> = jobs.into_iter().zip(1_000u128..)
            .map(|(job, number)| (Job { work_order: id(number), ..job }, id(number)))
            .collect();
        let proposal = propose(&jobs, &team, &scene(), Lateness::Dear);
        prop_assert_eq!(proposal.assignments.len() + proposal.unassigned.len(), jobs.len());
        prop_assert_eq!(served_once(&proposal.routes), Ok(()));
        for (old, new) in team.iter().zip(&proposal.routes) {
            let plan = schedule(new, &Street, scene().now);
            prop_assert_eq!(frozen_kept(old, new), Ok(()));
            prop_assert_eq!(keeps_time(new, &plan, scene().now), Ok(()));
            if old.stops.len() < new.stops.len() {
                prop_assert_eq!(within_shift(new, &plan), Ok(()));
            }
        }
        let mut turned = jobs.clone();
        turned.reverse();
        prop_assert_eq!(propose(&turned, &team, &scene(), Lateness::Dear), proposal);
    }
}
