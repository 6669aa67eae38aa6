//! A local time of day as rosters write it.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveTime, Timelike};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::complaint::Form;

/// A local time of day to the minute, written `08:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClockTime(u16);

/// The text is no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Form::ClockTime)]
pub struct BadClockTime;

impl ClockTime {
    /// `None` when there is no such time.
    pub const fn new(hour: u16, minute: u16) -> Option<Self> {
        if hour < 24 && minute < 60 { Some(Self(hour * 60 + minute)) } else { None }
    }

    /// Minutes since midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// Seconds since midnight.
    pub const fn seconds(self) -> i64 {
        self.0 as i64 * 60
    }

    pub fn time(self) -> NaiveTime {
        NaiveTime::from_hms_opt(u32::from(self.0 / 60), u32::from(self.0 % 60), 0).unwrap_or(NaiveTime::MIN)
    }
}

impl From<NaiveTime> for ClockTime {
    /// Seconds are dropped.
    fn from(time: NaiveTime) -> Self {
        Self((time.hour() * 60 + time.minute()) as u16)
    }
}

impl FromStr for ClockTime {
    type Err = BadClockTime;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = text.len() == 5 && text.bytes().enumerate().all(|(i, b)| (i == 2) != b.is_ascii_digit());
        let (hour, minute) = text.split_once(':').filter(|_| shape).ok_or(BadClockTime)?;
        let number = |digits: &str| digits.parse().map_err(|_| BadClockTime);
        Self::new(number(hour)?, number(minute)?).ok_or(BadClockTime)
    }
}

impl fmt::Display for ClockTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for ClockTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for ClockTime {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ClockTime".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_day_is_read_as_rosters_write_it() {
        assert_eq!("08:30".parse::<ClockTime>().map(ClockTime::minutes), Ok(510));
        assert_eq!(ClockTime::new(17, 5).unwrap().to_string(), "17:05");
        for wrong in ["8:30", "24:00", "08:60", "08:30:00", "ab:cd", "0830", "+8:30", ""] {
            assert_eq!(wrong.parse::<ClockTime>(), Err(BadClockTime), "{wrong}");
        }
    }
}
