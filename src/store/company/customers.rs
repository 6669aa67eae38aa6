//! Customers with their sites, contacts, contracts and assets.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Imported, Index, known, wallets};
use crate::company::{Contract, Customer};
use crate::domain::ids::{ContactId, ContractId, CustomerId};
use crate::domain::phone::{fold, normalise};
use crate::store::error::Fault;
use crate::store::schema::{assets, contacts, contracts, customers, phones, sites};
use crate::store::unit::Unit;

pub(super) fn customer(
    unit: &mut Unit<'_>,
    customer: &Customer,
    index: &mut Index,
    imported: &mut Imported,
) -> Result<(), Fault> {
    let id: CustomerId = unit.id();
    diesel::insert_into(customers::table)
        .values((
            customers::id.eq(id),
            customers::code.eq(&customer.code),
            customers::name.eq(&customer.name),
            customers::kana.eq(&customer.kana),
            customers::name_folded.eq(fold(&customer.name)),
            customers::kana_folded.eq(fold(&customer.kana)),
            customers::customer_group.eq(&customer.group),
        ))
        .execute(unit.database)?;
    index.customers.insert(customer.code.clone(), id);
    phones_of(unit, id, customer)?;
    contacts_of(unit, id, customer)?;
    sites_of(unit, id, customer, index)?;
    for contract in &customer.contracts {
        imported.tickets += contract_of(unit, id, contract, index)?;
        imported.assets += contract.assets.len();
    }
    imported.contracts += customer.contracts.len();
    imported.customers += 1;
    Ok(())
}

/// The customer's own numbers and those of its contacts: whoever of them rings is found.
fn phones_of(unit: &mut Unit<'_>, id: CustomerId, customer: &Customer) -> Result<(), Fault> {
    let mut numbers: BTreeMap<String, &str> = BTreeMap::new();
    for shown in customer.phones.iter().chain(customer.contacts.iter().map(|contact| &contact.phone)) {
        if let Some(number) = normalise(shown) {
            numbers.entry(number).or_insert(shown);
        }
    }
    for (number, shown) in numbers {
        diesel::insert_into(phones::table)
            .values((phones::customer_id.eq(id), phones::number.eq(number), phones::shown.eq(shown)))
            .execute(unit.database)?;
    }
    Ok(())
}

fn contacts_of(unit: &mut Unit<'_>, id: CustomerId, customer: &Customer) -> Result<(), Fault> {
    for contact in &customer.contacts {
        let contact_id: ContactId = unit.id();
        diesel::insert_into(contacts::table)
            .values((
                contacts::id.eq(contact_id),
                contacts::customer_id.eq(id),
                contacts::code.eq(&contact.code),
                contacts::name.eq(&contact.name),
                contacts::kana.eq(&contact.kana),
                contacts::phone.eq(&contact.phone),
                contacts::email.eq(contact.email.as_deref().unwrap_or_default()),
            ))
            .execute(unit.database)?;
    }
    Ok(())
}

fn sites_of(unit: &mut Unit<'_>, id: CustomerId, customer: &Customer, index: &mut Index) -> Result<(), Fault> {
    for site in &customer.sites {
        let site_id = unit.id();
        diesel::insert_into(sites::table)
            .values((
                sites::id.eq(site_id),
                sites::customer_id.eq(id),
                sites::code.eq(&site.code),
                sites::name.eq(&site.name),
                sites::postcode.eq(&site.postcode),
                sites::address.eq(&site.address),
                sites::lat.eq(site.position.lat()),
                sites::lon.eq(site.position.lon()),
                sites::territory_id.eq(known(&index.territories, &site.territory)?),
                sites::access_notes.eq(&site.access_notes),
            ))
            .execute(unit.database)?;
        index.sites.insert(site.code.clone(), site_id);
    }
    Ok(())
}

/// Returns the number of tickets.
fn contract_of(
    unit: &mut Unit<'_>,
    customer: CustomerId,
    contract: &Contract,
    index: &mut Index,
) -> Result<usize, Fault> {
    let id: ContractId = unit.id();
    diesel::insert_into(contracts::table)
        .values((
            contracts::id.eq(id),
            contracts::number.eq(&contract.number),
            contracts::customer_id.eq(customer),
            contracts::plan.eq(&contract.plan),
            contracts::starts_on.eq(contract.starts_on.to_string()),
            contracts::ends_on.eq(contract.ends_on.to_string()),
            contracts::version.eq(1_i64),
        ))
        .execute(unit.database)?;
    for asset in &contract.assets {
        let asset_id = unit.id();
        diesel::insert_into(assets::table)
            .values((
                assets::id.eq(asset_id),
                assets::contract_id.eq(id),
                assets::site_id.eq(known(&index.sites, &asset.site)?),
                assets::product_id.eq(known(&index.products, &asset.product)?),
                assets::serial.eq(&asset.serial),
                assets::installed_on.eq(asset.installed_on.to_string()),
            ))
            .execute(unit.database)?;
        index.assets.insert(asset.serial.clone(), asset_id);
    }
    unit.insert_policy(id, contract.starts_on, &contract.policy, &contract.menu, "import")?;
    wallets::wallet(unit, id, contract)
}
