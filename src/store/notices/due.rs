//! Units that die soon, contract by contract.

use chrono::{Days, NaiveDate};
use diesel::prelude::*;

use crate::domain::ids::{ContractId, IssueId, WalletId};
use crate::domain::notice::{Asking, NOTICE_DAYS_MAX, approval_key};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::Reader;
use crate::store::codec::day;
use crate::store::error::Fault;
use crate::store::schema::{approvals, issues, lots, wallets};

/// Available units of a contract that have one last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DyingUnits {
    pub contract: ContractId,
    pub unit: UnitKind,
    pub last_day: NaiveDate,
    pub count: i64,
}

impl Reader<'_> {
    /// Issues, with their numbers, whose approval counts as given within [`limits::APPROVAL_SOON`] and was asked for long
    /// before that, and which the customer was not told so; at most [`limits::APPROVALS_AT_ONCE`].
    pub fn approvals_running_out(&mut self, now: Timestamp) -> Result<Vec<(IssueId, String)>, Fault> {
        let rows: Vec<(IssueId, String, Timestamp, Timestamp)> = approvals::table
            .inner_join(issues::table.on(issues::id.eq(approvals::issue_id)))
            .filter(approvals::state.eq(ApprovalState::Pending))
            .filter(approvals::auto_at.gt(now).and(approvals::auto_at.le(now + Seconds(limits::APPROVAL_SOON_S))))
            .order((approvals::auto_at, approvals::issue_id))
            .limit(limits::APPROVALS_AT_ONCE)
            .select((issues::id, issues::number, approvals::asked_at, approvals::auto_at.assume_not_null()))
            .load(self.database)?;
        let long = Seconds(2 * limits::APPROVAL_SOON_S);
        let keys: Vec<String> = rows.iter().map(|(issue, ..)| approval_key(*issue, Asking::Soon)).collect();
        let told = self.told_keys(&keys)?;
        let due = rows
            .into_iter()
            .zip(keys)
            .filter(|((_, _, asked_at, auto_at), key)| *asked_at + long <= *auto_at && !told.contains(key));
        Ok(due.map(|((issue, number, ..), _)| (issue, number)).collect())
    }

    /// Those of the next wallets after one, in the order of their ids, with the last wallet that was looked at; none
    /// when there are no more.
    pub fn dying_units(
        &mut self,
        after: Option<WalletId>,
        today: NaiveDate,
        limit: i64,
    ) -> Result<(Vec<DyingUnits>, Option<WalletId>), Fault> {
        let furthest = (today + Days::new(u64::from(NOTICE_DAYS_MAX))).to_string();
        let soon = lots::available.gt(0).and(lots::expires_on.between(today.to_string(), furthest));
        let mut query = lots::table
            .filter(soon.clone())
            .select(lots::wallet_id)
            .distinct()
            .order(lots::wallet_id)
            .limit(limit)
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(lots::wallet_id.gt(after));
        }
        let next: Vec<WalletId> = query.load(self.database)?;
        let rows: Vec<(ContractId, UnitKind, String, i64)> = lots::table
            .inner_join(wallets::table.on(wallets::id.eq(lots::wallet_id)))
            .filter(soon.and(lots::wallet_id.eq_any(&next)))
            .order((lots::wallet_id, lots::expires_on))
            .select((wallets::contract_id, wallets::unit, lots::expires_on, lots::available))
            .load(self.database)?;
        let mut found: Vec<DyingUnits> = Vec::new();
        for (contract, unit, last_day, count) in rows {
            let last_day = day(&last_day)?;
            match found.last_mut().filter(|last| (last.contract, last.last_day) == (contract, last_day)) {
                Some(last) => last.count += count,
                None => found.push(DyingUnits { contract, unit, last_day, count }),
            }
        }
        let more = next.len() as i64 == limit;
        Ok((found, next.last().copied().filter(|_| more)))
    }
}
