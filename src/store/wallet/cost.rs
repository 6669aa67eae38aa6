//! What single issues hold and have used.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::ids::IssueId;
use crate::domain::issue::Outcome;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{HoldState, Movement};
use crate::domain::wallet::policy::CostReason;
use crate::domain::wallet::terms::UnitKind;
use crate::sentences::consumption;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::{holds, issues, lots, postings, tickets, wallets};

/// The tickets of an issue and how they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueTickets {
    /// As they are quoted; of points and minutes the lots.
    pub numbers: Vec<String>,
    /// Units of those tickets.
    pub units: i64,
    pub overdraft_units: i64,
    /// None: the issue never held anything.
    pub state: Option<HoldState>,
}

impl IssueTickets {
    /// Units the issue is charged with now, on hold or used.
    pub fn charged(&self) -> i64 {
        let charges = matches!(self.state, Some(HoldState::Live | HoldState::Captured));
        if charges { self.units + self.overdraft_units } else { 0 }
    }

    /// Units used for good.
    pub fn consumed(&self) -> i64 {
        if self.state == Some(HoldState::Captured) { self.units + self.overdraft_units } else { 0 }
    }
}

impl Reader<'_> {
    /// Tickets by issue; issues without any are left out.
    pub fn issue_tickets(&mut self, ids: &[IssueId]) -> Result<BTreeMap<IssueId, IssueTickets>, Fault> {
        let rows: Vec<(IssueId, HoldState, i64)> = holds::table
            .filter(holds::issue_id.eq_any(ids))
            .select((holds::issue_id, holds::state, holds::overdraft_units))
            .load(self.database)?;
        let mut found: BTreeMap<IssueId, IssueTickets> = rows
            .into_iter()
            .map(|(issue, state, overdraft_units)| {
                (issue, IssueTickets { overdraft_units, state: Some(state), ..IssueTickets::default() })
            })
            .collect();
        let rows: Vec<(Option<IssueId>, String, i64, String, UnitKind)> = tickets::table
            .inner_join(lots::table.on(lots::id.eq(tickets::lot_id)))
            .inner_join(wallets::table.on(wallets::id.eq(tickets::wallet_id)))
            .filter(tickets::issue_id.eq_any(ids))
            .order((tickets::expires_on, tickets::number))
            .select((tickets::issue_id, tickets::number, tickets::units, lots::number, wallets::unit))
            .load(self.database)?;
        for (issue, number, units, lot, unit) in rows {
            let Some(issue) = issue else { continue };
            let bound = found.entry(issue).or_default();
            bound.units += units;
            bound.numbers.push(if unit.is_single() { number } else { lot });
            bound.numbers.dedup();
        }
        Ok(found)
    }

    /// Units of an issue that would have been used, and expired because nothing may be used after its last day.
    fn expired_late(&mut self, issue: IssueId) -> Result<i64, Fault> {
        let rules = [Code::SixMonths, Code::LateUse].map(Code::as_str);
        let units: Vec<i64> = postings::table
            .filter(postings::issue_id.eq(issue).and(postings::movement.eq(Movement::Expire)))
            .filter(postings::reason.eq_any(rules))
            .select(postings::units)
            .load(self.database)?;
        Ok(units.iter().sum())
    }

    /// What an issue has cost, in Japanese and English; none while it is open.
    pub fn consumption_sentence(&mut self, issue: IssueId) -> Result<Option<(String, String)>, Fault> {
        let row: Option<(CostReason, Option<Outcome>, UnitKind)> = issues::table
            .inner_join(wallets::table.on(wallets::contract_id.eq(issues::contract_id)))
            .filter(issues::id.eq(issue))
            .select((issues::cost_reason, issues::outcome, wallets::unit))
            .first(self.database)
            .optional()?;
        let (reason, ended, unit) = row.ok_or_else(|| Refusal::new(Code::NotFound))?;
        if !ended.is_some_and(Outcome::is_final) {
            return Ok(None);
        }
        let tickets = self.issue_tickets(&[issue])?.remove(&issue).unwrap_or_default();
        // While the customer's approval is waited for, nothing is settled yet.
        let ended = ended.filter(|_| tickets.state != Some(HoldState::Live));
        let numbers = if tickets.consumed() > 0 { tickets.numbers.as_slice() } else { &[] };
        let late = self.expired_late(issue)?;
        let words = consumption::outcome(unit, reason, ended, tickets.consumed(), late, numbers);
        Ok(Some((words.ja, words.en)))
    }
}
