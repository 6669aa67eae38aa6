//! The customer's own contracts.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::ids::{ContractId, CustomerId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::billing::BillingModel;
use crate::store::Reader;
use crate::store::codec::day;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{contracts, customers};
use crate::store::summaries::IssueFilter;
use crate::views::desk::IssueSummary;
use crate::views::history::{Portal, PortalContract, PortalCustomer};

impl Reader<'_> {
    pub fn portal(&mut self, customer: CustomerId) -> Result<Portal, Fault> {
        let name: Option<String> =
            customers::table.find(customer).select(customers::name).first(self.database).optional()?;
        let name = name.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let company = self.company()?;
        Ok(Portal {
            customer: PortalCustomer { id: customer, name },
            vendor_name_ja: company.name_ja,
            vendor_name_en: company.name_en,
            vendor_phone: company.vendor_phone,
            contracts: self.portal_contracts(customer)?,
        })
    }

    fn portal_contracts(&mut self, customer: CustomerId) -> Result<Vec<PortalContract>, Fault> {
        let rows: Vec<(ContractId, String, String, String, String, BillingModel)> = contracts::table
            .filter(contracts::customer_id.eq(customer))
            .order(contracts::number)
            .select((
                contracts::id,
                contracts::number,
                contracts::plan,
                contracts::starts_on,
                contracts::ends_on,
                contracts::billing,
            ))
            .load(self.database)?;
        let ids: Vec<ContractId> = rows.iter().map(|row| row.0).collect();
        let mut wallets = self.wallet_summaries(&ids)?;
        let mut open: BTreeMap<ContractId, Vec<IssueSummary>> = BTreeMap::new();
        for (contract, issue) in self.issue_summaries(&IssueFilter::OpenOf(ids))? {
            open.entry(contract).or_default().push(issue);
        }
        rows.into_iter()
            .map(|(id, number, plan, starts_on, ends_on, billing)| {
                let wallet = wallets.remove(&id).ok_or_else(|| StoreError::corrupt("a contract without a wallet"))?;
                let open_issues = open.remove(&id).unwrap_or_default();
                let (starts_on, ends_on) = (day(&starts_on)?, day(&ends_on)?);
                Ok(PortalContract { id, number, plan, billing, starts_on, ends_on, wallet, open_issues })
            })
            .collect()
    }
}
