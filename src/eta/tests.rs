//! Stories of one technician's arrivals.

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::eta::EtaSource;
use crate::domain::ids::{Id, VisitId};
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::roads::GreatCircle;

const FLAT: HourFactors = HourFactors::FLAT;

/// A clock face in Tokyo, 2026-11-24.
fn at(hour: i64, minute: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_446_000) + Seconds::minutes(hour * 60 + minute)
}

fn km(north: f64) -> Position {
    Position::new(36.56 + north / 111.195, 136.65).unwrap()
}

fn visit(number: u128, north: f64) -> ChainVisit {
    ChainVisit {
        visit: VisitId::from_uuid(Uuid::from_u128(number)),
        position: km(north),
        promised: None,
        early_ok: false,
        service: Lognormal { median_s: 3_600.0, sigma: 0.4 },
    }
}

fn chain<'a>(visits: &'a [ChainVisit], doing: Doing) -> Chain<'a> {
    Chain {
        now: at(10, 0),
        zone: chrono_tz::Asia::Tokyo,
        doing,
        known_at: at(9, 55),
        word: None,
        visits,
        break_due: None,
        hours: &FLAT,
        travel: &GreatCircle::CITY,
        seed: 42,
    }
}

fn driving(fix: Option<Fix>) -> Doing {
    Doing::Driving { from: km(0.0), left_at: at(9, 55), fix }
}

fn fix(north: f64, hour: i64, minute: i64) -> Option<Fix> {
    Some(Fix { position: km(north), at: at(hour, minute) })
}

fn width(interval: &EtaInterval) -> i64 {
    interval.latest.since(interval.earliest).0
}

fn minutes_from_ten(at_: Timestamp) -> f64 {
    at_.since(at(10, 0)).0 as f64 / 60.0
}

fn about(got: Timestamp, minutes: f64) {
    assert!((minutes_from_ten(got) - minutes).abs() < 1.5, "{} minutes, expected {minutes}", minutes_from_ten(got));
}

/// Free at once, and to leave at `due_at`.
fn idle(due_at: Timestamp, heard_at: Timestamp) -> Doing {
    Doing::Idle { from: km(0.0), free_at: at(10, 0), due_at, heard_at }
}

#[test]
fn the_next_arrival_is_the_road_time_from_the_last_fix() {
    let visits = [visit(1, 6.0)];
    let told = arrivals(&chain(&visits, driving(fix(2.0, 10, 0))));
    // Four kilometres are 14.5 minutes of driving and two thirds of the overhead.
    about(told[0].likely, 15.8);
    assert_eq!((told[0].source, told[0].basis_at, told[0].stops_before), (EtaSource::Gps, at(10, 0), 0));
    assert_eq!(told[0].late_risk, None);
}

#[test]
fn the_interval_shrinks_as_he_comes_closer() {
    let visits = [visit(1, 10.0)];
    let widths: Vec<i64> =
        [0.0, 4.0, 8.0, 9.5].map(|north| width(&arrivals(&chain(&visits, driving(fix(north, 10, 0))))[0])).to_vec();
    assert!(widths.is_sorted_by(|far, near| far > near), "{widths:?}");
}

#[test]
fn silence_is_expected_progress_and_a_wider_interval() {
    let visits = [visit(1, 10.0)];
    let silent = |minutes: i64| {
        let since = Chain { now: at(10, minutes), ..chain(&visits, driving(fix(2.0, 10, 0))) };
        arrivals(&since)[0]
    };
    let (fresh, eight) = (silent(0), silent(8));
    // He drives on unseen: the arrival stays about where it was, its interval grows.
    assert!((minutes_from_ten(fresh.likely) - minutes_from_ten(eight.likely)).abs() < 3.0);
    assert_eq!(eight.basis_at, at(10, 0));
    let widths: Vec<i64> = [0, 2, 5, 10, 15, 20].map(|minutes| width(&silent(minutes))).to_vec();
    assert!(widths.is_sorted_by(|before, after| *after as f64 > *before as f64 * 0.93), "{widths:?}");
    assert!(widths[3] as f64 > widths[0] as f64 * 1.2, "{widths:?}");
}

