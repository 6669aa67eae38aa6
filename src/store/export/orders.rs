//! Work orders.

use diesel::prelude::*;

use super::{Page, cells, kept, parted};
use crate::domain::ids::*;
use crate::domain::issue::WorkOrderState;
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const WORK_ORDERS: &[&str] = &[
    "id",
    "issue",
    "territory",
    "state",
    "skill",
    "level_min",
    "qualification",
    "service_minutes",
    "parts_needed",
    "arrive_by",
    "created_at",
];

pub(super) fn work_orders(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (
        (WorkOrderId, String, String, WorkOrderState),
        (String, i64, Option<String>, i64, String),
        (Option<Timestamp>, Timestamp),
    );
    let rows: Vec<Row> = work_orders::table
        .inner_join(issues::table)
        .inner_join(territories::table.on(territories::id.eq(work_orders::territory_id)))
        .filter(work_orders::id.gt(parted::<WorkOrderId>(after).0))
        .order(work_orders::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (work_orders::id, issues::number, territories::code, work_orders::state),
            (
                work_orders::skill,
                work_orders::level_min,
                work_orders::qualification,
                work_orders::service_minutes,
                work_orders::parts_needed,
            ),
            (work_orders::arrive_by, work_orders::created_at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, issue, territory, state), (skill, level, qualification, minutes, parts), (arrive_by, created_at))| {
            let parts = kept(&parts).to_string();
            cells![id, issue, territory, state, skill, level, qualification, minutes, parts, arrive_by, created_at]
        },
    ))
}
