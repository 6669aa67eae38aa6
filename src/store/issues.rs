//! Interactions, issues and work orders at rest, and the dispatcher's queue.

use diesel::prelude::*;

use super::codec::to_json;
use super::connection::Database;
use super::error::{Fault, StoreError};
use super::schema::*;
use super::visits::{Names, position};
use super::{Reader, Unit};
use crate::domain::ids::*;
use crate::domain::issue::{IssueKind, IssueState, WorkOrderState};
use crate::domain::priority::{Impact, Priority, Urgency};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Timestamp, Window};
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::policy::CostReason;
use crate::domain::wallet::terms::UnitKind;
use crate::planner::problem::PartCount;
use crate::views::board::QueueRow;
use crate::views::desk::Channel;

/// A contact to be written.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = interactions)]
pub struct NewInteraction {
    pub id: InteractionId,
    pub number: String,
    pub contract_id: ContractId,
    pub channel: Channel,
    pub contact_id: Option<ContactId>,
    pub caller_name: String,
    pub caller_phone: String,
    pub on_behalf_of: bool,
    pub entered_by: UserId,
    pub note: String,
    pub started_at: Timestamp,
    pub saved_at: Timestamp,
}

/// An issue to be written.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = issues)]
pub struct NewIssue {
    pub id: IssueId,
    pub number: String,
    pub interaction_id: InteractionId,
    pub contract_id: ContractId,
    pub territory_id: TerritoryId,
    pub site_id: SiteId,
    pub asset_id: Option<AssetId>,
    pub product_id: Option<ProductId>,
    pub symptom: Option<String>,
    pub kind: IssueKind,
    pub description: String,
    pub impact: Impact,
    pub urgency: Urgency,
    pub priority: Priority,
    pub state: IssueState,
    pub wish_from: Option<Timestamp>,
    pub wish_to: Option<Timestamp>,
    pub linked_issue_id: Option<IssueId>,
    pub menu_item: Option<String>,
    pub units: i64,
    pub cost_reason: CostReason,
    pub created_at: Timestamp,
    pub version: i64,
}

/// A work order to be written; it waits in the queue.
#[derive(Debug, Clone)]
pub struct NewWorkOrder {
    pub id: WorkOrderId,
    pub issue: IssueId,
    pub territory: TerritoryId,
    pub skill: String,
    pub level_min: i64,
    pub qualification: Option<String>,
    pub service_minutes: i64,
    pub arrive_by: Timestamp,
    pub parts_needed: Vec<PartCount>,
}

/// What was done for an issue at the desk that ended it.
#[derive(Debug, Clone)]
pub struct DeskWork {
    pub remedy: String,
    pub minutes: i64,
    /// The desk said how many minutes; otherwise they are those of the contact, and count for nothing.
    pub said: bool,
}

/// Which work orders to show.
#[derive(Debug, Clone)]
pub enum QueueFilter {
    /// Those of a territory that wait for a technician.
    Territory(TerritoryId),
    /// These, whatever their state.
    WorkOrders(Vec<WorkOrderId>),
}

impl Unit<'_> {
    pub(crate) fn insert_interaction(&mut self, interaction: &NewInteraction) -> Result<(), Fault> {
        diesel::insert_into(interactions::table).values(interaction).execute(self.database)?;
        Ok(())
    }

    pub(crate) fn insert_issue(&mut self, issue: &NewIssue) -> Result<(), Fault> {
        diesel::insert_into(issues::table).values(issue).execute(self.database)?;
        Ok(())
    }

    pub(crate) fn insert_work_order(&mut self, order: &NewWorkOrder) -> Result<(), Fault> {
        diesel::insert_into(work_orders::table)
            .values((
                work_orders::id.eq(order.id),
                work_orders::issue_id.eq(order.issue),
                work_orders::territory_id.eq(order.territory),
                work_orders::state.eq(WorkOrderState::Open),
                work_orders::skill.eq(&order.skill),
                work_orders::level_min.eq(order.level_min),
                work_orders::qualification.eq(order.qualification.as_deref()),
                work_orders::service_minutes.eq(order.service_minutes),
                work_orders::arrive_by.eq(order.arrive_by),
                work_orders::created_at.eq(self.now()),
                work_orders::version.eq(1_i64),
                work_orders::parts_needed.eq(to_json(&order.parts_needed)),
            ))
            .execute(self.database)?;
        Ok(())
    }

    /// What was done for an issue at the desk.
    pub(crate) fn set_desk_work(&mut self, id: IssueId, work: &DeskWork) -> Result<(), Fault> {
        diesel::update(issues::table.find(id))
            .set((
                issues::remedy.eq(&work.remedy),
                issues::desk_minutes.eq(work.minutes),
                issues::desk_minutes_said.eq(work.said),
            ))
            .execute(self.database)?;
        Ok(())
    }

    /// Holds an issue against whoever else would change it.
    pub(crate) fn lock_issue(&mut self, id: IssueId) -> Result<(), Fault> {
        // An update without a change takes the row's lock on either database.
        let locked =
            diesel::update(issues::table.find(id)).set(issues::version.eq(issues::version)).execute(self.database)?;
        if locked == 1 { Ok(()) } else { Err(Refusal::new(Code::NotFound).into()) }
    }

    /// One work order as the queue shows it.
    pub fn queue_row(&mut self, id: WorkOrderId) -> Result<QueueRow, Fault> {
        let rows = queue_rows(self.database, QueueFilter::WorkOrders(vec![id]))?;
        rows.into_iter().next().ok_or_else(|| Refusal::new(Code::NotFound).into())
    }
}

