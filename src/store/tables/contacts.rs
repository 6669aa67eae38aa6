//! Contact persons: name, kana, phone, mail address and how they are best reached may change.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::customers::{contact_phones, phones_of, set_phones};
use super::{Judged, Stored, Touched, customers_by_code, known, note, unknown};
use crate::company::table::ContactRow;
use crate::domain::contact::{Literacy, PreferredChannel};
use crate::domain::ids::{ContactId, CustomerId};
use crate::domain::phone::normalise;
use crate::store::company::customers::{insert_contact, numbers};
use crate::store::error::Fault;
use crate::store::schema::contacts;
use crate::store::{Reader, Unit};

/// Id, customer, code, name, kana, phone, mail, and how he is reached.
type Row = (ContactId, CustomerId, String, String, String, String, String, (Option<PreferredChannel>, Literacy));

impl Stored for ContactRow {
    /// Whose it is, and who it is when he is known.
    type Plan = (CustomerId, Option<ContactId>);

    fn judge(reader: &mut Reader<'_>, rows: &[&Self]) -> Result<Vec<Judged<Self::Plan>>, Fault> {
        let of = customers_by_code(reader.database, rows.iter().map(|row| &row.customer))?;
        let (ids, codes): (Vec<CustomerId>, Vec<&String>) =
            rows.iter().filter_map(|row| Some((*of.get(&row.customer)?, &row.contact.code))).unzip();
        let stands: Vec<Row> = contacts::table
            .filter(contacts::customer_id.eq_any(ids).and(contacts::code.eq_any(codes)))
            .select((
                contacts::id,
                contacts::customer_id,
                contacts::code,
                contacts::name,
                contacts::kana,
                contacts::phone,
                contacts::email,
                (contacts::channel, contacts::literacy),
            ))
            .load(reader.database)?;
        let stands: BTreeMap<(CustomerId, &str), &Row> =
            stands.iter().map(|row| ((row.1, row.2.as_str()), row)).collect();
        let judged = rows.iter().map(|row| {
            let Some(customer) = of.get(&row.customer) else {
                return Judged::Wrong(vec![unknown("customer", &row.customer)]);
            };
            let contact = &row.contact;
            let Some((id, _, _, name, kana, phone, email, (channel, literacy))) =
                stands.get(&(*customer, contact.code.as_str()))
            else {
                return Judged::Add((*customer, None));
            };
            let mut columns = Vec::new();
            note(&mut columns, "name", name, &contact.name);
            note(&mut columns, "kana", kana, &contact.kana);
            note(&mut columns, "phone", phone, &contact.phone);
            note(&mut columns, "email", email, &contact.email.clone().unwrap_or_default());
            note(&mut columns, "channel", channel, &contact.channel);
            note(&mut columns, "literacy", literacy, &contact.literacy);
            known((*customer, Some(*id)), columns, Vec::new())
        });
        Ok(judged.collect())
    }

    fn enter(&self, unit: &mut Unit<'_>, (customer, id): Self::Plan, _: &mut Touched) -> Result<(), Fault> {
        let (all, before) = (phones_of(unit.database, &[customer])?, contact_phones(unit.database, &[customer])?);
        let mut own = all.get(&customer).cloned().unwrap_or_default();
        for phone in before.get(&customer).into_iter().flatten() {
            own.remove(&normalise(phone).unwrap_or_default());
        }
        match id {
            None => insert_contact(unit, customer, &self.contact)?,
            Some(id) => {
                let contact = &self.contact;
                diesel::update(contacts::table.find(id))
                    .set((
                        contacts::name.eq(&contact.name),
                        contacts::kana.eq(&contact.kana),
                        contacts::phone.eq(&contact.phone),
                        contacts::email.eq(contact.email.as_deref().unwrap_or_default()),
                        contacts::channel.eq(contact.channel),
                        contacts::literacy.eq(contact.literacy),
                    ))
                    .execute(unit.database)?;
            }
        }
        let contacts = contact_phones(unit.database, &[customer])?.remove(&customer).unwrap_or_default();
        let wanted = numbers(own.values().chain(&contacts).map(String::as_str));
        set_phones(unit, customer, &wanted)
    }
}
