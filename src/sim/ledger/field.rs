//! The life of a visit as far as it reaches the ledger: given out, set out for, arrived, begun, reported; or declined,
//! taken back, cancelled, before a closed door, interrupted for another trip, and with taps that are undone.

use serde_json::json;

use crate::commands::{assign, progress, report, withdraw};
use crate::domain::ids::{IssueId, TechnicianId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::visit::VisitState;
use crate::roads::GreatCircle;
use crate::store::{Fault, StoreError, Unit};
use crate::views::board::{AssignRequest, VisitRow, WithdrawRequest};
use crate::views::desk::IssueDetail;
use crate::views::technician::{ProgressRequest, ReportRequest, Tap};

/// What somebody does next about the visit of an issue.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    pub issue: IssueId,
    /// Who is sent when nobody is yet.
    pub technician: TechnicianId,
    /// From 0 to 99: which of the things that can happen happens.
    pub chance: i64,
    /// Minutes of work, when it comes to a report.
    pub minutes: i64,
}

const CITY: GreatCircle = GreatCircle::CITY;
const WHY: &str = "試算";

/// The next thing; the issue as it then stands.
pub fn turn(unit: &mut Unit<'_>, turn: &Turn) -> Result<IssueDetail, Fault> {
    let issue = unit.look().issue_detail(turn.issue)?;
    let order = issue.work_order_id.ok_or_else(|| Refusal::new(Code::NotFound))?;
    match issue.visits.into_iter().find(|visit| visit.state.is_live()) {
        Some(visit) => step(unit, &visit, turn)?,
        None => {
            unit.lock_technician(turn.technician)?;
            let version = unit.lock_work_order(order)?.version;
            let (technician_id, reason) = (turn.technician, Some(WHY.to_owned()));
            let request = AssignRequest { technician_id, version, accept_broken: true, reason };
            assign::assign(unit, order, &request, &CITY)?;
        }
    }
    unit.look().issue_detail(turn.issue)
}

fn step(unit: &mut Unit<'_>, visit: &VisitRow, turn: &Turn) -> Result<(), Fault> {
    match (visit.state, turn.chance) {
        (VisitState::Dispatched, 0..6) => tap(unit, visit, Tap::Decline),
        (VisitState::Dispatched | VisitState::Accepted, 6..10) => {
            let request = WithdrawRequest { version: visit.version, reason: WHY.to_owned() };
            withdraw::unassign(unit, visit.id, &request, &CITY).map(drop)
        }
        (VisitState::Dispatched | VisitState::Accepted, 10..14) | (VisitState::EnRoute, 0..12) => cancel(unit, visit),
        (VisitState::Arrived, 0..25) => tap(unit, visit, Tap::NoAccess),
        (VisitState::Accepted | VisitState::EnRoute | VisitState::Arrived | VisitState::Working, 25..33) => {
            undo(unit, visit)
        }
        (VisitState::Working, 33..45) => tap(unit, visit, Tap::Pause),
        (VisitState::Paused, 0..40) => tap(unit, visit, Tap::SetOut),
        (VisitState::Dispatched, _) => tap(unit, visit, Tap::Accept),
        (VisitState::Accepted, _) => tap(unit, visit, Tap::SetOut),
        (VisitState::EnRoute, _) => tap(unit, visit, Tap::Arrive),
        (VisitState::Arrived, _) => tap(unit, visit, Tap::Start),
        (VisitState::Paused, _) => tap(unit, visit, Tap::Resume),
        _ => file(unit, visit, turn),
    }
}

fn cancel(unit: &mut Unit<'_>, visit: &VisitRow) -> Result<(), Fault> {
    let request = WithdrawRequest { version: visit.version, reason: WHY.to_owned() };
    withdraw::cancel(unit, visit.id, &request, &CITY).map(drop)
}

/// Whoever takes a step back that he had made before has still made it, and what it has used stays used.
fn undo(unit: &mut Unit<'_>, visit: &VisitRow) -> Result<(), Fault> {
    let before = unit.visit(visit.id)?;
    let charge = unit.look().charge(visit.issue_id)?;
    tap(unit, visit, Tap::Undo)?;
    let (after, charged) = (unit.visit(visit.id)?, unit.look().charge(visit.issue_id)?);
    let made = [(before.en_route_before, after.en_route_at), (before.arrived_before, after.arrived_at)];
    let stands = made.iter().all(|(then, now)| then == now) && before.started_before == after.started_at;
    let again = match before.state {
        VisitState::EnRoute => before.en_route_before.is_some(),
        VisitState::Arrived => before.arrived_before.is_some(),
        VisitState::Working => before.started_before.is_some(),
        _ => true,
    };
    if stands && (!again || charge == charged) {
        return Ok(());
    }
    Err(StoreError::corrupt(format!("a step of visit {} taken back took another one with it", visit.id)).into())
}

fn tap(unit: &mut Unit<'_>, visit: &VisitRow, action: Tap) -> Result<(), Fault> {
    let reason = Some(WHY.to_owned());
    let request = ProgressRequest { action, at: unit.now(), version: None, delay_minutes: None, reason };
    progress::progress(unit, visit.technician_id, visit.id, &request, &CITY)
}

/// The report, with an outcome of each kind and a cause that is ours now and then.
fn file(unit: &mut Unit<'_>, visit: &VisitRow, turn: &Turn) -> Result<(), Fault> {
    let outcome = match turn.chance {
        0..50 => "repaired",
        50..65 => "own_defect",
        65..80 => "no_fault_found",
        _ => "needs_revisit",
    };
    let cause = if turn.chance % 10 == 0 { "ours" } else { "wear" };
    let written = json!({"cause": cause, "remedy": WHY, "minutes": turn.minutes, "outcome": outcome, "at": unit.now()});
    let request: ReportRequest = serde_json::from_value(written).map_err(StoreError::corrupt)?;
    report::report(unit, visit.technician_id, visit.id, &request, &CITY)
}
