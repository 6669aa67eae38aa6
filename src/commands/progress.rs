//! The technician's taps.

use serde_json::json;

use super::{queue, route, text, withdraw};
use crate::domain::event::EventKind;
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::visit::{VisitAction, VisitState, advance};
use crate::domain::wallet::account::{NOT_LET_IN, TAKEN_BACK};
use crate::domain::wallet::policy::CapturePoint;
use crate::roads::TravelTimes;
use crate::store::visits::Visit;
use crate::store::{Fault, Unit};
use crate::views::technician::{ProgressRequest, Tap};

/// Moves a visit on. The tap's own time counts when it is plausible, because phones are offline in basements; the
/// journal keeps both.
pub fn progress(
    unit: &mut Unit<'_>,
    technician: TechnicianId,
    id: VisitId,
    request: &ProgressRequest,
    travel: &dyn TravelTimes,
) -> Result<(), Fault> {
    unit.lock_technician(technician)?;
    let visit = own_visit(unit, technician, id, request.version)?;
    let state = advance(visit.state, visit.state_before, request.action.into())?;
    let at = tap_time(&visit, request.at, unit.now());
    match request.action {
        Tap::Decline => decline(unit, visit, request, travel),
        Tap::NoAccess => no_access(unit, visit, request, at, travel),
        Tap::Delay => delay(unit, visit, request, at),
        Tap::SetOut => set_out(unit, visit, at, travel),
        _ => step(unit, visit, state, request, at),
    }
}

/// The visit, if it is this technician's and as he saw it.
pub(super) fn own_visit(
    unit: &mut Unit<'_>,
    technician: TechnicianId,
    id: VisitId,
    seen: Option<i64>,
) -> Result<Visit, Fault> {
    let visit = unit.visit(id)?;
    if visit.technician_id != technician {
        return Err(Refusal::new(Code::NotYours).into());
    }
    match seen {
        Some(version) if version != visit.version => {
            let row = unit.visit_row(id)?;
            Err(Refusal::stale(visit.version, row).into())
        }
        _ => Ok(visit),
    }
}

/// The phone's time, held between the last step and now.
pub(super) fn tap_time(visit: &Visit, tapped: Timestamp, now: Timestamp) -> Timestamp {
    let steps = [visit.accepted_at, visit.en_route_at, visit.arrived_at, visit.started_at];
    let last = steps.into_iter().flatten().max().unwrap_or(visit.created_at);
    tapped.max(last).min(now)
}

fn decline(
    unit: &mut Unit<'_>,
    visit: Visit,
    request: &ProgressRequest,
    travel: &dyn TravelTimes,
) -> Result<(), Fault> {
    let (order, reason) = (visit.work_order_id, reason(request)?);
    withdraw::close(unit, visit, VisitState::Declined, EventKind::VisitDeclined, &reason, travel)?;
    queue::reopen(unit, order, &reason)
}

/// Nobody let him in: the visit is over, the issue is not.
fn no_access(
    unit: &mut Unit<'_>,
    visit: Visit,
    request: &ProgressRequest,
    at: Timestamp,
    travel: &dyn TravelTimes,
) -> Result<(), Fault> {
    let (order, reason) = (visit.work_order_id, reason(request)?);
    withdraw::close(unit, visit, VisitState::NoAccess, EventKind::VisitNoAccess, &reason, travel)?;
    let case = unit.case(order)?;
    // Whoever stood before a closed door had not arrived as contracts mean it; the trip itself may count.
    unit.step_back(case.issue, CapturePoint::Arrival, NOT_LET_IN)?;
    unit.futile_trip(case.issue, at.day(unit.zone()))?;
    queue::reopen(unit, order, &reason)
}

fn delay(unit: &mut Unit<'_>, mut visit: Visit, request: &ProgressRequest, at: Timestamp) -> Result<(), Fault> {
    let minutes = request.delay_minutes.filter(|minutes| (5..=240).contains(minutes));
    let minutes = minutes.ok_or_else(|| Refusal::invalid_both("delay_minutes", "5〜240分です", "5 to 240 minutes"))?;
    let on_site = matches!(visit.state, VisitState::Arrived | VisitState::Working);
    let arrival = unit.visit_row(visit.id)?.eta.map_or(visit.planned_start, |eta| eta.likely);
    // On site his word is about the end of the work, before that about his arrival.
    let expected = if on_site { visit.planned_end } else { arrival };
    visit.declared_arrival = Some(expected.max(at) + Seconds::minutes(minutes));
    visit.declared_at = Some(at);
    unit.update_visit(&mut visit)?;
    let data = json!({ "minutes": minutes, "declared_arrival": visit.declared_arrival, "tapped_at": request.at });
    tell(unit, &visit, EventKind::VisitDelayed, data)
}

