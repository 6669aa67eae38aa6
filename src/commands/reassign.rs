//! A visit goes to another technician, or to another place of the same route, in one step: what its customer was
//! promised stands, and nothing lies in the queue between.

use super::assign::{self, Given};
use super::withdraw;
use crate::domain::event::EventKind;
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::visit::{VisitAction, VisitState, advance};
use crate::planner::answer::Candidate;
use crate::planner::problem::{Job, Scene};
use crate::planner::replan::{Moved, No, moved};
use crate::roads::TravelTimes;
use crate::store::cases::WorkOrder;
use crate::store::visits::Visit;
use crate::store::{Fault, Unit};
use crate::views::board::Assigned;

/// A move that every rule allows, not written yet.
pub(super) struct Allowed {
    visit: Visit,
    order: WorkOrder,
    job: Job,
    to: TechnicianId,
    candidate: Candidate,
    pub start: Timestamp,
}

/// Asks every rule whether a visit may go to `to`. Writes nothing; both technicians must be locked.
pub(super) fn allowed(
    unit: &mut Unit<'_>,
    id: VisitId,
    to: TechnicianId,
    travel: &dyn TravelTimes,
) -> Result<Allowed, Fault> {
    let visit = unit.visit(id)?;
    advance(visit.state, visit.state_before, VisitAction::Unassign)?;
    let order = unit.lock_work_order(visit.work_order_id)?;
    let (_, job) = unit.job(order.id)?;
    let (_, holder) = unit.technician(visit.technician_id)?;
    let names = unit.names()?;
    let scene = Scene { now: unit.now(), zone: unit.zone(), travel, names: &names };
    let taker = if to == holder.id { None } else { Some(unit.technician(to)?.1) };
    let Moved { candidate, insertion, job, .. } =
        moved(&job, &holder, id, taker.as_ref(), &scene).map_err(|no| refused(no, &visit))?;
    Ok(Allowed { visit, order, job, to, candidate, start: insertion.start })
}

fn frozen(visit: &Visit) -> Refusal {
    Refusal::new(Code::Transition).with("state_ja", visit.state.ja()).with("state_en", visit.state.en())
}

fn refused(no: No, visit: &Visit) -> Refusal {
    match no {
        No::Unknown => Refusal::new(Code::NotFound),
        No::Frozen => frozen(visit),
        No::Unfit(rules) => assign::unfit(&rules),
        No::Breaks(breaks) => Refusal::new(Code::PromiseBroken).with("count", breaks.len()).with("broken", breaks),
    }
}

/// Writes a move that was allowed a moment ago in the same unit.
pub(super) fn carry_out(
    unit: &mut Unit<'_>,
    allowed: Allowed,
    reason: &str,
    travel: &dyn TravelTimes,
) -> Result<Assigned, Fault> {
    let Allowed { visit, order, job, to, mut candidate, .. } = allowed;
    let promised = visit.promised();
    withdraw::close(unit, visit, VisitState::Cancelled, EventKind::VisitUnassigned, reason, travel)?;
    // A promise that was broken as it stood is no promise that this move breaks: it stands, and its delay is shown.
    candidate.breaks.clear();
    let (profile, technician) = unit.technician(to)?;
    let given = Given { job: &job, profile: &profile, technician: &technician, candidate, ranking: None, promised };
    assign::give(unit, &order, given, reason, travel)
}
