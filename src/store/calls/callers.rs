//! Everybody to whom a number belongs. Owner and tenant of a house share one, so there may be several; whoever is new has
//! none.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::ids::{ContactId, ContractId, CustomerId};
use crate::domain::phone::{fold, normalise};
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::codec::day;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{contacts, contracts, customers, phones, wallets};
use crate::store::summaries::IssueFilter;
use crate::store::{Reader, Unit};
use crate::views::call::{Caller, CallerContract};

impl Reader<'_> {
    /// Customers with this number, digits in the national form; nobody has none.
    pub fn callers(&mut self, number: &str) -> Result<Vec<Caller>, Fault> {
        if number.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<(CustomerId, String, String)> = phones::table
            .inner_join(customers::table.on(customers::id.eq(phones::customer_id)))
            .filter(phones::number.eq(number))
            .order((customers::kana_folded, customers::code))
            .limit(limits::CALLERS as i64)
            .select((customers::id, customers::name, customers::kana))
            .load(self.database)?;
        let ids: Vec<CustomerId> = rows.iter().map(|(id, ..)| *id).collect();
        let people = self.people_with(&ids, number)?;
        let mut contracts = self.contracts_of_callers(&ids)?;
        let caller = |(id, customer_name, customer_kana)| {
            let (contact_id, contact_name) = people.get(&id).cloned().unzip();
            let contracts = contracts.remove(&id).unwrap_or_default();
            Caller { customer_id: id, customer_name, customer_kana, contact_id, contact_name, contracts }
        };
        Ok(rows.into_iter().map(caller).collect())
    }

    /// Of each customer the first person with the number.
    fn people_with(
        &mut self,
        of: &[CustomerId],
        number: &str,
    ) -> Result<BTreeMap<CustomerId, (ContactId, String)>, Fault> {
        let rows: Vec<(CustomerId, ContactId, String, String)> = contacts::table
            .filter(contacts::customer_id.eq_any(of))
            .order(contacts::code.desc())
            .select((contacts::customer_id, contacts::id, contacts::name, contacts::phone))
            .load(self.database)?;
        let with = rows.into_iter().filter(|(.., phone)| normalise(phone).as_deref() == Some(number));
        Ok(with.map(|(customer, id, name, _)| (customer, (id, name))).collect())
    }

    /// Those in force first, then by number; each with its balance and the newest of its open issues.
    fn contracts_of_callers(&mut self, of: &[CustomerId]) -> Result<BTreeMap<CustomerId, Vec<CallerContract>>, Fault> {
        type Row = (CustomerId, ContractId, String, String, String, String, i64, UnitKind);
        let rows: Vec<Row> = contracts::table
            .inner_join(wallets::table.on(wallets::contract_id.eq(contracts::id)))
            .filter(contracts::customer_id.eq_any(of))
            .order(contracts::number)
            .select((
                contracts::customer_id,
                contracts::id,
                contracts::number,
                contracts::plan,
                contracts::starts_on,
                contracts::ends_on,
                wallets::available,
                wallets::unit,
            ))
            .load(self.database)?;
        let mut open: BTreeMap<ContractId, Vec<_>> = BTreeMap::new();
        let ids = rows.iter().map(|row| row.1).collect();
        for (contract, issue) in self.issue_summaries(&IssueFilter::OpenOf(ids))? {
            let issues = open.entry(contract).or_default();
            if issues.len() < limits::CALLER_ISSUES {
                issues.push(issue);
            }
        }
        let today = self.today();
        let mut found: BTreeMap<CustomerId, Vec<CallerContract>> = BTreeMap::new();
        for (customer, id, number, plan, starts_on, ends_on, balance, unit) in rows {
            let (starts_on, ends_on) = (day(&starts_on)?, day(&ends_on)?);
            let in_force = (starts_on..=ends_on).contains(&today);
            let open_issues = open.remove(&id).unwrap_or_default();
            let contract = CallerContract { id, number, plan, ends_on, in_force, balance, unit, open_issues };
            found.entry(customer).or_default().push(contract);
        }
        for contracts in found.values_mut() {
            contracts.sort_by_key(|contract| !contract.in_force);
        }
        Ok::<_, StoreError>(found).map_err(Fault::from)
    }
}

impl Unit<'_> {
    /// A customer without a contract, known by one number.
    pub(crate) fn insert_caller(&mut self, name: &str, kana: &str, number: (&str, &str)) -> Result<CustomerId, Fault> {
        let id: CustomerId = self.id();
        // Beside the codes that an office gives: nobody writes one in this way.
        let code = format!("CALL-{:06}", self.next_number("callers")?);
        diesel::insert_into(customers::table)
            .values((
                customers::id.eq(id),
                customers::code.eq(&code),
                customers::name.eq(name),
                customers::kana.eq(kana),
                customers::name_folded.eq(fold(name)),
                customers::kana_folded.eq(fold(kana)),
            ))
            .execute(self.database)?;
        let (digits, shown) = number;
        diesel::insert_into(phones::table)
            .values((phones::customer_id.eq(id), phones::number.eq(digits), phones::shown.eq(shown)))
            .execute(self.database)?;
        Ok(id)
    }
}
