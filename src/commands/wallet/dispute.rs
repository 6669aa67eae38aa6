//! A customer disputes a line of his statement, and somebody of the vendor's decides. What is granted is given back in
//! the same transaction, as a correction that names what it corrects.

use serde_json::json;

use super::adjust::same_person;
use crate::commands::text;
use crate::domain::access::{Actor, Role};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, DisputeId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::CorrectionReason;
use crate::domain::wallet::dispute::{DisputeState, in_time_until, is_late};
use crate::store::disputes::{Charge, ChargedLine};
use crate::store::wallet::Because;
use crate::store::{Fault, Unit};
use crate::views::claims::{Dispute, DisputeDecision, DisputeRequest, DisputeWithdrawal};

/// Takes an objection down: in time from the customer himself, and late only from the vendor's people, who enter it for
/// him.
pub fn raise_dispute(unit: &mut Unit<'_>, contract: ContractId, request: &DisputeRequest) -> Result<Dispute, Fault> {
    let reason = text::needed_text("reason", &request.reason)?;
    unit.lock_wallet_of(contract)?;
    let line = unit.look().charged_line(contract, request.posting_id)?;
    if let Some(state) = unit.look().dispute_of(&line)? {
        let refusal = Refusal::new(Code::DisputeExists).with("state_ja", state.ja()).with("state_en", state.en());
        return Err(refusal.at("posting_id").into());
    }
    unconfirmed(unit, &line)?;
    still_charged(unit, &line)?;
    let late = is_late(line.posted_at, unit.now());
    if late && of_customer(unit.actor()) {
        let until = in_time_until(line.posted_at).day_and_clock(unit.zone());
        let refusal = Refusal::new(Code::DisputeLate).with("until", until).with("phone", phone(unit)?);
        return Err(refusal.at("posting_id").into());
    }
    let id = unit.insert_dispute(contract, &line, request.posting_id, reason, late)?;
    tell(unit, EventKind::DisputeRaised, id, &line)
}

/// Grants or refuses an open dispute. A grant gives back what the line still charges, or the part that was decided on.
pub fn decide_dispute(unit: &mut Unit<'_>, id: DisputeId, decision: &DisputeDecision) -> Result<Dispute, Fault> {
    let note = if decision.granted {
        text::text("note", &decision.note)?;
        decision.note.trim()
    } else {
        text::needed_text("note", &decision.note)?
    };
    let (dispute, line) = open(unit, id, decision.version)?;
    if !decision.granted {
        unit.end_dispute(id, DisputeState::Refused, note, (0, 0))?;
        return tell(unit, EventKind::DisputeRefused, id, &line);
    }
    let charge = still_charged(unit, &line)?;
    let returned = give_back(unit, dispute.contract_id, &line, charge, decision.units, note)?;
    unit.end_dispute(id, DisputeState::Granted, note, returned)?;
    tell(unit, EventKind::DisputeGranted, id, &line)
}

/// Takes an open dispute back. Of the vendor's people only who entered it may.
pub fn withdraw_dispute(unit: &mut Unit<'_>, id: DisputeId, request: &DisputeWithdrawal) -> Result<Dispute, Fault> {
    let (dispute, line) = open(unit, id, request.version)?;
    if !of_customer(unit.actor()) && !same_person(&dispute.raised_by, unit.actor()) {
        return Err(Refusal::new(Code::Forbidden).into());
    }
    unit.end_dispute(id, DisputeState::Withdrawn, "", (0, 0))?;
    tell(unit, EventKind::DisputeWithdrawn, id, &line)
}

/// The dispute while it is open; its wallet is locked, so nobody else decides it or moves its units.
fn open(unit: &mut Unit<'_>, id: DisputeId, version: i64) -> Result<(Dispute, ChargedLine), Fault> {
    let contract = unit.look().dispute(id)?.contract_id;
    unit.lock_wallet_of(contract)?;
    let dispute = unit.look().dispute(id)?;
    if dispute.state != DisputeState::Open {
        let state = dispute.state;
        return Err(Refusal::new(Code::DisputeClosed).with("state_ja", state.ja()).with("state_en", state.en()).into());
    }
    if dispute.version != version {
        return Err(Refusal::stale(dispute.version, dispute).at("version").into());
    }
    let line = unit.look().charged_line(contract, dispute.posting_id)?;
    Ok((dispute, line))
}

fn of_customer(actor: &Actor) -> bool {
    matches!(actor, Actor::User { role: Role::Customer, .. })
}

/// Whom the refusal says to call.
fn phone(unit: &mut Unit<'_>) -> Result<String, Fault> {
    Ok(unit.look().vendor()?.map(|vendor| vendor.phone).unwrap_or_default())
}

/// What the customer agreed with he no longer disputes, and nobody does it for him.
fn unconfirmed(unit: &mut Unit<'_>, line: &ChargedLine) -> Result<(), Fault> {
    let Some(said) = unit.look().confirmation_of(line)? else { return Ok(()) };
    let refusal = Refusal::new(Code::DisputeConfirmed).with("by", said.confirmed_by.name());
    let refusal = refusal.with("at", said.confirmed_at.day_and_clock(unit.zone())).with("phone", phone(unit)?);
    Err(refusal.at("posting_id").into())
}

/// What was given back already cannot be given back again.
pub(super) fn still_charged(unit: &mut Unit<'_>, line: &ChargedLine) -> Result<Charge, Fault> {
    let charge = unit.look().charge(line.issue)?;
    if charge.units == 0 {
        return Err(Refusal::new(Code::DisputeReversed).of_unit(line.unit).into());
    }
    Ok(charge)
}

/// Units that the issue is charged with no more, and those of them that expired because their last day was over.
fn give_back(
    unit: &mut Unit<'_>,
    contract: ContractId,
    line: &ChargedLine,
    charge: Charge,
    wanted: Option<i64>,
    note: &str,
) -> Result<(i64, i64), Fault> {
    let because = Because { reason: CorrectionReason::DisputeGranted.as_str().to_owned(), note: note.to_owned() };
    let most = line.units.min(charge.units);
    let units = wanted.unwrap_or(most);
    if !(1..=most).contains(&units) || (charge.on_hold && units != charge.units) {
        return Err(Refusal::new(Code::OverReverse).with("used", most).with("units", units).at("units").into());
    }
    let settled = if charge.on_hold {
        unit.release_by_hand(contract, line.issue, &because)?
    } else {
        unit.reverse_by_hand(contract, line.issue, units, &because)?
    };
    Ok((units, settled.expired))
}

fn tell(unit: &mut Unit<'_>, kind: EventKind, id: DisputeId, line: &ChargedLine) -> Result<Dispute, Fault> {
    let dispute = unit.look().dispute(id)?;
    let about = About { contract_id: Some(dispute.contract_id), issue_id: Some(dispute.issue_id), ..About::default() };
    let data = json!({ "dispute": dispute, "issue_number": line.issue_number, "unit": line.unit });
    unit.record(&[Stream::Contract(dispute.contract_id)], kind, about, data);
    Ok(dispute)
}

#[cfg(test)]
mod tests;
