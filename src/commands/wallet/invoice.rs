//! Which invoice a sold lot is on, and the invoice of units that were used before they were bought.

use chrono::{Datelike, Days};

use super::receipt;
use crate::commands::text;
use crate::domain::ids::{ContractId, LotId};
use crate::domain::refusal::Refusal;
use crate::domain::wallet::terms::{LawClass, is_issuer_number};
use crate::limits;
use crate::store::wallet::overage_terms;
use crate::store::{Fault, Unit};
use crate::views::ledger::{Invoice, InvoiceRequest, LedgerReceipt, OverdraftInvoiceRequest};

/// Notes the invoice of a lot, or corrects it.
pub fn set_invoice(
    unit: &mut Unit<'_>,
    contract: ContractId,
    lot: LotId,
    request: &InvoiceRequest,
) -> Result<Invoice, Fault> {
    check(unit, request)?;
    unit.lock_wallet_of(contract)?;
    unit.set_invoice(contract, lot, request)
}

/// Invoices what was used before it was bought and is not settled yet, at the price that the contract fixed for it.
pub fn invoice_overdraft(
    unit: &mut Unit<'_>,
    contract: ContractId,
    request: &OverdraftInvoiceRequest,
) -> Result<LedgerReceipt, Fault> {
    check(unit, &request.invoice)?;
    receipt(unit, contract, |unit| {
        let today = unit.today();
        let (wallet, kind, _) = unit.look().wallet_head(contract)?;
        let (_, ends_on) = unit.look().contract_term(contract)?;
        let law_class = unit.look().last_law_class(wallet)?.unwrap_or(LawClass::B2bExempt);
        let number = unit.next_lot_number(kind, today.year())?;
        let billed = unit.bill_overdraft(contract, &overage_terms(number, today, ends_on, law_class))?;
        unit.set_invoice(contract, billed.lot, &request.invoice)?;
        Ok(None)
    })
}

pub(super) fn check(unit: &Unit<'_>, invoice: &InvoiceRequest) -> Result<(), Refusal> {
    text::line("invoice_number", &invoice.invoice_number, true)?;
    if invoice.issuer_number.as_deref().is_some_and(|number| !is_issuer_number(number)) {
        let (ja, en) = ("登録番号はTと数字13桁です", "a registration number is T and 13 digits");
        return Err(Refusal::invalid_both("issuer_number", ja, en));
    }
    let today = unit.today();
    let (past, ahead) = (today - Days::new(limits::INVOICE_DAYS), today + Days::new(limits::INVOICE_DAYS));
    if !(past..=ahead).contains(&invoice.invoiced_on) {
        let (ja, en) = ("請求日は今日の前後1年以内です", "an invoice is dated within a year of today");
        return Err(Refusal::invalid_both("invoiced_on", ja, en));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