fn set_out(unit: &mut Unit<'_>, mut visit: Visit, at: Timestamp, travel: &dyn TravelTimes) -> Result<(), Fault> {
    if another_started(unit, &visit)? {
        return Err(Refusal::new(Code::OneStarted).into());
    }
    let (_, before) = unit.technician(visit.technician_id)?;
    visit.step_on(VisitState::EnRoute);
    visit.en_route_at = Some(at);
    visit.en_route_lat = Some(before.free_position.lat());
    visit.en_route_lon = Some(before.free_position.lon());
    unit.update_visit(&mut visit)?;
    tell(unit, &visit, EventKind::VisitSetOut, json!({ "tapped_at": at }))?;
    // He may have chosen another than the planned next one: the rest of the route follows.
    let (_, now) = unit.technician(visit.technician_id)?;
    route::write(unit, &now, travel, None)
}

fn step(
    unit: &mut Unit<'_>,
    mut visit: Visit,
    state: VisitState,
    request: &ProgressRequest,
    at: Timestamp,
) -> Result<(), Fault> {
    if request.action == Tap::Resume && another_started(unit, &visit)? {
        return Err(Refusal::new(Code::OneStarted).into());
    }
    let undone = (request.action == Tap::Undo).then_some(visit.state);
    match undone {
        Some(_) => visit.step_back(state),
        None => visit.step_on(state),
    }
    match request.action {
        Tap::Accept => visit.accepted_at = Some(at),
        Tap::Arrive => visit.arrived_at = Some(at),
        Tap::Start => visit.started_at = Some(at),
        _ => {}
    }
    unit.update_visit(&mut visit)?;
    tell(unit, &visit, kind_of(request.action.into()), json!({ "tapped_at": request.at }))?;
    match undone {
        Some(undone) => give_back(unit, &visit, undone),
        None => capture(unit, &visit, request.action, at),
    }
}

/// Some contracts count a ticket as used from the arrival or from the start of the investigation.
fn capture(unit: &mut Unit<'_>, visit: &Visit, tap: Tap, at: Timestamp) -> Result<(), Fault> {
    let point = match tap {
        Tap::Arrive => CapturePoint::Arrival,
        Tap::Start => CapturePoint::Investigation,
        _ => return Ok(()),
    };
    let case = unit.case(visit.work_order_id)?;
    unit.reach_on(case.issue, point, at.day(unit.zone()))?;
    Ok(())
}

/// A step that was never made has used nothing; one that was made before it still has.
fn give_back(unit: &mut Unit<'_>, visit: &Visit, undone: VisitState) -> Result<(), Fault> {
    let point = match undone {
        VisitState::Arrived => CapturePoint::Arrival,
        VisitState::Working => CapturePoint::Investigation,
        _ => return Ok(()),
    };
    let case = unit.case(visit.work_order_id)?;
    unit.step_back(case.issue, point, TAKEN_BACK)?;
    Ok(())
}

/// Whether the technician has set out for, or works at, another visit.
fn another_started(unit: &mut Unit<'_>, visit: &Visit) -> Result<bool, Fault> {
    let route = unit.live_route(visit.technician_id)?;
    Ok(route.iter().any(|other| other.id != visit.id && other.state.is_started()))
}

fn kind_of(action: VisitAction) -> EventKind {
    match action {
        VisitAction::Accept => EventKind::VisitAccepted,
        VisitAction::Arrive => EventKind::VisitArrived,
        VisitAction::Start => EventKind::VisitStarted,
        VisitAction::Pause => EventKind::VisitPaused,
        VisitAction::Resume => EventKind::VisitResumed,
        _ => EventKind::VisitUndone,
    }
}

fn reason(request: &ProgressRequest) -> Result<String, Refusal> {
    Ok(text::reason(request.reason.as_deref().unwrap_or_default())?.to_owned())
}

/// Tells all who watch the visit.
pub(super) fn tell(
    unit: &mut Unit<'_>,
    visit: &Visit,
    kind: EventKind,
    mut data: serde_json::Value,
) -> Result<(), Fault> {
    let case = unit.case(visit.work_order_id)?;
    let home = unit.home_territory(visit.technician_id)?;
    let row = unit.visit_row(visit.id)?;
    data["visit"] = serde_json::to_value(row).map_err(crate::store::StoreError::corrupt)?;
    let streams = case.visit_streams(visit.id, visit.technician_id, home);
    unit.record(&streams, kind, case.about_visit(visit.id, visit.technician_id), data);
    Ok(())
}
