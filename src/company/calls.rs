//! A day of calls, to be replayed against a company: by codes, so that it does not depend on ids.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::domain::issue::IssueKind;
pub use crate::domain::priority::{Impact, Urgency};
pub use crate::views::desk::Channel;

/// What `format` must say.
pub const CALLS_FORMAT: &str = "kaketsuke-calls/1";

/// The calls of one day in order of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallsFile {
    /// Always `kaketsuke-calls/1`.
    pub format: String,
    /// The local day.
    #[schemars(schema_with = "super::date_schema")]
    pub on: chrono::NaiveDate,
    pub calls: Vec<Call>,
}

/// One contact with its issues.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Local seconds since midnight at which it comes in.
    pub at_s_of_day: u32,
    /// How long the talk takes.
    pub talk_s: u32,
    pub channel: Channel,
    /// Code of the customer.
    pub customer: String,
    /// Number of the contract.
    pub contract: String,
    /// Code of the contact person, when it is one of the known ones.
    #[serde(default)]
    pub contact: Option<String>,
    pub caller_name: String,
    pub caller_phone: String,
    #[serde(default)]
    pub note: String,
    pub issues: Vec<CalledIssue>,
}

/// One thing to be solved (要件), and what will come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalledIssue {
    pub kind: IssueKind,
    /// Code of the site.
    pub site: String,
    /// Serial of the asset, when the caller can name it.
    #[serde(default)]
    pub serial: Option<String>,
    /// Code of the product.
    #[serde(default)]
    pub product: Option<String>,
    /// Symptom code of the product.
    #[serde(default)]
    pub symptom: Option<String>,
    pub description: String,
    pub impact: Impact,
    pub urgency: Urgency,
    pub needs_visit: bool,
    #[serde(default)]
    pub wish: Option<Wish>,
    /// The same symptom was repaired lately: meant to cost nothing.
    #[serde(default)]
    pub recurrence: bool,
    /// How long the work on site will really take; for simulated technicians.
    #[serde(default)]
    pub actual_minutes: Option<u32>,
    /// Code of the cause that the technician will find.
    #[serde(default)]
    pub cause: Option<String>,
}

/// Wanted time of arrival, local seconds since midnight of the day plus 86,400 for each day after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    pub from_s_of_day: u32,
    pub to_s_of_day: u32,
}
