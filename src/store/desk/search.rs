//! Finding the caller's contract from whatever he says: a number, a name, a contract, a serial.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use crate::domain::ids::{ContractId, CustomerId, SiteId};
use crate::domain::phone::{fold, hiragana, normalise};
use crate::domain::postcode;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::number::{Quoted, quoted};
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::views::desk::{MatchedOn, SearchHit, SearchHits};
use crate::views::wallet::QuotedTicket;

diesel::define_sql_function! {
    /// `text` with every `from` as `to`.
    fn replace(text: diesel::sql_types::Text, from: diesel::sql_types::Text, to: diesel::sql_types::Text) -> diesel::sql_types::Text;
}
diesel::define_sql_function! {
    /// `text` in small letters.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

/// Characters that a number without its hyphens needs: fewer fit too many numbers.
const SQUEEZED_MIN: usize = 4;

/// Escapes what LIKE would read as a pattern.
fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

const HITS: i64 = limits::SEARCH_HITS as i64;

/// Something that was found, and how.
#[derive(Default)]
struct Found {
    /// In order of how well they match.
    contracts: Vec<(ContractId, MatchedOn, Option<SiteId>)>,
    customers: Vec<FoundCustomer>,
}

#[derive(Clone)]
struct FoundCustomer {
    id: CustomerId,
    on: MatchedOn,
    phone: Option<String>,
    /// The person whose name it was.
    contact: Option<String>,
    site: Option<SiteId>,
}

impl FoundCustomer {
    fn new(id: CustomerId, on: MatchedOn) -> Self {
        Self { id, on, phone: None, contact: None, site: None }
    }
}

impl Reader<'_> {
    /// Contracts that fit what was typed, the best match first. Two customers may share a telephone number.
    ///
    /// # Errors
    /// `ticket.misheard` when it can only be the number of a ticket and its check digit does not fit.
    pub fn search(&mut self, text: &str) -> Result<SearchHits, Fault> {
        let text: String = text.trim().chars().take(limits::LINE_CHARS).filter(|c| !c.is_control()).collect();
        if text.is_empty() {
            return Ok(SearchHits { hits: Vec::new(), quoted: None });
        }
        let mut found = Found::default();
        let ticket = self.quoted(&text, None)?;
        if let Some(QuotedTicket { contract_id, ticket, .. }) = &ticket {
            let on = if ticket.is_some() { MatchedOn::Ticket } else { MatchedOn::Lot };
            found.contracts.push((*contract_id, on, None));
        }
        self.by_phone(&text, &mut found)?;
        self.by_code(&text, &mut found)?;
        self.by_postcode(&text, &mut found)?;
        self.by_name(&text, &mut found)?;
        self.by_contact(&text, &mut found)?;
        let hits = self.hits(found)?;
        if hits.is_empty() && matches!(quoted(&text), Some(Quoted::Misheard { .. })) {
            return Err(Refusal::new(Code::TicketMisheard).into());
        }
        Ok(SearchHits { hits, quoted: ticket })
    }

    /// Sites whose postcode begins so.
    fn by_postcode(&mut self, text: &str, found: &mut Found) -> Result<(), Fault> {
        let Some(beginning) = postcode::beginning(text) else { return Ok(()) };
        let rows: Vec<(CustomerId, SiteId)> = sites::table
            .inner_join(customers::table.on(customers::id.eq(sites::customer_id)))
            .filter(sites::postcode.like(format!("{beginning}%")))
            .order((sites::postcode, customers::code, sites::code))
            .limit(HITS)
            .select((sites::customer_id, sites::id))
            .load(self.database)?;
        let at = |(id, site)| FoundCustomer { site: Some(site), ..FoundCustomer::new(id, MatchedOn::Postcode) };
        found.customers.extend(rows.into_iter().map(at));
        Ok(())
    }

    /// Whole numbers first, then those that end so; only text without letters is a number.
    fn by_phone(&mut self, text: &str, found: &mut Found) -> Result<(), Fault> {
        let looks_so = text.chars().all(|c| !c.is_alphabetic() || matches!(c, 'ー' | '内' | '線' | 'x' | 'X'));
        let Some(number) = normalise(text).filter(|_| looks_so) else { return Ok(()) };
        let whole: Vec<(CustomerId, String)> = phones::table
            .inner_join(customers::table.on(customers::id.eq(phones::customer_id)))
            .filter(phones::number.eq(&number))
            .order(customers::code)
            .limit(HITS)
            .select((phones::customer_id, phones::shown))
            .load(self.database)?;
        let part: Vec<(CustomerId, String)> = phones::table
            .inner_join(customers::table.on(customers::id.eq(phones::customer_id)))
            .filter(phones::number.like(format!("%{number}")).or(phones::number.like(format!("{number}%"))))
            .filter(phones::number.ne(&number))
            .order((phones::number, customers::code))
            .limit(HITS)
            .select((phones::customer_id, phones::shown))
            .load(self.database)?;
        let matched = whole
            .into_iter()
            .chain(part)
            .map(|(id, shown)| FoundCustomer { phone: Some(shown), ..FoundCustomer::new(id, MatchedOn::Phone) });
        found.customers.extend(matched);
        Ok(())
    }

    /// Contract numbers and serials that begin so, as typed or in capitals, with or without their hyphens.
    fn by_code(&mut self, text: &str, found: &mut Found) -> Result<(), Fault> {
        let half: String = fold(text);
        let (small, capital) = (format!("{}%", literal(&half)), format!("{}%", literal(&half.to_uppercase())));
        let typed = format!("{}%", literal(text));
        let squeezed: String = half.chars().filter(|c| *c != '-').collect();
        // Nothing begins with an empty pattern.
        let is_long = squeezed.chars().count() >= SQUEEZED_MIN;
        let squeezed = if is_long { format!("{}%", literal(&squeezed)) } else { String::new() };
        let numbers: Vec<ContractId> = contracts::table
            .filter(
                contracts::number
                    .like(&typed)
                    .or(contracts::number.like(&capital))
                    .or(contracts::number.like(&small))
                    .or(replace(lower(contracts::number), "-", "").like(&squeezed)),
            )
            .order(contracts::number)
            .limit(HITS)
            .select(contracts::id)
            .load(self.database)?;
        found.contracts.extend(numbers.into_iter().map(|id| (id, MatchedOn::Contract, None)));
        let serials: Vec<(ContractId, SiteId)> = assets::table
            .filter(
                assets::serial
                    .like(&typed)
                    .or(assets::serial.like(&capital))
                    .or(assets::serial.like(&small))
                    .or(replace(lower(assets::serial), "-", "").like(&squeezed)),
            )
            .order(assets::serial)
            .limit(HITS)
            .select((assets::contract_id, assets::site_id))
            .load(self.database)?;
        found.contracts.extend(serials.into_iter().map(|(id, site)| (id, MatchedOn::Serial, Some(site))));
        Ok(())
    }

    /// Names and kana that begin so, then those that contain it.
    fn by_name(&mut self, text: &str, found: &mut Found) -> Result<(), Fault> {
        let folded = fold(text);
        if folded.is_empty() {
            return Ok(());
        }
        let inside = format!("%{}%", literal(&folded));
        let rows: Vec<(CustomerId, String, String)> = customers::table
            .filter(customers::name_folded.like(&inside).or(customers::kana_folded.like(&inside)))
            .order((customers::kana_folded, customers::code))
            .limit(HITS * 5)
            .select((customers::id, customers::name_folded, customers::kana_folded))
            .load(self.database)?;
        let rank = |name: &str, kana: &str| match (name.starts_with(&folded), kana.starts_with(&folded)) {
            (true, _) => (0, MatchedOn::Name),
            (_, true) => (1, MatchedOn::Kana),
            _ if name.contains(&folded) => (2, MatchedOn::Name),
            _ => (3, MatchedOn::Kana),
        };
        let mut ranked: Vec<_> = rows.iter().map(|(id, name, kana)| (rank(name, kana), *id)).collect();
        ranked.sort_by_key(|((place, _), _)| *place);
        found.customers.extend(ranked.into_iter().map(|((_, on), id)| FoundCustomer::new(id, on)));
        Ok(())
    }

    /// People at the customer whose name or kana contains it, spaces aside; their kana stand as they were written, in
    /// either script. Their own name and number are shown.
    fn by_contact(&mut self, text: &str, found: &mut Found) -> Result<(), Fault> {
        let folded = fold(text);
        if folded.is_empty() {
            return Ok(());
        }
        let inside = format!("%{}%", literal(&folded));
        let in_hiragana = hiragana(&inside);
        let name = || lower(replace(replace(contacts::name, " ", ""), "　", ""));
        let kana = || replace(replace(contacts::kana, " ", ""), "　", "");
        let rows: Vec<(CustomerId, String, String)> = contacts::table
            .filter(name().like(&inside).or(kana().like(&inside)).or(kana().like(&in_hiragana)))
            .order((contacts::kana, contacts::id))
            .limit(HITS)
            .select((contacts::customer_id, contacts::name, contacts::phone))
            .load(self.database)?;
        found.customers.extend(rows.into_iter().map(|(id, name, phone)| {
            let on = if fold(&name).contains(&folded) { MatchedOn::Name } else { MatchedOn::Kana };
            FoundCustomer {
                id,
                on,
                phone: Some(phone).filter(|phone| !phone.is_empty()),
                contact: Some(name),
                site: None,
            }
        }));
        Ok(())
    }

    fn hits(&mut self, found: Found) -> Result<Vec<SearchHit>, Fault> {
        let contract_ids: Vec<ContractId> = found.contracts.iter().map(|(id, ..)| *id).collect();
        let customer_ids: Vec<CustomerId> = found.customers.iter().map(|customer| customer.id).collect();
        let contracts = self.found_contracts(contract_ids, customer_ids)?;
        let owners: BTreeSet<CustomerId> = contracts.iter().map(|contract| contract.customer).collect();
        let owners: Vec<CustomerId> = owners.into_iter().collect();
        let sites = self.found_sites(&owners)?;
        let phones = self.found_phones(&owners)?;
        let mut seen = BTreeSet::new();
        let mut hits = Vec::new();
        for Ranked { contract, on, site, phone, contact } in ranked(&found, &contracts) {
            if hits.len() == limits::SEARCH_HITS || !seen.insert(contract.id) {
                continue;
            }
            let of_customer = sites.get(&contract.customer).map_or(&[][..], Vec::as_slice);
            let site = of_customer.iter().find(|(id, _)| site.is_none_or(|wanted| wanted == *id));
            let phone = phone.or_else(|| phones.get(&contract.customer).cloned());
            hits.push(SearchHit {
                customer_id: contract.customer,
                customer_name: contract.customer_name.clone(),
                customer_kana: contract.customer_kana.clone(),
                contract_id: contract.id,
                contract_number: contract.number.clone(),
                site_name: site.map_or_else(String::new, |(_, name)| name.clone()),
                phone: phone.unwrap_or_default(),
                contact_name: contact,
                matched_on: on,
                balance: contract.balance,
                unit: contract.unit,
            });
        }
        Ok(hits)
    }

    fn found_contracts(
        &mut self,
        contract_ids: Vec<ContractId>,
        customer_ids: Vec<CustomerId>,
    ) -> Result<Vec<FoundContract>, Fault> {
        Ok(contracts::table
            .inner_join(customers::table)
            .inner_join(wallets::table.on(wallets::contract_id.eq(contracts::id)))
            .filter(contracts::id.eq_any(contract_ids).or(contracts::customer_id.eq_any(customer_ids)))
            .order(contracts::number)
            .select((
                contracts::id,
                contracts::number,
                customers::id,
                customers::name,
                customers::kana,
                wallets::available,
                wallets::unit,
            ))
            .load(self.database)?)
    }

    fn found_sites(&mut self, owners: &[CustomerId]) -> Result<BTreeMap<CustomerId, Vec<(SiteId, String)>>, Fault> {
        let rows: Vec<(CustomerId, SiteId, String)> = sites::table
            .filter(sites::customer_id.eq_any(owners))
            .order(sites::code)
            .select((sites::customer_id, sites::id, sites::name))
            .load(self.database)?;
        let mut found: BTreeMap<CustomerId, Vec<(SiteId, String)>> = BTreeMap::new();
        for (customer, id, name) in rows {
            found.entry(customer).or_default().push((id, name));
        }
        Ok(found)
    }

    /// One number of each customer.
    fn found_phones(&mut self, owners: &[CustomerId]) -> Result<BTreeMap<CustomerId, String>, Fault> {
        let rows: Vec<(CustomerId, String)> = phones::table
            .filter(phones::customer_id.eq_any(owners))
            .order(phones::number.desc())
            .select((phones::customer_id, phones::shown))
            .load(self.database)?;
        Ok(rows.into_iter().collect())
    }
}

