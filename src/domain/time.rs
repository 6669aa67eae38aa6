//! Instants, spans and the business day. The domain never asks what time it is: it is told.

use std::ops::{Add, Sub};

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::complaint::Form;

/// An instant, microseconds since 1970 UTC. Shown as RFC 3339 with milliseconds and `Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// The longest time that clocks ever skipped: a whole day, where islands moved over the date line.
const GAP_MINUTES: i64 = 24 * 60;

/// The last instant that a four-digit year can show; later ones are refused as typing errors.
const LAST_MICROS: i64 = 253_402_300_799_000_000;

impl Timestamp {
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The microseconds by reference, as the store binds them.
    pub(crate) const fn raw(&self) -> &i64 {
        &self.0
    }

    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1_000_000)
    }

    /// Whole seconds since 1970, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Seconds from `earlier` to `self`; negative when `self` is before it.
    pub const fn since(self, earlier: Self) -> Seconds {
        Seconds((self.0 - earlier.0).div_euclid(1_000_000))
    }

    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The calendar day at this instant in the company's zone.
    pub fn day(self, zone: Tz) -> NaiveDate {
        self.utc().with_timezone(&zone).date_naive()
    }

    /// The instant of a local time on a local day. A time that comes twice, because clocks are set back, is the first of
    /// the two; one that never comes, because they are set forward, is the moment when they are.
    pub fn on_day(day: NaiveDate, time: NaiveTime, zone: Tz) -> Self {
        let wanted = day.and_time(time);
        let existing = |minutes| zone.from_local_datetime(&(wanted + TimeDelta::minutes(minutes))).earliest();
        let instant = (0..=GAP_MINUTES).find_map(|minutes| Some((existing(minutes)?, minutes)));
        let (instant, past) = instant.unwrap_or_else(|| (zone.from_utc_datetime(&wanted), 0));
        // Seconds of the wanted minute go beyond the gap's end.
        let beyond = if past > 0 { i64::from(wanted.second()) * 1_000_000 } else { 0 };
        Self(instant.timestamp_micros() - beyond)
    }

    /// `YYYY-MM-DD HH:MM` in the zone, as refusals say it.
    pub fn day_and_clock(self, zone: Tz) -> String {
        format!("{} {}", self.day(zone), self.clock_face(zone))
    }

    /// `HH:MM` in the zone, as screens and sentences say it.
    pub fn clock_face(self, zone: Tz) -> String {
        let local = self.utc().with_timezone(&zone);
        format!("{:02}:{:02}", local.hour(), local.minute())
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        Self(instant.timestamp_micros())
    }
}

impl Add<Seconds> for Timestamp {
    type Output = Self;
    fn add(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0.saturating_mul(1_000_000)))
    }
}

impl Sub<Seconds> for Timestamp {
    type Output = Self;
    fn sub(self, span: Seconds) -> Self {
        self + Seconds(-span.0)
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.utc().to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let instant = DateTime::parse_from_rfc3339(&text).map_err(|_| serde::de::Error::custom(Form::Instant))?;
        let micros = instant.timestamp_micros();
        if !(0..=LAST_MICROS).contains(&micros) {
            return Err(serde::de::Error::custom(Form::Instant));
        }
        Ok(Self(micros))
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time" })
    }
}

/// A span in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl Seconds {
    pub const ZERO: Self = Self(0);

    pub const fn minutes(minutes: i64) -> Self {
        Self(minutes * 60)
    }

    pub const fn hours(hours: i64) -> Self {
        Self(hours * 3600)
    }

    pub fn max_zero(self) -> Self {
        Self(self.0.max(0))
    }

    /// Minutes, rounded up: nobody is promised less time than he gets.
    pub const fn minutes_up(self) -> i64 {
        (self.0 + 59).div_euclid(60)
    }
}

impl Add for Seconds {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Seconds {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

/// A half-open span of time, `from` before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, try_from = "WindowText")]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WindowText {
    from: Timestamp,
    to: Timestamp,
}

impl TryFrom<WindowText> for Window {
    type Error = Form;
    fn try_from(text: WindowText) -> Result<Self, Self::Error> {
        Self::new(text.from, text.to).ok_or(Form::Window)
    }
}

impl Window {
    pub fn new(from: Timestamp, to: Timestamp) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_in_utc_and_read_back() {
        let at: Timestamp = serde_json::from_str("\"2026-11-23T09:05:12+09:00\"").unwrap();
        assert_eq!(at.to_string(), "2026-11-23T00:05:12.000Z");
        assert_eq!(at.clock_face(chrono_tz::Asia::Tokyo), "09:05");
    }

    #[test]
    fn a_local_time_that_never_comes_is_the_moment_when_the_clocks_are_set() {
        let check = |day: &str, time: &str, zone, utc: &str| {
            let at = Timestamp::on_day(day.parse().unwrap(), time.parse().unwrap(), zone);
            assert_eq!(at.to_string(), utc, "{day} {time}");
        };
        check("2026-03-08", "02:30:00", chrono_tz::America::New_York, "2026-03-08T07:00:00.000Z");
        check("2026-03-08", "02:59:30", chrono_tz::America::New_York, "2026-03-08T07:00:00.000Z");
        check("2026-11-01", "01:30:00", chrono_tz::America::New_York, "2026-11-01T05:30:00.000Z");
        check("2011-12-30", "09:00:00", chrono_tz::Pacific::Apia, "2011-12-30T10:00:00.000Z");
        check("2026-11-23", "09:00:00", chrono_tz::Asia::Tokyo, "2026-11-23T00:00:00.000Z");
    }

    #[test]
    fn an_impossible_date_is_refused() {
        assert!(serde_json::from_str::<Timestamp>("\"2026-02-30T00:00:00Z\"").is_err());
        assert!(serde_json::from_str::<Timestamp>("\"1899-01-01T00:00:00Z\"").is_err());
    }

    #[test]
    fn a_window_that_ends_before_it_begins_is_refused() {
        let text = r#"{"from":"2026-11-23T01:00:00Z","to":"2026-11-23T00:00:00Z"}"#;
        assert!(serde_json::from_str::<Window>(text).is_err());
    }
}
