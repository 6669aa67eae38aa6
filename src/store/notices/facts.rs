//! What a notice says beside its event.

use diesel::prelude::*;

use crate::domain::ids::{ContractId, IssueId};
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::{holds, wallets};

impl Reader<'_> {
    /// Yen for a unit of an issue's overdraft, by the policy under which it was accepted: the price at which it is held
    /// and invoiced. None: the policy names none.
    pub fn overdraft_price(&mut self, issue: IssueId) -> Result<Option<i64>, Fault> {
        let hold: Option<(ContractId, i64)> = holds::table
            .inner_join(wallets::table.on(wallets::id.eq(holds::wallet_id)))
            .filter(holds::issue_id.eq(issue))
            .order((holds::created_at.desc(), holds::id.desc()))
            .select((wallets::contract_id, holds::policy_version))
            .first(self.database)
            .optional()?;
        let Some((contract, version)) = hold else { return Ok(None) };
        Ok(self.policy_version(contract, version)?.policy.overdraft_price_yen.map(i64::from))
    }
}
