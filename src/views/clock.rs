//! What a contract promises, and the clocks of an issue under it.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{ClockPauseId, ContractId, IssueId, UserId};
use crate::domain::time::{Seconds, Timestamp};
use crate::sla::{ClockKind, PauseReason, Reading, ServiceLevel};

/// A contract's service level from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LevelView {
    pub contract_id: ContractId,
    /// The first local day on which it governs what is accepted.
    #[schemars(with = "String")]
    pub from_day: NaiveDate,
    pub level: ServiceLevel,
}

/// What a contract promises and promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Levels {
    /// The newest first; some may lie ahead.
    pub levels: Vec<LevelView>,
    /// What a first one may start from: the house's own.
    pub usual: ServiceLevel,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelRequest {
    /// Tomorrow at the earliest.
    #[schemars(with = "String")]
    pub from_day: NaiveDate,
    pub level: ServiceLevel,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseRequest {
    pub reason: PauseReason,
    #[serde(default)]
    pub note: String,
}

/// A time in which the clocks of an issue stand still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PauseView {
    pub id: ClockPauseId,
    pub issue_id: IssueId,
    pub reason: PauseReason,
    pub note: String,
    pub paused_at: Timestamp,
    pub paused_by: UserId,
    /// None while it lasts.
    pub resumed_at: Option<Timestamp>,
    pub resumed_by: Option<UserId>,
}

/// The clocks of an issue as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IssueClocks {
    /// None where the contract had no service level when the issue was accepted.
    pub clocks: Vec<ClockView>,
    pub pauses: Vec<PauseView>,
    /// Reasons for which the contract lets them stand still; none once the issue is over.
    pub reasons: Vec<PauseReason>,
}

/// One clock of an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockView {
    pub kind: ClockKind,
    /// Time of service that the contract gives, in seconds.
    pub allowed: Seconds,
    #[serde(flatten)]
    pub reading: Reading,
}
