//! A kept board answers what the plain ranking answers, word for word.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::laws::{any_job, any_technician};
use crate::domain::time::Seconds;
use crate::planner::answer::Ranking;
use crate::planner::board::{LiveBoard, Question};
use crate::planner::kit::*;
use crate::planner::live::LiveDay;
use crate::planner::names::Names;
use crate::planner::problem::*;
use crate::planner::{Weights, rank};
use crate::roads::{GreatCircle, TravelTimes};

fn asked(board: &LiveBoard, job: &Job, technicians: &[TechnicianState], scene: &Scene) -> Ranking {
    let asset = |technician: &TechnicianState| {
        let known = technician.knows.iter().filter(|known| Some(known.0) == job.asset).map(|known| known.1).max();
        known.map(|at| (technician.id, at))
    };
    let knows: BTreeMap<_, _> = technicians.iter().filter_map(asset).collect();
    let question = Question { job, scene, weights: Weights::of(job.priority), knows: &knows, without: &[] };
    let standings = board.rank(&question);
    let told = standings.told();
    let json = String::from_utf8(standings.json(usize::MAX, &[])).expect("JSON is UTF-8");
    assert_eq!(json, serde_json::to_string(&told).expect("an answer is JSON"));
    assert_eq!(standings.any_fit(), told.candidates.iter().any(|candidate| candidate.fit));
    told
}

fn told(technicians: &[TechnicianState], travel: &dyn TravelTimes) -> LiveBoard {
    LiveBoard::new(technicians.iter().cloned().map(LiveDay::told).collect(), travel)
}

prop_compose! {
    /// Somebody with all that a file may hold, at home here or elsewhere.
    fn anybody(number: u128)(
        technician in any_technician(number), at_home in 0u128..3, lent in any::<bool>(), fans in 0u32..4,
        licence in 0u32..3, away in any::<bool>(), off in 0u8..8, due in proptest::option::of(9i64..18),
        knows in proptest::option::of(0i64..500), skilled in 0u8..6,
    ) -> TechnicianState {
        let mut technician = technician;
        if let (Some(hour), Some(stop)) = (due, technician.stops.last_mut()) {
            stop.arrive_by = Some(at(hour, 30));
            stop.priority = 1;
        }
        TechnicianState {
            territory: id(1 + at_home / 2),
            lends_to: if lent { vec![id(1)] } else { Vec::new() },
            parts: vec![PartCount { code: "fan".into(), quantity: fans }],
            qualifications: (licence > 0)
                .then(|| Qualification { code: "gas".into(), expires_on: chrono::NaiveDate::from_ymd_opt(2026, 11, 22 + licence) })
                .into_iter()
                .collect(),
            absences: technician.absences.iter().copied().filter(|_| away).collect(),
            shift: technician.shift.filter(|_| off > 0),
            knows: knows.map(|days| (id(70), at(9, 0) - Seconds::hours(24 * days))).into_iter().collect(),
            skills: if skilled == 0 { Vec::new() } else { technician.skills.clone() },
            ..technician
        }
    }
}

fn company() -> impl Strategy<Value = Vec<TechnicianState>> {
    let pairs = ((anybody(1), anybody(2)), (anybody(3), anybody(4)), (anybody(5), anybody(6)));
    pairs.prop_map(|((a, b), (c, d), (e, f))| vec![a, b, c, d, e, f])
}

prop_compose! {
    /// A job that may ask for anything.
    fn any_wish()(
        job in any_job(), demand in 0u32..3, licensed in any::<bool>(), asset in any::<bool>(), excluded in 0u128..9,
        declined in 0u128..9, preferred in 0u128..9, recurred in 0u128..9, promised in proptest::option::of(0i64..7),
        later in 0i64..5,
    ) -> Job {
        let named = |number: u128| if number > 6 { Vec::new() } else { vec![id(number)] };
        Job {
            demand: (demand > 0).then(|| PartCount { code: "fan".into(), quantity: demand }).into_iter().collect(),
            qualification: licensed.then(|| "gas".into()),
            asset: asset.then(|| id(70)),
            excluded: named(excluded),
            declined: named(declined),
            preferred: named(preferred),
            recurred_after: named(recurred).pop(),
            promised: promised.map(|hour| window((9 + hour, 0), (11 + hour, 0))),
            earliest: at(9 + if later == 4 { 3 } else { 0 }, 0),
            ..job
        }
    }
}

/// Streets of a town, for which there and back are not the same.
struct OneWays;

impl TravelTimes for OneWays {
    fn seconds(
        &self,
        from: crate::domain::place::Position,
        to: crate::domain::place::Position,
    ) -> crate::roads::Travel {
        let plain = Street.seconds(from, to);
        let detour = if from.lon() < to.lon() { 1 } else { 2 };
        crate::roads::Travel { seconds: Seconds(plain.seconds.0 * detour), ..plain }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn the_kept_board_says_what_the_plain_ranking_says(job in any_wish(), team in company(), roads in 0usize..3, wait in 0i64..200) {
        let ways: [&dyn TravelTimes; 3] = [&Street, &OneWays, &GreatCircle::CITY];
        let names = Names::none();
        let scene = Scene { now: at(9, 0) + Seconds(wait * 97), travel: ways[roads], names: &names, ..scene() };
        let job = Job { earliest: job.earliest.max(scene.now), ..job };
        prop_assert_eq!(asked(&told(&team, scene.travel), &job, &team, &scene), rank(&job, &team, &scene));
    }

    #[test]
    fn a_board_on_which_one_changed_is_a_new_board(
        job in any_wish(), team in company(), other in anybody(3), many in 0usize..3,
    ) {
        let mut changed = team.clone();
        changed[2] = other.clone();
        let mut board = told(&team, &Street);
        for _ in 0..many {
            board.replace(LiveDay::told(team[2].clone()), &Street);
        }
        prop_assert!(board.replace(LiveDay::told(other), &Street));
        prop_assert_eq!(asked(&board, &job, &changed, &scene()), rank(&job, &changed, &scene()));
    }
}

#[test]
fn who_is_not_on_the_board_does_not_come_onto_it() {
    let mut board = told(&[technician(1)], &Street);
    assert!(!board.replace(LiveDay::told(technician(2)), &Street));
    assert_eq!(board.days().len(), 1);
}
