//! The windows that a customer is told: the promise, and the forecast while somebody is on the way.

use crate::domain::time::{Seconds, Timestamp, Window};

/// Windows begin and end on these marks.
const STEP: Seconds = Seconds::minutes(5);
/// Before the planned start: a technician who is early is welcome.
const BEFORE: Seconds = Seconds::minutes(15);
/// After it: what a plan of today can honestly promise before anybody has set out.
const AFTER: Seconds = Seconds::minutes(45);

/// The promise for a visit that is planned to start at `start`: the customer's own wish where the plan meets it, else
/// an hour around the plan, on five-minute marks and never before `now`.
pub fn window(start: Timestamp, wish: Option<Window>, now: Timestamp) -> Window {
    if let Some(wish) = wish.filter(|wish| wish.contains(start)) {
        return wish;
    }
    let from = down(start - BEFORE).max(down(now));
    Window { from, to: up(start + AFTER) }
}

/// A forecast as people are told it, so that it says no more than is known: the 10th to the 90th percentile rounded
/// outward to five minutes, and at least 10 minutes wide while positions come in (`followed`), 20 when he is next but not
/// seen or one visit comes before, 30 with more. Width that is missing is added by steps, behind first: late hurts more
/// than early. Nothing is added in front of `computed_at`. `web/src/lib/time.ts` says the same.
pub fn told(interval: Window, stops_before: u32, followed: bool, computed_at: Timestamp) -> Window {
    let (mut from, mut to, floor) = (down(interval.from), up(interval.to), down(computed_at));
    let least = match stops_before {
        0 if followed => Seconds::minutes(10),
        0 | 1 => Seconds::minutes(20),
        _ => Seconds::minutes(30),
    };
    let mut behind = true;
    while to.since(from) < least {
        if behind || from - STEP < floor {
            to = to + STEP;
        } else {
            from = from - STEP;
        }
        behind = !behind;
    }
    Window { from, to }
}

fn down(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.seconds().div_euclid(STEP.0) * STEP.0)
}

fn up(at: Timestamp) -> Timestamp {
    let before = down(at);
    if before < at { before + STEP } else { before }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minute(minutes: i64) -> Timestamp {
        Timestamp::from_seconds(minutes * 60)
    }

    #[test]
    fn the_promise_stands_around_the_plan_on_round_minutes() {
        let promise = window(minute(602), None, minute(0));
        assert_eq!((promise.from, promise.to), (minute(585), minute(650)));
    }

    #[test]
    fn a_wish_that_the_plan_meets_is_the_promise() {
        let wish = Window { from: minute(600), to: minute(720) };
        assert_eq!(window(minute(630), Some(wish), minute(0)), wish);
        assert_ne!(window(minute(730), Some(wish), minute(0)), wish);
    }

    #[test]
    fn nothing_is_promised_for_the_past() {
        assert_eq!(window(minute(601), None, minute(600)).from, minute(600));
    }

    fn check(interval: (i64, i64), stops_before: u32, followed: bool, expected: (i64, i64)) {
        let interval = Window { from: minute(600 + interval.0), to: minute(600 + interval.1) };
        let shown = told(interval, stops_before, followed, minute(600));
        assert_eq!((shown.from, shown.to), (minute(600 + expected.0), minute(600 + expected.1)));
    }

    #[test]
    fn a_forecast_is_rounded_outward() {
        check((31, 44), 0, true, (30, 45));
        check((30, 45), 0, true, (30, 45));
    }

    #[test]
    fn a_forecast_is_never_narrower_than_can_be_kept() {
        check((31, 33), 0, true, (30, 40));
        check((30, 30), 0, true, (25, 35));
        check((31, 33), 0, false, (25, 45));
        check((31, 33), 1, false, (25, 45));
        check((31, 33), 3, false, (20, 50));
        check((1, 2), 1, false, (0, 20));
    }

    proptest! {
        #[test]
        fn a_forecast_holds_its_interval(start in 0i64..100_000, long in 0i64..9_000, before in 0u32..5) {
            let interval = Window { from: Timestamp::from_seconds(start), to: Timestamp::from_seconds(start + long) };
            let shown = told(interval, before, true, minute(0));
            prop_assert!(shown.from <= interval.from && shown.to >= interval.to);
            let width = shown.to.since(shown.from);
            prop_assert!(width >= Seconds::minutes(10) && width.0 <= long.max(1800) + 2 * STEP.0);
        }
    }
}
