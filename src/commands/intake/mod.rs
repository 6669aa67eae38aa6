//! Taking a contact with all its issues. The preview that the operator reads out and the save come from one plan.

mod check;
mod needs;
mod plan;
mod report;
#[cfg(test)]
mod tests;
mod write;

pub(super) use needs::{job_of, same_work};
pub use report::{preview_report, report};

use super::{calls, slots};
use crate::domain::time::Timestamp;
use crate::store::{Fault, Reader, Unit};
use crate::views::desk::{IntakeReceipt, IntakeRequest};
use crate::views::wallet::Consumption;

/// What the contact would cost now. Changes nothing.
pub fn preview(reader: &mut Reader<'_>, request: &IntakeRequest, now: Timestamp) -> Result<Consumption, Fault> {
    let zone = reader.zone();
    let facts = reader.intake_facts(request, now)?;
    check::version(request, &facts.contract, || reader.contract_card(request.contract_id))?;
    Ok(plan::plan(request, &facts, now, zone)?.consumption)
}

/// Saves the contact: issues with their numbers, held tickets, work orders for the dispatcher.
pub fn save(unit: &mut Unit<'_>, request: &IntakeRequest) -> Result<IntakeReceipt, Fault> {
    let (now, zone) = (unit.now(), unit.zone());
    unit.lock_wallet_of(request.contract_id)?;
    let facts = unit.look().intake_facts(request, now)?;
    check::version(request, &facts.contract, || unit.look().contract_card(request.contract_id))?;
    let claims = slots::claim(unit, request, &facts)?;
    let request = slots::agreed(request, &claims);
    let plan = plan::plan(&request, &facts, now, zone)?;
    let receipt = write::write(unit, &request, &facts, plan)?;
    slots::sell(unit, &claims, &receipt)?;
    if let Some(call) = request.call_id {
        calls::link(unit, call, receipt.interaction_id)?;
    }
    Ok(receipt)
}
