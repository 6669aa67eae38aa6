//! The ledger by hand: sale and grant, capture in part, release, reversal, adjustment, transfer, refund, void. Each checks what
//! the contract and the law allow, posts, and answers with the wallet as it then stands.

mod acknowledge;
mod adjust;
mod approval;
mod confirm;
mod dispute;
mod invoice;
mod policy;
mod refund;
mod sell;
#[cfg(test)]
mod tests;
mod transfer;

pub use acknowledge::acknowledge;
pub use adjust::{adjust, decide};
pub use approval::{approval_rule, approve_overdue, decide_approval, set_approval_rule};
pub use confirm::confirm;
pub use dispute::{decide_dispute, raise_dispute, withdraw_dispute};
pub use invoice::{invoice_overdraft, set_invoice};
pub use policy::{set_policy, versions};
pub use refund::refund;
pub use sell::{grant, sell};
pub use transfer::transfer;

use super::text;
use crate::domain::ids::{AdjustmentId, ContractId, IssueId};
use crate::domain::refusal::Refusal;
use crate::domain::wallet::account::CorrectionReason;
use crate::limits;
use crate::store::wallet::Because;
use crate::store::{Fault, Unit};
use crate::views::ledger::{CaptureRequest, LedgerReceipt, ReleaseRequest, ReversalRequest, VoidRequest};

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
    hold_issue(unit, request.issue_id, request.reason)?;
    receipt(unit, contract, |unit| {
        unit.release_by_hand(contract, request.issue_id, &because)?;
        Ok(None)
    })
}

/// Gives used units back (赤伝).
pub fn reverse(unit: &mut Unit<'_>, contract: ContractId, request: &ReversalRequest) -> Result<LedgerReceipt, Fault> {
    let because = because(request.reason, &request.note)?;
    hold_issue(unit, request.issue_id, request.reason)?;
    receipt(unit, contract, |unit| {
        unit.reverse_by_hand(contract, request.issue_id, request.units, &because)?;
        Ok(None)
    })
}

/// A recurrence is noted on the issue, which everybody locks before the wallet.
fn hold_issue(unit: &mut Unit<'_>, issue: IssueId, reason: CorrectionReason) -> Result<(), Fault> {
    if reason == CorrectionReason::Recurrence { unit.lock_issue(issue) } else { Ok(()) }
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
    Ok(LedgerReceipt { wallet, postings, waiting, refund_yen: None })
}

fn because(reason: CorrectionReason, note: &str) -> Result<Because, Refusal> {
    text::text("note", note)?;
    Ok(Because { reason: reason.as_str().to_owned(), note: note.trim().to_owned() })
}
