//! What the ledger is proved with: wallets as they stand, refunds, the chains of the journal, and the roots over all
//! chains.

use diesel::prelude::*;

use super::{Page, cells, hex, parted};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::refund::RefundGround;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::store::wallet::{WALLET_COLUMNS, WalletRow};

pub(super) const WALLETS: &[&str] = &[
    "id",
    "contract",
    "unit",
    "source",
    "available",
    "held",
    "consumed",
    "expired",
    "voided",
    "overdraft",
    "postings",
    "chain_head",
];

/// The seal that the postings of a refund carry as `terms` is the hash of `id`, `lot_id`, `units`, `yen` and `ground`
/// (`domain::wallet::refund` has the form).
pub(super) const REFUNDS: &[&str] = &["id", "contract", "lot", "posting", "units", "yen", "ground", "at", "lot_id"];

/// A root is the hash of the one before, of its own `nth`, `day` and `taken_at`, and of its heads in the order of their
/// chains' names (`domain::wallet::root` has the form).
pub(super) const ROOTS: &[&str] = &["nth", "day", "taken_at", "root"];

pub(super) const ROOT_HEADS: &[&str] = &["nth", "chain", "seq", "link"];

/// Which entries of the journal each stream has, in which order.
pub(super) const STREAMS: &[&str] = &["stream", "seq", "event_id", "link"];

/// The first part of a mark as text, and the number after it.
fn numbered(mark: &str) -> (&str, i64) {
    let (name, number) = mark.rsplit_once(' ').unwrap_or((mark, ""));
    (name, number.parse().unwrap_or_default())
}

pub(super) fn wallets(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows: Vec<(WalletRow, String)> = wallets::table
        .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
        .filter(wallets::id.gt(parted::<WalletId>(after).0))
        .order(wallets::id)
        .limit(limits::EXPORT_PAGE)
        .select((WALLET_COLUMNS, contracts::number))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |(row, _)| row.id.to_string(),
        |(row, contract)| {
            let WalletRow { source, available, held, consumed, expired, voided, overdraft, postings, .. } = row;
            let (id, unit, head) = (row.id, row.unit, hex(&row.chain_head));
            cells![id, contract, unit, source, available, held, consumed, expired, voided, overdraft, postings, head]
        },
    ))
}

pub(super) fn refunds(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((RefundId, String, String, PostingId), (i64, i64, RefundGround, Timestamp, LotId));
    let rows: Vec<Row> = refunds::table
        .inner_join(wallets::table.on(wallets::id.eq(refunds::wallet_id)))
        .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
        .inner_join(lots::table.on(lots::id.eq(refunds::lot_id)))
        .filter(refunds::id.gt(parted::<RefundId>(after).0))
        .order(refunds::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (refunds::id, contracts::number, lots::number, refunds::posting_id),
            (refunds::units, refunds::yen, refunds::ground, refunds::at, refunds::lot_id),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, contract, lot, posting), (units, yen, ground, at, lot_id))| {
            cells![id, contract, lot, posting, units, yen, ground, at, lot_id]
        },
    ))
}

pub(super) fn roots(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows: Vec<(i64, String, Timestamp, Vec<u8>)> = ledger_roots::table
        .filter(ledger_roots::nth.gt(numbered(after).1))
        .order(ledger_roots::nth)
        .limit(limits::EXPORT_PAGE)
        .load(reader.database)?;
    Ok(Page::of(rows, |row| format!(" {}", row.0), |(nth, day, at, root)| cells![nth, day, at, hex(&root)]))
}

pub(super) fn root_heads(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let (chain, nth) = numbered(after);
    let rows: Vec<(i64, String, i64, Vec<u8>)> = ledger_root_heads::table
        .filter(
            ledger_root_heads::nth.ge(nth).and(ledger_root_heads::nth.gt(nth).or(ledger_root_heads::chain.gt(chain))),
        )
        .order((ledger_root_heads::nth, ledger_root_heads::chain))
        .limit(limits::EXPORT_PAGE)
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| format!("{} {}", row.1, row.0),
        |(nth, chain, seq, link)| cells![nth, chain, seq, hex(&link)],
    ))
}

pub(super) fn streams(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let (stream, seq) = numbered(after);
    let rows: Vec<(String, i64, EventId, Option<Vec<u8>>)> = stream_entries::table
        .filter(
            stream_entries::stream.ge(stream).and(stream_entries::stream.gt(stream).or(stream_entries::seq.gt(seq))),
        )
        .order((stream_entries::stream, stream_entries::seq))
        .limit(limits::EXPORT_PAGE)
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| format!("{} {}", row.0, row.1),
        |(stream, seq, event, link)| cells![stream, seq, event, link.map(|link| hex(&link))],
    ))
}
