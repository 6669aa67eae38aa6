//! The statement of a contract's wallet: what moved between two days, and what was done for it.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::roots::LedgerRoot;
use crate::domain::ids::{ContractId, DisputeId, EventId, IssueId, PostingId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Balances, Movement};
use crate::domain::wallet::dispute::{Assent, DisputeState};
use crate::domain::wallet::terms::UnitKind;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Statement {
    pub contract_id: ContractId,
    pub contract_number: String,
    pub customer_name: String,
    pub vendor_name_ja: String,
    pub vendor_name_en: String,
    pub vendor_phone: String,
    /// What the wallet counts.
    pub unit: UnitKind,
    #[schemars(with = "String")]
    pub from: NaiveDate,
    /// The last day.
    #[schemars(with = "String")]
    pub to: NaiveDate,
    /// Before the first line.
    pub opening: Balances,
    /// After the last line.
    pub closing: Balances,
    /// Oldest first.
    pub lines: Vec<StatementLine>,
    /// Hash over all postings up to the last line, in hex: whoever keeps a statement can prove later what it said.
    pub chain_root: String,
    /// The newest root of a day, over the wallets of all contracts.
    pub day_root: Option<LedgerRoot>,
}

/// Postings of one kind that were made together for one issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatementLine {
    /// The first posting, by which the line is disputed.
    pub posting_id: PostingId,
    /// Its place in the ledger.
    pub seq: i64,
    pub at: Timestamp,
    /// Leads to the entry of the history.
    pub event_id: EventId,
    pub movement: Movement,
    /// Whence and whither.
    pub from: Account,
    pub to: Account,
    /// Units that moved.
    pub units: i64,
    /// By how much the units at hand changed; over all lines this is closing less opening.
    pub change: i64,
    /// The day on which it happened before an import; `at` is then the time of the import.
    #[schemars(with = "Option<String>")]
    pub past_day: Option<NaiveDate>,
    /// Numbers of the tickets that moved.
    pub tickets: Vec<String>,
    /// Number of the lot, where whole lots moved.
    pub lot: Option<String>,
    /// The invoice of a lot that was bought, as far as it is known.
    #[serde(default)]
    pub invoice_number: Option<String>,
    pub issue_id: Option<IssueId>,
    pub issue_number: Option<String>,
    /// What the customer asked for.
    pub content: Option<String>,
    /// What was done, at the desk and on each visit, as the reports say.
    pub remedy: Option<String>,
    /// Minutes of work at the desk and on site, at the line in which the issue used its units: once for each issue.
    pub minutes: Option<i64>,
    /// Why, as the ledger says it, and in words; empty where the movement says enough.
    pub reason: String,
    pub reason_ja: String,
    pub reason_en: String,
    /// Of a refund, what was paid back, in yen without tax.
    pub yen: Option<i64>,
    /// After this line.
    pub available: i64,
    pub held: i64,
    /// Units used before they were bought, after this line.
    pub owed: i64,
    /// Whether the line charges units, and its issue was not given back all of them since: only then is there something
    /// to object to or to confirm.
    pub disputable: bool,
    /// Until when the customer may object to it; a later objection is only taken by phone. None: it cannot be disputed.
    #[serde(default)]
    pub in_time_until: Option<Timestamp>,
    /// The newest objection to it.
    pub dispute: Option<LineDispute>,
    /// How the customer agreed with it, if he did.
    #[serde(default)]
    pub assent: Option<LineAssent>,
}

/// That the customer said he agrees with a line, or did not object in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineAssent {
    pub how: Assent,
    /// Who said it.
    pub by: Option<String>,
    pub at: Timestamp,
}

/// How an objection to a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LineDispute {
    pub id: DisputeId,
    pub state: DisputeState,
}
