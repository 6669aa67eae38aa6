//! Cases: the work order, the issue and the contract behind a visit.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::codec::json;
use super::connection::Database;
use super::error::Fault;
use super::schema::*;
use super::visits::position;
use super::{Reader, Unit};
use crate::domain::ids::*;
use crate::domain::issue::{IssueState, Outcome, WorkOrderState};
use crate::domain::priority::Priority;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::domain::visit::VisitState;
use crate::planner::problem::{Job, SkillNeed};

/// A work order as stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = work_orders)]
pub struct WorkOrder {
    pub id: WorkOrderId,
    pub issue_id: IssueId,
    pub territory_id: TerritoryId,
    pub state: WorkOrderState,
    pub skill: String,
    pub level_min: i64,
    pub qualification: Option<String>,
    pub service_minutes: i64,
    pub arrive_by: Option<Timestamp>,
    pub created_at: Timestamp,
    pub version: i64,
    /// JSON of the parts that must lie in the van.
    pub parts_needed: String,
}

/// The case behind a work order: who pays, what it is about, where its events belong.
#[derive(Debug, Clone, Queryable)]
pub struct Case {
    pub contract: ContractId,
    pub customer: CustomerId,
    pub issue: IssueId,
    pub issue_number: String,
    pub issue_version: i64,
    pub work_order: WorkOrderId,
    pub territory: TerritoryId,
    pub asset: Option<AssetId>,
}

impl Unit<'_> {
    pub fn case(&mut self, work_order: WorkOrderId) -> Result<Case, Fault> {
        let case = work_orders::table
            .inner_join(issues::table.inner_join(contracts::table))
            .filter(work_orders::id.eq(work_order))
            .select((
                contracts::id,
                contracts::customer_id,
                issues::id,
                issues::number,
                issues::version,
                work_orders::id,
                work_orders::territory_id,
                issues::asset_id,
            ))
            .first(self.database)
            .optional()?;
        case.ok_or_else(|| Refusal::new(Code::NotFound).into())
    }

    /// Locks a work order against other dispatchers and reads it.
    pub fn lock_work_order(&mut self, id: WorkOrderId) -> Result<WorkOrder, Fault> {
        // An update without a change takes the row's lock on either database.
        let locked = diesel::update(work_orders::table.find(id))
            .set(work_orders::version.eq(work_orders::version))
            .execute(self.database)?;
        if locked == 0 {
            return Err(Refusal::new(Code::NotFound).into());
        }
        Ok(work_orders::table.find(id).select(WorkOrder::as_select()).first(self.database)?)
    }

    pub fn job(&mut self, work_order: WorkOrderId) -> Result<(WorkOrder, Job), Fault> {
        let now = self.now();
        job(self.database, work_order, now)
    }

    /// Moves a work order between queue, route and archive. Its version rises.
    pub(crate) fn set_work_order(&mut self, id: WorkOrderId, state: WorkOrderState) -> Result<(), Fault> {
        diesel::update(work_orders::table.find(id))
            .set((work_orders::state.eq(state), work_orders::version.eq(work_orders::version + 1)))
            .execute(self.database)?;
        Ok(())
    }

    /// Moves an issue on. Its version rises.
    pub(crate) fn set_issue_state(
        &mut self,
        id: IssueId,
        state: IssueState,
        outcome: Option<Outcome>,
    ) -> Result<(), Fault> {
        let closed_at = (!state.is_open()).then(|| self.now());
        diesel::update(issues::table.find(id))
            .set((
                issues::state.eq(state),
                issues::outcome.eq(outcome),
                issues::closed_at.eq(closed_at),
                issues::version.eq(issues::version + 1),
            ))
            .execute(self.database)?;
        Ok(())
    }
}

impl Reader<'_> {
    pub fn territory_of(&mut self, work_order: WorkOrderId) -> Result<TerritoryId, Fault> {
        let found = work_orders::table.find(work_order).select(work_orders::territory_id).first(self.database);
        found.optional()?.ok_or_else(|| Refusal::new(Code::NotFound).into())
    }

    pub fn job(&mut self, work_order: WorkOrderId, now: Timestamp) -> Result<(WorkOrder, Job), Fault> {
        job(self.database, work_order, now)
    }

    /// Everything that waits for a technician in a territory, by id.
    pub fn waiting_jobs(&mut self, territory: TerritoryId, now: Timestamp) -> Result<Vec<Job>, Fault> {
        let open = work_orders::table
            .filter(work_orders::territory_id.eq(territory).and(work_orders::state.eq(WorkOrderState::Open)));
        let ids: Vec<WorkOrderId> = open.select(work_orders::id).load(self.database)?;
        Ok(self.jobs(&ids, now)?.into_values().collect())
    }

    /// The jobs of several work orders.
    pub fn jobs(&mut self, ids: &[WorkOrderId], now: Timestamp) -> Result<BTreeMap<WorkOrderId, Job>, Fault> {
        let found = jobs(self.database, ids, now)?;
        Ok(found.into_iter().map(|(order, job)| (order.id, job)).collect())
    }
}

