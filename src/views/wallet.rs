//! The wallet as people see it.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{IssueId, LotId, WalletId};
use crate::domain::priority::Priority;
use crate::domain::wallet::account::{Origin, TicketState};
use crate::domain::wallet::policy::CostReason;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WalletSummary {
    pub id: WalletId,
    /// Always `ticket`.
    pub unit: String,
    pub available: i64,
    pub held: i64,
    pub consumed: i64,
    pub expired: i64,
    /// Units used before they were bought; settled by the next purchase.
    pub overdraft: i64,
    pub version: i64,
    pub next_expiry: Option<Expiry>,
    pub lots: Vec<LotView>,
}

/// Available tickets that die on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Expiry {
    #[schemars(with = "String")]
    pub on: NaiveDate,
    pub count: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LotView {
    pub id: LotId,
    pub number: String,
    pub origin: Origin,
    pub count: i64,
    pub available: i64,
    pub held: i64,
    pub consumed: i64,
    pub expired: i64,
    #[schemars(with = "String")]
    pub issued_on: NaiveDate,
    /// None: without end.
    #[schemars(with = "Option<String>")]
    pub expires_on: Option<NaiveDate>,
}

/// The wallet with every ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WalletDetail {
    #[serde(flatten)]
    pub summary: WalletSummary,
    pub tickets: Vec<TicketView>,
    /// Hash over all postings; the customer can keep it and compare later.
    pub chain_head: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketView {
    pub number: String,
    pub state: TicketState,
    pub lot_id: LotId,
    #[schemars(with = "Option<String>")]
    pub expires_on: Option<NaiveDate>,
    pub issue_id: Option<IssueId>,
    pub issue_number: Option<String>,
}

/// What a contact will cost: computed by the function that also posts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Consumption {
    pub lines: Vec<ConsumptionLine>,
    pub total: i64,
    pub available_before: i64,
    pub available_after: i64,
    /// Of the tickets used, those that die first, by day.
    pub expiring_used: Vec<Expiry>,
    pub overdraft_used: i64,
    /// What the operator reads out.
    pub sentence_ja: String,
    pub sentence_en: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConsumptionLine {
    /// Place of the issue in the request, from 0.
    pub index: usize,
    pub units: i64,
    pub tickets: Vec<String>,
    pub reason: CostReason,
    pub recurrence_of: Option<IssueId>,
    pub priority: Priority,
    pub sentence_ja: String,
    pub sentence_en: String,
}

/// What a `wallet.*` event carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WalletMoved {
    pub units: i64,
    /// Numbers of the tickets that moved; of a long list the first ones.
    pub tickets: Vec<String>,
    pub issue_number: Option<String>,
    /// Number of the lot that was bought or granted.
    pub lot: Option<String>,
    /// Of the units bought, those that settled an overdraft.
    pub settled: i64,
    /// Why, as the ledger says it.
    pub reason: String,
    /// The balances after it.
    pub available: i64,
    pub held: i64,
}
