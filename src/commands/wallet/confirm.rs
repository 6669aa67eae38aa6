//! A customer says that a line of his statement is right. It is said once, and ends his objections to that line; what is
//! wrong after all, the vendor reverses.

use crate::commands::wallet::dispute::still_charged;
use crate::domain::access::{Actor, Role};
use crate::domain::ids::ContractId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::dispute::DisputeState;
use crate::store::{Fault, Unit};
use crate::views::claims::{Confirmation, ConfirmationRequest};

/// Keeps who agreed with a line, and when. Nobody agrees for the customer.
pub fn confirm(
    unit: &mut Unit<'_>,
    contract: ContractId,
    request: &ConfirmationRequest,
) -> Result<Confirmation, Fault> {
    if !matches!(unit.actor(), Actor::User { role: Role::Customer, .. }) {
        return Err(Refusal::new(Code::Forbidden).into());
    }
    unit.lock_wallet_of(contract)?;
    let line = unit.look().charged_line(contract, request.posting_id)?;
    if let Some(said) = unit.look().confirmation_of(&line)? {
        let refusal = Refusal::new(Code::ConfirmedBefore).with("by", said.confirmed_by.name());
        return Err(refusal.with("at", said.confirmed_at.day_and_clock(unit.zone())).at("posting_id").into());
    }
    if let Some(state @ (DisputeState::Open | DisputeState::Granted)) = unit.look().dispute_of(&line)? {
        let refusal = Refusal::new(Code::DisputeExists).with("state_ja", state.ja()).with("state_en", state.en());
        return Err(refusal.at("posting_id").into());
    }
    still_charged(unit, &line)?;
    let said = Confirmation {
        posting_id: *line.postings.first().unwrap_or(&request.posting_id),
        contract_id: contract,
        issue_id: line.issue,
        units: line.units,
        confirmed_by: unit.actor().clone(),
        confirmed_at: unit.now(),
    };
    unit.confirm_line(&said, &line)?;
    Ok(said)
}

#[cfg(test)]
mod tests;
