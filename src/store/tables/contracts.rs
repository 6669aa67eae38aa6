//! Contracts: they come in with their first policy and an empty wallet. What was agreed is changed on the screen, as a
//! new version of the policy.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::{Value, json};

use super::{Judged, Stored, Touched, customers_by_code, differs, known, unknown};
use crate::company::table::{ContractRow, menu_text};
use crate::company::validate;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, CustomerId};
use crate::domain::wallet::billing::BillingModel;
use crate::domain::wallet::policy::Policy;
use crate::domain::wallet::terms::UnitKind;
use crate::store::company::customers::insert_contract;
use crate::store::error::Fault;
use crate::store::policies::PolicyVersion;
use crate::store::schema::{contracts, customers, wallets};
use crate::store::{Reader, Unit};

/// Id, number, code of the customer, plan, first and last day, unit, how it is paid for.
type Row = (ContractId, String, String, String, String, String, UnitKind, BillingModel);

impl Stored for ContractRow {
    type Plan = CustomerId;

    fn judge(reader: &mut Reader<'_>, rows: &[&Self]) -> Result<Vec<Judged<Self::Plan>>, Fault> {
        let today = reader.today();
        let of = customers_by_code(reader.database, rows.iter().map(|row| &row.customer))?;
        let numbers: Vec<&String> = rows.iter().map(|row| &row.contract.number).collect();
        let stands: Vec<Row> = contracts::table
            .inner_join(customers::table)
            .inner_join(wallets::table.on(wallets::contract_id.eq(contracts::id)))
            .filter(contracts::number.eq_any(numbers))
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
        let ids: Vec<ContractId> = stands.iter().map(|row| row.0).collect();
        let policies = reader.policies_on(&ids, today)?;
        let stands: BTreeMap<&str, &Row> = stands.iter().map(|row| (row.1.as_str(), row)).collect();
        let judged = rows.iter().map(|row| {
            let Some(customer) = of.get(&row.customer) else {
                return Ok(Judged::Wrong(vec![unknown("customer", &row.customer)]));
            };
            match stands.get(row.contract.number.as_str()) {
                None => Ok(Judged::Add(*customer)),
                Some(stands) => Ok(known(*customer, Vec::new(), beside(row, stands, policies.get(&stands.0)))),
            }
        });
        judged.collect()
    }

    fn enter(&self, unit: &mut Unit<'_>, customer: Self::Plan, _: &mut Touched) -> Result<(), Fault> {
        let contract = &self.contract;
        let (id, ledger) = insert_contract(unit, customer, contract)?;
        ledger.save(unit)?;
        let about = About { contract_id: Some(id), ..About::default() };
        let data = json!({ "number": contract.number, "plan": contract.plan, "starts_on": contract.starts_on,
            "ends_on": contract.ends_on, "unit": contract.unit, "billing": contract.billing, "policy": contract.policy, "menu": contract.menu });
        unit.record(&[Stream::Contract(id)], EventKind::ContractEntered, about, data);
        Ok(())
    }
}

/// Every difference to the contract as it stands today.
fn beside(
    row: &ContractRow,
    (_, _, customer, plan, starts_on, ends_on, unit, billing): &Row,
    in_force: Option<&PolicyVersion>,
) -> Vec<validate::Fault> {
    let contract = &row.contract;
    let pairs = [
        ("customer", customer.clone(), row.customer.clone()),
        ("plan", plan.clone(), contract.plan.clone()),
        ("starts_on", starts_on.clone(), contract.starts_on.to_string()),
        ("ends_on", ends_on.clone(), contract.ends_on.to_string()),
        ("unit", unit.to_string(), contract.unit.to_string()),
        ("billing", billing.to_string(), contract.billing.to_string()),
        ("menu", in_force.map_or_else(String::new, |one| menu_text(&one.menu)), menu_text(&contract.menu)),
    ];
    let plain = pairs.into_iter().filter(|(_, stands, row)| stands != row);
    let mut faults: Vec<_> = plain.map(|(column, stands, row)| differs(column, stands, row)).collect();
    let (stands, wanted) = (in_force.map_or(Value::Null, |one| fields(&one.policy)), fields(&contract.policy));
    for (name, value) in wanted.as_object().into_iter().flatten() {
        if stands[name] != *value {
            faults.push(differs(name, &stands[name], value));
        }
    }
    faults
}

fn fields(policy: &Policy) -> Value {
    json!(policy)
}
