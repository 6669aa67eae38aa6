//! `fixtures/sla/cases.csv`: each line was computed by hand before the code was written; its last column says how.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use serde::Deserialize;

use super::{calendar, local};
use crate::domain::time::{Seconds, Timestamp};
use crate::sla::{Clock, Due, Pause, PauseReason, ServiceHours};

const CALENDARS: &str = include_str!("../../../fixtures/sla/calendars.json");
const CASES: &str = include_str!("../../../fixtures/sla/cases.csv");

#[derive(Debug, Deserialize)]
struct Case {
    case: String,
    calendar: String,
    zone: String,
    start: String,
    allowed: String,
    pauses: String,
    met: String,
    due: String,
    now: String,
    used: String,
    standing: String,
    reckoning: String,
}

/// `7:30` hours.
fn span(text: &str) -> Seconds {
    let (hours, minutes) = text.split_once(':').expect(text);
    Seconds::minutes(hours.parse::<i64>().expect(text) * 60 + minutes.parse::<i64>().expect(text))
}

/// `parts 2026-11-20 14:00/2026-11-25 10:00; customer 2026-11-26 09:00/`.
fn pauses(text: &str, zone: Tz) -> Vec<Pause> {
    let pause = |text: &str| {
        let (reason, times) = text.trim().split_once(' ').expect(text);
        let (from, to) = times.split_once('/').expect(text);
        let reason: PauseReason = reason.parse().expect(text);
        Pause { reason, from: local(from, zone), to: (!to.is_empty()).then(|| local(to, zone)) }
    };
    text.split(';').filter(|part| !part.trim().is_empty()).map(pause).collect()
}

fn check(case: &Case, calendars: &BTreeMap<String, ServiceHours>) {
    let zone: Tz = case.zone.parse().expect("a zone");
    let calendar = calendar(calendars[&case.calendar].clone(), zone);
    let at = |text: &str| local(text, zone);
    let clock = Clock {
        calendar: &calendar,
        started_at: at(&case.start),
        allowed: span(&case.allowed),
        pauses: &pauses(&case.pauses, zone),
        met_at: (!case.met.is_empty()).then(|| at(&case.met)),
    };
    let due = match clock.due() {
        Due::At(due) => shown(due, zone),
        Due::Stopped => "stopped".to_owned(),
        Due::Never => "never".to_owned(),
    };
    assert_eq!(due, case.due, "{}: {}", case.case, case.reckoning);
    if !case.now.is_empty() {
        let reading = clock.read(at(&case.now));
        let (used, standing) = (reading.used, reading.standing.as_str());
        assert_eq!((used, standing), (span(&case.used), &*case.standing), "{}: {}", case.case, case.reckoning);
        assert_eq!(reading.left, clock.allowed - used);
    }
}

fn shown(at: Timestamp, zone: Tz) -> String {
    at.utc().with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string()
}

#[test]
fn the_clocks_say_what_was_computed_by_hand() {
    let calendars: BTreeMap<String, ServiceHours> = serde_json::from_str(CALENDARS).expect("the calendars");
    let mut reader = csv::Reader::from_reader(CASES.as_bytes());
    let cases: Vec<Case> = reader.deserialize().collect::<Result<_, _>>().expect("the cases");
    assert!(cases.len() >= 40, "only {} cases", cases.len());
    for case in &cases {
        check(case, &calendars);
    }
}
