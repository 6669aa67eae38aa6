//! Service levels of the contracts, and the times in which clocks stood still.

use diesel::prelude::*;

use super::{Page, cells, kept, parted};
use crate::domain::ids::{ClockPauseId, ContractId};
use crate::limits;
use crate::store::Reader;
use crate::store::clocks::PauseRow;
use crate::store::error::Fault;
use crate::store::schema::{clock_pauses, contracts, service_levels};

pub(super) const LEVELS: &[&str] = &["contract", "from_day", "level"];

pub(super) const PAUSES: &[&str] =
    &["id", "issue_id", "reason", "note", "paused_at", "paused_by", "resumed_at", "resumed_by"];

/// What a contract promised is never taken back, and it has few levels: a page ends with all of its last contract.
pub(super) fn levels(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let ids: Vec<ContractId> = service_levels::table
        .filter(service_levels::contract_id.gt(parted::<ContractId>(after).0))
        .select(service_levels::contract_id)
        .distinct()
        .order(service_levels::contract_id)
        .limit(limits::EXPORT_PAGE)
        .load(reader.database)?;
    let next = ids.last().filter(|_| ids.len() as i64 == limits::EXPORT_PAGE).map(ToString::to_string);
    let rows: Vec<(String, String, String)> = service_levels::table
        .inner_join(contracts::table.on(contracts::id.eq(service_levels::contract_id)))
        .filter(service_levels::contract_id.eq_any(ids))
        .order((service_levels::contract_id, service_levels::from_day))
        .select((contracts::number, service_levels::from_day, service_levels::form))
        .load(reader.database)?;
    let rows = rows.into_iter().map(|(contract, from_day, form)| cells![contract, from_day, kept(&form)]).collect();
    Ok(Page { rows, next })
}

pub(super) fn pauses(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows: Vec<PauseRow> = clock_pauses::table
        .filter(clock_pauses::id.gt(parted::<ClockPauseId>(after).0))
        .order(clock_pauses::id)
        .limit(limits::EXPORT_PAGE)
        .select(PauseRow::as_select())
        .load(reader.database)?;
    let rows = rows.into_iter().map(PauseRow::view).collect();
    Ok(Page::of(
        rows,
        |row: &crate::views::clock::PauseView| row.id.to_string(),
        |row| {
            cells![
                row.id,
                row.issue_id,
                row.reason,
                row.note,
                row.paused_at,
                row.paused_by,
                row.resumed_at,
                row.resumed_by
            ]
        },
    ))
}
