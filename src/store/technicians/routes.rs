//! The live visits of technicians, in the order of their routes.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::ids::*;
use crate::domain::priority::Priority;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::domain::visit::VisitState;
use crate::planner::problem::Stop;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::store::visits::{live_codes, position};

/// What the route needs of a live visit.
#[derive(Queryable, Selectable)]
#[diesel(table_name = visits)]
pub struct LiveVisit {
    pub id: VisitId,
    pub work_order_id: WorkOrderId,
    pub technician_id: TechnicianId,
    pub state: VisitState,
    pub route_order: i64,
    pub promised_from: Option<Timestamp>,
    pub promised_to: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
}

/// A live visit with what the route needs of its work order.
#[derive(Queryable)]
pub struct RouteRow {
    pub visit: LiveVisit,
    pub service_minutes: i64,
    pub arrive_by: Option<Timestamp>,
    pub parts_needed: String,
    pub place: (f64, f64),
    pub customer_name: String,
    pub priority: Priority,
}

/// The stop of a visit, its work not begun yet.
pub fn stop(row: RouteRow) -> Result<Stop, Fault> {
    let visit = row.visit;
    let begun = visit.state == VisitState::Working;
    Ok(Stop {
        visit: visit.id,
        work_order: visit.work_order_id,
        customer_name: row.customer_name,
        position: position(row.place.0, row.place.1)?,
        service: Seconds::minutes(row.service_minutes),
        earliest: Timestamp::default(),
        windows: Vec::new(),
        promised: visit.promised_from.zip(visit.promised_to).and_then(|(from, to)| Window::new(from, to)),
        arrive_by: row.arrive_by,
        frozen: visit.state.is_started(),
        begun,
        priority: row.priority.number(),
    })
}

pub fn live_routes(
    database: &mut Database,
    ids: &[TechnicianId],
) -> Result<BTreeMap<TechnicianId, Vec<RouteRow>>, Fault> {
    let rows: Vec<RouteRow> = visits::table
        .inner_join(work_orders::table.inner_join(issues::table.inner_join(sites::table.inner_join(customers::table))))
        .filter(visits::technician_id.eq_any(ids.to_vec()).and(visits::state.eq_any(live_codes())))
        .select((
            LiveVisit::as_select(),
            work_orders::service_minutes,
            work_orders::arrive_by,
            work_orders::parts_needed,
            (sites::lat, sites::lon),
            customers::name,
            issues::priority,
        ))
        .load(database)?;
    let mut routes: BTreeMap<TechnicianId, Vec<RouteRow>> = BTreeMap::new();
    for row in rows {
        routes.entry(row.visit.technician_id).or_default().push(row);
    }
    // The visit under way stands first, whatever was planned.
    for route in routes.values_mut() {
        route.sort_by_key(|row| (!row.visit.state.is_started(), row.visit.route_order, row.visit.id));
    }
    Ok(routes)
}
