//! Holds: what issues keep of a wallet, or kept.

use diesel::prelude::*;

use super::{Page, cells, parted};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::HoldState;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const HOLDS: &[&str] =
    &["id", "contract", "issue", "units", "overdraft_units", "state", "policy_version", "created_at", "settled_at"];

pub(super) fn holds(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((HoldId, String, String), (i64, i64, HoldState, i64), (Timestamp, Option<Timestamp>));
    let rows: Vec<Row> = holds::table
        .inner_join(issues::table.on(issues::id.eq(holds::issue_id)))
        .inner_join(contracts::table.on(contracts::id.eq(issues::contract_id)))
        .filter(holds::id.gt(parted::<HoldId>(after).0))
        .order(holds::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (holds::id, contracts::number, issues::number),
            (holds::units, holds::overdraft_units, holds::state, holds::policy_version),
            (holds::created_at, holds::settled_at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, contract, issue), (units, overdraft, state, version), (created_at, settled_at))| {
            cells![id, contract, issue, units, overdraft, state, version, created_at, settled_at]
        },
    ))
}
