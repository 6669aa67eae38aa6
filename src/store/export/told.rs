//! The journal, what customers were told without having asked, who read it, and how it was sent.

use diesel::prelude::*;

use super::{Page, cells, kept, parted};
use crate::domain::event::EventKind;
use crate::domain::ids::*;
use crate::domain::notice::{MailState, NoticeKind};
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const NOTICES: &[&str] = &["id", "contract", "kind", "key", "issue", "ja", "en", "at"];

pub(super) const NOTICE_READS: &[&str] = &["notice_id", "login", "at"];

pub(super) const MAILS: &[&str] =
    &["id", "notice_id", "name", "address", "message_id", "state", "attempts", "next_at", "last_error", "sent_at"];

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

pub(super) fn notice_reads(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let (notice, user) = parted::<NoticeId>(after);
    let user = parted::<UserId>(user).0;
    let rows: Vec<(NoticeId, UserId, String, Timestamp)> = notice_reads::table
        .inner_join(users::table.on(users::id.eq(notice_reads::user_id)))
        .filter(
            notice_reads::notice_id
                .ge(notice)
                .and(notice_reads::notice_id.gt(notice).or(notice_reads::user_id.gt(user))),
        )
        .order((notice_reads::notice_id, notice_reads::user_id))
        .limit(limits::EXPORT_PAGE)
        .select((notice_reads::notice_id, notice_reads::user_id, users::login, notice_reads::at))
        .load(reader.database)?;
    Ok(Page::of(rows, |row| format!("{} {}", row.0, row.1), |(notice, _, login, at)| cells![notice, login, at]))
}

pub(super) fn mails(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((MailId, NoticeId, String, String, String), (MailState, i64, Timestamp, String, Option<Timestamp>));
    let rows: Vec<Row> = mails::table
        .filter(mails::id.gt(parted::<MailId>(after).0))
        .order(mails::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (mails::id, mails::notice_id, mails::name, mails::address, mails::message_id),
            (mails::state, mails::attempts, mails::next_at, mails::last_error, mails::sent_at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, notice, name, address, message), (state, attempts, next_at, error, sent_at))| {
            cells![id, notice, name, address, message, state, attempts, next_at, error, sent_at]
        },
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