#[test]
fn at_the_same_distance_an_older_fix_says_less() {
    let near = [visit(1, 5.0)];
    let fresh = arrivals(&chain(&near, driving(fix(0.0, 10, 0))))[0];
    // Twelve minutes ago he was farther away, by about what he has driven since.
    let stale_visits = [visit(1, 9.6)];
    let stale = arrivals(&Chain { known_at: at(9, 48), ..chain(&stale_visits, driving(fix(0.0, 9, 48))) })[0];
    assert!((minutes_from_ten(fresh.likely) - minutes_from_ten(stale.likely)).abs() < 4.0);
    assert!(width(&stale) > width(&fresh) * 3 / 2, "{} {}", width(&stale), width(&fresh));
}

#[test]
fn without_gps_the_drive_goes_on_from_where_he_left() {
    let told = arrivals(&chain(&[visit(1, 6.0)], driving(None)))[0];
    assert_eq!((told.source, told.basis_at), (EtaSource::Planned, at(9, 55)));
    about(told.likely, 18.9);
}

#[test]
fn a_word_outweighs_the_model() {
    let word = Some(Word { said_at: at(10, 0), expected: at(10, 40), bias: 1.0 });
    let told = arrivals(&Chain { word, ..chain(&[visit(1, 6.0)], driving(None)) })[0];
    assert_eq!((told.source, told.basis_at), (EtaSource::Declared, at(10, 0)));
    assert!((30.0..40.5).contains(&minutes_from_ten(told.likely)), "{}", minutes_from_ten(told.likely));
    let delay = Word::delay(at(10, 0), at(10, 20), Seconds::minutes(15));
    assert_eq!(delay.expected, at(10, 35));
}

#[test]
fn newer_fixes_take_over_from_an_old_word() {
    let word = Some(Word { said_at: at(9, 40), expected: at(10, 40), bias: 1.0 });
    let told = arrivals(&Chain { word, ..chain(&[visit(1, 6.0)], driving(fix(5.0, 10, 0))) })[0];
    assert_eq!(told.source, EtaSource::Gps);
    assert!(minutes_from_ten(told.likely) < 10.0, "{}", minutes_from_ten(told.likely));
}

#[test]
fn an_overrun_of_the_visit_before_stays_honest() {
    let visits = [visit(1, 0.0), visit(2, 4.0)];
    let next = |elapsed| arrivals(&chain(&visits, Doing::Working { elapsed: Seconds::minutes(elapsed) }))[0];
    assert_eq!((next(0).visit, next(0).stops_before), (visits[1].visit, 1));
    about(next(0).likely, 60.0 + 16.5);
    // An hour over the usual time he is still not expected to be done at once.
    assert!(minutes_from_ten(next(120).likely) > 16.5 + 10.0);
    assert_eq!((next(60).source, next(60).basis_at), (EtaSource::Planned, at(9, 55)));
}

#[test]
fn a_word_about_the_end_of_work_moves_the_next_visit() {
    let visits = [visit(1, 0.0), visit(2, 4.0)];
    let word = Some(Word { said_at: at(10, 0), expected: at(10, 15), bias: 1.0 });
    let working = Doing::Working { elapsed: Seconds::minutes(20) };
    let told = arrivals(&Chain { word, ..chain(&visits, working) })[0];
    assert_eq!(told.source, EtaSource::Declared);
    about(told.likely, 15.0 + 17.5);
}

