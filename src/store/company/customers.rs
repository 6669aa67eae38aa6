//! Customers with their sites, contacts, contracts and assets.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Imported, Index, known, wallets};
use crate::company::{Asset, Contact, Contract, Customer, Site};
use crate::domain::ids::*;
use crate::domain::phone::{fold, normalise};
use crate::store::error::Fault;
use crate::store::schema::{assets, contacts, contracts, customers, phones, sites};
use crate::store::unit::Unit;
use crate::store::wallet::Ledger;

pub(super) fn customer(
    unit: &mut Unit<'_>,
    customer: &Customer,
    index: &mut Index,
    imported: &mut Imported,
) -> Result<(), Fault> {
    let id = insert_customer(unit, customer)?;
    index.customers.insert(customer.code.clone(), id);
    insert_phones(unit, id, customer)?;
    for contact in &customer.contacts {
        insert_contact(unit, id, contact)?;
    }
    for site in &customer.sites {
        let territory = known(&index.territories, &site.territory)?;
        index.sites.insert(site.code.clone(), insert_site(unit, id, territory, site)?);
    }
    for contract in &customer.contracts {
        imported.tickets += contract_of(unit, id, contract, index)?;
        imported.assets += contract.assets.len();
    }
    imported.contracts += customer.contracts.len();
    imported.customers += 1;
    Ok(())
}

/// Without what hangs on it.
pub(in crate::store) fn insert_customer(unit: &mut Unit<'_>, customer: &Customer) -> Result<CustomerId, Fault> {
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
    Ok(id)
}

/// The customer's own numbers and those of its contacts: whoever of them rings is found.
pub(in crate::store) fn insert_phones(unit: &mut Unit<'_>, id: CustomerId, customer: &Customer) -> Result<(), Fault> {
    let shown = customer.phones.iter().chain(customer.contacts.iter().map(|contact| &contact.phone));
    for (number, shown) in numbers(shown.map(String::as_str)) {
        insert_phone(unit, id, &number, &shown)?;
    }
    Ok(())
}

/// Numbers by the form in which they are found, with the form in which the first of them was written.
pub(in crate::store) fn numbers<'a>(shown: impl Iterator<Item = &'a str>) -> BTreeMap<String, String> {
    let mut numbers = BTreeMap::new();
    for shown in shown {
        if let Some(number) = normalise(shown) {
            numbers.entry(number).or_insert_with(|| shown.to_owned());
        }
    }
    numbers
}

pub(in crate::store) fn insert_phone(
    unit: &mut Unit<'_>,
    id: CustomerId,
    number: &str,
    shown: &str,
) -> Result<(), Fault> {
    diesel::insert_into(phones::table)
        .values((phones::customer_id.eq(id), phones::number.eq(number), phones::shown.eq(shown)))
        .execute(unit.database)?;
    Ok(())
}

pub(in crate::store) fn insert_contact(unit: &mut Unit<'_>, id: CustomerId, contact: &Contact) -> Result<(), Fault> {
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
            contacts::channel.eq(contact.channel),
            contacts::literacy.eq(contact.literacy),
        ))
        .execute(unit.database)?;
    Ok(())
}

pub(in crate::store) fn insert_site(
    unit: &mut Unit<'_>,
    id: CustomerId,
    territory: TerritoryId,
    site: &Site,
) -> Result<SiteId, Fault> {
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
            sites::territory_id.eq(territory),
            sites::access_notes.eq(&site.access_notes),
        ))
        .execute(unit.database)?;
    Ok(site_id)
}

/// Returns the number of tickets.
fn contract_of(
    unit: &mut Unit<'_>,
    customer: CustomerId,
    contract: &Contract,
    index: &mut Index,
) -> Result<usize, Fault> {
    let (id, ledger) = insert_contract(unit, customer, contract)?;
    for asset in &contract.assets {
        let (site, product) = (known(&index.sites, &asset.site)?, known(&index.products, &asset.product)?);
        index.assets.insert(asset.serial.clone(), insert_asset(unit, id, site, product, asset)?);
    }
    wallets::lots(unit, ledger, &contract.lots, contract.policy.grace_days, &index.repairs)
}

/// With its first policy and an empty wallet, which is not saved yet.
pub(in crate::store) fn insert_contract(
    unit: &mut Unit<'_>,
    customer: CustomerId,
    contract: &Contract,
) -> Result<(ContractId, Ledger), Fault> {
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
            contracts::billing.eq(contract.billing),
        ))
        .execute(unit.database)?;
    unit.insert_policy(id, contract.starts_on, &contract.policy, &contract.menu, "import")?;
    let ledger = wallets::insert(unit, id, contract.unit)?;
    Ok((id, ledger))
}

pub(in crate::store) fn insert_asset(
    unit: &mut Unit<'_>,
    contract: ContractId,
    site: SiteId,
    product: ProductId,
    asset: &Asset,
) -> Result<AssetId, Fault> {
    let asset_id = unit.id();
    diesel::insert_into(assets::table)
        .values((
            assets::id.eq(asset_id),
            assets::contract_id.eq(contract),
            assets::site_id.eq(site),
            assets::product_id.eq(product),
            assets::serial.eq(&asset.serial),
            assets::installed_on.eq(asset.installed_on.to_string()),
        ))
        .execute(unit.database)?;
    Ok(asset_id)
}