fn job(database: &mut Database, id: WorkOrderId, now: Timestamp) -> Result<(WorkOrder, Job), Fault> {
    jobs(database, &[id], now)?.pop().ok_or_else(|| Refusal::new(Code::NotFound).into())
}

/// Work orders that are not there are left out.
fn jobs(database: &mut Database, ids: &[WorkOrderId], now: Timestamp) -> Result<Vec<(WorkOrder, Job)>, Fault> {
    let found: Vec<(WorkOrder, JobRow)> = work_orders::table
        .inner_join(issues::table.inner_join(sites::table.inner_join(customers::table)))
        .filter(work_orders::id.eq_any(ids.to_vec()))
        .select((
            WorkOrder::as_select(),
            (
                (sites::lat, sites::lon),
                customers::name,
                issues::priority,
                issues::asset_id,
                (issues::wish_from, issues::wish_to),
                issues::linked_issue_id,
            ),
        ))
        .load(database)?;
    let (declined, promised) = (declined(database, ids)?, super::slots::promised(database, ids, now)?);
    let jobs = found.into_iter().map(|(order, row)| {
        let (order, job) = job_of(database, order, row, &declined, now)?;
        Ok((order, Job { promised: promised.get(&job.work_order).copied(), ..job }))
    });
    jobs.collect()
}

/// Who declined which of several work orders.
fn declined(database: &mut Database, ids: &[WorkOrderId]) -> Result<BTreeMap<WorkOrderId, Vec<TechnicianId>>, Fault> {
    let rows: Vec<(WorkOrderId, TechnicianId)> = visits::table
        .filter(visits::work_order_id.eq_any(ids.to_vec()).and(visits::state.eq(VisitState::Declined)))
        .order((visits::work_order_id, visits::technician_id))
        .select((visits::work_order_id, visits::technician_id))
        .distinct()
        .load(database)?;
    let mut declined: BTreeMap<WorkOrderId, Vec<TechnicianId>> = BTreeMap::new();
    for (order, technician) in rows {
        declined.entry(order).or_default().push(technician);
    }
    Ok(declined)
}

fn job_of(
    database: &mut Database,
    order: WorkOrder,
    row: JobRow,
    declined: &BTreeMap<WorkOrderId, Vec<TechnicianId>>,
    now: Timestamp,
) -> Result<(WorkOrder, Job), Fault> {
    let recurred_after = row.linked_issue.map(|issue| last_technician(database, issue)).transpose()?.flatten();
    let wish = row.wish.0.zip(row.wish.1).and_then(|(from, to)| Window::new(from, to));
    let job = Job {
        work_order: order.id,
        customer_name: row.customer_name,
        position: position(row.place.0, row.place.1)?,
        territory: order.territory_id,
        service: Seconds::minutes(order.service_minutes),
        skills: vec![SkillNeed {
            code: order.skill.clone(),
            level_min: u8::try_from(order.level_min).unwrap_or(u8::MAX),
        }],
        qualification: order.qualification.clone(),
        priority: row.priority.number(),
        arrive_by: order.arrive_by,
        wish,
        promised: None,
        earliest: now,
        asset: row.asset,
        demand: json(&order.parts_needed)?,
        excluded: Vec::new(),
        declined: declined.get(&order.id).cloned().unwrap_or_default(),
        preferred: Vec::new(),
        recurred_after,
    };
    Ok((order, job))
}

#[derive(Queryable)]
struct JobRow {
    place: (f64, f64),
    customer_name: String,
    priority: Priority,
    asset: Option<AssetId>,
    wish: (Option<Timestamp>, Option<Timestamp>),
    linked_issue: Option<IssueId>,
}

/// Who finished the last visit of an issue.
fn last_technician(database: &mut Database, issue: IssueId) -> Result<Option<TechnicianId>, Fault> {
    Ok(visits::table
        .inner_join(work_orders::table)
        .filter(work_orders::issue_id.eq(issue).and(visits::state.eq(VisitState::Done)))
        .order(visits::finished_at.desc())
        .select(visits::technician_id)
        .first(database)
        .optional()?)
}
