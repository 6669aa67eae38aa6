//! Appointment slots while the caller is on the phone: offered, held for five minutes, let go, or sold with the contact.

mod book;
mod sell;
#[cfg(test)]
mod tests;

pub use sell::{agreed, claim, sell};

use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::intake;
use crate::domain::access::Actor;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{Id, SlotId, UserId};
use crate::domain::promise;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::planner::Scene;
use crate::planner::slots::{
    Beyond, NoSlot, Offer, hold as could_hold, offers as find, sentence, spread, why, with_window,
};
use crate::roads::TravelTimes;
use crate::store::slots::Slot;
use crate::store::{Fault, Reader, Unit};
use crate::views::slot::{HeldSlot, HoldRequest, SlotsRequest};

/// What the caller can be offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slots {
    pub computed_at: Timestamp,
    /// Best first, over several days where there are some.
    pub slots: Vec<Offer>,
    /// In its place when there is none.
    pub none: Option<NoSlot>,
}

/// The slots for one issue, from the state of all routes at this moment. Changes nothing.
pub fn offers(
    reader: &mut Reader<'_>,
    request: &SlotsRequest,
    travel: &dyn TravelTimes,
    now: Timestamp,
) -> Result<Slots, Fault> {
    let facts = reader.intake_facts(&book::contact(request.contract_id, &request.issue), now)?;
    let job = intake::job_of(0, &request.issue, &facts, SlotId::from_uuid(Default::default()), now)?;
    let names = reader.names()?;
    let scene = Scene { now, zone: reader.zone(), travel, names: &names };
    let ground = book::ground(reader, job.territory)?;
    let first = book::first_day(&job, now, scene.zone);
    let last = book::last_day(first);
    let known = book::read(reader, &ground, (first, last), request.instead_of, now)?;
    let found = find(&job, &known, &scene);
    if !found.is_empty() {
        return Ok(Slots { computed_at: now, slots: spread(&found, &scene), none: None });
    }
    let next = last.succ_opt().unwrap_or(last);
    let behind = book::read(reader, &ground, (next, book::last_day(next)), request.instead_of, now)?;
    let later = find(&job, &behind, &scene);
    let soonest = later.iter().min_by_key(|offer| offer.window.from);
    let others = book::others(reader, &ground, &known, now)?;
    let none = why(&job, &known, &Beyond { later: soonest, others: &others }, &scene);
    Ok(Slots { computed_at: now, slots: Vec::new(), none: Some(none) })
}

/// Keeps a slot for a caller. Whoever else asks at the same moment waits, and then finds it taken.
pub fn hold(unit: &mut Unit<'_>, request: &HoldRequest, travel: &dyn TravelTimes) -> Result<HeldSlot, Fault> {
    let (now, zone, user) = (unit.now(), unit.zone(), holder(unit.actor())?);
    on_grid(request, zone)?;
    let facts = unit.look().intake_facts(&book::contact(request.contract_id, &request.issue), now)?;
    let id: SlotId = unit.id();
    let job = intake::job_of(0, &request.issue, &facts, id, now)?;
    let ground = book::ground(&mut unit.look(), job.territory)?;
    unit.lock_territories(&ground.territories)?;
    // What has run out is taken away before its time is sold again, so that it cannot be sold to its first holder, too.
    let lapsed = unit.lapsed_slots(Some(&ground.territories))?;
    drop_lapsed(unit, &lapsed)?;
    if let Some(old) = request.instead_of {
        let_go(unit, old, user)?;
    }
    if unit.slots_held_by(user)? >= limits::SLOT_HOLDS {
        return Err(Refusal::new(Code::SlotsTooMany).with("limit", limits::SLOT_HOLDS).into());
    }
    let date = request.window.from.day(zone);
    let first = book::first_day(&job, now, zone);
    let first = if (first..=book::last_day(first)).contains(&date) { first } else { date };
    let names = unit.look().names()?;
    let scene = Scene { now, zone, travel, names: &names };
    let known = book::read(&mut unit.look(), &ground, (first, date), None, now)?;
    let hints = could_hold(&job, request.window, &known, &scene).ok_or_else(|| taken(request, zone))?;
    let slot = Slot {
        id,
        territory_id: job.territory,
        contract_id: request.contract_id,
        site_id: request.issue.site_id,
        user_id: user,
        starts_at: request.window.from,
        ends_at: request.window.to,
        technician_id: hints.get(&job.work_order).copied(),
        job: Slot::text_of(&with_window(&job, request.window)),
        held_at: now,
        expires_at: now + Seconds(limits::SLOT_HOLD_S),
        work_order_id: None,
    };
    unit.insert_slot(&slot)?;
    unit.set_slot_hints(&hints)?;
    tell(unit, EventKind::SlotHeld, &slot);
    let (say_ja, say_en) = sentence(request.window, zone);
    Ok(HeldSlot { id, window: request.window, expires_at: slot.expires_at, say_ja, say_en })
}

