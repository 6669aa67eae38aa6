//! Every stream is gapless up to its head, every entry has its event and every event an entry.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;

use super::Findings;
use crate::domain::event::EventKind;
use crate::domain::ids::EventId;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{journal, stream_entries, streams};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    gapless(database, findings)?;
    entries_have_events(database, findings)?;
    events_have_entries(database, findings)
}

fn gapless(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<(String, i64, Option<i64>, Option<i64>)> = stream_entries::table
        .group_by(stream_entries::stream)
        .select((stream_entries::stream, count_star(), min(stream_entries::seq), max(stream_entries::seq)))
        .load(database)?;
    let entries: BTreeMap<String, (i64, i64, i64)> = rows
        .into_iter()
        .map(|(stream, count, first, last)| (stream, (count, first.unwrap_or(0), last.unwrap_or(0))))
        .collect();
    let heads: Vec<(String, i64)> =
        streams::table.order(streams::stream).select((streams::stream, streams::head)).load(database)?;
    for (stream, head) in &heads {
        let seen = entries.get(stream).copied().unwrap_or_default();
        findings.equal("stream.gap", stream, "count, first and last entry", seen, (*head, 1, *head));
    }
    let known: BTreeMap<&String, i64> = heads.iter().map(|(stream, head)| (stream, *head)).collect();
    for stream in entries.keys().filter(|stream| !known.contains_key(stream)) {
        findings.add("stream.gap", stream, "entries without a head");
    }
    Ok(())
}

fn entries_have_events(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<(String, i64)> = stream_entries::table
        .left_join(journal::table)
        .filter(journal::id.nullable().is_null())
        .order((stream_entries::stream, stream_entries::seq))
        .select((stream_entries::stream, stream_entries::seq))
        .load(database)?;
    for (stream, seq) in rows {
        findings.add("stream.event", stream, format!("entry {seq} names an event that the journal does not hold"));
    }
    Ok(())
}

fn events_have_entries(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<(EventId, EventKind)> = journal::table
        .left_join(stream_entries::table)
        .filter(stream_entries::stream.nullable().is_null())
        .order(journal::id)
        .select((journal::id, journal::kind))
        .load(database)?;
    for (id, kind) in rows {
        findings.add("stream.event", id, format!("the event {kind} stands in no stream"));
    }
    Ok(())
}
