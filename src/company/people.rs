//! Technicians with their roster, and the people who log in.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::clock::ClockTime;
use super::date_schema;
use crate::domain::access::{Language, Role};
use crate::domain::place::Position;

/// A technician (技術員).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Technician {
    pub code: String,
    pub name: String,
    /// The name in kana, for search and reading aloud.
    pub kana: String,
    pub phone: String,
    /// Code of the home territory.
    pub territory: String,
    /// Where the working day begins and ends.
    pub home: Position,
    pub skills: Vec<SkillLevel>,
    #[serde(default)]
    pub qualifications: Vec<Held>,
    /// The weekly pattern, at most one line a weekday. It holds on public holidays too: a maintenance company
    /// answers every day; who is off is an absence.
    pub shifts: Vec<Shift>,
    #[serde(rename = "break")]
    pub rest: Option<Break>,
    /// How long after the end of the shift a route may end.
    #[serde(default)]
    pub overtime_max_minutes: u32,
    /// Most visits a day; none means no limit.
    #[serde(default)]
    pub max_jobs: Option<u32>,
    /// What lies in the van.
    #[serde(default)]
    pub parts: Vec<PartCount>,
    /// Codes of the other territories that may borrow this technician.
    #[serde(default)]
    pub lends_to: Vec<String>,
}

/// A skill with its level, 1 (helps) to 5 (teaches).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillLevel {
    pub code: String,
    pub level: u8,
}

/// A qualification held, by code, with its last valid day; none means for life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    pub code: String,
    #[schemars(schema_with = "super::date_or_null_schema")]
    pub expires_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<chrono::Weekday> for Weekday {
    fn from(day: chrono::Weekday) -> Self {
        match day {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

/// Working hours on one weekday, local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    pub weekday: Weekday,
    pub from: ClockTime,
    pub to: ClockTime,
}

/// A break of `minutes` that begins no earlier than `from` and is over by `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Break {
    pub from: ClockTime,
    pub to: ClockTime,
    pub minutes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartCount {
    pub code: String,
    pub quantity: u32,
}

/// A technician is away, both days included; with hours, only in those hours of each day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// Code of the technician.
    pub technician: String,
    #[schemars(schema_with = "date_schema")]
    pub starts_on: NaiveDate,
    #[schemars(schema_with = "date_schema")]
    pub ends_on: NaiveDate,
    #[serde(default)]
    pub hours: Option<Hours>,
    pub reason: String,
}

/// A span of one local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    pub from: ClockTime,
    pub to: ClockTime,
}

/// Somebody who logs in. The password is plain in the file only; the import stores its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    pub login: String,
    pub password: String,
    pub role: Role,
    pub name: String,
    pub language: Language,
    /// Code of the territory whose board opens first; for dispatchers.
    #[serde(default)]
    pub territory: Option<String>,
    /// Code of the technician that this is; needed for that role and only there.
    #[serde(default)]
    pub technician: Option<String>,
    /// Code of the customer that this person belongs to; needed for that role and only there.
    #[serde(default)]
    pub customer: Option<String>,
}