/// Lets a held slot go: its time can be sold at once.
pub fn release(unit: &mut Unit<'_>, id: SlotId) -> Result<(), Fault> {
    let user = holder(unit.actor())?;
    if let_go(unit, id, user)? { Ok(()) } else { Err(lapsed().into()) }
}

/// Takes away what has run out, and sold slots whose day is long over.
pub fn sweep(unit: &mut Unit<'_>) -> Result<(), Fault> {
    let lapsed = unit.lapsed_slots(None)?;
    drop_lapsed(unit, &lapsed)?;
    unit.forget_slots(Seconds::hours(24 * limits::OPERATION_DAYS))
}

fn drop_lapsed(unit: &mut Unit<'_>, lapsed: &[Slot]) -> Result<(), Fault> {
    for slot in lapsed {
        unit.delete_slot(slot.id)?;
        tell(unit, EventKind::SlotLapsed, slot);
    }
    Ok(())
}

/// False when there was nothing to let go any more.
fn let_go(unit: &mut Unit<'_>, id: SlotId, user: UserId) -> Result<bool, Fault> {
    let Some(slot) = unit.slot(id)?.filter(|slot| slot.work_order_id.is_none()) else { return Ok(false) };
    if slot.user_id != user {
        return Err(Refusal::new(Code::SlotForeign).into());
    }
    unit.delete_slot(id)?;
    tell(unit, EventKind::SlotReleased, &slot);
    Ok(true)
}

/// Only people hold slots.
fn holder(actor: &Actor) -> Result<UserId, Refusal> {
    match actor {
        Actor::User { id, .. } => Ok(*id),
        Actor::Track { .. } | Actor::System { .. } => Err(Refusal::new(Code::Forbidden)),
    }
}

fn lapsed() -> Refusal {
    Refusal::new(Code::SlotLapsed).with("minutes", limits::SLOT_HOLD_S / 60)
}

fn on_grid(request: &HoldRequest, zone: Tz) -> Result<(), Refusal> {
    if promise::slots(request.window.from.day(zone), zone).contains(&request.window) {
        return Ok(());
    }
    let (ja, en) =
        ("訪問枠は2時間単位です。一覧の枠から選んでください", "slots are two hours each; choose one of those offered");
    Err(Refusal::invalid_both("window", ja, en))
}

fn taken(request: &HoldRequest, zone: Tz) -> Refusal {
    let face = |at: Timestamp| format!("{} {}", at.day(zone), at.clock_face(zone));
    let refusal = Refusal::new(Code::SlotTaken).at("window");
    refusal.with("from", face(request.window.from)).with("until", request.window.to.clock_face(zone))
}

fn tell(unit: &mut Unit<'_>, kind: EventKind, slot: &Slot) {
    let about = About { contract_id: Some(slot.contract_id), ..About::default() };
    let data = json!({
        "slot_id": slot.id,
        "site_id": slot.site_id,
        "from": slot.starts_at,
        "to": slot.ends_at,
        "expires_at": slot.expires_at,
        "user_id": slot.user_id,
    });
    unit.record(&[Stream::Territory(slot.territory_id)], kind, about, data);
}
