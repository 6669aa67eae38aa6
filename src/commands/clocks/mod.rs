//! Service levels and the clocks of issues: what a contract promises from when on, and what stops its clocks.

use serde_json::json;

use super::text;
use crate::domain::access::{Actor, Role};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, IssueId, UserId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::sla::{ClockKind, issue};
use crate::store::clocks::ClockIssue;
use crate::store::{Fault, Reader, Unit};
use crate::views::board::QueueRow;
use crate::views::clock::{ClockView, IssueClocks, LevelRequest, LevelView, PauseRequest, PauseView};

/// Promises a service level from a day on. What was accepted before keeps the level under which it was accepted, so no
/// level begins on a day that has begun.
///
/// # Errors
/// `invalid` for a level that nobody could keep, or that begins too early or twice.
pub fn set_level(unit: &mut Unit<'_>, contract: ContractId, request: &LevelRequest) -> Result<LevelView, Fault> {
    let LevelRequest { from_day, ref level } = *request;
    person(unit.actor())?;
    level.check()?;
    unit.look().contract_term(contract)?;
    if from_day <= unit.today() {
        let (ja, en) = ("サービスレベルは翌日以降から有効にできます", "a level begins tomorrow at the earliest");
        return Err(Refusal::invalid_both("from_day", ja, en).into());
    }
    let stands = unit.look().level_on(contract, from_day)?;
    if stands.is_some_and(|stands| stands.from_day == from_day) {
        let (ja, en) = ("この日から有効なサービスレベルがすでにあります", "a level begins on this day already");
        return Err(Refusal::invalid_both("from_day", ja, en).into());
    }
    let set = LevelView { contract_id: contract, from_day, level: level.clone() };
    unit.insert_level(&set)?;
    let about = About { contract_id: Some(contract), ..About::default() };
    unit.record(&[Stream::Contract(contract)], EventKind::ServiceLevelSet, about, json!({ "service_level": set }));
    Ok(set)
}

/// Stops the clocks of an open issue.
///
/// # Errors
/// `clock.reason` when the contract does not accept the reason, `clock.paused` when they stand still already.
pub fn pause(unit: &mut Unit<'_>, id: IssueId, request: &PauseRequest) -> Result<PauseView, Fault> {
    text::text("note", &request.note)?;
    let by = person(unit.actor())?;
    unit.lock_issue(id)?;
    let issue = unit.look().clock_issue(id)?;
    if !issue.state.is_open() {
        let (ja, en) = (issue.state.ja(), issue.state.en());
        return Err(Refusal::new(Code::IssueState).with("state_ja", ja).with("state_en", en).into());
    }
    let level = unit.look().level_of(&issue)?.ok_or_else(|| Refusal::new(Code::LevelNone))?;
    if !level.pauses.contains(&request.reason) {
        let refusal = Refusal::new(Code::ClockReason).with("reason_ja", request.reason.ja());
        return Err(refusal.with("reason_en", request.reason.en()).at("reason").into());
    }
    if let Some(stands) = unit.look().open_pause(id)? {
        let at = stands.paused_at.clock_face(unit.zone());
        return Err(Refusal::new(Code::ClockPaused).with("at", at).into());
    }
    let pause = PauseView {
        id: unit.id(),
        issue_id: id,
        reason: request.reason,
        note: request.note.trim().to_owned(),
        paused_at: unit.now(),
        paused_by: by,
        resumed_at: None,
        resumed_by: None,
    };
    unit.insert_pause(&pause)?;
    tell(unit, EventKind::ClockPaused, &issue, &pause)?;
    Ok(pause)
}

/// Lets them run again.
///
/// # Errors
/// `clock.running` when they do.
pub fn resume(unit: &mut Unit<'_>, id: IssueId) -> Result<PauseView, Fault> {
    let by = person(unit.actor())?;
    unit.lock_issue(id)?;
    let issue = unit.look().clock_issue(id)?;
    let mut pause = unit.look().open_pause(id)?.ok_or_else(|| Refusal::new(Code::ClockRunning))?;
    (pause.resumed_at, pause.resumed_by) = (Some(unit.now()), Some(by));
    if !unit.end_pause(&pause)? {
        return Err(Refusal::new(Code::ClockRunning).into());
    }
    tell(unit, EventKind::ClockResumed, &issue, &pause)?;
    Ok(pause)
}

/// The clocks of an issue as they stand at `now`.
pub fn of_issue(reader: &mut Reader<'_>, id: IssueId, now: Timestamp) -> Result<IssueClocks, Fault> {
    let issue = reader.clock_issue(id)?;
    let Some(level) = reader.level_of(&issue)? else {
        return Ok(IssueClocks { clocks: Vec::new(), pauses: Vec::new(), reasons: Vec::new() });
    };
    let (calendar, course) = (reader.calendar_of(&level, issue.created_at)?, reader.course(&issue)?);
    let read = issue::read(&level, &calendar, &course, now).into_iter();
    let clocks = read
        .map(|read| ClockView { kind: read.kind, allowed: Seconds(read.allowed_s), reading: read.reading })
        .collect();
    let reasons = if issue.state.is_open() { level.pauses } else { Vec::new() };
    Ok(IssueClocks { clocks, pauses: reader.pauses(id)?, reasons })
}

/// The queue and the planner go by the arrival that is owed now. Gives the row of a work order that waits.
fn shift(unit: &mut Unit<'_>, issue: &ClockIssue) -> Result<Option<QueueRow>, Fault> {
    let mut look = unit.look();
    let (Some(level), Some((order, waits))) = (look.level_of(issue)?, look.order_ahead(issue.id)?) else {
        return Ok(None);
    };
    if level.allowed(issue.priority, ClockKind::Arrive).is_none() {
        return Ok(None);
    }
    let (calendar, course) = (look.calendar_of(&level, issue.created_at)?, look.course(issue)?);
    unit.set_arrive_by(order, issue::arrive_by(&level, &calendar, &course))?;
    if waits { unit.queue_row(order).map(Some) } else { Ok(None) }
}

/// The desk's own words: the customer reads the state of the clock, not the note.
fn tell(unit: &mut Unit<'_>, kind: EventKind, issue: &ClockIssue, pause: &PauseView) -> Result<(), Fault> {
    let mut data = json!({ "pause": pause });
    if let Some(row) = shift(unit, issue)? {
        data["queue"] = json!(row);
    }
    let about = About { contract_id: Some(issue.contract), issue_id: Some(issue.id), ..About::default() };
    let streams = [Stream::Desk, Stream::Territory(issue.territory)];
    unit.record(&streams, kind, about, data);
    Ok(())
}

/// The person who acts.
fn person(actor: &Actor) -> Result<UserId, Refusal> {
    match actor {
        Actor::User { id, role, .. } if *role != Role::Customer => Ok(*id),
        Actor::User { .. } | Actor::Track { .. } | Actor::System { .. } => Err(Refusal::new(Code::Forbidden)),
    }
}
