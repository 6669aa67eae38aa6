//! An issue is closed from the desk: answered, withdrawn, our own defect.

use serde_json::json;

use super::{text, withdraw};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{IssueId, WorkOrderId};
use crate::domain::issue::{IssueState, Outcome, WorkOrderState, may_close_remotely};
use crate::domain::refusal::Refusal;
use crate::domain::visit::{VisitAction, VisitState, advance};
use crate::roads::TravelTimes;
use crate::store::{Fault, Unit};
use crate::views::desk::{IssueDetail, OutcomeRequest};

/// Closes the issue, settles its hold as the contract says, and takes a visit that nobody has set out for off its
/// route.
pub fn close(
    unit: &mut Unit<'_>,
    id: IssueId,
    request: &OutcomeRequest,
    travel: &dyn TravelTimes,
) -> Result<IssueDetail, Fault> {
    text::text("note", &request.note)?;
    let before = lock(unit, id, request)?;
    let outcome: Outcome = request.outcome.into();
    if let Some(order) = before.work_order_id {
        stand_down(unit, order, outcome, travel)?;
    }
    let state = if outcome == Outcome::Withdrawn { IssueState::Cancelled } else { IssueState::Closed };
    unit.set_issue_state(id, state, Some(outcome))?;
    tell(unit, &before, outcome, request.note.trim());
    if outcome == Outcome::Recurrence {
        unit.link_recurrence(id)?;
    }
    let ending = unit.ending(id, outcome)?;
    unit.settle(id, ending)?;
    unit.look().issue_detail(id)
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

fn tell(unit: &mut Unit<'_>, issue: &IssueDetail, outcome: Outcome, note: &str) {
    let kind = if outcome == Outcome::Withdrawn { EventKind::IssueClosed } else { EventKind::IssueResolved };
    let about = About {
        contract_id: Some(issue.contract_id),
        issue_id: Some(issue.summary.id),
        work_order_id: issue.work_order_id,
        ..About::default()
    };
    let streams = [Stream::Contract(issue.contract_id), Stream::Territory(issue.territory_id)];
    let data = json!({ "issue_number": issue.summary.number, "outcome": outcome, "note": note });
    unit.record(&streams, kind, about, data);
}
