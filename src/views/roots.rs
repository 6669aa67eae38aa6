//! Roots of the ledger, as they are kept and checked by whoever does not want to believe us.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::ContractId;
use crate::domain::time::Timestamp;
use crate::domain::wallet::root::{RootKind, Verdict};

/// The root of a day over every chain of the ledger. Keep it elsewhere: with it a later rewriting is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LedgerRoot {
    /// The company's day on which it was taken; the days before it are in it whole.
    #[schemars(with = "String")]
    pub day: NaiveDate,
    pub taken_at: Timestamp,
    /// Chains that had grown since the root before.
    pub chains: i64,
    /// 64 hex digits.
    pub root: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RootCheckRequest {
    /// As it stands on a statement or in the list of daily roots: 64 hex digits, spaces and hyphens between them allowed.
    pub root: String,
}

/// What became of a root that somebody kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RootCheck {
    pub verdict: Verdict,
    /// The verdict as a sentence that says what to do.
    pub ja: String,
    pub en: String,
    /// None: the root is unknown.
    pub kind: Option<RootKind>,
    /// Of a statement: whose it is.
    pub contract_id: Option<ContractId>,
    pub contract_number: Option<String>,
    /// Of a statement: how many postings it covers, and when the last of them was made.
    pub postings: Option<i64>,
    pub at: Option<Timestamp>,
    /// Of a day.
    #[schemars(with = "Option<String>")]
    pub day: Option<NaiveDate>,
    /// Entries that were read again for this answer.
    pub checked: i64,
}
