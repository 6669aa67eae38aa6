//! What the ledger refused is still what was noted, and nothing of it is missing.

use diesel::prelude::*;

use super::Findings;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::refusals::{REFUSALS, RefusalRow};
use crate::store::schema::{counters, refusals};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<RefusalRow> = refusals::table
        .filter(refusals::seq.is_not_null().or(refusals::link.is_not_null()))
        .order(refusals::seq)
        .select(RefusalRow::as_select())
        .load(database)?;
    let count: Option<i64> = counters::table.find(REFUSALS).select(counters::last).first(database).optional()?;
    findings.equal("refusal.missing", REFUSALS, "the refusals kept", rows.len() as i64, count.unwrap_or_default());
    let mut before: &[u8] = &[];
    for (row, seq) in rows.iter().zip(1..) {
        findings.equal("refusal.missing", REFUSALS, "the number of the refusal", row.seq, Some(seq));
        if row.link.as_deref() != Some(&row.link_after(before)[..]) {
            findings.add("refusal.link", seq, "the refusal is not as it was noted");
        }
        before = row.link.as_deref().unwrap_or_default();
    }
    Ok(())
}
