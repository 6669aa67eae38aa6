//! Adjustments of a balance: a few units in a month by one person, more by two.

use chrono::Datelike;
use serde_json::json;

use super::sell::{in_force, replaces_none};
use super::{because, receipt};
use crate::domain::access::Actor;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{AdjustmentId, ContractId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Seconds;
use crate::domain::wallet::account::Origin;
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::terms::{LawClass, LotTerms, check_count, last_day};
use crate::limits;
use crate::store::{Fault, Unit};
use crate::views::ledger::{AdjustRequest, DecisionRequest, LedgerReceipt};

/// Adjusts the balance, or proposes it to a second person when it is more than what one may do alone in a month: all
/// adjustments of the wallet count, whoever made them, in however many steps.
pub fn adjust(unit: &mut Unit<'_>, contract: ContractId, request: &AdjustRequest) -> Result<LedgerReceipt, Fault> {
    because(request.reason, &request.note)?;
    receipt(unit, contract, |unit| {
        let (wallet, kind, _) = unit.look().wallet_head(contract)?;
        check_count(request.units.saturating_abs(), kind)?;
        if request.units < 0 && request.lot_id.is_none() {
            let (ja, en) = ("減らすロットを選んでください", "choose the lot to take from");
            return Err(Refusal::invalid_both("lot_id", ja, en).into());
        }
        if request.units > 0 {
            added(unit, contract, request)?;
        }
        let since = unit.now() - Seconds::hours(24 * limits::ADJUST_DAYS);
        let alone = unit.look().adjusted_alone(wallet, since)?;
        if alone + request.units.saturating_abs() <= limits::ADJUST_ALONE {
            post(unit, contract, request)?;
            return Ok(None);
        }
        let id = unit.propose_adjustment(wallet, request)?;
        tell(unit, contract, EventKind::AdjustmentProposed, id, request)?;
        Ok(Some(id))
    })
}

/// Accepts or refuses a proposed adjustment. Nobody accepts his own.
pub fn decide(
    unit: &mut Unit<'_>,
    contract: ContractId,
    id: AdjustmentId,
    decision: &DecisionRequest,
) -> Result<LedgerReceipt, Fault> {
    unit.lock_wallet_of(contract)?;
    let (owner, proposed) = unit.lock_adjustment(id)?;
    if owner != contract {
        return Err(Refusal::new(Code::WalletForeign).into());
    }
    if decision.accept && same_person(&proposed.proposed_by, unit.actor()) {
        let refusal = Refusal::new(Code::SamePerson).with("most", limits::ADJUST_ALONE);
        return Err(refusal.with("days", limits::ADJUST_DAYS).into());
    }
    receipt(unit, contract, |unit| {
        unit.decide_adjustment(id, decision.accept)?;
        let kind = if decision.accept { EventKind::AdjustmentAccepted } else { EventKind::AdjustmentRefused };
        tell(unit, contract, kind, id, &proposed.request)?;
        if decision.accept {
            post(unit, contract, &proposed.request)?;
        }
        Ok(None)
    })
}

pub(super) fn same_person(one: &Actor, other: &Actor) -> bool {
    match (one, other) {
        (Actor::User { id, .. }, Actor::User { id: other, .. }) => id == other,
        _ => one == other,
    }
}

fn post(unit: &mut Unit<'_>, contract: ContractId, request: &AdjustRequest) -> Result<(), Fault> {
    let because = because(request.reason, &request.note)?;
    if let Some(lot) = request.lot_id.filter(|_| request.units < 0) {
        unit.adjust_down(contract, lot, -request.units, &because)?;
        return Ok(());
    }
    let mut terms = added(unit, contract, request)?;
    let (_, kind, _) = unit.look().wallet_head(contract)?;
    terms.number = unit.next_lot_number(kind, unit.today().year())?;
    unit.adjust_up(contract, &terms, &because)?;
    Ok(())
}

/// What units that are added are. Those that make a lot right are of its kind and end with it, all others end with the
/// contract at the latest; none of them is a longer life for units of a six-month lot.
fn added(unit: &mut Unit<'_>, contract: ContractId, request: &AdjustRequest) -> Result<LotTerms, Fault> {
    let today = unit.today();
    let (wallet, kind, _) = unit.look().wallet_head(contract)?;
    in_force(unit, contract)?;
    let like = request.lot_id.map(|lot| unit.lot_terms(contract, lot)).transpose()?;
    let (_, ends_on) = unit.look().contract_term(contract)?;
    let end = like.as_ref().map_or(Some(ends_on), |lot| lot.expires_on);
    let terms = LotTerms {
        number: String::new(),
        origin: Origin::Adjustment,
        units: request.units,
        price_yen: 0,
        issued_on: today,
        expires_on: last_day(request.expires_on.or(end)),
        grace_days: 0,
        scope: like.as_ref().map_or(Scope::Any, |lot| lot.scope),
        law_class: like.as_ref().map_or(LawClass::B2bExempt, |lot| lot.law_class),
    };
    terms.check(kind, today)?;
    terms.check_ends_with(like.as_ref())?;
    replaces_none(unit, wallet, &terms)?;
    Ok(terms)
}

fn tell(
    unit: &mut Unit<'_>,
    contract: ContractId,
    kind: EventKind,
    id: AdjustmentId,
    request: &AdjustRequest,
) -> Result<(), Fault> {
    let about = About { contract_id: Some(contract), ..About::default() };
    let adjustment = unit.look().adjustment(id)?;
    // Not `units`: nothing has moved.
    let data = json!({ "adjustment_id": id, "proposed_units": request.units, "reason": request.reason,
        "adjustment": adjustment });
    unit.record(&[Stream::Contract(contract)], kind, about, data);
    Ok(())
}

#[cfg(test)]
mod tests;
