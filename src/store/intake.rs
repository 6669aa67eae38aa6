//! The facts that an intake rests on, read in a few queries.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::dsl::{exists, select};
use diesel::prelude::*;

use super::approvals::ApprovalFacts;
use super::codec::{day, json};
use super::error::Fault;
use super::schema::*;
use super::visits::position;
use super::wallet::Funds;
use super::{Reader, Unit};
use crate::domain::ids::*;
use crate::domain::issue::{IssueState, Outcome};
use crate::domain::place::Position;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::wallet::billing::BillingModel;
use crate::domain::wallet::policy::{MenuItem, Policy};
use crate::domain::wallet::scope::Service;
use crate::planner::problem::PartCount;
use crate::sla::{Calendar, ServiceLevel};
use crate::views::desk::{IntakeRequest, IssueRequest};

#[derive(Debug, Clone)]
pub struct Facts {
    pub contract: ContractFacts,
    pub contacts: BTreeSet<ContactId>,
    pub sites: BTreeMap<SiteId, SiteFacts>,
    pub assets: BTreeMap<AssetId, AssetFacts>,
    pub products: BTreeMap<ProductId, ProductFacts>,
    /// Products named without an asset, of which the contract lists none although it lists others.
    pub uncovered: BTreeSet<ProductId>,
    /// Repairs of the named assets within the contract's guarantee, newest first.
    pub repairs: Vec<Repaired>,
    pub funds: Funds,
    /// What the customer lets pass without being asked.
    pub approval: ApprovalFacts,
    /// What the contract promises for an issue that is accepted now, and in which hours.
    pub service: Option<(ServiceLevel, Calendar)>,
}

#[derive(Debug, Clone)]
pub struct ContractFacts {
    pub id: ContractId,
    pub customer: CustomerId,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// The policy in force today, and the price list that came with it.
    pub policy: Policy,
    pub menu: Vec<MenuItem>,
    pub policy_version: i64,
    pub version: i64,
    /// How it is paid for.
    pub billing: BillingModel,
}

impl ContractFacts {
    /// A work item of the price list.
    pub fn item(&self, code: Option<&str>) -> Option<&MenuItem> {
        code.and_then(|code| self.menu.iter().find(|item| item.code == code))
    }
}

#[derive(Debug, Clone)]
pub struct SiteFacts {
    pub customer: CustomerId,
    pub name: String,
    pub position: Position,
    pub territory: TerritoryId,
    pub territory_code: String,
}

#[derive(Debug, Clone)]
pub struct AssetFacts {
    pub contract: ContractId,
    pub site: SiteId,
    pub product: ProductId,
}

#[derive(Debug, Clone)]
pub struct ProductFacts {
    pub skill: String,
    pub symptoms: BTreeMap<String, SymptomFacts>,
}

/// What a visit for a symptom needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SymptomFacts {
    pub service_minutes: i64,
    pub level_min: i64,
    pub qualification: Option<String>,
    /// What must lie in the van.
    pub parts_needed: Vec<PartCount>,
}

/// A repair that may have to be made good.
#[derive(Debug, Clone)]
pub struct Repaired {
    pub asset: AssetId,
    pub symptom: String,
    pub at: Timestamp,
    /// None for a repair of the time before this system.
    pub issue: Option<(IssueId, String)>,
}

impl Unit<'_> {
    /// Takes the wallet's row before the facts are read, so that they still hold when they are acted upon.
    pub(crate) fn lock_wallet_of(&mut self, contract: ContractId) -> Result<(), Fault> {
        self.lock_wallets_of(&[contract])
    }

    /// The same for several, in one order, so that no two commands wait for each other.
    pub(crate) fn lock_wallets_of(&mut self, contracts: &[ContractId]) -> Result<(), Fault> {
        let ids: Vec<WalletId> = wallets::table
            .filter(wallets::contract_id.eq_any(contracts))
            .order(wallets::id)
            .select(wallets::id)
            .load(self.database)?;
        if ids.len() != contracts.len() {
            return Err(unknown_contract().into());
        }
        for id in ids {
            // An update without a change takes the row's lock on either database.
            diesel::update(wallets::table.find(id))
                .set(wallets::postings.eq(wallets::postings))
                .execute(self.database)?;
        }
        Ok(())
    }
}

