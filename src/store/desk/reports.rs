//! What customers report on their own page.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::ids::{ContractId, ProductId, SiteId};
use crate::domain::issue::IssueState;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::Reader;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{assets, contracts, customers, interactions, issues, sites, wallets};
use crate::store::summaries::IssueFilter;
use crate::views::desk::Channel;
use crate::views::portal::{ReportAsset, ReportForm, ReportSite, ReportedIssue};

impl Reader<'_> {
    /// What can be chosen when something is reported under a contract.
    pub fn report_form(&mut self, contract: ContractId) -> Result<ReportForm, Fault> {
        let head = contracts::table
            .inner_join(wallets::table.on(wallets::contract_id.eq(contracts::id)))
            .filter(contracts::id.eq(contract))
            .select((contracts::customer_id, contracts::number, wallets::unit))
            .first::<(crate::domain::ids::CustomerId, String, _)>(self.database)
            .optional()?;
        let (customer, contract_number, unit) = head.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let rows: Vec<(SiteId, String, String)> = sites::table
            .filter(sites::customer_id.eq(customer))
            .order(sites::code)
            .select((sites::id, sites::name, sites::address))
            .load(self.database)?;
        let machines: Vec<(_, SiteId, ProductId, String)> = assets::table
            .filter(assets::contract_id.eq(contract))
            .order(assets::serial)
            .select((assets::id, assets::site_id, assets::product_id, assets::serial))
            .load(self.database)?;
        let site = |(id, name, address)| ReportSite { id, name, address };
        let asset = |(id, site_id, product_id, serial)| ReportAsset { id, site_id, product_id, serial };
        let today = self.today();
        let in_force = self.policy_on(contract, today)?;
        Ok(ReportForm {
            contract_id: contract,
            contract_number,
            unit,
            sites: rows.into_iter().map(site).collect(),
            assets: machines.into_iter().map(asset).collect(),
            menu: in_force.menu,
            covers_ja: in_force.policy.covers_ja,
            covers_en: in_force.policy.covers_en,
        })
    }

    /// Open issues that came over a contract's own page.
    pub fn open_reports(&mut self, contract: ContractId) -> Result<i64, Fault> {
        let open: Vec<IssueState> = IssueState::ALL.iter().copied().filter(|state| state.is_open()).collect();
        Ok(issues::table
            .inner_join(interactions::table)
            .filter(issues::contract_id.eq(contract).and(issues::state.eq_any(open)))
            .filter(interactions::channel.eq(Channel::Portal))
            .count()
            .get_result(self.database)?)
    }

    /// What customers reported and nobody has set out for, the most urgent and then the oldest first, at most
    /// [`limits::REPORTED_ISSUES`].
    pub fn reported_issues(&mut self) -> Result<Vec<ReportedIssue>, Fault> {
        let mut found = self.issue_summaries(&IssueFilter::Reported)?;
        found.sort_by_key(|(_, issue)| (issue.priority, issue.created_at));
        found.truncate(limits::REPORTED_ISSUES);
        let ids: Vec<ContractId> = found.iter().map(|(contract, _)| *contract).collect();
        type Whose = (String, String, i64, UnitKind);
        let rows: Vec<(ContractId, Whose)> = contracts::table
            .inner_join(customers::table)
            .inner_join(wallets::table.on(wallets::contract_id.eq(contracts::id)))
            .filter(contracts::id.eq_any(ids))
            .select((contracts::id, (contracts::number, customers::name, wallets::available, wallets::unit)))
            .load(self.database)?;
        let known: BTreeMap<ContractId, Whose> = rows.into_iter().collect();
        let row = |(contract_id, summary): (ContractId, _)| {
            let whose = known.get(&contract_id).cloned();
            let (contract_number, customer_name, balance, unit) =
                whose.ok_or_else(|| StoreError::corrupt("an issue without its contract's wallet"))?;
            Ok(ReportedIssue { summary, contract_id, contract_number, customer_name, balance, unit })
        };
        found.into_iter().map(row).collect()
    }
}
