//! What holds for every calendar, every pause and every zone.

use std::collections::BTreeSet;

use chrono::{Datelike, Days, NaiveDate, Timelike};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{calendar, holidays};
use crate::domain::time::{Seconds, Timestamp};
use crate::sla::hours::Span;
use crate::sla::{Calendar, Clock, Due, Hours, Pause, PauseReason, ServiceHours, YearEnd};

/// Monday 2026-09-14: half a year with holidays, the turn of the year, and clocks that are set back and forward.
const BASE: i64 = 1_789_344_000;
const WEEKS: i64 = 30;
const ZONES: [Tz; 6] = [
    chrono_tz::Asia::Tokyo,
    chrono_tz::Europe::Berlin,
    chrono_tz::America::New_York,
    chrono_tz::Australia::Lord_Howe,
    chrono_tz::Africa::Cairo,
    chrono_tz::Asia::Kathmandu,
];

fn hours() -> impl Strategy<Value = Hours> {
    // Marks on a grid of ten minutes; every second one opens.
    let marks = proptest::collection::btree_set(0_u16..144, 0..=6);
    let split = marks.prop_map(|marks| {
        let marks: Vec<u16> = marks.into_iter().map(|mark| mark * 10).collect();
        let spans = marks.chunks_exact(2).map(|pair| text(Span { from: pair[0], to: pair[1] }));
        spans.collect::<Vec<_>>().join(" ")
    });
    let night = (1_000_u16..1_440, 1_u16..600).prop_map(|(from, to)| text(Span { from, to: to + 1_440 }));
    let all = Just("00:00-24:00".to_owned());
    prop_oneof![4 => split, 2 => night, 1 => all].prop_map(|text| text.parse().expect("hours"))
}

fn text(span: Span) -> String {
    format!("{:02}:{:02}-{:02}:{:02}", span.from / 60, span.from % 60, span.to / 60, span.to % 60)
}

fn service_hours() -> impl Strategy<Value = ServiceHours> {
    let turn =
        (28_u8..=31, 0_u8..=4, hours()).prop_map(|(from_day, to_day, hours)| YearEnd { from_day, to_day, hours });
    let week = proptest::collection::vec(hours(), 7);
    (week, proptest::option::of(hours()), proptest::option::of(turn))
        .prop_map(|(week, holiday, turn)| ServiceHours::of(week.try_into().expect("seven days"), holiday, turn))
}

fn zone() -> impl Strategy<Value = Tz> {
    proptest::sample::select(ZONES.to_vec())
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0..WEEKS * 7 * 86_400 * 1_000).prop_map(|millis| Timestamp::from_micros(BASE * 1_000_000 + millis * 1_000))
}

fn pause() -> impl Strategy<Value = Pause> {
    let reason = proptest::sample::select(PauseReason::ALL.to_vec());
    (reason, instant(), 0_i64..14 * 86_400).prop_map(|(reason, from, seconds)| Pause {
        reason,
        from,
        to: Some(from + Seconds(seconds)),
    })
}

fn pauses() -> impl Strategy<Value = Vec<Pause>> {
    proptest::collection::vec(pause(), 0..5)
}

fn clock<'a>(calendar: &'a Calendar, started_at: Timestamp, allowed: i64, pauses: &'a [Pause]) -> Clock<'a> {
    Clock { calendar, started_at, allowed: Seconds(allowed), pauses, met_at: None }
}

