//! Customers: name, kana, group and phones may change.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Judged, Stored, Touched, known, note};
use crate::company::Customer;
use crate::domain::ids::CustomerId;
use crate::domain::phone::fold;
use crate::store::company::customers::{insert_customer, insert_phone, insert_phones, numbers};
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{contacts, customers, phones};
use crate::store::{Reader, Unit};

type Row = (CustomerId, String, String, String, Option<String>);

impl Stored for Customer {
    /// None: it is new.
    type Plan = Option<CustomerId>;

    fn judge(reader: &mut Reader<'_>, rows: &[&Self]) -> Result<Vec<Judged<Self::Plan>>, Fault> {
        let codes: Vec<&String> = rows.iter().map(|row| &row.code).collect();
        let columns = (customers::id, customers::code, customers::name, customers::kana, customers::customer_group);
        let stands: Vec<Row> =
            customers::table.filter(customers::code.eq_any(codes)).select(columns).load(reader.database)?;
        let ids: Vec<CustomerId> = stands.iter().map(|row| row.0).collect();
        let (all, of_contacts) = (phones_of(reader.database, &ids)?, contact_phones(reader.database, &ids)?);
        let stands: BTreeMap<&str, &Row> = stands.iter().map(|row| (row.1.as_str(), row)).collect();
        let judged = rows.iter().map(|row| {
            let Some((id, _, name, kana, group)) = stands.get(row.code.as_str()) else { return Judged::Add(None) };
            let mut columns = Vec::new();
            note(&mut columns, "name", name, &row.name);
            note(&mut columns, "kana", kana, &row.kana);
            note(&mut columns, "group", group, &row.group);
            let contacts = of_contacts.get(id).cloned().unwrap_or_default();
            let wanted = wanted(&row.phones, &contacts);
            note(&mut columns, "phones", &all.get(id).cloned().unwrap_or_default(), &wanted);
            known(Some(*id), columns, Vec::new())
        });
        Ok(judged.collect())
    }

    fn enter(&self, unit: &mut Unit<'_>, plan: Self::Plan, _: &mut Touched) -> Result<(), Fault> {
        let Some(id) = plan else {
            let id = insert_customer(unit, self)?;
            return insert_phones(unit, id, self);
        };
        diesel::update(customers::table.find(id))
            .set((
                customers::name.eq(&self.name),
                customers::kana.eq(&self.kana),
                customers::name_folded.eq(fold(&self.name)),
                customers::kana_folded.eq(fold(&self.kana)),
                customers::customer_group.eq(&self.group),
            ))
            .execute(unit.database)?;
        let contacts = contact_phones(unit.database, &[id])?.remove(&id).unwrap_or_default();
        set_phones(unit, id, &wanted(&self.phones, &contacts))
    }
}

/// Shown forms by number.
pub(in crate::store) type Phones = BTreeMap<String, String>;

/// A customer's numbers are its own and those of its contacts.
fn wanted(own: &[String], contacts: &[String]) -> Phones {
    numbers(own.iter().chain(contacts).map(String::as_str))
}

pub(in crate::store) fn phones_of(
    database: &mut Database,
    ids: &[CustomerId],
) -> Result<BTreeMap<CustomerId, Phones>, Fault> {
    let columns = (phones::customer_id, phones::number, phones::shown);
    let rows: Vec<(CustomerId, String, String)> =
        phones::table.filter(phones::customer_id.eq_any(ids)).select(columns).load(database)?;
    let mut found: BTreeMap<CustomerId, Phones> = BTreeMap::new();
    for (id, number, shown) in rows {
        found.entry(id).or_default().insert(number, shown);
    }
    Ok(found)
}

pub(in crate::store) fn contact_phones(
    database: &mut Database,
    ids: &[CustomerId],
) -> Result<BTreeMap<CustomerId, Vec<String>>, Fault> {
    let rows: Vec<(CustomerId, String)> = contacts::table
        .filter(contacts::customer_id.eq_any(ids))
        .order(contacts::id)
        .select((contacts::customer_id, contacts::phone))
        .load(database)?;
    let mut found: BTreeMap<CustomerId, Vec<String>> = BTreeMap::new();
    for (id, phone) in rows {
        found.entry(id).or_default().push(phone);
    }
    Ok(found)
}

/// Makes a customer's numbers these.
pub(super) fn set_phones(unit: &mut Unit<'_>, id: CustomerId, wanted: &Phones) -> Result<(), Fault> {
    let stands = phones_of(unit.database, &[id])?.remove(&id).unwrap_or_default();
    for (number, shown) in &stands {
        if wanted.get(number) != Some(shown) {
            diesel::delete(phones::table.find((id, number))).execute(unit.database)?;
        }
    }
    for (number, shown) in wanted {
        if stands.get(number) != Some(shown) {
            insert_phone(unit, id, number, shown)?;
        }
    }
    Ok(())
}
