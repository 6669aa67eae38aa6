//! The versions of a contract's policy. A version is never changed; each is sealed together with the one before.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::codec::{day, json, to_json};
use super::error::{Fault, StoreError};
use super::schema::{contracts, policies};
use super::{Reader, Unit};
use crate::domain::access::Actor;
use crate::domain::ids::ContractId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::{Link, Seal};
use crate::domain::wallet::policy::{MenuItem, Policy};
use crate::limits;

/// One version as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    pub version: i64,
    /// The first day on which it governs what is accepted.
    pub from_day: NaiveDate,
    pub policy: Policy,
    /// The price list that came with it (ポイント表).
    pub menu: Vec<MenuItem>,
    pub reason: String,
    pub set_by: Actor,
    pub set_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = policies)]
pub(super) struct PolicyRow {
    pub contract_id: ContractId,
    pub version: i64,
    pub from_day: String,
    pub form: String,
    pub menu: String,
    pub reason: String,
    pub set_by: String,
    pub set_at: Timestamp,
    pub link: Vec<u8>,
}

impl PolicyRow {
    /// The seal that must stand in the row, given that of the version before.
    pub fn seal(&self, before: &[u8]) -> Link {
        let mut seal = Seal::new("policy");
        seal.bytes(before).id(self.contract_id).number(self.version).text(&self.from_day).text(&self.form);
        seal.text(&self.menu).text(&self.reason).text(&self.set_by).number(self.set_at.micros());
        seal.close()
    }

    fn read(self) -> Result<PolicyVersion, StoreError> {
        Ok(PolicyVersion {
            version: self.version,
            from_day: day(&self.from_day)?,
            policy: json(&self.form)?,
            menu: json(&self.menu)?,
            reason: self.reason,
            set_by: json(&self.set_by)?,
            set_at: self.set_at,
        })
    }
}

impl Reader<'_> {
    /// The first and the last day of a contract.
    pub fn contract_term(&mut self, contract: ContractId) -> Result<(NaiveDate, NaiveDate), Fault> {
        let row: Option<(String, String)> = contracts::table
            .find(contract)
            .select((contracts::starts_on, contracts::ends_on))
            .first(self.database)
            .optional()?;
        let (starts_on, ends_on) = row.ok_or_else(|| Refusal::new(Code::NotFound).at("contract_id"))?;
        Ok((day(&starts_on)?, day(&ends_on)?))
    }

    /// Every version, the oldest first.
    pub fn policies(&mut self, contract: ContractId) -> Result<Vec<PolicyVersion>, Fault> {
        let rows: Vec<PolicyRow> = policies::table
            .filter(policies::contract_id.eq(contract))
            .order(policies::version)
            .select(PolicyRow::as_select())
            .load(self.database)?;
        Ok(rows.into_iter().map(PolicyRow::read).collect::<Result<_, StoreError>>()?)
    }

    /// The version that governs what is accepted on a day: the newest of those in force. Before the first day the first
    /// version speaks.
    pub fn policy_on(&mut self, contract: ContractId, on: NaiveDate) -> Result<PolicyVersion, Fault> {
        let found = self.policies_on(&[contract], on)?.remove(&contract);
        Ok(found.ok_or_else(|| Refusal::new(Code::NotFound).at("contract_id"))?)
    }

    /// The same for many contracts.
    pub fn policies_on(
        &mut self,
        contracts: &[ContractId],
        on: NaiveDate,
    ) -> Result<BTreeMap<ContractId, PolicyVersion>, Fault> {
        let on = on.to_string();
        let mut in_force: BTreeMap<ContractId, PolicyRow> = BTreeMap::new();
        for part in contracts.chunks(limits::IDS_PER_QUERY) {
            let rows: Vec<PolicyRow> = policies::table
                .filter(policies::contract_id.eq_any(part))
                .filter(policies::from_day.le(&on).or(policies::version.eq(1)))
                .order((policies::contract_id, policies::from_day, policies::version))
                .select(PolicyRow::as_select())
                .load(self.database)?;
            for row in rows {
                if row.from_day <= on || !in_force.contains_key(&row.contract_id) {
                    in_force.insert(row.contract_id, row);
                }
            }
        }
        in_force.into_iter().map(|(contract, row)| Ok((contract, row.read()?))).collect()
    }

    /// One version.
    pub fn policy_version(&mut self, contract: ContractId, version: i64) -> Result<PolicyVersion, Fault> {
        let row: Option<PolicyRow> =
            policies::table.find((contract, version)).select(PolicyRow::as_select()).first(self.database).optional()?;
        Ok(row.ok_or_else(|| Refusal::new(Code::NotFound).at("contract_id"))?.read()?)
    }
}

impl Unit<'_> {
    /// Sets the next version and returns its number. The contract's version rises, so that whoever looks at the old
    /// terms is told.
    pub fn set_policy(
        &mut self,
        contract: ContractId,
        from_day: NaiveDate,
        policy: &Policy,
        menu: &[MenuItem],
        reason: &str,
    ) -> Result<i64, Fault> {
        let locked = diesel::update(contracts::table.find(contract))
            .set(contracts::version.eq(contracts::version + 1))
            .execute(self.database)?;
        if locked == 0 {
            return Err(Refusal::new(Code::NotFound).at("contract_id").into());
        }
        self.insert_policy(contract, from_day, policy, menu, reason)
    }

    /// Writes the next version without touching the contract.
    pub(super) fn insert_policy(
        &mut self,
        contract: ContractId,
        from_day: NaiveDate,
        policy: &Policy,
        menu: &[MenuItem],
        reason: &str,
    ) -> Result<i64, Fault> {
        let last: Option<(i64, Vec<u8>)> = policies::table
            .filter(policies::contract_id.eq(contract))
            .order(policies::version.desc())
            .select((policies::version, policies::link))
            .first(self.database)
            .optional()?;
        let (last, before) = last.unwrap_or_default();
        let mut row = PolicyRow {
            contract_id: contract,
            version: last + 1,
            from_day: from_day.to_string(),
            form: to_json(policy),
            menu: to_json(&menu),
            reason: reason.to_owned(),
            set_by: to_json(self.actor()),
            set_at: self.now(),
            link: Vec::new(),
        };
        row.link = row.seal(&before).to_vec();
        diesel::insert_into(policies::table)
            .values((
                policies::contract_id.eq(row.contract_id),
                policies::version.eq(row.version),
                policies::from_day.eq(row.from_day),
                policies::form.eq(row.form),
                policies::menu.eq(row.menu),
                policies::reason.eq(row.reason),
                policies::set_by.eq(row.set_by),
                policies::set_at.eq(row.set_at),
                policies::link.eq(row.link),
            ))
            .execute(self.database)?;
        Ok(last + 1)
    }
}