#[test]
fn nobody_is_at_the_door_before_the_promised_start_unless_agreed() {
    let promised = Window::new(at(10, 30), at(11, 0));
    let early = ChainVisit { promised, ..visit(1, 1.0) };
    let told = arrivals(&chain(&[early], driving(fix(0.0, 10, 0))))[0];
    assert_eq!((told.earliest, told.latest), (at(10, 30), at(10, 30)));
    assert_eq!(told.late_risk, Some(0.0));
    let agreed = ChainVisit { early_ok: true, ..early };
    assert!(arrivals(&chain(&[agreed], driving(fix(0.0, 10, 0))))[0].likely < at(10, 10));
}

#[test]
fn who_should_have_left_and_is_silent_is_ever_less_certain() {
    let promised = Window::new(at(9, 30), at(10, 30));
    for north in [0.0, 1.0] {
        let visits = [ChainVisit { promised, ..visit(1, north) }];
        let told = |minutes: i64| {
            let silent = Chain { now: at(10, minutes), ..chain(&visits, idle(at(9, 55), at(9, 0))) };
            arrivals(&silent)[0]
        };
        let seen = [0, 5, 10, 20, 40].map(told);
        let widths: Vec<i64> = seen.iter().map(width).collect();
        assert!(widths[0] > 8 * 60 && widths.is_sorted_by(|before, after| before < after), "{widths:?}");
        // The figure runs ahead of the clock by more and more, and the risk goes with it.
        let ahead: Vec<i64> = seen.iter().zip([0, 5, 10, 20, 40]).map(|(f, m)| f.likely.since(at(10, m)).0).collect();
        assert!(ahead.is_sorted_by(|before, after| before < after), "{ahead:?}");
        let risks: Vec<f64> = seen.iter().filter_map(|figure| figure.late_risk).collect();
        assert!(risks.is_sorted_by(|before, after| before < after), "{risks:?}");
        assert!(risks[0] < 0.2 && risks[3] > 0.2 && risks[4] == 1.0, "{risks:?}");
    }
}

#[test]
fn a_departure_still_ahead_is_around_the_planned_one() {
    let visits = [visit(1, 1.0)];
    let told = arrivals(&chain(&visits, idle(at(10, 40), at(9, 0))))[0];
    let trip = arrivals(&chain(&visits, driving(fix(0.0, 10, 0))))[0];
    about(told.likely, 40.0 + minutes_from_ten(trip.likely));
    assert!(told.earliest > at(10, 36) && width(&told) > 10 * 60, "{told:?}");
}

#[test]
fn a_sign_of_him_starts_the_wait_anew() {
    let visits = [visit(1, 1.0)];
    let width_heard = |heard_at| width(&arrivals(&chain(&visits, idle(at(9, 0), heard_at)))[0]);
    assert!(width_heard(at(10, 0)) * 2 < width_heard(at(9, 0)));
}

#[test]
fn a_break_before_he_leaves_costs_what_it_lasts_beyond_the_departure() {
    let rest = ChainBreak { window: Window::new(at(10, 0), at(10, 45)).unwrap(), duration: Seconds::minutes(30) };
    let visits = [visit(1, 1.0)];
    let likely = |break_due, due| {
        minutes_from_ten(arrivals(&Chain { break_due, ..chain(&visits, idle(due, at(9, 0))) })[0].likely)
    };
    assert!((likely(Some(rest), at(11, 0)) - likely(None, at(11, 0))).abs() < 1.0);
    assert!(likely(Some(rest), at(10, 10)) - likely(None, at(10, 10)) > 15.0);
}

#[test]
fn the_risk_is_the_share_of_late_draws() {
    let risk = |minutes| {
        let visits = [ChainVisit { promised: Window::new(at(9, 0), at(10, minutes)), ..visit(1, 6.0) }];
        arrivals(&chain(&visits, driving(fix(2.0, 10, 0))))[0].late_risk.unwrap()
    };
    assert!(risk(5) > 0.95 && (0.3..0.6).contains(&risk(16)) && risk(40) < 0.02);
}

