//! Every version of every policy is the one that was set.

use diesel::prelude::*;

use super::Findings;
use crate::domain::ids::ContractId;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::policies::PolicyRow;
use crate::store::schema::{contracts, policies};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<PolicyRow> = policies::table
        .order((policies::contract_id, policies::version))
        .select(PolicyRow::as_select())
        .load(database)?;
    let mut before: Option<&PolicyRow> = None;
    for row in &rows {
        let earlier = before.filter(|earlier| earlier.contract_id == row.contract_id);
        let version = earlier.map_or(0, |earlier| earlier.version) + 1;
        findings.equal("policy.version", row.contract_id, "the next version", row.version, version);
        if row.link != row.seal(earlier.map_or(&[], |earlier| &earlier.link)) {
            findings.add("policy.seal", row.contract_id, format!("version {} is not as it was set", row.version));
        }
        before = Some(row);
    }
    let governed: std::collections::BTreeSet<ContractId> = rows.iter().map(|row| row.contract_id).collect();
    let all: Vec<ContractId> = contracts::table.order(contracts::id).select(contracts::id).load(database)?;
    for contract in all.into_iter().filter(|contract| !governed.contains(contract)) {
        findings.add("policy.missing", contract, "the contract has no policy");
    }
    Ok(())
}
