//! The dispatcher's queue: work orders that wait for a technician.

use diesel::prelude::*;

use super::connection::Database;
use super::error::Fault;
use super::schema::*;
use super::visits::{Names, position};
use super::{Reader, Unit};
use crate::domain::ids::*;
use crate::domain::priority::Priority;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Timestamp, Window};
use crate::views::board::QueueRow;

impl Reader<'_> {
    /// What waits in a territory, the most urgent first.
    pub fn queue(&mut self, territory: TerritoryId) -> Result<Vec<QueueRow>, Fault> {
        rows(self.database, Which::Waiting(territory))
    }
}

impl Unit<'_> {
    pub fn queue_row(&mut self, work_order: WorkOrderId) -> Result<QueueRow, Fault> {
        let row = rows(self.database, Which::One(work_order))?.pop();
        row.ok_or_else(|| Refusal::new(Code::NotFound).into())
    }
}

enum Which {
    One(WorkOrderId),
    Waiting(TerritoryId),
}

#[derive(Queryable)]
struct Joined {
    order: (WorkOrderId, TerritoryId, i64, Option<Timestamp>, i64),
    issue: (IssueId, String, Priority, Timestamp, Option<ProductId>, Option<String>, String),
    wish: (Option<Timestamp>, Option<Timestamp>),
    linked: Option<IssueId>,
    site: (String, f64, f64),
    customer_name: String,
}

fn rows(database: &mut Database, which: Which) -> Result<Vec<QueueRow>, Fault> {
    let mut query = work_orders::table
        .inner_join(issues::table.inner_join(sites::table.inner_join(customers::table)))
        .select((
            (
                work_orders::id,
                work_orders::territory_id,
                work_orders::service_minutes,
                work_orders::arrive_by,
                work_orders::version,
            ),
            (
                issues::id,
                issues::number,
                issues::priority,
                issues::created_at,
                issues::product_id,
                issues::symptom,
                issues::description,
            ),
            (issues::wish_from, issues::wish_to),
            issues::linked_issue_id,
            (sites::name, sites::lat, sites::lon),
            customers::name,
        ))
        .order((work_orders::arrive_by, work_orders::id))
        .into_boxed();
    query = match which {
        Which::One(id) => query.filter(work_orders::id.eq(id)),
        Which::Waiting(territory) => {
            query.filter(work_orders::territory_id.eq(territory).and(work_orders::state.eq("open")))
        }
    };
    let joined: Vec<Joined> = query.load(database)?;
    let names = Names::load(database, joined.iter().filter_map(|row| row.issue.4))?;
    joined.into_iter().map(|row| row_of(row, &names)).collect()
}

fn row_of(row: Joined, names: &Names) -> Result<QueueRow, Fault> {
    let (work_order_id, territory_id, service_minutes, arrive_by, version) = row.order;
    let (issue_id, issue_number, priority, created_at, product, symptom, description) = row.issue;
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
        recurrence: row.linked.is_some(),
    })
}
