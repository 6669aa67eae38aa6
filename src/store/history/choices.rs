//! What the history of a contract can be narrowed to: its sites, its assets, and who had a part in it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::domain::ids::{ContactId, ContractId, CustomerId, SiteId, TechnicianId, UserId};
use crate::domain::person::Person;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::views::history::{AssetChoice, HistoryChoices, PersonChoice, PersonKind, SiteChoice};

impl Reader<'_> {
    pub fn history_choices(&mut self, contract: ContractId) -> Result<HistoryChoices, Fault> {
        let customer = self.contract_owner(contract)?;
        let mut people = self.contact_choices(customer)?;
        people.extend(self.technician_choices(contract)?);
        people.extend(self.desk_choices(contract)?);
        Ok(HistoryChoices { sites: self.site_choices(customer)?, assets: self.asset_choices(contract)?, people })
    }

    fn site_choices(&mut self, customer: CustomerId) -> Result<Vec<SiteChoice>, Fault> {
        let rows: Vec<(SiteId, String)> = sites::table
            .filter(sites::customer_id.eq(customer))
            .order(sites::code)
            .select((sites::id, sites::name))
            .load(self.database)?;
        Ok(rows.into_iter().map(|(id, name)| SiteChoice { id, name }).collect())
    }

    fn asset_choices(&mut self, contract: ContractId) -> Result<Vec<AssetChoice>, Fault> {
        let rows = assets::table
            .inner_join(products::table.on(products::id.eq(assets::product_id)))
            .filter(assets::contract_id.eq(contract))
            .order((assets::site_id, assets::serial))
            .select((assets::id, assets::site_id, assets::serial, products::name_ja, products::name_en))
            .load(self.database)?;
        let choice = |(id, site_id, serial, product_name_ja, product_name_en)| AssetChoice {
            id,
            site_id,
            serial,
            product_name_ja,
            product_name_en,
        };
        Ok(rows.into_iter().map(choice).collect())
    }

    fn contact_choices(&mut self, customer: CustomerId) -> Result<Vec<PersonChoice>, Fault> {
        let rows: Vec<(ContactId, String)> = contacts::table
            .filter(contacts::customer_id.eq(customer))
            .order(contacts::code)
            .select((contacts::id, contacts::name))
            .load(self.database)?;
        let choice = |(id, name)| PersonChoice { id: Person::Contact(id), kind: PersonKind::Contact, name };
        Ok(rows.into_iter().map(choice).collect())
    }

    /// Those who were sent to the contract's issues, also when they did not go in the end, and those who repaired its
    /// assets before.
    fn technician_choices(&mut self, contract: ContractId) -> Result<Vec<PersonChoice>, Fault> {
        let rows: Vec<(TechnicianId, String, String)> = visits::table
            .inner_join(work_orders::table.inner_join(issues::table))
            .inner_join(technicians::table)
            .filter(issues::contract_id.eq(contract))
            .select((technicians::id, technicians::name, technicians::kana))
            .distinct()
            .load(self.database)?;
        let before: Vec<(TechnicianId, String, String)> = past_repairs::table
            .inner_join(assets::table.on(assets::id.eq(past_repairs::asset_id)))
            .inner_join(technicians::table.on(past_repairs::technician_id.eq(technicians::id.nullable())))
            .filter(assets::contract_id.eq(contract))
            .select((technicians::id, technicians::name, technicians::kana))
            .distinct()
            .load(self.database)?;
        let all: BTreeSet<(String, TechnicianId, String)> =
            rows.into_iter().chain(before).map(|(id, name, kana)| (kana, id, name)).collect();
        let choice = |(_, id, name)| PersonChoice { id: Person::Technician(id), kind: PersonKind::Technician, name };
        Ok(all.into_iter().map(choice).collect())
    }

    fn desk_choices(&mut self, contract: ContractId) -> Result<Vec<PersonChoice>, Fault> {
        let rows: Vec<(UserId, String)> = interactions::table
            .inner_join(users::table.on(users::id.eq(interactions::entered_by)))
            .filter(interactions::contract_id.eq(contract))
            .order((users::name, users::id))
            .select((users::id, users::name))
            .distinct()
            .load(self.database)?;
        let choice = |(id, name)| PersonChoice { id: Person::User(id), kind: PersonKind::Vendor, name };
        Ok(rows.into_iter().map(choice).collect())
    }
}