/// The same question asked minute by minute, for a zone that never moves its clocks.
fn open_by_the_book(hours: &ServiceHours, holidays: &BTreeSet<NaiveDate>, local: chrono::NaiveDateTime) -> bool {
    let serves = |day: NaiveDate, minute: u16| {
        let of_day = match (&hours.year_end, &hours.holiday) {
            (Some(turn), _) if turn.contains(day) => &turn.hours,
            (_, Some(holiday)) if holidays.contains(&day) => holiday,
            _ => [&hours.mon, &hours.tue, &hours.wed, &hours.thu, &hours.fri, &hours.sat, &hours.sun]
                [day.weekday().num_days_from_monday() as usize],
        };
        of_day.spans().iter().any(|span| span.from <= minute && minute < span.to)
    };
    let minute = (local.hour() * 60 + local.minute()) as u16;
    serves(local.date(), minute) || serves(local.date() - Days::new(1), minute + 1_440)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn time_is_counted_as_somebody_would_who_looks_every_minute(hours in service_hours(), from in 0..WEEKS * 10_080, span in 0_i64..4_000) {
        let tokyo = chrono_tz::Asia::Tokyo;
        let at = |minute: i64| Timestamp::from_seconds(BASE + minute * 60);
        let holidays = holidays();
        let is_open = |minute: &i64| open_by_the_book(&hours, &holidays, at(*minute).utc().with_timezone(&tokyo).naive_local());
        let open = (from..from + span).filter(is_open).count() as i64;
        let counted = calendar(hours.clone(), tokyo).between(at(from), at(from + span));
        prop_assert_eq!(counted, Seconds::minutes(open));
    }

    #[test]
    fn a_span_is_the_sum_of_its_parts_and_never_longer_than_itself(hours in service_hours(), zone in zone(), mut marks in proptest::collection::vec(instant(), 3)) {
        marks.sort();
        let calendar = calendar(hours, zone);
        let count = |from, to| calendar.micros_between(from, to);
        let whole = count(marks[0], marks[2]);
        prop_assert_eq!(whole, count(marks[0], marks[1]) + count(marks[1], marks[2]));
        prop_assert!((0..=marks[2].micros() - marks[0].micros()).contains(&whole));
        prop_assert_eq!(count(marks[2], marks[0]), 0);
    }

    #[test]
    fn what_is_due_has_used_up_exactly_what_was_allowed(hours in service_hours(), zone in zone(), start in instant(), seconds in 1_i64..400_000) {
        let calendar = calendar(hours, zone);
        let Some(due) = calendar.after(start, Seconds(seconds)) else {
            return Ok(());
        };
        prop_assert_eq!(calendar.between(start, due), Seconds(seconds));
        prop_assert!(calendar.between(start, due - Seconds(1)) < Seconds(seconds), "it was due before");
        prop_assert!(calendar.is_open(Timestamp::from_micros(due.micros() - 1)), "it runs out while somebody is there");
    }

    #[test]
    fn around_the_clock_is_time_as_it_passes_in_every_zone(zone in zone(), start in instant(), seconds in 0_i64..4_000_000) {
        let calendar = calendar(ServiceHours::around_the_clock(), zone);
        prop_assert_eq!(calendar.after(start, Seconds(seconds)), Some(start + Seconds(seconds)));
        prop_assert_eq!(calendar.between(start, start + Seconds(seconds)), Seconds(seconds));
    }

    #[test]
    fn a_pause_moves_the_due_time_by_what_it_kept_from_counting(hours in service_hours(), zone in zone(), start in instant(), seconds in 1_i64..400_000, pauses in pauses()) {
        let calendar = calendar(hours, zone);
        let clock = clock(&calendar, start, seconds, &pauses);
        let Due::At(due) = clock.due() else {
            return Ok(());
        };
        prop_assert_eq!(clock.used(due), Seconds(seconds));
        let without = calendar.after(start, Seconds(seconds));
        prop_assert!(without.is_none_or(|without| without <= due));
        prop_assert!(clock.used(due - Seconds(1)) < Seconds(seconds));
    }

    #[test]
    fn neither_the_order_nor_the_overlap_of_pauses_counts(hours in service_hours(), zone in zone(), start in instant(), pauses in pauses(), at in instant(), cut in 0_i64..100) {
        let calendar = calendar(hours, zone);
        let told = clock(&calendar, start, 100_000, &pauses);
        let mut others: Vec<Pause> = pauses.iter().rev().copied().collect();
        for pause in &pauses {
            let to = pause.to.expect("it has ended");
            let middle = Timestamp::from_micros(pause.from.micros() + (to.micros() - pause.from.micros()) / 100 * cut);
            others.push(Pause { to: Some(middle), ..*pause });
            others.push(Pause { from: middle, ..*pause });
        }
        let again = clock(&calendar, start, 100_000, &others);
        prop_assert_eq!((told.used(at), told.due()), (again.used(at), again.due()));
    }

    #[test]
    fn a_clock_that_stands_still_uses_nothing(hours in service_hours(), zone in zone(), start in instant(), later in 0_i64..500_000, more in 0_i64..500_000) {
        let calendar = calendar(hours, zone);
        let from = start + Seconds(later);
        let pauses = [Pause { reason: PauseReason::Customer, from, to: None }];
        let clock = clock(&calendar, start, i64::from(i32::MAX), &pauses);
        prop_assert_eq!(clock.used(from), clock.used(from + Seconds(more)));
        prop_assert_eq!(clock.due(), Due::Stopped);
    }

    #[test]
    fn a_pause_outside_the_hours_changes_nothing(hours in service_hours(), zone in zone(), start in instant(), from in instant(), span in 0_i64..20_000) {
        let calendar = calendar(hours, zone);
        let to = from + Seconds(span);
        prop_assume!(calendar.micros_between(from, to) == 0);
        let pauses = [Pause { reason: PauseReason::Parts, from, to: Some(to) }];
        prop_assert_eq!(clock(&calendar, start, 50_000, &pauses).used(to), clock(&calendar, start, 50_000, &[]).used(to));
    }

    #[test]
    fn an_early_warning_never_comes_after_the_due_time(hours in service_hours(), zone in zone(), start in instant(), seconds in 60_i64..100_000, pauses in pauses(), percent in 1_u16..100) {
        let calendar = calendar(hours, zone);
        let clock = clock(&calendar, start, seconds, &pauses);
        if let (Due::At(warned), Due::At(due)) = (clock.at_percent(percent), clock.due()) {
            prop_assert!(start <= warned && warned <= due);
        }
    }
}
