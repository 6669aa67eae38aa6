//! A visit is taken off a route: back to the queue, or for good.

use serde_json::json;

use super::{queue, route, text};
use crate::domain::event::EventKind;
use crate::domain::ids::{VisitId, WorkOrderId};
use crate::domain::issue::{IssueState, Outcome, WorkOrderState};
use crate::domain::refusal::Refusal;
use crate::domain::visit::{VisitAction, VisitState, advance};
use crate::roads::TravelTimes;
use crate::store::visits::Visit;
use crate::store::{Fault, Unit};
use crate::views::board::{VisitRow, WithdrawRequest};

/// The dispatcher takes the visit away; the work order waits for another technician.
pub fn unassign(
    unit: &mut Unit<'_>,
    id: VisitId,
    request: &WithdrawRequest,
    travel: &dyn TravelTimes,
) -> Result<WorkOrderId, Fault> {
    let visit = checked(unit, id, request, VisitAction::Unassign)?;
    close(unit, visit.clone(), VisitState::Cancelled, EventKind::VisitUnassigned, &request.reason, travel)?;
    queue::reopen(unit, visit.work_order_id, &request.reason)?;
    Ok(visit.work_order_id)
}

/// The customer no longer wants it. The hold is settled as the contract says.
pub fn cancel(
    unit: &mut Unit<'_>,
    id: VisitId,
    request: &WithdrawRequest,
    travel: &dyn TravelTimes,
) -> Result<VisitRow, Fault> {
    let visit = checked(unit, id, request, VisitAction::Cancel)?;
    close(unit, visit.clone(), VisitState::Cancelled, EventKind::VisitCancelled, &request.reason, travel)?;
    unit.set_work_order(visit.work_order_id, WorkOrderState::Closed)?;
    let case = unit.case(visit.work_order_id)?;
    unit.set_issue_state(case.issue, IssueState::Cancelled, Some(Outcome::Withdrawn))?;
    let ending = unit.ending(case.issue, Outcome::Withdrawn)?;
    unit.settle(case.issue, ending)?;
    let data = json!({ "outcome": Outcome::Withdrawn, "issue_number": case.issue_number, "reason": request.reason });
    unit.record(&case.streams(), EventKind::IssueClosed, case.about(), data);
    unit.visit_row(id)
}

fn checked(unit: &mut Unit<'_>, id: VisitId, request: &WithdrawRequest, action: VisitAction) -> Result<Visit, Fault> {
    text::needed_reason(&request.reason)?;
    let found = unit.visit(id)?;
    unit.lock_technician(found.technician_id)?;
    let visit = unit.visit(id)?;
    advance(visit.state, visit.state_before, action)?;
    if visit.version != request.version {
        let row = unit.visit_row(id)?;
        return Err(Refusal::stale(visit.version, row).into());
    }
    Ok(visit)
}

/// Takes a visit off its route and closes the gap. Also how a technician's "no" and a completed visit leave it.
pub(super) fn close(
    unit: &mut Unit<'_>,
    mut visit: Visit,
    state: VisitState,
    kind: EventKind,
    reason: &str,
    travel: &dyn TravelTimes,
) -> Result<(), Fault> {
    visit.state_before = Some(visit.state);
    visit.state = state;
    visit.finished_at = Some(unit.now());
    unit.update_visit(&mut visit)?;
    let case = unit.case(visit.work_order_id)?;
    let (profile, technician) = unit.technician(visit.technician_id)?;
    let row = unit.visit_row(visit.id)?;
    let streams = case.visit_streams(visit.id, visit.technician_id, profile.territory);
    let about = case.about_visit(visit.id, visit.technician_id);
    unit.record(&streams, kind, about, json!({ "visit": row, "reason": reason }));
    route::write(unit, &technician, travel, None)
}
