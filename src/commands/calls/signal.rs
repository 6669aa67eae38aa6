//! What a telephone system tells of a call becomes its state. It may tell late, twice, or leave something out.

use super::{call_back, tell};
use crate::commands::text::line;
use crate::domain::call::{CallBackOutcome, CallBackState, CallState, CallTold, CallerKind, caller, readable, step};
use crate::domain::event::EventKind;
use crate::domain::ids::UserId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::store::{Fault, Unit};
use crate::views::call::{CallSignal, CallView, SignalTaken};

/// Takes a message of a telephone system. `name` is the message's own, under which it is taken once.
///
/// # Errors
/// `call.replayed`, and whatever is wrong in the message, by field.
pub fn hear(unit: &mut Unit<'_>, source: &str, name: &str, told: &CallSignal) -> Result<SignalTaken, Fault> {
    let at = check(told, unit.now())?;
    if !unit.is_new_signal(name)? {
        return Err(Refusal::new(Code::CallReplayed).into());
    }
    let agents = unit.look().agents_named(&told.agents)?;
    if !unit.lock_call(source, &told.call)? {
        return open(unit, source, told, agents, at);
    }
    let call = unit.look().call_named(source, &told.call)?;
    let mut call = call.ok_or_else(|| Refusal::new(Code::NotFound))?;
    let Some(state) = step(Some(call.state), told.event) else { return Ok(taken(&call, false)) };
    let before = call.clone();
    let newcomers: Vec<UserId> = agents.iter().copied().filter(|agent| !call.agents.contains(agent)).collect();
    call.agents.extend(newcomers);
    call.agents.truncate(limits::CALL_AGENTS);
    call.state = state;
    happened(&mut call, told.event, &agents, at.max(before.rang_at));
    if call == before {
        return Ok(taken(&call, false));
    }
    settle(unit, &mut call, before.state)?;
    unit.save_call(&mut call)?;
    tell(unit, kind(told.event, state), &call);
    Ok(taken(&call, true))
}

fn taken(call: &CallView, changed: bool) -> SignalTaken {
    SignalTaken { call_id: Some(call.id), state: Some(call.state), changed }
}

/// The first word of a call. Of its end alone nothing is made: nobody knows whether it was answered.
fn open(
    unit: &mut Unit<'_>,
    source: &str,
    told: &CallSignal,
    agents: Vec<UserId>,
    at: Timestamp,
) -> Result<SignalTaken, Fault> {
    let Some(state) = step(None, told.event) else {
        return Ok(SignalTaken { call_id: None, state: None, changed: false });
    };
    let (caller, number) = caller(&told.from);
    let mut call = CallView {
        id: unit.id(),
        source: source.to_owned(),
        external_id: told.call.clone(),
        state,
        caller,
        number,
        shown: readable(told.from.trim()),
        dialled: readable(told.to.trim()),
        agents: agents.clone(),
        rings: Vec::new(),
        answered_by: None,
        rang_at: at,
        answered_at: None,
        ended_at: None,
        call_back: None,
        call_back_by: None,
        call_back_at: None,
        call_back_outcome: None,
        call_back_note: String::new(),
        joined_to: None,
        version: 1,
    };
    happened(&mut call, told.event, &agents, at);
    settle(unit, &mut call, CallState::Ringing)?;
    unit.insert_call(&call)?;
    tell(unit, kind(told.event, state), &call);
    Ok(taken(&call, true))
}

/// When it happened, as far as the telephone system's clock can be believed.
fn check(told: &CallSignal, now: Timestamp) -> Result<Timestamp, Refusal> {
    let named = told.call.chars().count();
    if named == 0 || named > limits::CALL_NAME_CHARS || told.call.chars().any(char::is_control) {
        let (ja, en) = ("通話の名前は1〜128文字です", "the name of a call has 1 to 128 characters");
        return Err(Refusal::invalid_both("call", ja, en));
    }
    for (field, text) in [("from", &told.from), ("to", &told.to)] {
        line(field, text, false)?;
    }
    if told.agents.len() > limits::CALL_AGENTS {
        let (ja, en) = ("呼び出す内線は50件までです", "at most 50 extensions ring at once");
        return Err(Refusal::invalid_both("agents", ja, en));
    }
    let at = told.at.unwrap_or(now);
    if at > now + Seconds(limits::CALL_TOLERANCE_S) || at < now - Seconds::hours(limits::CALL_LATE_HOURS) {
        let ja = "24時間より前、または未来の時刻です。電話システムの時計を確かめてください";
        let en = "the time lies in the future or more than 24 hours back; check the telephone system's clock";
        return Err(Refusal::invalid_both("at", ja, en));
    }
    Ok(at.min(now))
}

/// Notes when it happened, whom it rings and who has taken it.
fn happened(call: &mut CallView, told: CallTold, agents: &[UserId], at: Timestamp) {
    match told {
        CallTold::Ring => {
            let newcomers: Vec<UserId> = agents.iter().copied().filter(|agent| !call.rings.contains(agent)).collect();
            call.rings.extend(newcomers);
            call.rings.truncate(limits::CALL_AGENTS);
        }
        CallTold::Answered => {
            call.answered_at = call.answered_at.or(Some(at));
            call.answered_by = agents.first().copied().or(call.answered_by);
            call.rings.clear();
        }
        CallTold::Ended | CallTold::Missed => {
            call.ended_at = Some(at);
            call.rings.clear();
        }
    }
}

const fn kind(told: CallTold, state: CallState) -> EventKind {
    match (told, state) {
        (CallTold::Ring, _) | (_, CallState::Ringing) => EventKind::CallRang,
        (_, CallState::Answered) => EventKind::CallAnswered,
        (_, CallState::Ended) => EventKind::CallEnded,
        (_, CallState::Missed) => EventKind::CallMissed,
    }
}

/// Whoever was missed is to be called back, once for all his attempts. Who gets through needs it no more.
fn settle(unit: &mut Unit<'_>, call: &mut CallView, before: CallState) -> Result<(), Fault> {
    if call.caller != CallerKind::Number {
        return Ok(());
    }
    unit.lock_call_backs(&call.number)?;
    match call.state {
        CallState::Missed => match unit.look().open_call_backs(&call.number)?.first() {
            Some(earlier) => call.joined_to = Some(earlier.id),
            None => call.call_back = Some(CallBackState::Open),
        },
        CallState::Answered if before == CallState::Ringing => {
            for mut missed in unit.look().open_call_backs(&call.number)? {
                call_back::end(unit, &mut missed, call.answered_by, CallBackOutcome::CalledAgain, "")?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// Ends calls whose end was lost on the way, and forgets names of messages that nobody can send again.
pub fn sweep(unit: &mut Unit<'_>) -> Result<(), Fault> {
    unit.forget_signals()?;
    let now = unit.now();
    for mut call in unit.look().lost_calls(CallState::Ringing, now - Seconds(limits::RING_S))? {
        call.state = CallState::Missed;
        call.ended_at = Some(now);
        call.rings.clear();
        settle(unit, &mut call, CallState::Ringing)?;
        unit.save_call(&mut call)?;
        tell(unit, EventKind::CallMissed, &call);
    }
    // How long they spoke is not known, so no end is written and no figure counts them.
    for mut call in unit.look().lost_calls(CallState::Answered, now - Seconds(limits::TALK_S))? {
        call.state = CallState::Ended;
        call.rings.clear();
        unit.save_call(&mut call)?;
        tell(unit, EventKind::CallEnded, &call);
    }
    Ok(())
}