impl Reader<'_> {
    /// The most urgent first, then the oldest.
    pub fn queue(&mut self, filter: QueueFilter) -> Result<Vec<QueueRow>, Fault> {
        queue_rows(self.database, filter)
    }
}

#[derive(Queryable)]
struct QueueJoin {
    order: (WorkOrderId, i64, TerritoryId, Timestamp, Option<Timestamp>, i64),
    issue: (IssueId, String, Priority, Option<ProductId>, Option<String>, String, CostReason),
    wish: (Option<Timestamp>, Option<Timestamp>),
    site: (String, f64, f64),
    customer_name: String,
    balance: (i64, UnitKind),
    approval: Option<ApprovalState>,
}

pub(super) fn queue_rows(database: &mut Database, filter: QueueFilter) -> Result<Vec<QueueRow>, Fault> {
    let mut query = work_orders::table
        .inner_join(issues::table.inner_join(sites::table.inner_join(customers::table)))
        .inner_join(wallets::table.on(wallets::contract_id.eq(issues::contract_id)))
        .left_join(approvals::table.on(approvals::issue_id.eq(issues::id)))
        .order((issues::priority, work_orders::created_at, work_orders::id))
        .select((
            (
                work_orders::id,
                work_orders::version,
                work_orders::territory_id,
                work_orders::created_at,
                work_orders::arrive_by,
                work_orders::service_minutes,
            ),
            (
                issues::id,
                issues::number,
                issues::priority,
                issues::product_id,
                issues::symptom,
                issues::description,
                issues::cost_reason,
            ),
            (issues::wish_from, issues::wish_to),
            (sites::name, sites::lat, sites::lon),
            customers::name,
            (wallets::available, wallets::unit),
            approvals::state.nullable(),
        ))
        .into_boxed();
    query = match filter {
        QueueFilter::Territory(id) => {
            query.filter(work_orders::territory_id.eq(id)).filter(work_orders::state.eq(WorkOrderState::Open))
        }
        QueueFilter::WorkOrders(ids) => query.filter(work_orders::id.eq_any(ids)),
    };
    let rows: Vec<QueueJoin> = query.load(database)?;
    let names = Names::load(database, rows.iter().filter_map(|row| row.issue.3))?;
    Ok(rows.into_iter().map(|row| queue_row(row, &names)).collect::<Result<_, StoreError>>()?)
}

fn queue_row(row: QueueJoin, names: &Names) -> Result<QueueRow, StoreError> {
    let (work_order_id, version, territory_id, created_at, arrive_by, service_minutes) = row.order;
    let (issue_id, issue_number, priority, product, symptom, description, cost_reason) = row.issue;
    let (site_name, lat, lon) = row.site;
    let (product_name_ja, product_name_en) = names.product(product);
    let (symptom_ja, symptom_en) = names.symptom(product, symptom.as_deref());
    Ok(QueueRow {
        work_order_id,
        version,
        territory_id,
        issue_id,
        issue_number,
        priority,
        created_at,
        arrive_by,
        customer_name: row.customer_name,
        site_name,
        position: position(lat, lon)?,
        product_name_ja,
        product_name_en,
        symptom_ja,
        symptom_en,
        description,
        service_minutes,
        wish: row.wish.0.zip(row.wish.1).and_then(|(from, to)| Window::new(from, to)),
        recurrence: cost_reason == CostReason::Recurrence,
        balance: row.balance.0,
        unit: row.balance.1,
        approval: row.approval,
    })
}
