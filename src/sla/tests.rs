//! The clocks against a table that was computed by hand, and against their laws.

mod laws;
mod table;

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use super::{Calendar, ServiceHours};
use crate::company::holidays::public_holidays;
use crate::domain::time::Timestamp;

/// Holidays of the years in which the stories play.
fn holidays() -> BTreeSet<NaiveDate> {
    (2025..=2030).flat_map(public_holidays).map(|holiday| holiday.on).collect()
}

fn calendar(hours: ServiceHours, zone: Tz) -> Calendar {
    Calendar::new(hours, holidays(), zone)
}

/// `2026-11-24 09:30` as the clocks on the wall have it.
fn local(text: &str, zone: Tz) -> Timestamp {
    let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text);
    Timestamp::on_day(at.date(), at.time(), zone)
}
