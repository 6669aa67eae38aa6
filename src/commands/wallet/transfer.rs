//! Units move between the contracts of one customer group. Both contracts have a say.

use chrono::{Datelike, Days};

use super::sell::{in_force, replaces_none};
use super::{because, receipt};
use crate::domain::ids::ContractId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::reorder::PURCHASE_YEAR_DAYS;
use crate::store::wallet::TransferOrder;
use crate::store::{Fault, Unit};
use crate::views::ledger::{LedgerReceipt, TransferRequest};

/// Moves unused units to another contract of the same customer group, when this contract gives them and the other one
/// takes them: it is not over, its policy allows transfers too, and it does not buy more than its year allows in this way,
/// nor are they a longer life for units of its own six-month lots.
pub fn transfer(unit: &mut Unit<'_>, contract: ContractId, request: &TransferRequest) -> Result<LedgerReceipt, Fault> {
    let because = because(request.reason, &request.note)?;
    let (today, to) = (unit.today(), request.to_contract_id);
    if to == contract {
        return Err(Refusal::new(Code::TransferForeign).at("to_contract_id").into());
    }
    unit.lock_wallets_of(&[contract, to])?;
    if !unit.look().policy_on(contract, today)?.policy.transfer_allowed {
        return Err(Refusal::new(Code::TransferOff).into());
    }
    receipt(unit, contract, |unit| {
        let (_, kind, _) = unit.look().wallet_head(contract)?;
        let (receiver, ..) = unit.look().wallet_head(to)?;
        let since = today - Days::new(PURCHASE_YEAR_DAYS);
        let before = unit.look().units_bought_since(receiver, since)?;
        let order = TransferOrder {
            from: contract,
            to,
            lot: request.lot_id,
            units: request.units,
            number: unit.next_lot_number(kind, today.year())?,
        };
        unit.transfer(&order, &because)?;
        in_force(unit, to).map_err(|fault| at(fault, "to_contract_id"))?;
        let policy = unit.look().policy_on(to, today)?.policy;
        if !policy.transfer_allowed {
            return Err(Refusal::new(Code::TransferNotTaken).at("to_contract_id").into());
        }
        let after = unit.look().units_bought_since(receiver, since)?;
        policy.check_taken_over(before, after)?;
        let moved = unit.lot_terms(contract, request.lot_id)?;
        replaces_none(unit, receiver, &moved)?;
        Ok(None)
    })
}

fn at(fault: Fault, field: &str) -> Fault {
    match fault {
        Fault::Refused(refusal) => refusal.at(field).into(),
        other => other,
    }
}

#[cfg(test)]
mod tests;
