//! Adjustments of a balance: small ones by one person, larger ones by two.

use chrono::Datelike;
use serde_json::json;

use super::{because, receipt};
use crate::domain::access::Actor;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{AdjustmentId, ContractId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::Origin;
use crate::domain::wallet::terms::{LawClass, LotTerms, Scope, check_count};
use crate::limits;
use crate::store::{Fault, Unit};
use crate::views::ledger::{AdjustRequest, DecisionRequest, LedgerReceipt};

/// Adjusts the balance, or proposes it to a second person when it is large.
pub fn adjust(unit: &mut Unit<'_>, contract: ContractId, request: &AdjustRequest) -> Result<LedgerReceipt, Fault> {
    because(request.reason, &request.note)?;
    receipt(unit, contract, |unit| {
        let (wallet, kind, _) = unit.look().wallet_head(contract)?;
        check_count(request.units.saturating_abs(), kind)?;
        if request.units < 0 && request.lot_id.is_none() {
            let (ja, en) = ("減らすロットを選んでください", "choose the lot to take from");
            return Err(Refusal::invalid_both("lot_id", ja, en).into());
        }
        if request.units.saturating_abs() <= limits::ADJUST_ALONE {
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
        return Err(Refusal::new(Code::SamePerson).with("most", limits::ADJUST_ALONE).into());
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
    let today = unit.today();
    let (_, kind, _) = unit.look().wallet_head(contract)?;
    let mut terms = LotTerms {
        number: String::new(),
        origin: Origin::Adjustment,
        units: request.units,
        price_yen: 0,
        issued_on: today,
        expires_on: request.expires_on,
        grace_days: 0,
        scope: Scope::Any,
        law_class: LawClass::B2bExempt,
    };
    terms.check(kind, today)?;
    terms.number = unit.next_lot_number(kind, today.year())?;
    unit.adjust_up(contract, &terms, &because)?;
    Ok(())
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
