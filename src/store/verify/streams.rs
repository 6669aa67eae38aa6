//! Every stream is gapless up to its head, every entry has its event and every event an entry.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;

use super::{Findings, told};
use crate::domain::event::{EventKind, entry_link};
use crate::domain::ids::EventId;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{journal, stream_entries, streams};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    gapless(database, findings)?;
    linked(database, findings)?;
    entries_have_events(database, findings)?;
    events_have_entries(database, findings)
}

/// The link of each entry follows from the one before and from what its event says, word for word. Entries that are
/// older than links stand before the first linked one.
fn linked(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let mut after: (String, i64) = Default::default();
    let mut before: Vec<u8> = Vec::new();
    loop {
        let rows = entries_after(database, &after.0, after.1)?;
        let told = told::of(database, rows.iter().map(|(_, _, event, _)| *event))?;
        let Some((stream, seq, ..)) = rows.last() else { return Ok(()) };
        let next = (stream.clone(), *seq);
        for (stream, seq, event, link) in rows {
            if stream != after.0 {
                before.clear();
            }
            after.0.clone_from(&stream);
            let expected = told.get(&event).map(|entry| entry_link(&before, &stream, seq, &entry.seal).to_vec());
            if link != expected && (link.is_some() || !before.is_empty()) {
                findings.add("stream.link", &stream, format!("entry {seq}, or its event, does not fit its link"));
            }
            // On from the stored link, so that one changed entry is one finding.
            before = link.unwrap_or_default();
        }
        after = next;
    }
}

type Linked = (String, i64, EventId, Option<Vec<u8>>);

/// The next entries of all streams: the rest of this stream, then those after it.
fn entries_after(database: &mut Database, stream: &str, seq: i64) -> Result<Vec<Linked>, Fault> {
    let of_this = stream_entries::table
        .filter(stream_entries::stream.eq(stream).and(stream_entries::seq.gt(seq)))
        .order(stream_entries::seq)
        .limit(limits::VERIFY_ENTRIES)
        .select((stream_entries::stream, stream_entries::seq, stream_entries::event_id, stream_entries::link));
    let mut rows: Vec<Linked> = of_this.load(database)?;
    let left = limits::VERIFY_ENTRIES - rows.len() as i64;
    if left > 0 {
        let others = stream_entries::table
            .filter(stream_entries::stream.gt(stream))
            .order((stream_entries::stream, stream_entries::seq))
            .limit(left)
            .select((stream_entries::stream, stream_entries::seq, stream_entries::event_id, stream_entries::link));
        rows.extend(others.load::<Linked>(database)?);
    }
    Ok(rows)
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
