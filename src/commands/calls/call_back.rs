//! Whoever was missed is called back: somebody takes it, and says how it ended.

use super::{person, tell};
use crate::commands::text;
use crate::domain::call::{CallBackOutcome, CallBackState};
use crate::domain::event::EventKind;
use crate::domain::ids::{CallId, UserId};
use crate::domain::refusal::{Code, Refusal};
use crate::store::{Fault, Unit};
use crate::views::call::{CallBackEnd, CallBackTake, CallView};

/// Somebody says that he calls back. It may be taken over from a colleague, by whoever has seen that it is his.
///
/// # Errors
/// `record.stale` when it was taken meanwhile, `call_back.closed` when it is done.
pub fn take_call_back(unit: &mut Unit<'_>, id: CallId, request: &CallBackTake) -> Result<CallView, Fault> {
    let by = person(unit.actor())?;
    let mut call = open(unit, id, request.version)?;
    call.call_back = Some(CallBackState::Taken);
    call.call_back_by = Some(by);
    call.call_back_at = Some(unit.now());
    unit.save_call(&mut call)?;
    tell(unit, EventKind::CallBackTaken, &call);
    Ok(call)
}

/// How it ended.
pub fn called_back(unit: &mut Unit<'_>, id: CallId, request: &CallBackEnd) -> Result<CallView, Fault> {
    text::text("note", &request.note)?;
    if request.outcome == CallBackOutcome::CalledAgain {
        let (ja, en) = ("お客様からの再入電は自動で記録されます", "that the caller rang again is noted by itself");
        return Err(Refusal::invalid_both("outcome", ja, en).into());
    }
    let by = person(unit.actor())?;
    let mut call = open(unit, id, request.version)?;
    end(unit, &mut call, Some(by), request.outcome, request.note.trim())?;
    Ok(call)
}

/// The call-back while it is not done.
fn open(unit: &mut Unit<'_>, id: CallId, version: i64) -> Result<CallView, Fault> {
    let call = unit.look().call(id)?;
    match call.call_back {
        None => return Err(Refusal::new(Code::CallBackNone).into()),
        Some(CallBackState::Done) => {
            let by = call.call_back_by.map(|id| unit.look().person(id)).transpose()?;
            let at = call.call_back_at.map(|at| at.clock_face(unit.zone())).unwrap_or_default();
            let refusal = Refusal::new(Code::CallBackClosed).with("by", by.map_or("—".to_owned(), |who| who.name));
            return Err(refusal.with("at", at).into());
        }
        Some(CallBackState::Open | CallBackState::Taken) => {}
    }
    if call.version != version {
        return Err(Refusal::stale(call.version, &call).at("version").into());
    }
    Ok(call)
}

pub(super) fn end(
    unit: &mut Unit<'_>,
    call: &mut CallView,
    by: Option<UserId>,
    outcome: CallBackOutcome,
    note: &str,
) -> Result<(), Fault> {
    call.call_back = Some(CallBackState::Done);
    call.call_back_by = by;
    call.call_back_at = Some(unit.now());
    call.call_back_outcome = Some(outcome);
    call.call_back_note = note.to_owned();
    unit.save_call(call)?;
    tell(unit, EventKind::CallBackDone, call);
    Ok(())
}
