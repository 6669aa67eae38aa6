//! Lots sold and granted at run time.

use chrono::{Datelike, Days};

use super::acknowledge::acknowledge;
use super::invoice::check as check_invoice;
use super::receipt;
use crate::domain::ids::{ContractId, WalletId};
use crate::domain::refusal::Refusal;
use crate::domain::wallet::account::Origin;
use crate::domain::wallet::reorder::PURCHASE_YEAR_DAYS;
use crate::domain::wallet::terms::{LotTerms, grace, last_day, not_in_force};
use crate::store::{Fault, Unit};
use crate::views::ledger::{LedgerReceipt, LotRequest};

/// Sells a lot, within what the contract says of purchases. It settles an overdraft first.
pub fn sell(unit: &mut Unit<'_>, contract: ContractId, request: &LotRequest) -> Result<LedgerReceipt, Fault> {
    add(unit, contract, request, Origin::Paid)
}

/// Gives a lot away.
pub fn grant(unit: &mut Unit<'_>, contract: ContractId, request: &LotRequest) -> Result<LedgerReceipt, Fault> {
    add(unit, contract, request, Origin::Promotional)
}

fn add(
    unit: &mut Unit<'_>,
    contract: ContractId,
    request: &LotRequest,
    origin: Origin,
) -> Result<LedgerReceipt, Fault> {
    if let Some(invoice) = &request.invoice {
        check_invoice(unit, invoice)?;
    }
    receipt(unit, contract, |unit| {
        let (wallet, kind, _) = unit.look().wallet_head(contract)?;
        let today = unit.today();
        let policy = unit.look().policy_on(contract, today)?.policy;
        let expires_on = last_day(request.expires_on);
        let mut terms = LotTerms {
            number: String::new(),
            origin,
            units: request.units,
            price_yen: request.price_yen,
            issued_on: request.issued_on.unwrap_or(today),
            expires_on,
            grace_days: grace(policy.grace_days, request.law_class, expires_on),
            scope: request.scope,
            law_class: request.law_class,
        };
        terms.check(kind, today)?;
        if terms.issued_on > today {
            let (ja, en) = ("発行日は今日までです", "a lot is issued today");
            return Err(Refusal::invalid_both("issued_on", ja, en).into());
        }
        if origin == Origin::Paid && terms.price_yen == 0 {
            let (ja, en) = (
                "0円では販売できません。無償で渡すときは「付与」を使ってください",
                "nothing is sold for 0 yen; grant it instead",
            );
            return Err(Refusal::invalid_both("price_yen", ja, en).into());
        }
        in_force(unit, contract)?;
        replaces_none(unit, wallet, &terms)?;
        if origin == Origin::Paid {
            let bought = unit.look().units_bought_since(wallet, today - Days::new(PURCHASE_YEAR_DAYS))?;
            policy.check_purchase(terms.units, bought)?;
        }
        terms.number = unit.next_lot_number(kind, today.year())?;
        let bought = unit.purchase(wallet, &terms)?;
        if let Some(invoice) = &request.invoice {
            unit.set_invoice(contract, bought.lot, invoice)?;
        }
        if let Some(said) = &request.acknowledged {
            acknowledge(unit, contract, bought.lot, said)?;
        }
        Ok(None)
    })
}

/// Days before their end in which unused six-month units count as lapsing: what is given for nothing then takes their
/// place.
const LAPSING_DAYS: u64 = 14;

/// What is free is no longer life for units of a six-month lot.
pub(super) fn replaces_none(unit: &mut Unit<'_>, wallet: WalletId, terms: &LotTerms) -> Result<(), Fault> {
    let today = unit.today();
    let since = today - Days::new(PURCHASE_YEAR_DAYS + 1);
    let lapsed = unit.look().lapsed_six_months(wallet, since, today + Days::new(LAPSING_DAYS))?;
    Ok(terms.check_replaces_none(lapsed.iter(), today)?)
}

/// Nothing is sold under a contract that is over.
pub(super) fn in_force(unit: &mut Unit<'_>, contract: ContractId) -> Result<(), Fault> {
    let today = unit.today();
    let (starts_on, ends_on) = unit.look().contract_term(contract)?;
    if today <= ends_on {
        return Ok(());
    }
    Err(not_in_force(starts_on, ends_on).into())
}

#[cfg(test)]
mod tests;
