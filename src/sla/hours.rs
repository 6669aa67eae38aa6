//! The hours of a day as contracts write them: `09:00-12:00 13:00-17:30` is split by lunch, `22:00-06:00` is a night,
//! `00:00-24:00` is all of it, and nothing is a closed day.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::domain::complaint::Form;
use crate::domain::phone::{half_width, is_dash};

/// Minutes of a day.
const DAY: u16 = 24 * 60;
/// More than any contract splits a day into.
const SPANS_MAX: usize = 6;

/// A span of one day's hours, in minutes after its midnight. It ends after it begins, at most a day later: past 1,440
/// it goes on into the next morning and still belongs to the day on which it began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub from: u16,
    pub to: u16,
}

/// The hours of one day, in order; no two of them overlap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Hours(Vec<Span>);

/// The text is no list of hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", Form::Hours)]
pub struct BadHours;

impl Hours {
    pub const CLOSED: Self = Self(Vec::new());

    /// Around the clock.
    pub fn all_day() -> Self {
        Self(vec![Span { from: 0, to: DAY }])
    }

    pub fn spans(&self) -> &[Span] {
        &self.0
    }

    pub fn is_closed(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromStr for Hours {
    type Err = BadHours;

    fn from_str(text: &str) -> Result<Self, BadHours> {
        let half = half_width(text);
        let parts = half.split(|c: char| c.is_whitespace() || matches!(c, ',' | '、')).filter(|part| !part.is_empty());
        let mut spans = parts.map(span).collect::<Result<Vec<Span>, BadHours>>()?;
        spans.sort_unstable();
        let apart = spans.windows(2).all(|pair| pair[0].to <= pair[1].from);
        if apart && spans.len() <= SPANS_MAX { Ok(Self(spans)) } else { Err(BadHours) }
    }
}

/// `22:00-06:00`, and `22:00-30:00` as rosters of nights have it.
fn span(text: &str) -> Result<Span, BadHours> {
    let (from, to) = text.split_once(|c: char| is_dash(c) || matches!(c, '~' | '〜' | '～')).ok_or(BadHours)?;
    let (from, mut to) = (minute(from)?, minute(to)?);
    if to <= from {
        to += DAY;
    }
    if from < DAY && to - from <= DAY { Ok(Span { from, to }) } else { Err(BadHours) }
}

fn minute(text: &str) -> Result<u16, BadHours> {
    let (hour, minute) = text.split_once(':').ok_or(BadHours)?;
    let number = |digits: &str, long: std::ops::RangeInclusive<usize>| {
        let plain = long.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse::<u16>().map_err(|_| BadHours) } else { Err(BadHours) }
    };
    let (hour, minute) = (number(hour, 1..=2)?, number(minute, 2..=2)?);
    if minute < 60 && hour * 60 + minute <= 2 * DAY { Ok(hour * 60 + minute) } else { Err(BadHours) }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Span { from, to }) in self.0.iter().enumerate() {
            let to = if *to > DAY { to - DAY } else { *to };
            let gap = if index > 0 { " " } else { "" };
            write!(f, "{gap}{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)?;
        }
        Ok(())
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Hours {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "DayHours".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "Spans such as `09:00-12:00 13:00-17:30`; a night is `22:00-06:00`, the whole day `00:00-24:00`, a closed day empty." })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, shown: &str) {
        let hours: Hours = text.parse().expect(text);
        assert_eq!(hours.to_string(), shown);
        assert_eq!(shown.parse(), Ok(hours));
    }

    #[test]
    fn hours_are_read_however_an_office_writes_them() {
        check("09:00-12:00 13:00-17:30", "09:00-12:00 13:00-17:30");
        check("13:00〜17:30、9:00〜12:00", "09:00-12:00 13:00-17:30");
        check("２２：００－３０：００", "22:00-06:00");
        check("22:00-6:00", "22:00-06:00");
        check("0:00-24:00", "00:00-24:00");
        check("00:00-00:00", "00:00-24:00");
        check("8:30-8:30", "08:30-08:30");
        check(" ", "");
    }

    #[test]
    fn what_is_no_list_of_hours_is_refused() {
        for wrong in [
            "9-17",
            "09:00",
            "09:60-12:00",
            "25:00-26:00",
            "08:00-33:00",
            "09:00-12:00 11:00-13:00",
            "昼",
            "-",
            "+9:00-12:00",
        ] {
            assert_eq!(wrong.parse::<Hours>(), Err(BadHours), "{wrong}");
        }
        let many = (0..7).map(|hour| format!("{hour:02}:00-{hour:02}:30")).collect::<Vec<_>>().join(" ");
        assert_eq!(many.parse::<Hours>(), Err(BadHours));
    }
}