#[derive(Queryable)]
struct FoundContract {
    id: ContractId,
    number: String,
    customer: CustomerId,
    customer_name: String,
    customer_kana: String,
    balance: i64,
    unit: UnitKind,
}

/// A contract in the order of the answer.
struct Ranked<'a> {
    contract: &'a FoundContract,
    on: MatchedOn,
    site: Option<SiteId>,
    phone: Option<String>,
    contact: Option<String>,
}

/// Telephone numbers first, then contracts and serials, then names.
fn ranked<'a>(found: &'a Found, contracts: &'a [FoundContract]) -> Vec<Ranked<'a>> {
    let of_customer = |wanted: fn(MatchedOn) -> bool| {
        found.customers.iter().filter(move |customer| wanted(customer.on)).flat_map(|customer| {
            let mine = contracts.iter().filter(move |contract| contract.customer == customer.id);
            mine.map(move |contract| {
                let FoundCustomer { on, phone, contact, site, .. } = customer.clone();
                Ranked { contract, on, site, phone, contact }
            })
        })
    };
    let named = found.contracts.iter().filter_map(|(id, matched, site)| {
        let contract = contracts.iter().find(|contract| contract.id == *id)?;
        Some(Ranked { contract, on: *matched, site: *site, phone: None, contact: None })
    });
    of_customer(|on| on == MatchedOn::Phone).chain(named).chain(of_customer(|on| on != MatchedOn::Phone)).collect()
}
