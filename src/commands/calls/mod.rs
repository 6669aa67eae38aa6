//! Telephone calls: what a telephone system tells, whom to call back, who sits where.

mod call_back;
mod caller;
mod seat;
mod signal;
#[cfg(test)]
mod tests;

pub use call_back::{called_back, take_call_back};
pub use caller::enter_caller;
pub use seat::sit_down;
pub use signal::{hear, sweep};

use serde_json::json;

use crate::domain::access::Actor;
use crate::domain::call::{CallBackOutcome, CallBackState};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{CallId, InteractionId, UserId};
use crate::domain::refusal::{Code, Refusal};
use crate::store::{Fault, Unit};
use crate::views::call::CallView;

/// Tells of a call to those whom it rings; what concerns the duties of the desk to the desk as well. What rings for
/// nobody known is still told there: nothing is lost.
fn tell(unit: &mut Unit<'_>, kind: EventKind, call: &CallView) {
    let mut streams: Vec<Stream> = call.agents.iter().copied().map(Stream::Agent).collect();
    let duty = matches!(kind, EventKind::CallMissed | EventKind::CallBackTaken | EventKind::CallBackDone);
    if duty || streams.is_empty() {
        streams.push(Stream::Desk);
    }
    unit.record(&streams, kind, About::default(), json!({ "call": call }));
}

/// The person who acts.
fn person(actor: &Actor) -> Result<UserId, Refusal> {
    match actor {
        Actor::User { id, .. } => Ok(*id),
        Actor::Track { .. } | Actor::System { .. } => Err(Refusal::new(Code::Forbidden)),
    }
}

/// Links the contact that was saved from a call. Whoever was missed counts as called back with it.
///
/// # Errors
/// `call.not_yours` when somebody else speaks with the caller.
pub fn link(unit: &mut Unit<'_>, id: CallId, contact: InteractionId) -> Result<(), Fault> {
    let by = person(unit.actor())?;
    let missing = |fault| match fault {
        Fault::Refused(refusal) => Fault::Refused(refusal.at("call_id")),
        store => store,
    };
    let mut call = unit.look().call(id).map_err(missing)?;
    if call.answered_by.is_some_and(|holder| holder != by) {
        return Err(Refusal::new(Code::CallForeign).at("call_id").into());
    }
    unit.insert_call_contact(id, contact)?;
    if matches!(call.call_back, Some(CallBackState::Open | CallBackState::Taken)) {
        call_back::end(unit, &mut call, Some(by), CallBackOutcome::Reached, "")?;
    }
    let data = json!({ "call_id": id, "interaction_id": contact });
    unit.record(&[Stream::Agent(by)], EventKind::CallLinked, About::default(), data);
    Ok(())
}
