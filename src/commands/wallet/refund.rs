//! Unused units are paid back (払戻し).

use super::receipt;
use crate::commands::text;
use crate::domain::ids::ContractId;
use crate::store::wallet::{Because, RefundOrder};
use crate::store::{Fault, Unit};
use crate::views::ledger::{LedgerReceipt, RefundRequest};

/// Takes unused units of a lot back and tells what is to be paid for them, on a ground that the lot's class allows.
pub fn refund(unit: &mut Unit<'_>, contract: ContractId, request: &RefundRequest) -> Result<LedgerReceipt, Fault> {
    let note = text::needed_text("note", &request.note)?;
    let because = Because { reason: request.ground.as_str().to_owned(), note: note.to_owned() };
    let order = RefundOrder { lot: request.lot_id, units: request.units, ground: request.ground };
    if order.ground.is_bounded() {
        unit.lock_refunds()?;
    }
    let mut yen = 0;
    let made = receipt(unit, contract, |unit| {
        yen = unit.refund(contract, &order, &because)?;
        Ok(None)
    })?;
    Ok(LedgerReceipt { refund_yen: Some(yen), ..made })
}

#[cfg(test)]
mod tests;
