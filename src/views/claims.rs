//! What a customer says about his wallet and what is answered: disputes of lines. An event about one carries it whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Actor;
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Movement;
use crate::domain::wallet::dispute::DisputeState;
use crate::domain::wallet::terms::UnitKind;

/// An objection to a line of the statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dispute {
    pub id: DisputeId,
    pub contract_id: ContractId,
    /// A posting of the line.
    pub posting_id: PostingId,
    pub issue_id: IssueId,
    /// Units of the line.
    pub units: i64,
    pub state: DisputeState,
    /// In the customer's words.
    pub reason: String,
    /// It came more than 72 hours after the line was shown.
    pub late: bool,
    pub raised_by: Actor,
    pub raised_at: Timestamp,
    /// Who granted, refused or withdrew it.
    pub decided_by: Option<Actor>,
    pub decided_at: Option<Timestamp>,
    pub decision_note: Option<String>,
    /// Units that were given back.
    pub returned: i64,
    pub version: i64,
}

/// A dispute beside what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DisputeRow {
    #[serde(flatten)]
    pub dispute: Dispute,
    pub contract_number: String,
    pub customer_name: String,
    /// What the wallet counts.
    pub unit: UnitKind,
    pub issue_number: String,
    /// What the issue was about.
    pub description: String,
    /// What the line says.
    pub movement: Movement,
    pub posted_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeRequest {
    /// `posting_id` of a line of the statement, or any posting of that line.
    pub posting_id: PostingId,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeDecision {
    pub granted: bool,
    /// Units to give back when it is granted; none is all of the line. What is only on hold goes back whole.
    #[serde(default)]
    pub units: Option<i64>,
    /// The customer reads it too. A refusal needs one.
    #[serde(default)]
    pub note: String,
    pub version: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisputeWithdrawal {
    pub version: i64,
}
