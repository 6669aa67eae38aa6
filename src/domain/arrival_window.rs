//! The window that people are told an arrival in: outward to five minutes, never narrower than can be kept. The one place
//! where it is made; screens, messages and histories show what stands in the figure.

use super::time::{Seconds, Timestamp, Window};

const STEP_S: i64 = 300;
const UNDER_WAY: Seconds = Seconds::minutes(10);
const ONE_BEFORE: Seconds = Seconds::minutes(20);
const MORE_BEFORE: Seconds = Seconds::minutes(30);

fn narrowest(stops_before: u32, under_way: bool) -> Seconds {
    match stops_before {
        0 if under_way => UNDER_WAY,
        0 | 1 => ONE_BEFORE,
        _ => MORE_BEFORE,
    }
}

/// 10th to 90th percentile, rounded outward to 5 minutes and at least 10 minutes wide under way, 20 when he is next but
/// has not left or with one visit before, 30 with more. Width that is missing is added by steps, behind first: late
/// hurts more than early. Nothing is added in front of `floor` (now, or the promised start).
pub fn customer_window(
    earliest: Timestamp,
    latest: Timestamp,
    stops_before: u32,
    under_way: bool,
    floor: Timestamp,
) -> Window {
    let down = |at: Timestamp| at.seconds().div_euclid(STEP_S) * STEP_S;
    let up = |at: Timestamp| -(-at.micros()).div_euclid(STEP_S * 1_000_000) * STEP_S;
    let (mut from, mut to, floor) = (down(earliest), up(latest), down(floor));
    let width = narrowest(stops_before, under_way).0;
    let mut behind = true;
    while to - from < width {
        if behind || from - STEP_S < floor {
            to += STEP_S;
        } else {
            from -= STEP_S;
        }
        behind = !behind;
    }
    Window { from: Timestamp::from_seconds(from), to: Timestamp::from_seconds(to) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEN: i64 = 1_795_446_000 + 10 * 3_600;

    fn at(minute: i64, second: i64) -> Timestamp {
        Timestamp::from_seconds(TEN + minute * 60 + second)
    }

    fn check(interval: (i64, i64), stops_before: u32, under_way: bool, expected: (i64, i64)) {
        let shown = customer_window(at(interval.0, 0), at(interval.1, 0), stops_before, under_way, at(0, 0));
        assert_eq!((shown.from, shown.to), (at(expected.0, 0), at(expected.1, 0)));
    }

    #[test]
    fn the_window_is_rounded_outward() {
        check((31, 44), 0, true, (30, 45));
        check((30, 45), 0, true, (30, 45));
        let just_past = Timestamp::from_micros(at(45, 0).micros() + 1_000);
        assert_eq!(customer_window(at(31, 0), just_past, 0, true, at(0, 0)).to, at(50, 0));
    }

    #[test]
    fn it_is_never_narrower_than_can_be_kept() {
        check((31, 33), 0, true, (30, 40));
        check((31, 33), 0, false, (25, 45));
        check((31, 33), 1, false, (25, 45));
        check((31, 33), 3, false, (20, 50));
        check((1, 2), 1, false, (0, 20));
    }

    proptest! {
        #[test]
        fn it_holds_the_interval_and_its_width(start in 0i64..100_000, long in 0i64..9_000, before in 0u32..5) {
            let (from, to) = (Timestamp::from_seconds(TEN + start), Timestamp::from_seconds(TEN + start + long));
            let shown = customer_window(from, to, before, true, at(0, 0));
            prop_assert!(shown.from <= from && shown.to >= to && shown.from < shown.to);
            prop_assert!(shown.to.since(shown.from) >= narrowest(before, true));
            prop_assert!(shown.to.since(shown.from).0 <= long.max(narrowest(before, true).0) + 2 * STEP_S);
        }
    }
}