#[test]
fn the_break_comes_before_the_visit_that_would_outlast_its_window() {
    let lunch = ChainBreak { window: Window::new(at(11, 30), at(12, 30)).unwrap(), duration: Seconds::minutes(60) };
    let visits = [visit(1, 0.0), visit(2, 0.5), visit(3, 1.0)];
    let idle = idle(at(10, 0), at(9, 55));
    let with = arrivals(&Chain { break_due: Some(lunch), ..chain(&visits, idle) });
    let without = arrivals(&chain(&visits, idle));
    assert_eq!(with[0], without[0]);
    // Only where the first work lasts very long does the break come before the second.
    assert!((minutes_from_ten(with[1].likely) - minutes_from_ten(without[1].likely)).abs() < 2.0);
    assert!(minutes_from_ten(with[2].likely) - minutes_from_ten(without[2].likely) > 50.0);
}

#[test]
fn the_rush_hour_stretches_a_drive() {
    let rush = HourFactors::learn((0..40).map(|_| (10, false, 1.5)));
    let done = ChainVisit { service: Lognormal { median_s: 30.0, sigma: 0.01 }, ..visit(1, 0.0) };
    let visits = [done, visit(2, 6.0)];
    let working = Doing::Working { elapsed: Seconds::ZERO };
    let calm = minutes_from_ten(arrivals(&chain(&visits, working))[0].likely) - 0.5;
    let slow = minutes_from_ten(arrivals(&Chain { hours: &rush, ..chain(&visits, working) })[0].likely) - 0.5;
    assert!((slow / calm - 1.5).abs() < 0.02, "{slow} {calm}");
}

#[test]
fn the_seed_depends_on_visits_and_basis() {
    let ids = |numbers: &[u128]| numbers.iter().map(|&n| VisitId::from_uuid(Uuid::from_u128(n))).collect::<Vec<_>>();
    assert_eq!(seed(ids(&[1, 2]), at(9, 0)), seed(ids(&[1, 2]), at(9, 0)));
    assert_ne!(seed(ids(&[1, 2]), at(9, 0)), seed(ids(&[2, 1]), at(9, 0)));
    assert_ne!(seed(ids(&[1, 2]), at(9, 0)), seed(ids(&[1, 2]), at(9, 1)));
}

#[test]
fn the_figure_on_the_screen_is_the_sampled_one() {
    let told = arrivals(&chain(&[visit(1, 6.0)], driving(fix(2.0, 10, 0))))[0];
    let figure = told.figure(7, at(10, 0), Some(99));
    assert_eq!((figure.seq, figure.likely, figure.correlation_id), (7, told.likely, Some(99)));
}

#[test]
fn the_figure_carries_the_window_that_people_are_told() {
    let told_in = |doing| arrivals(&chain(&[visit(1, 1.0)], doing))[0].figure(1, at(10, 0), None).window;
    let long = |window: Window| window.to.since(window.from);
    assert_eq!(long(told_in(driving(fix(0.9, 10, 0)))), Seconds::minutes(10));
    assert!(long(told_in(idle(at(10, 0), at(9, 55)))) >= Seconds::minutes(20));
    let promised = Window::new(at(10, 30), at(11, 0));
    let waits = ChainVisit { promised, ..visit(1, 1.0) };
    let window = arrivals(&chain(&[waits], driving(fix(0.9, 10, 0))))[0].figure(1, at(10, 0), None).window;
    assert_eq!((window.from, window.to), (at(10, 30), at(10, 40)));
}

/// Half of the arrivals that the model itself would draw lie on each side, a tenth outside each end: the strata keep
/// the percentiles steady whatever the seed.
#[test]
fn the_figure_hardly_depends_on_the_seed() {
    let visits = [visit(1, 6.0), visit(2, 9.0), visit(3, 2.0)];
    let likely = |seed| {
        let told = arrivals(&Chain { seed, ..chain(&visits, driving(fix(2.0, 10, 0))) });
        told.iter().map(|interval| minutes_from_ten(interval.likely)).collect::<Vec<f64>>()
    };
    let first = likely(1);
    for seed in 2..30 {
        for (one, other) in likely(seed).iter().zip(&first) {
            assert!((one - other).abs() < 0.06 * other, "{one} {other}");
        }
    }
}