fn unknown_contract() -> Refusal {
    Refusal::new(Code::NotFound).at("contract_id")
}

impl Reader<'_> {
    pub fn intake_facts(&mut self, request: &IntakeRequest, now: Timestamp) -> Result<Facts, Fault> {
        let today = now.day(self.zone);
        let contract = self.contract_facts(request.contract_id, today)?;
        let assets = self.asset_facts(request)?;
        let products = self.product_facts(request, &assets)?;
        let uncovered = self.uncovered(request)?;
        let cost = |issue: &IssueRequest| {
            let item = contract.item(issue.menu_item.as_deref());
            contract.policy.cost(issue.kind, item, false).units
        };
        let units: i64 = request.issues.iter().map(cost).sum();
        let services: BTreeSet<Service> = request.issues.iter().map(|issue| issue.service(request.channel)).collect();
        let since = now - Seconds::hours(24 * (i64::from(contract.policy.recurrence_days) + 1));
        Ok(Facts {
            contacts: self.contact_facts(contract.customer)?,
            sites: self.site_facts(request)?,
            repairs: self.repairs_since(assets.keys().copied().collect(), since)?,
            funds: self.funds(contract.id, &services, units, today)?,
            approval: self.approval_facts(contract.id, contract.policy.approval_units, today)?,
            service: self.service_at(contract.id, now)?,
            contract,
            assets,
            products,
            uncovered,
        })
    }

    fn contract_facts(&mut self, id: ContractId, today: NaiveDate) -> Result<ContractFacts, Fault> {
        let row: Option<(CustomerId, String, String, i64, BillingModel)> = contracts::table
            .find(id)
            .select((
                contracts::customer_id,
                contracts::starts_on,
                contracts::ends_on,
                contracts::version,
                contracts::billing,
            ))
            .first(self.database)
            .optional()?;
        let (customer, starts_on, ends_on, version, billing) = row.ok_or_else(unknown_contract)?;
        let (starts_on, ends_on) = (day(&starts_on)?, day(&ends_on)?);
        let in_force = self.policy_on(id, today)?;
        let (policy, menu, policy_version) = (in_force.policy, in_force.menu, in_force.version);
        Ok(ContractFacts { id, customer, starts_on, ends_on, policy, menu, policy_version, version, billing })
    }

    fn contact_facts(&mut self, customer: CustomerId) -> Result<BTreeSet<ContactId>, Fault> {
        let rows: Vec<ContactId> =
            contacts::table.filter(contacts::customer_id.eq(customer)).select(contacts::id).load(self.database)?;
        Ok(rows.into_iter().collect())
    }

    fn site_facts(&mut self, request: &IntakeRequest) -> Result<BTreeMap<SiteId, SiteFacts>, Fault> {
        let ids: Vec<SiteId> = request.issues.iter().map(|issue| issue.site_id).collect();
        type Row = (SiteId, CustomerId, String, (f64, f64), TerritoryId, String);
        let rows: Vec<Row> = sites::table
            .inner_join(territories::table.on(territories::id.eq(sites::territory_id)))
            .filter(sites::id.eq_any(ids))
            .select((
                sites::id,
                sites::customer_id,
                sites::name,
                (sites::lat, sites::lon),
                territories::id,
                territories::code,
            ))
            .load(self.database)?;
        let facts = |(id, customer, name, (lat, lon), territory, territory_code): Row| {
            let position = position(lat, lon)?;
            Ok((id, SiteFacts { customer, name, position, territory, territory_code }))
        };
        rows.into_iter().map(facts).collect()
    }

    fn asset_facts(&mut self, request: &IntakeRequest) -> Result<BTreeMap<AssetId, AssetFacts>, Fault> {
        let ids: Vec<AssetId> = request.issues.iter().filter_map(|issue| issue.asset_id).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows: Vec<(AssetId, ContractId, SiteId, ProductId)> = assets::table
            .filter(assets::id.eq_any(ids))
            .select((assets::id, assets::contract_id, assets::site_id, assets::product_id))
            .load(self.database)?;
        Ok(rows.into_iter().map(|(id, contract, site, product)| (id, AssetFacts { contract, site, product })).collect())
    }

    fn uncovered(&mut self, request: &IntakeRequest) -> Result<BTreeSet<ProductId>, Fault> {
        let unnamed = request.issues.iter().filter(|issue| issue.asset_id.is_none());
        let mut named: BTreeSet<ProductId> = unnamed.filter_map(|issue| issue.product_id).collect();
        let listed = assets::table.filter(assets::contract_id.eq(request.contract_id));
        if named.is_empty() || !select(exists(listed)).get_result(self.database)? {
            return Ok(BTreeSet::new());
        }
        let covered: Vec<ProductId> = listed
            .filter(assets::product_id.eq_any(named.clone()))
            .select(assets::product_id)
            .distinct()
            .load(self.database)?;
        named.retain(|product| !covered.contains(product));
        Ok(named)
    }

    fn product_facts(
        &mut self,
        request: &IntakeRequest,
        assets: &BTreeMap<AssetId, AssetFacts>,
    ) -> Result<BTreeMap<ProductId, ProductFacts>, Fault> {
        let named = request.issues.iter().filter_map(|issue| issue.product_id);
        let ids: BTreeSet<ProductId> = named.chain(assets.values().map(|asset| asset.product)).collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows: Vec<(ProductId, String)> = products::table
            .filter(products::id.eq_any(ids.clone()))
            .select((products::id, products::skill))
            .load(self.database)?;
        let mut found: BTreeMap<ProductId, ProductFacts> =
            rows.into_iter().map(|(id, skill)| (id, ProductFacts { skill, symptoms: BTreeMap::new() })).collect();
        let rows: Vec<(ProductId, String, i64, i64, Option<String>, String)> = symptoms::table
            .filter(symptoms::product_id.eq_any(ids))
            .select((
                symptoms::product_id,
                symptoms::code,
                symptoms::service_minutes,
                symptoms::level_min,
                symptoms::qualification,
                symptoms::parts_needed,
            ))
            .load(self.database)?;
        for (product, code, service_minutes, level_min, qualification, parts_needed) in rows {
            if let Some(product) = found.get_mut(&product) {
                let parts_needed = json(&parts_needed)?;
                product.symptoms.insert(code, SymptomFacts { service_minutes, level_min, qualification, parts_needed });
            }
        }
        Ok(found)
    }

    fn repairs_since(&mut self, assets: Vec<AssetId>, since: Timestamp) -> Result<Vec<Repaired>, Fault> {
        if assets.is_empty() {
            return Ok(Vec::new());
        }
        let before: Vec<(AssetId, String, Timestamp)> = past_repairs::table
            .filter(past_repairs::asset_id.eq_any(assets.clone()))
            .filter(past_repairs::at.ge(since))
            .select((past_repairs::asset_id, past_repairs::symptom, past_repairs::at))
            .load(self.database)?;
        type Row = (Option<AssetId>, Option<String>, Option<Timestamp>, IssueId, String);
        let solved: Vec<Row> = issues::table
            .filter(issues::asset_id.eq_any(assets))
            .filter(issues::state.eq_any([IssueState::Resolved, IssueState::Closed]))
            .filter(issues::outcome.ne(Outcome::Withdrawn))
            .filter(issues::closed_at.ge(since))
            .select((issues::asset_id, issues::symptom, issues::closed_at, issues::id, issues::number))
            .load(self.database)?;
        let before = before.into_iter().map(|(asset, symptom, at)| Repaired { asset, symptom, at, issue: None });
        let solved = solved.into_iter().filter_map(|(asset, symptom, at, id, number)| {
            Some(Repaired { asset: asset?, symptom: symptom?, at: at?, issue: Some((id, number)) })
        });
        let mut repairs: Vec<Repaired> = before.chain(solved).collect();
        repairs.sort_by_key(|repair| (std::cmp::Reverse(repair.at), repair.issue.as_ref().map(|(id, _)| *id)));
        Ok(repairs)
    }
}
