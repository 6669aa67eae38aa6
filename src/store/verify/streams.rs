//! Every stream is gapless up to its head.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, max, min};
use diesel::prelude::*;

use super::Findings;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{stream_entries, streams};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
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