prop_compose! {
    fn any_visit()(north in 0.0f64..20.0, median in 600.0f64..9_000.0, sigma in 0.15f64..0.8,
        promise in proptest::option::of((-3i64..6, 1i64..4)), early_ok in any::<bool>()) -> ChainVisit {
        ChainVisit {
            promised: promise.and_then(|(from, long)| Window::new(at(10 + from, 0), at(10 + from + long, 0))),
            early_ok,
            service: Lognormal { median_s: median, sigma },
            ..visit(1, north)
        }
    }
}

fn any_doing() -> impl Strategy<Value = Doing> {
    prop_oneof![
        (0.0f64..20.0, -60i64..120, -200i64..120, -90i64..1).prop_map(|(north, free, due, heard)| Doing::Idle {
            from: km(north),
            free_at: at(10, free),
            due_at: at(10, due),
            heard_at: at(10, heard),
        }),
        (0.0f64..20.0, proptest::option::of((0.0f64..20.0, 0i64..90)), 0i64..120).prop_map(|(north, seen, ago)| {
            let fix = seen.map(|(north, ago)| Fix { position: km(north), at: at(10, -ago) });
            Doing::Driving { from: km(north), left_at: at(10, -ago), fix }
        }),
        (0i64..900).prop_map(|minutes| Doing::Working { elapsed: Seconds::minutes(minutes) }),
    ]
}

proptest! {
    #[test]
    fn percentiles_are_ordered_and_visits_are_served_in_order(
        visits in proptest::collection::vec(any_visit(), 0..8), doing in any_doing(), seed in any::<u64>(),
        said in proptest::option::of((-30i64..1, -40i64..90)), rests in any::<bool>(),
    ) {
        let word = said.map(|(said, until)| Word { said_at: at(10, said), expected: at(10, until), bias: 1.1 });
        let lunch = ChainBreak { window: Window::new(at(11, 30), at(13, 0)).unwrap(), duration: Seconds::minutes(60) };
        let asked = Chain { word, seed, break_due: rests.then_some(lunch), ..chain(&visits, doing) };
        let told = arrivals(&asked);
        let reached = usize::from(matches!(doing, Doing::Working { .. }) && !visits.is_empty());
        prop_assert_eq!(told.len(), visits.len() - reached);
        for (interval, visit) in told.iter().zip(&visits[reached..]) {
            prop_assert!(interval.earliest >= asked.now && interval.earliest <= interval.likely);
            prop_assert!(interval.likely <= interval.p80 && interval.p80 <= interval.latest);
            prop_assert_eq!(interval.late_risk.is_some(), visit.promised.is_some());
            prop_assert!(interval.late_risk.is_none_or(|risk| (0.0..=1.0).contains(&risk)));
            if let Some(promised) = visit.promised.filter(|_| !visit.early_ok) {
                prop_assert!(interval.earliest >= promised.from);
            }
        }
        for pair in told.windows(2) {
            prop_assert!(pair[0].earliest <= pair[1].earliest && pair[0].likely <= pair[1].likely);
            prop_assert!(pair[0].latest <= pair[1].latest && pair[0].stops_before < pair[1].stops_before);
        }
        prop_assert_eq!(arrivals(&asked), told);
    }

    #[test]
    fn an_earlier_visit_does_not_feel_what_comes_behind_it(
        visits in proptest::collection::vec(any_visit(), 2..6), doing in any_doing(),
    ) {
        let all = arrivals(&chain(&visits, doing));
        let short = arrivals(&chain(&visits[..visits.len() - 1], doing));
        prop_assert_eq!(&all[..short.len()], &short[..]);
    }
}
