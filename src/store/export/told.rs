//! The journal, and what customers were told without having asked.

use diesel::prelude::*;

use super::{Page, cells, kept, parted};
use crate::domain::event::EventKind;
use crate::domain::ids::*;
use crate::domain::notice::NoticeKind;
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const NOTICES: &[&str] = &["id", "contract", "kind", "key", "issue", "ja", "en", "at"];

pub(super) const JOURNAL: &[&str] =
    &["id", "kind", "version", "at", "actor", "contract", "issue", "work_order_id", "visit_id", "technician", "data"];

pub(super) fn notices(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((NoticeId, String, NoticeKind, String), (Option<String>, String, String, Timestamp));
    let rows: Vec<Row> = notices::table
        .inner_join(contracts::table)
        .left_join(issues::table.on(issues::id.nullable().eq(notices::issue_id)))
        .filter(notices::id.gt(parted::<NoticeId>(after).0))
        .order(notices::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (notices::id, contracts::number, notices::kind, notices::key),
            (issues::number.nullable(), notices::ja, notices::en, notices::at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, contract, kind, key), (issue, ja, en, at))| cells![id, contract, kind, key, issue, ja, en, at],
    ))
}

/// In the order of the entries' ids, which is that of their time.
pub(super) fn journal(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (
        (EventId, EventKind, i32, Timestamp, String),
        (Option<String>, Option<String>, Option<WorkOrderId>, Option<VisitId>, Option<String>),
        String,
    );
    let rows: Vec<Row> = journal::table
        .left_join(contracts::table.on(contracts::id.nullable().eq(journal::contract_id)))
        .left_join(issues::table.on(issues::id.nullable().eq(journal::issue_id)))
        .left_join(technicians::table.on(technicians::id.nullable().eq(journal::technician_id)))
        .filter(journal::id.gt(parted::<EventId>(after).0))
        .order(journal::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (journal::id, journal::kind, journal::version, journal::at, journal::actor),
            (
                contracts::number.nullable(),
                issues::number.nullable(),
                journal::work_order_id,
                journal::visit_id,
                technicians::code.nullable(),
            ),
            journal::data,
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, kind, version, at, actor), (contract, issue, order, visit, technician), data)| {
            cells![id, kind, version, at, kept(&actor), contract, issue, order, visit, technician, kept(&data),]
        },
    ))
}
