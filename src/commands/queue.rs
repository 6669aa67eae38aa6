//! A work order goes back to the dispatcher's queue.

use serde_json::json;

use crate::domain::event::EventKind;
use crate::domain::ids::WorkOrderId;
use crate::domain::issue::{IssueState, WorkOrderState};
use crate::store::{Fault, Unit};

/// Waits for a technician again.
pub fn reopen(unit: &mut Unit<'_>, id: WorkOrderId, reason: &str) -> Result<(), Fault> {
    unit.set_work_order(id, WorkOrderState::Open)?;
    let case = unit.case(id)?;
    unit.set_issue_state(case.issue, IssueState::AwaitingDispatch, None)?;
    let row = unit.queue_row(id)?;
    unit.record(&case.streams(), EventKind::WorkOrderReopened, case.about(), json!({ "queue": row, "reason": reason }));
    Ok(())
}
