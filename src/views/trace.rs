//! Whether a root that somebody kept still fits the ledger.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coded;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Balances;
use crate::domain::wallet::terms::UnitKind;

coded! {
    /// What the comparison says.
    TraceVerdict {
        Matches = "matches", "一致", "Matches";
        Unknown = "unknown", "不一致", "Does not match";
        Broken = "broken", "台帳の破損", "The ledger is broken";
    }
}

/// The root of a statement, as it stands on paper or screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RootTraceRequest {
    /// 64 hex digits; groups, capitals and wide letters do no harm.
    pub root: String,
    /// The last day of the statement's period, where it is known.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub to: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RootTrace {
    /// As it was compared: 64 lower-case hex digits.
    pub root: String,
    pub verdict: TraceVerdict,
    pub unit: UnitKind,
    /// The posting up to which the statement speaks; 0 is an empty ledger. None unless it matches.
    pub seq: Option<i64>,
    /// When that posting was made.
    pub at: Option<Timestamp>,
    /// What stood on the accounts after it.
    pub balances: Option<Balances>,
    /// Whether it is the last one of the day that was asked for; none where no day was.
    pub last_of_day: Option<bool>,
    /// The first posting that is not what was sealed.
    pub broken_at: Option<i64>,
    /// Postings of the wallet now.
    pub postings: i64,
}
