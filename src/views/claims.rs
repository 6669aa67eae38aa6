//! What a customer says about his wallet and what is answered: disputes of lines, limits and approvals.
//! An event about one carries it whole.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::access::Actor;
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Movement;
use crate::domain::wallet::approval::ApprovalState;
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
    /// It came more than 72 hours after the line was shown: the vendor entered it for the customer.
    pub late: bool,
    pub raised_by: Actor,
    pub raised_at: Timestamp,
    /// Who granted, refused or withdrew it.
    pub decided_by: Option<Actor>,
    pub decided_at: Option<Timestamp>,
    pub decision_note: Option<String>,
    /// Units that the line charges no more.
    pub returned: i64,
    /// Those of them whose last day was over: they expired and did not come back into the balance.
    #[serde(default)]
    pub expired: i64,
    pub version: i64,
}

/// That a customer agrees with a line of the statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confirmation {
    /// The first posting of the line.
    pub posting_id: PostingId,
    pub contract_id: ContractId,
    pub issue_id: IssueId,
    /// Units of the line.
    pub units: i64,
    pub confirmed_by: Actor,
    pub confirmed_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationRequest {
    /// `posting_id` of a line of the statement, or any posting of that line.
    pub posting_id: PostingId,
}

/// A dispute beside what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DisputeRow {
    #[serde(flatten)]
    pub dispute: Dispute,
    pub contract_number: String,
    pub customer_name: String,
    /// Units that the contract has left.
    pub balance: i64,
    /// What they are.
    pub unit: UnitKind,
    pub issue_number: String,
    /// What the issue was about.
    pub description: String,
    /// What the line says.
    pub movement: Movement,
    pub posted_at: Timestamp,
    /// Of an open one, the units whose last day is over: granted, they would expire and not come back.
    pub past_last_day: i64,
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

/// A customer's own limits: an issue of more units is shown to the approver, and its capture waits for him.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalRule {
    pub contract_id: ContractId,
    pub version: i64,
    /// None: any number.
    pub units_per_issue: Option<i64>,
    /// In a month of the calendar; none is any number.
    pub units_per_month: Option<i64>,
    /// Who answers; none, or one who logs in no more, is anybody of the customer's.
    pub approver_id: Option<UserId>,
    /// After so many minutes it counts as approved; none waits for an answer.
    pub auto_minutes: Option<i64>,
    pub set_by: Actor,
    pub set_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalRuleView {
    /// None: nobody is ever asked.
    pub rule: Option<ApprovalRule>,
    /// The customer's people who could be the approver.
    pub approvers: Vec<Approver>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approver {
    pub id: UserId,
    pub name: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRuleRequest {
    /// Of the rule that was seen; 0 where there was none.
    pub version: i64,
    #[serde(default)]
    pub units_per_issue: Option<i64>,
    #[serde(default)]
    pub units_per_month: Option<i64>,
    #[serde(default)]
    pub approver_id: Option<UserId>,
    #[serde(default)]
    pub auto_minutes: Option<i64>,
}

/// What was asked about an issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approval {
    pub issue_id: IssueId,
    pub contract_id: ContractId,
    /// The version of the rule that asked.
    pub rule_version: i64,
    /// Units of the issue.
    pub units: i64,
    pub state: ApprovalState,
    pub asked_at: Timestamp,
    /// When it counts as approved by itself.
    pub auto_at: Option<Timestamp>,
    /// Units that are used as soon as it is approved.
    pub waiting_units: Option<i64>,
    pub waiting_reason: Option<String>,
    /// The day of the work that waits, on which they count as used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub waiting_on: Option<NaiveDate>,
    pub decided_by: Option<Actor>,
    pub decided_at: Option<Timestamp>,
    pub note: String,
    pub version: i64,
}

/// An approval beside its issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovalRow {
    #[serde(flatten)]
    pub approval: Approval,
    pub issue_number: String,
    pub description: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalRequest {
    pub approved: bool,
    /// Needed of the vendor's people: who of the customer's said so.
    #[serde(default)]
    pub note: String,
    pub version: i64,
}
