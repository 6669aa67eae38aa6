//! What single issues hold and have used.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::ids::IssueId;
use crate::domain::issue::Outcome;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::HoldState;
use crate::domain::wallet::policy::CostReason;
use crate::sentences::consumption;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::{holds, issues, tickets};

/// The tickets of an issue and how they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IssueTickets {
    pub numbers: Vec<String>,
    pub overdraft_units: i64,
    /// None: the issue never held anything.
    pub state: Option<HoldState>,
}

impl IssueTickets {
    /// Units used for good.
    pub fn consumed(&self) -> i64 {
        if self.state == Some(HoldState::Captured) { self.numbers.len() as i64 + self.overdraft_units } else { 0 }
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
                (issue, IssueTickets { numbers: Vec::new(), overdraft_units, state: Some(state) })
            })
            .collect();
        let rows: Vec<(Option<IssueId>, String)> = tickets::table
            .filter(tickets::issue_id.eq_any(ids))
            .order((tickets::expires_on, tickets::number))
            .select((tickets::issue_id, tickets::number))
            .load(self.database)?;
        for (issue, number) in rows {
            if let Some(issue) = issue {
                found.entry(issue).or_default().numbers.push(number);
            }
        }
        Ok(found)
    }

    /// What an issue has cost, in Japanese and English; none while it is open.
    pub fn consumption_sentence(&mut self, issue: IssueId) -> Result<Option<(String, String)>, Fault> {
        let row: Option<(CostReason, Option<Outcome>)> =
            issues::table.find(issue).select((issues::cost_reason, issues::outcome)).first(self.database).optional()?;
        let (reason, ended) = row.ok_or_else(|| Refusal::new(Code::NotFound))?;
        if !ended.is_some_and(Outcome::is_final) {
            return Ok(None);
        }
        let tickets = self.issue_tickets(&[issue])?.remove(&issue).unwrap_or_default();
        let numbers = if tickets.consumed() > 0 { tickets.numbers.as_slice() } else { &[] };
        let words = consumption::outcome(reason, ended, tickets.consumed(), numbers);
        Ok(Some((words.ja, words.en)))
    }
}
