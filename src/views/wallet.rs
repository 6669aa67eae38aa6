//! The wallet as people see it.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ledger::{Acknowledgement, Invoice};
use crate::domain::ids::*;
use crate::domain::priority::Priority;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement, Origin, TicketState};
use crate::domain::wallet::policy::CostReason;
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::terms::{LawClass, UnitKind};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WalletSummary {
    pub id: WalletId,
    /// What it counts.
    pub unit: UnitKind,
    pub available: i64,
    pub held: i64,
    pub consumed: i64,
    pub expired: i64,
    pub voided: i64,
    /// Units used before they were bought; settled by the next purchase.
    pub overdraft: i64,
    /// Rises with every posting.
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
    pub price_yen: i64,
    pub scope: Scope,
    pub law_class: LawClass,
    pub available: i64,
    pub held: i64,
    pub consumed: i64,
    pub expired: i64,
    pub voided: i64,
    #[schemars(with = "String")]
    pub issued_on: NaiveDate,
    /// None: without end.
    #[schemars(with = "Option<String>")]
    pub expires_on: Option<NaiveDate>,
    /// The same with the days of grace.
    #[schemars(with = "Option<String>")]
    pub usable_until: Option<NaiveDate>,
    /// The invoice that it is on.
    pub invoice: Option<Invoice>,
    /// None: nobody of the customer's has said yet that he knows the last day.
    pub acknowledged: Option<Acknowledgement>,
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
    /// One for a ticket; a slip of points or minutes carries several.
    pub units: i64,
    pub state: TicketState,
    pub lot_id: LotId,
    #[schemars(with = "Option<String>")]
    pub expires_on: Option<NaiveDate>,
    pub issue_id: Option<IssueId>,
    pub issue_number: Option<String>,
}

/// A ticket or a lot found by the number that somebody quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuotedTicket {
    pub contract_id: ContractId,
    pub contract_number: String,
    pub customer_name: String,
    pub unit: UnitKind,
    pub lot: LotView,
    /// With the issue that holds or used it; none when only the lot was quoted.
    pub ticket: Option<TicketView>,
}

/// Some tickets of one lot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketPage {
    /// By serial.
    pub tickets: Vec<TicketView>,
    /// Give it as `after` to get the next page; none on the last.
    pub next: Option<i32>,
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
    /// Places of the issues that cost more than the customer lets pass without his approval.
    pub approval_wanted: Vec<usize>,
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
    /// What the wallet counts.
    pub unit: UnitKind,
    /// Of an adjustment, a transfer or a refund, negative when units went.
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
    /// What a person wrote beside it.
    #[serde(default)]
    pub note: String,
    /// Of a refund, what is paid back.
    #[serde(default)]
    pub yen: Option<i64>,
    /// The balances after it.
    pub available: i64,
    pub held: i64,
}

/// One line of the ledger as it was written. With the lines before it and the wallet's own ids anybody can compute its
/// link; the export of all postings has the same in one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PostingView {
    pub id: PostingId,
    /// Place in the wallet, from 1, without gaps.
    pub seq: i64,
    pub movement: Movement,
    pub from: Account,
    pub to: Account,
    pub units: i64,
    pub lot_id: Option<LotId>,
    pub lot: Option<String>,
    pub ticket_id: Option<TicketId>,
    pub ticket: Option<String>,
    pub issue_id: Option<IssueId>,
    pub issue_number: Option<String>,
    /// Seal of what it rests on, in hex: the terms of a lot or of a hold, or the day of what an import told.
    pub terms: Option<String>,
    /// The posting that this one corrects or answers.
    pub refers_to: Option<PostingId>,
    pub event_id: EventId,
    pub at: Timestamp,
    pub reason: String,
    /// Hash over this posting and the one before, in hex.
    pub link: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerPage {
    pub wallet_id: WalletId,
    /// Newest first.
    pub postings: Vec<PostingView>,
    /// Give it as `before` to get the next page; none on the last.
    pub next: Option<i64>,
    /// Link of the wallet's newest posting.
    pub chain_head: String,
}
