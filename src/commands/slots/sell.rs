//! A held slot becomes the promise of the work order that is saved with the contact.

use serde_json::json;

use super::{holder, intake, lapsed};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::SlotId;
use crate::domain::refusal::{Code, Refusal};
use crate::store::intake::Facts;
use crate::store::slots::Slot;
use crate::store::{Fault, Unit};
use crate::views::desk::{IntakeReceipt, IntakeRequest};

/// A slot that an issue of the contact brings along.
pub struct Claim {
    index: usize,
    slot: Slot,
}

/// The slots of a contact, when all of them are still held by who saves it, for this very work.
pub fn claim(unit: &mut Unit<'_>, request: &IntakeRequest, facts: &Facts) -> Result<Vec<Claim>, Fault> {
    let named: Vec<(usize, SlotId)> =
        request.issues.iter().enumerate().filter_map(|(index, issue)| Some((index, issue.slot?))).collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let user = holder(unit.actor())?;
    let territories = facts.sites.values().map(|site| site.territory).collect();
    unit.lock_territories(&territories)?;
    let mut claims: Vec<Claim> = Vec::with_capacity(named.len());
    for (index, id) in named {
        let at = format!("issues[{index}].slot");
        let open = unit.slot(id)?.filter(|slot| slot.work_order_id.is_none() && slot.expires_at > unit.now());
        let twice = claims.iter().any(|claim| claim.slot.id == id);
        let slot = open.filter(|_| !twice).ok_or_else(|| lapsed().at(&at))?;
        if slot.user_id != user {
            return Err(Refusal::new(Code::SlotForeign).at(at).into());
        }
        let issue = &request.issues[index];
        let job = intake::job_of(index, issue, facts, id, unit.now())?;
        let same = slot.contract_id == request.contract_id && slot.site_id == issue.site_id;
        if !same || !intake::same_work(&slot.job()?, &job) {
            return Err(Refusal::new(Code::SlotOther).at(at).into());
        }
        claims.push(Claim { index, slot });
    }
    Ok(claims)
}

/// The contact with the claimed slots as its wishes.
pub fn agreed(request: &IntakeRequest, claims: &[Claim]) -> IntakeRequest {
    let mut agreed = request.clone();
    for claim in claims {
        agreed.issues[claim.index].wish = Some(claim.slot.window());
    }
    agreed
}

/// Promises each claimed slot with the work order that its issue became.
pub fn sell(unit: &mut Unit<'_>, claims: &[Claim], receipt: &IntakeReceipt) -> Result<(), Fault> {
    for Claim { index, slot } in claims {
        let issue = &receipt.issues[*index];
        let order = issue.work_order_id.ok_or_else(|| Refusal::new(Code::SlotOther))?;
        if !unit.sell_slot(slot.id, order)? {
            return Err(lapsed().at(format!("issues[{index}].slot")).into());
        }
        let about = About {
            contract_id: Some(slot.contract_id),
            issue_id: Some(issue.id),
            work_order_id: Some(order),
            ..About::default()
        };
        let streams = [Stream::Contract(slot.contract_id), Stream::Territory(slot.territory_id)];
        let data = json!({ "from": slot.starts_at, "to": slot.ends_at, "reason": "slot", "slot_id": slot.id });
        unit.record(&streams, EventKind::PromiseMade, about, data);
    }
    Ok(())
}
