//! What the history of a contract can be narrowed to.

use diesel::prelude::*;

use crate::domain::ids::*;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::views::history::{AssetChoice, HistoryChoices, PersonChoice, PersonKind, SiteChoice};

impl Reader<'_> {
    /// Sites and assets under a contract, and the people who had to do with its issues.
    pub fn history_choices(&mut self, contract: ContractId) -> Result<HistoryChoices, Fault> {
        let assets: Vec<(AssetId, SiteId, String, String, String)> = assets::table
            .inner_join(products::table.on(products::id.eq(assets::product_id)))
            .filter(assets::contract_id.eq(contract))
            .order((assets::site_id, assets::serial))
            .select((assets::id, assets::site_id, products::name_ja, products::name_en, assets::serial))
            .load(self.database)?;
        let mut here: Vec<SiteId> = assets.iter().map(|asset| asset.1).collect();
        here.sort_unstable();
        here.dedup();
        let sites: Vec<(SiteId, String)> = sites::table
            .filter(sites::id.eq_any(here))
            .order(sites::code)
            .select((sites::id, sites::name))
            .load(self.database)?;
        let asset = |(id, site_id, product_name_ja, product_name_en, serial)| AssetChoice {
            id,
            site_id,
            product_name_ja,
            product_name_en,
            serial,
        };
        Ok(HistoryChoices {
            sites: sites.into_iter().map(|(id, name)| SiteChoice { id, name }).collect(),
            assets: assets.into_iter().map(asset).collect(),
            people: self.people_of(contract)?,
        })
    }

    /// Who called, who entered it, who came.
    fn people_of(&mut self, contract: ContractId) -> Result<Vec<PersonChoice>, Fault> {
        let callers: Vec<(ContactId, String)> = interactions::table
            .inner_join(contacts::table.on(interactions::contact_id.eq(contacts::id.nullable())))
            .filter(interactions::contract_id.eq(contract))
            .order((contacts::name, contacts::id))
            .select((contacts::id, contacts::name))
            .distinct()
            .load(self.database)?;
        let entered: Vec<(UserId, String)> = interactions::table
            .inner_join(users::table.on(users::id.eq(interactions::entered_by)))
            .filter(interactions::contract_id.eq(contract))
            .order((users::name, users::id))
            .select((users::id, users::name))
            .distinct()
            .load(self.database)?;
        let came: Vec<(TechnicianId, String)> = visits::table
            .inner_join(work_orders::table.on(work_orders::id.eq(visits::work_order_id)))
            .inner_join(issues::table.on(issues::id.eq(work_orders::issue_id)))
            .inner_join(technicians::table.on(technicians::id.eq(visits::technician_id)))
            .filter(issues::contract_id.eq(contract))
            .order((technicians::name, technicians::id))
            .select((technicians::id, technicians::name))
            .distinct()
            .load(self.database)?;
        let mut people = listed(callers, PersonKind::Contact);
        people.extend(listed(entered, PersonKind::Vendor));
        people.extend(listed(came, PersonKind::Technician));
        Ok(people)
    }
}

fn listed(found: Vec<(impl ToString, String)>, kind: PersonKind) -> Vec<PersonChoice> {
    found.into_iter().map(|(id, name)| PersonChoice { id: id.to_string(), name, kind }).collect()
}
