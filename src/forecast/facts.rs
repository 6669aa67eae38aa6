//! What a forecast stands on.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use crate::domain::ids::TerritoryId;

/// A contract, what is left in its wallet, and what it used.
#[derive(Debug, Clone)]
pub struct ContractFacts {
    /// Where its sites are.
    pub territory: TerritoryId,
    /// First day on which it had units to use.
    pub since: NaiveDate,
    pub open: Vec<OpenLot>,
    /// Oldest first.
    pub uses: Vec<Use>,
    /// Last days of all its lots, also of those that are over: the rush before an expiry is learned from them.
    pub expiries: Vec<NaiveDate>,
}

/// Units that can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenLot {
    pub units: i64,
    /// None: without end.
    pub expires_on: Option<NaiveDate>,
}

/// An issue that used units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    pub day: NaiveDate,
    pub units: i64,
    /// Minutes of work, with the way there.
    pub minutes: i64,
    /// What the visit asked for; none when it was settled without one.
    pub skill: Option<Arc<str>>,
}

/// Months as a running number, so that spans are differences.
pub fn month_number(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}

/// Days before an expiry in which people use up what is left.
pub const RUSH_DAYS: i64 = 60;

/// Whether a month lies in the rush before one of these last days.
pub fn in_rush(month: i32, expiries: impl IntoIterator<Item = NaiveDate>) -> bool {
    let rush = i32::try_from(RUSH_DAYS / 30).unwrap_or(2);
    expiries.into_iter().any(|last| (0..rush).contains(&(month_number(last) - month)))
}
