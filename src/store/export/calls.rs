//! Telephone calls with the contacts saved from them, refused messages of telephone systems, and who sits where.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::{Page, cells, kept, parted};
use crate::domain::call::{CallBackOutcome, CallBackState, CallState, CallerKind};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const CALLS: &[&str] = &[
    "id",
    "source",
    "external_id",
    "state",
    "caller",
    "number",
    "shown",
    "dialled",
    "agents",
    "answered_by",
    "rang_at",
    "answered_at",
    "ended_at",
    "call_back",
    "call_back_by",
    "call_back_at",
    "call_back_outcome",
    "call_back_note",
    "joined_to",
    "contacts",
];

pub(super) const CALL_REFUSALS: &[&str] = &["id", "signal", "code", "sender", "body", "at"];

pub(super) const EXTENSIONS: &[&str] = &["login", "extension"];

pub(super) fn calls(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (
        (CallId, String, String, CallState, CallerKind),
        (String, String, String, String, Option<UserId>),
        (Timestamp, Option<Timestamp>, Option<Timestamp>),
        (Option<CallBackState>, Option<UserId>, Option<Timestamp>, Option<CallBackOutcome>, String, Option<CallId>),
    );
    let rows: Vec<Row> = calls::table
        .filter(calls::id.gt(parted::<CallId>(after).0))
        .order(calls::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (calls::id, calls::source, calls::external_id, calls::state, calls::caller_kind),
            (calls::caller_number, calls::caller_shown, calls::dialled, calls::agents, calls::answered_by),
            (calls::rang_at, calls::answered_at, calls::ended_at),
            (
                calls::call_back,
                calls::call_back_by,
                calls::call_back_at,
                calls::call_back_outcome,
                calls::call_back_note,
                calls::joined_to,
            ),
        ))
        .load(reader.database)?;
    let ids: Vec<CallId> = rows.iter().map(|row| row.0.0).collect();
    let mut contacts = contacts_of(reader, ids)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, source, external, state, caller), (number, shown, dialled, agents, by), times, back)| {
            let ((rang, answered, ended), contacts) = (times, contacts.remove(&id).unwrap_or_default());
            let (state_back, back_by, back_at, outcome, note, joined) = back;
            cells![
                id,
                source,
                external,
                state,
                caller,
                number,
                shown,
                dialled,
                kept(&agents),
                by,
                rang,
                answered,
                ended,
                state_back,
                back_by,
                back_at,
                outcome,
                note,
                joined,
                contacts,
            ]
        },
    ))
}

/// Numbers of the contacts that were saved from calls.
fn contacts_of(reader: &mut Reader<'_>, ids: Vec<CallId>) -> Result<BTreeMap<CallId, Vec<String>>, Fault> {
    let linked: Vec<(CallId, String)> = call_contacts::table
        .inner_join(interactions::table)
        .filter(call_contacts::call_id.eq_any(ids))
        .order(interactions::number)
        .select((call_contacts::call_id, interactions::number))
        .load(reader.database)?;
    let mut contacts: BTreeMap<CallId, Vec<String>> = BTreeMap::new();
    for (call, number) in linked {
        contacts.entry(call).or_default().push(number);
    }
    Ok(contacts)
}

pub(super) fn call_refusals(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows: Vec<(CallRefusalId, String, String, String, String, Timestamp)> = call_refusals::table
        .filter(call_refusals::id.gt(parted::<CallRefusalId>(after).0))
        .order(call_refusals::id)
        .limit(limits::EXPORT_PAGE)
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.to_string(),
        |(id, signal, code, sender, body, at)| cells![id, signal, code, sender, body, at],
    ))
}

pub(super) fn extensions(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows: Vec<(UserId, String, String)> = extensions::table
        .inner_join(users::table)
        .filter(extensions::user_id.gt(parted::<UserId>(after).0))
        .order(extensions::user_id)
        .limit(limits::EXPORT_PAGE)
        .select((extensions::user_id, users::login, extensions::extension))
        .load(reader.database)?;
    Ok(Page::of(rows, |row| row.0.to_string(), |(_, login, extension)| cells![login, extension]))
}
