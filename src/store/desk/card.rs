//! The contract's card: all that the operator needs while the caller talks.

use diesel::prelude::*;

use crate::domain::contact::{Literacy, PreferredChannel};
use crate::domain::ids::*;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::billing::BillingModel;
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::Reader;
use crate::store::codec::day;
use crate::store::error::{Fault, StoreError};
use crate::store::repairs::{Whose, repairs};
use crate::store::schema::*;
use crate::store::summaries::IssueFilter;
use crate::store::visits::position;
use crate::views::contact::ContactView;
use crate::views::desk::{AssetView, ContractCard, CustomerView, OtherContract, SiteView};

impl Reader<'_> {
    pub fn contract_card(&mut self, id: ContractId) -> Result<ContractCard, Fault> {
        type Row = ((String, String, BillingModel), String, String, i64, CustomerId, String, String);
        let row: Option<Row> = contracts::table
            .inner_join(customers::table)
            .filter(contracts::id.eq(id))
            .select((
                (contracts::number, contracts::plan, contracts::billing),
                contracts::starts_on,
                contracts::ends_on,
                contracts::version,
                customers::id,
                customers::name,
                customers::kana,
            ))
            .first(self.database)
            .optional()?;
        let ((number, plan, billing), starts_on, ends_on, version, customer, name, kana) =
            row.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let today = self.today();
        let in_force = self.policy_on(id, today)?;
        let open = self.issue_summaries(&IssueFilter::OpenOf(vec![id]))?;
        Ok(ContractCard {
            id,
            number,
            plan,
            billing,
            starts_on: day(&starts_on)?,
            ends_on: day(&ends_on)?,
            version,
            customer: CustomerView { id: customer, name, kana, phones: self.phones_of(customer)? },
            contacts: self.contacts_of(customer)?,
            sites: self.sites_of(customer)?,
            assets: self.assets_of(id)?,
            wallet: self.wallet_summary(id)?,
            other_contracts: self.other_contracts(customer, id)?,
            open_issues: open.into_iter().map(|(_, issue)| issue).collect(),
            policy: in_force.policy,
            policy_version: in_force.version,
            menu: in_force.menu,
        })
    }

    fn other_contracts(&mut self, customer: CustomerId, this: ContractId) -> Result<Vec<OtherContract>, Fault> {
        let rows: Vec<(ContractId, String, String, String, i64, UnitKind)> = contracts::table
            .inner_join(wallets::table.on(wallets::contract_id.eq(contracts::id)))
            .filter(contracts::customer_id.eq(customer).and(contracts::id.ne(this)))
            .order(contracts::number)
            .limit(limits::OTHER_CONTRACTS)
            .select((
                contracts::id,
                contracts::number,
                contracts::plan,
                contracts::ends_on,
                wallets::available,
                wallets::unit,
            ))
            .load(self.database)?;
        let view = |(id, number, plan, ends_on, balance, unit): (_, _, _, String, _, _)| {
            Ok(OtherContract { id, number, plan, ends_on: day(&ends_on)?, balance, unit })
        };
        Ok(rows.into_iter().map(view).collect::<Result<_, StoreError>>()?)
    }

    fn phones_of(&mut self, customer: CustomerId) -> Result<Vec<String>, Fault> {
        Ok(phones::table
            .filter(phones::customer_id.eq(customer))
            .order(phones::number)
            .select(phones::shown)
            .load(self.database)?)
    }

    fn contacts_of(&mut self, customer: CustomerId) -> Result<Vec<ContactView>, Fault> {
        type Row = (ContactId, String, String, String, String, (Option<PreferredChannel>, Literacy));
        let rows: Vec<Row> = contacts::table
            .filter(contacts::customer_id.eq(customer))
            .order(contacts::code)
            .select((
                contacts::id,
                contacts::name,
                contacts::kana,
                contacts::phone,
                contacts::email,
                (contacts::channel, contacts::literacy),
            ))
            .load(self.database)?;
        let view = |(id, name, kana, phone, email, (channel, literacy))| ContactView {
            id,
            name,
            kana,
            phone,
            email,
            channel,
            literacy,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    fn sites_of(&mut self, customer: CustomerId) -> Result<Vec<SiteView>, Fault> {
        type Row = (SiteId, String, String, String, f64, f64, String, TerritoryId);
        let rows: Vec<Row> = sites::table
            .filter(sites::customer_id.eq(customer))
            .order(sites::code)
            .select((
                sites::id,
                sites::name,
                sites::postcode,
                sites::address,
                sites::lat,
                sites::lon,
                sites::access_notes,
                sites::territory_id,
            ))
            .load(self.database)?;
        let view = |(id, name, postcode, address, lat, lon, access_notes, territory_id)| {
            Ok(SiteView { id, name, postcode, address, position: position(lat, lon)?, access_notes, territory_id })
        };
        Ok(rows.into_iter().map(view).collect::<Result<_, StoreError>>()?)
    }

    fn assets_of(&mut self, contract: ContractId) -> Result<Vec<AssetView>, Fault> {
        let mut repaired = repairs(self.database, Whose::Contract(contract))?;
        let rows: Vec<(AssetId, SiteId, ProductId, String, String, String, String)> = assets::table
            .inner_join(products::table.on(products::id.eq(assets::product_id)))
            .filter(assets::contract_id.eq(contract))
            .order((assets::site_id, assets::serial))
            .select((
                assets::id,
                assets::site_id,
                products::id,
                products::name_ja,
                products::name_en,
                assets::serial,
                assets::installed_on,
            ))
            .load(self.database)?;
        let view = |(id, site_id, product_id, product_name_ja, product_name_en, serial, installed_on): (
            _,
            _,
            _,
            _,
            _,
            _,
            String,
        )| {
            let last_repairs = repaired.remove(&id).unwrap_or_default();
            let installed_on = day(&installed_on)?;
            Ok(AssetView {
                id,
                site_id,
                product_id,
                product_name_ja,
                product_name_en,
                serial,
                installed_on,
                last_repairs,
            })
        };
        Ok(rows.into_iter().map(view).collect::<Result<_, StoreError>>()?)
    }
}
