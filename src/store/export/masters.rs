//! Customers and what they have.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::{Page, cells, parted};
use crate::company::table::{menu_text, policy_fields};
use crate::domain::contact::{Literacy, PreferredChannel};
use crate::domain::ids::*;
use crate::domain::phone::normalise;
use crate::domain::wallet::billing::BillingModel;
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::store::tables::{contact_phones, phones_of};

pub(super) fn customers(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let columns = (customers::id, customers::code, customers::name, customers::kana, customers::customer_group);
    let rows: Vec<(CustomerId, String, String, String, Option<String>)> = customers::table
        .filter(customers::code.gt(after))
        .order(customers::code)
        .limit(limits::EXPORT_PAGE)
        .select(columns)
        .load(reader.database)?;
    let mut own = std::collections::BTreeMap::new();
    for ids in rows.iter().map(|row| row.0).collect::<Vec<_>>().chunks(limits::STATEMENT_IDS) {
        let (all, contacts) = (phones_of(reader.database, ids)?, contact_phones(reader.database, ids)?);
        for (id, mut phones) in all {
            for phone in contacts.get(&id).into_iter().flatten() {
                phones.remove(&normalise(phone).unwrap_or_default());
            }
            own.insert(id, phones.into_values().collect::<Vec<String>>());
        }
    }
    Ok(Page::of(
        rows,
        |row| row.1.clone(),
        |(id, code, name, kana, group)| cells![code, name, kana, own.get(&id).cloned().unwrap_or_default(), group],
    ))
}

pub(super) fn contacts(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let (customer, code) = parted::<CustomerId>(after);
    type Row = (CustomerId, String, String, String, String, String, String, (Option<PreferredChannel>, Literacy));
    let rows: Vec<Row> = contacts::table
        .inner_join(customers::table.on(customers::id.eq(contacts::customer_id)))
        .filter(contacts::customer_id.ge(customer).and(contacts::customer_id.gt(customer).or(contacts::code.gt(code))))
        .order((contacts::customer_id, contacts::code))
        .limit(limits::EXPORT_PAGE)
        .select((
            customers::id,
            customers::code,
            contacts::code,
            contacts::name,
            contacts::kana,
            contacts::phone,
            contacts::email,
            (contacts::channel, contacts::literacy),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| format!("{} {}", row.0, row.2),
        |(_, customer, code, name, kana, phone, email, (channel, literacy))| {
            cells![customer, code, name, kana, phone, email, channel, literacy]
        },
    ))
}

pub(super) fn sites(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((SiteId, String, String, String), (String, String, f64, f64), (String, String));
    let rows: Vec<Row> = sites::table
        .inner_join(customers::table)
        .inner_join(territories::table.on(territories::id.eq(sites::territory_id)))
        .filter(sites::code.gt(after))
        .order(sites::code)
        .limit(limits::EXPORT_PAGE)
        .select((
            (sites::id, customers::code, sites::code, sites::name),
            (sites::postcode, sites::address, sites::lat, sites::lon),
            (territories::code, sites::access_notes),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.2.clone(),
        |((_, customer, code, name), (postcode, address, lat, lon), (territory, notes))| {
            cells![customer, code, name, postcode, address, lat, lon, territory, notes]
        },
    ))
}

/// With the policy that is in force today.
pub(super) fn contracts(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (ContractId, String, String, String, String, String, UnitKind, BillingModel);
    let rows: Vec<Row> = contracts::table
        .inner_join(customers::table)
        .inner_join(wallets::table.on(wallets::contract_id.eq(contracts::id)))
        .filter(contracts::number.gt(after))
        .order(contracts::number)
        .limit(limits::EXPORT_PAGE)
        .select((
            contracts::id,
            contracts::number,
            customers::code,
            contracts::plan,
            contracts::starts_on,
            contracts::ends_on,
            wallets::unit,
            contracts::billing,
        ))
        .load(reader.database)?;
    let today = reader.today();
    let ids: Vec<ContractId> = rows.iter().map(|row| row.0).collect();
    let policies = reader.policies_on(&ids, today)?;
    Ok(Page::of(
        rows,
        |row| row.1.clone(),
        |(id, number, customer, plan, starts_on, ends_on, unit, billing)| {
            let in_force = policies.get(&id);
            let (menu, policy) = in_force.map(|one| (menu_text(&one.menu), json!(one.policy))).unwrap_or_default();
            let mut cells = cells![number, customer, plan, starts_on, ends_on, unit, menu, billing];
            // The columns follow the fields of the policy, in the same order.
            cells.extend(policy_fields().iter().map(|field| policy[field.name.as_str()].clone()));
            cells
        },
    ))
}

pub(super) fn assets(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let (id, serial) = parted::<AssetId>(after);
    type Row = (AssetId, String, String, String, String, String);
    let rows: Vec<Row> = assets::table
        .inner_join(contracts::table)
        .inner_join(sites::table.on(sites::id.eq(assets::site_id)))
        .inner_join(products::table.on(products::id.eq(assets::product_id)))
        .filter(assets::serial.ge(serial).and(assets::serial.gt(serial).or(assets::id.gt(id))))
        .order((assets::serial, assets::id))
        .limit(limits::EXPORT_PAGE)
        .select((assets::id, assets::serial, contracts::number, products::code, sites::code, assets::installed_on))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| format!("{} {}", row.0, row.1),
        |(_, serial, contract, product, site, installed_on)| -> Vec<Value> {
            cells![serial, contract, product, site, installed_on]
        },
    ))
}
