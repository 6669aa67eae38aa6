//! Writes a technician's route after the planner has changed it.

use serde_json::json;

use crate::domain::event::EventKind;
use crate::domain::ids::VisitId;
use crate::planner::problem::TechnicianState;
use crate::planner::route::{StopTimes, schedule};
use crate::roads::TravelTimes;
use crate::store::visits::Visit;
use crate::store::{Fault, Unit};

/// A planned start that moves by less than this is noise to people.
const WORTH_TELLING_S: i64 = 120;

/// Brings order and planned times of the live visits in line with `technician.stops`. Tells of each visit that moved,
/// but for `fresh`, of which the caller tells.
pub fn write(
    unit: &mut Unit<'_>,
    technician: &TechnicianState,
    travel: &dyn TravelTimes,
    fresh: Option<VisitId>,
) -> Result<(), Fault> {
    let plan = schedule(technician, travel, unit.now());
    let route = unit.live_route(technician.id)?;
    for (order, times) in plan.stops.iter().enumerate() {
        let Some(visit) = route.iter().find(|visit| visit.id == times.visit) else { continue };
        retime(unit, technician, visit.clone(), order as i64 + 1, times, fresh)?;
    }
    Ok(())
}

fn retime(
    unit: &mut Unit<'_>,
    technician: &TechnicianState,
    mut visit: Visit,
    order: i64,
    times: &StopTimes,
    fresh: Option<VisitId>,
) -> Result<(), Fault> {
    let moved = (times.start.since(visit.planned_start).0).abs() >= WORTH_TELLING_S;
    if times.frozen || (visit.route_order == order && !moved) {
        return Ok(());
    }
    let before = visit.planned_start;
    visit.route_order = order;
    visit.planned_start = times.start;
    visit.planned_end = times.end;
    visit.travel_s = times.travel.0;
    unit.update_visit(&mut visit)?;
    if fresh == Some(visit.id) || !moved {
        return Ok(());
    }
    let case = unit.case(visit.work_order_id)?;
    let streams = case.visit_streams(visit.id, technician.id, technician.territory);
    let row = unit.visit_row(visit.id)?;
    let data = json!({ "visit": row, "from_start": before });
    unit.record(&streams, EventKind::VisitRescheduled, case.about_visit(visit.id, technician.id), data);
    Ok(())
}
