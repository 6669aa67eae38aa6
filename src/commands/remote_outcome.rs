//! An issue is closed from the desk: answered, withdrawn, our own defect.

use serde_json::json;

use super::{text, withdraw};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{IssueId, WorkOrderId};
use crate::domain::issue::{IssueState, Outcome, WorkOrderState, may_close_remotely};
use crate::domain::refusal::Refusal;
use crate::domain::visit::{VisitAction, VisitState, advance};
use crate::limits;
use crate::roads::TravelTimes;
use crate::store::issues::DeskWork;
use crate::store::{Fault, Unit};
use crate::views::desk::{IssueDetail, OutcomeRequest, RemoteOutcome};

/// Closes the issue, settles its hold as the contract says, and takes a visit that nobody has set out for off its
/// route.
pub fn close(
    unit: &mut Unit<'_>,
    id: IssueId,
    request: &OutcomeRequest,
    travel: &dyn TravelTimes,
) -> Result<IssueDetail, Fault> {
    text::text("note", &request.note)?;
    text::text("remedy", &request.remedy)?;
    check_minutes(request.minutes)?;
    let before = lock(unit, id, request)?;
    let outcome: Outcome = request.outcome.into();
    if let Some(order) = before.work_order_id {
        stand_down(unit, order, outcome, travel)?;
    }
    let state = if outcome == Outcome::Withdrawn { IssueState::Cancelled } else { IssueState::Closed };
    unit.set_issue_state(id, state, Some(outcome))?;
    let done = done(request, &before);
    unit.set_desk_work(id, &done)?;
    if outcome == Outcome::Recurrence {
        unit.settle_recurrence(id)?;
    }
    tell(unit, &before, outcome, request.note.trim(), &done)?;
    let ending = unit.ending(id, outcome)?;
    unit.settle(id, ending)?;
    unit.look().issue_detail(id)
}

/// What nobody said is taken from what is known: the note tells what was done, and it took as long as the contact.
fn done(request: &OutcomeRequest, issue: &IssueDetail) -> DeskWork {
    let typed = request.minutes.is_some();
    if request.outcome == RemoteOutcome::Withdrawn {
        let minutes = request.minutes.unwrap_or_default();
        return DeskWork { remedy: request.remedy.trim().to_owned(), minutes, said: typed };
    }
    let said = request.remedy.trim();
    let remedy = if said.is_empty() { request.note.trim() } else { said };
    let minutes = request.minutes.unwrap_or(issue.contact_minutes);
    DeskWork { remedy: remedy.to_owned(), minutes, said: typed }
}

fn check_minutes(minutes: Option<i64>) -> Result<(), Refusal> {
    if minutes.is_none_or(|minutes| (0..=limits::DESK_MINUTES).contains(&minutes)) {
        return Ok(());
    }
    let (ja, en) = ("対応時間は0から1440分です", "the work took 0 to 1440 minutes");
    Err(Refusal::invalid_both("minutes", ja, en))
}

/// The issue as it stands, held against technicians, dispatchers and other operators.
pub(super) fn lock(unit: &mut Unit<'_>, id: IssueId, request: &OutcomeRequest) -> Result<IssueDetail, Fault> {
    let seen = unit.look().issue_detail(id)?;
    if let Some(visit) = seen.visits.iter().find(|visit| visit.state.is_live()) {
        unit.lock_technician(visit.technician_id)?;
    }
    if let Some(order) = seen.work_order_id {
        unit.lock_work_order(order)?;
    }
    unit.lock_issue(id)?;
    let detail = unit.look().issue_detail(id)?;
    let visit = detail.visits.iter().map(|visit| visit.state).find(|state| state.is_live());
    may_close_remotely(detail.summary.state, visit)?;
    if detail.version != request.version {
        return Err(Refusal::stale(detail.version, detail).into());
    }
    Ok(detail)
}

fn stand_down(
    unit: &mut Unit<'_>,
    order: WorkOrderId,
    outcome: Outcome,
    travel: &dyn TravelTimes,
) -> Result<(), Fault> {
    if let Some(visit) = unit.live_visit_of(order)? {
        advance(visit.state, visit.state_before, VisitAction::Cancel)?;
        withdraw::close(unit, visit, VisitState::Cancelled, EventKind::VisitCancelled, outcome.as_str(), travel)?;
    }
    unit.set_work_order(order, WorkOrderState::Closed)?;
    let case = unit.case(order)?;
    let data = json!({ "issue_number": case.issue_number, "work_order_id": order, "outcome": outcome });
    unit.record(&case.streams(), EventKind::WorkOrderClosed, case.about(), data);
    Ok(())
}

fn tell(unit: &mut Unit<'_>, issue: &IssueDetail, outcome: Outcome, note: &str, done: &DeskWork) -> Result<(), Fault> {
    let kind = if outcome == Outcome::Withdrawn { EventKind::IssueClosed } else { EventKind::IssueResolved };
    let about = About {
        contract_id: Some(issue.contract_id),
        issue_id: Some(issue.summary.id),
        work_order_id: issue.work_order_id,
        ..About::default()
    };
    let streams = [Stream::Contract(issue.contract_id), Stream::Territory(issue.territory_id)];
    let (reason, repeats) = unit.cost_note(issue.summary.id)?;
    let data = json!({ "issue_number": issue.summary.number, "outcome": outcome, "note": note,
        "remedy": done.remedy, "minutes": done.minutes, "minutes_said": done.said,
        "cost_reason": reason, "recurrence_of": repeats });
    unit.record(&streams, kind, about, data);
    Ok(())
}
