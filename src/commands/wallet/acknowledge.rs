//! That the customer knows until when a lot may be used, and for what (brief W8: he must acknowledge it).

use crate::commands::text;
use crate::domain::access::{Actor, Role};
use crate::domain::ids::{ContractId, LotId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::acknowledgement::Means;
use crate::store::{Fault, Unit};
use crate::views::ledger::{Acknowledgement, AcknowledgementRequest};

/// Notes it once. A customer's contact says it himself; the vendor's people note who said it to them, and how.
pub fn acknowledge(
    unit: &mut Unit<'_>,
    contract: ContractId,
    lot: LotId,
    request: &AcknowledgementRequest,
) -> Result<Acknowledgement, Fault> {
    unit.lock_wallet_of(contract)?;
    let (number, issued_on) = unit.look().lot_of(contract, lot)?;
    if let Some(said) = unit.look().acknowledgement(lot)? {
        let refusal = Refusal::new(Code::LotAcknowledged).with("number", number);
        return Err(refusal.with("by", said.by).with("on", said.on).at("lot").into());
    }
    let today = unit.today();
    let (by, means, on) = match unit.actor() {
        Actor::User { name, role: Role::Customer, .. } => (name.clone(), Means::Portal, today),
        _ => told(request, today)?,
    };
    if on > today || on < issued_on {
        let (ja, en) = ("発行日から今日までの日付です", "a day from the lot's issue up to today");
        return Err(Refusal::invalid_both("on", ja, en).into());
    }
    let (noted_by, noted_at) = (unit.actor().clone(), unit.now());
    let said = Acknowledgement { lot_id: lot, contract_id: contract, by, means, on, noted_by, noted_at };
    unit.acknowledge(&number, &said)?;
    Ok(said)
}

fn told(
    request: &AcknowledgementRequest,
    today: chrono::NaiveDate,
) -> Result<(String, Means, chrono::NaiveDate), Refusal> {
    let by = request.by.as_deref().unwrap_or_default().trim();
    text::line("by", by, true)?;
    let Some(means) = request.means.filter(|means| *means != Means::Portal) else {
        let (ja, en) = ("電話・メール・書面・対面のどれかです", "one of phone, mail, paper, in_person");
        return Err(Refusal::invalid_both("means", ja, en));
    };
    Ok((by.to_owned(), means, request.on.unwrap_or(today)))
}

#[cfg(test)]
mod tests;
