//! The ledger by hand: sale and grant, capture in part, release, reversal, adjustment, transfer, void. Each checks what
//! the contract and the law allow, posts, and answers with the wallet as it then stands.

mod adjust;
mod approval;
mod dispute;
mod invoice;
mod policy;
mod sell;
#[cfg(test)]
mod tests;

pub use adjust::{adjust, decide};
pub use approval::{approval_rule, approve_overdue, decide_approval, set_approval_rule};
pub use dispute::{decide_dispute, raise_dispute, withdraw_dispute};
pub use invoice::{invoice_overdraft, set_invoice};
pub use policy::{set_policy, versions};
pub use sell::{grant, sell};

use chrono::Datelike;

use super::text;
use crate::domain::ids::{AdjustmentId, ContractId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::CorrectionReason;
use crate::limits;
use crate::store::wallet::{Because, TransferOrder};
use crate::store::{Fault, Unit};
use crate::views::ledger::{
    CaptureRequest, LedgerReceipt, ReleaseRequest, ReversalRequest, TransferRequest, VoidRequest,
};

/// Uses a part of a hold and gives the rest back.
pub fn capture(unit: &mut Unit<'_>, contract: ContractId, request: &CaptureRequest) -> Result<LedgerReceipt, Fault> {
    let because = because(request.reason, &request.note)?;
    receipt(unit, contract, |unit| {
        unit.capture_by_hand(contract, request.issue_id, request.units, &because)?;
        Ok(None)
    })
}

/// Gives a whole hold back.
pub fn release(unit: &mut Unit<'_>, contract: ContractId, request: &ReleaseRequest) -> Result<LedgerReceipt, Fault> {
    let because = because(request.reason, &request.note)?;
    receipt(unit, contract, |unit| {
        unit.release_by_hand(contract, request.issue_id, &because)?;
        Ok(None)
    })
}

/// Gives used units back (赤伝).
pub fn reverse(unit: &mut Unit<'_>, contract: ContractId, request: &ReversalRequest) -> Result<LedgerReceipt, Fault> {
    let because = because(request.reason, &request.note)?;
    receipt(unit, contract, |unit| {
        unit.reverse_by_hand(contract, request.issue_id, request.units, &because)?;
        Ok(None)
    })
}

/// Moves unused units to another contract of the same customer group, when this contract allows it.
pub fn transfer(unit: &mut Unit<'_>, contract: ContractId, request: &TransferRequest) -> Result<LedgerReceipt, Fault> {
    let because = because(request.reason, &request.note)?;
    let today = unit.today();
    if !unit.look().policy_on(contract, today)?.policy.transfer_allowed {
        return Err(Refusal::new(Code::TransferOff).into());
    }
    if request.to_contract_id == contract {
        return Err(Refusal::new(Code::TransferForeign).at("to_contract_id").into());
    }
    unit.lock_wallets_of(&[contract, request.to_contract_id])?;
    receipt(unit, contract, |unit| {
        let (_, kind, _) = unit.look().wallet_head(contract)?;
        let order = TransferOrder {
            from: contract,
            to: request.to_contract_id,
            lot: request.lot_id,
            units: request.units,
            number: unit.next_lot_number(kind, today.year())?,
        };
        unit.transfer(&order, &because)?;
        Ok(None)
    })
}

/// Makes an untouched lot void.
pub fn void(unit: &mut Unit<'_>, contract: ContractId, request: &VoidRequest) -> Result<LedgerReceipt, Fault> {
    let because = because(request.reason, &request.note)?;
    receipt(unit, contract, |unit| {
        unit.void_lot(contract, request.lot_id, &because)?;
        Ok(None)
    })
}

/// Runs a change and shows what it posted. The wallet is locked before its last posting is looked up, or the receipt
/// would show what others posted meanwhile.
fn receipt(
    unit: &mut Unit<'_>,
    contract: ContractId,
    change: impl FnOnce(&mut Unit<'_>) -> Result<Option<AdjustmentId>, Fault>,
) -> Result<LedgerReceipt, Fault> {
    unit.lock_wallet_of(contract)?;
    let (.., before) = unit.look().wallet_head(contract)?;
    let waiting = change(unit)?;
    let wallet = unit.look().wallet_summary(contract)?;
    let count = (wallet.version - before).min(limits::LEDGER_PAGE_MAX);
    let mut postings = Vec::new();
    if count > 0 {
        postings = unit.look().ledger_page(contract, None, Some(count))?.postings;
    }
    Ok(LedgerReceipt { wallet, postings, waiting })
}

fn because(reason: CorrectionReason, note: &str) -> Result<Because, Refusal> {
    text::text("note", note)?;
    Ok(Because { reason: reason.as_str().to_owned(), note: note.trim().to_owned() })
}
