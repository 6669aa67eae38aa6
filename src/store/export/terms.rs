//! What was agreed: the versions of every policy with their price lists, the invoices of lots, who knows their last day,
//! and who confirmed a use.

use diesel::prelude::*;

use super::{Page, cells, hex, kept, parted};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::acknowledgement::Means;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const POLICIES: &[&str] =
    &["contract", "version", "from_day", "policy", "menu", "reason", "set_by", "set_at", "link"];

pub(super) const INVOICES: &[&str] = &["lot", "contract", "number", "issuer_number", "invoiced_on", "set_by", "set_at"];

pub(super) const ACKNOWLEDGEMENTS: &[&str] = &["lot", "contract", "by", "means", "on", "noted_by", "noted_at"];

pub(super) const CONFIRMATIONS: &[&str] = &["posting", "contract", "issue", "units", "by", "at"];

pub(super) fn policies(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let (contract, version) = parted::<ContractId>(after);
    let version: i64 = version.parse().unwrap_or_default();
    type Row = ((ContractId, String, i64, String), (String, String, String), (String, Timestamp, Vec<u8>));
    let rows: Vec<Row> = policies::table
        .inner_join(contracts::table.on(contracts::id.eq(policies::contract_id)))
        .filter(
            policies::contract_id
                .ge(contract)
                .and(policies::contract_id.gt(contract).or(policies::version.gt(version))),
        )
        .order((policies::contract_id, policies::version))
        .limit(limits::EXPORT_PAGE)
        .select((
            (policies::contract_id, contracts::number, policies::version, policies::from_day),
            (policies::form, policies::menu, policies::reason),
            (policies::set_by, policies::set_at, policies::link),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| format!("{} {}", row.0.0, row.0.2),
        |((_, contract, version, from_day), (form, menu, reason), (set_by, set_at, link))| {
            let link = hex(&link);
            cells![
                contract,
                version,
                from_day,
                kept(&form),
                kept(&menu).to_string(),
                reason,
                kept(&set_by),
                set_at,
                link
            ]
        },
    ))
}

pub(super) fn invoices(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((LotId, String, String), (String, Option<String>, String), (String, Timestamp));
    let rows: Vec<Row> = invoices::table
        .inner_join(lots::table.on(lots::id.eq(invoices::lot_id)))
        .inner_join(contracts::table.on(contracts::id.eq(invoices::contract_id)))
        .filter(invoices::lot_id.gt(parted::<LotId>(after).0))
        .order(invoices::lot_id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (invoices::lot_id, lots::number, contracts::number),
            (invoices::invoice_number, invoices::issuer_number, invoices::invoiced_on),
            (invoices::set_by, invoices::set_at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((_, lot, contract), (number, issuer, invoiced_on), (set_by, set_at))| {
            cells![lot, contract, number, issuer, invoiced_on, kept(&set_by), set_at]
        },
    ))
}

pub(super) fn acknowledgements(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((LotId, String, String), (String, Means, String), (String, Timestamp));
    let rows: Vec<Row> = lot_acknowledgements::table
        .inner_join(lots::table.on(lots::id.eq(lot_acknowledgements::lot_id)))
        .inner_join(contracts::table.on(contracts::id.eq(lot_acknowledgements::contract_id)))
        .filter(lot_acknowledgements::lot_id.gt(parted::<LotId>(after).0))
        .order(lot_acknowledgements::lot_id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (lot_acknowledgements::lot_id, lots::number, contracts::number),
            (lot_acknowledgements::acknowledged_by, lot_acknowledgements::means, lot_acknowledgements::acknowledged_on),
            (lot_acknowledgements::noted_by, lot_acknowledgements::noted_at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((_, lot, contract), (by, means, on), (noted_by, noted_at))| {
            cells![lot, contract, by, means, on, kept(&noted_by), noted_at]
        },
    ))
}

pub(super) fn confirmations(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (PostingId, String, String, i64, String, Timestamp);
    let rows: Vec<Row> = confirmations::table
        .inner_join(contracts::table.on(contracts::id.eq(confirmations::contract_id)))
        .inner_join(issues::table.on(issues::id.eq(confirmations::issue_id)))
        .filter(confirmations::posting_id.gt(parted::<PostingId>(after).0))
        .order(confirmations::posting_id)
        .limit(limits::EXPORT_PAGE)
        .select((
            confirmations::posting_id,
            contracts::number,
            issues::number,
            confirmations::units,
            confirmations::confirmed_by,
            confirmations::confirmed_at,
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.to_string(),
        |(posting, contract, issue, units, by, at)| cells![posting, contract, issue, units, kept(&by), at],
    ))
}
