//! Tickets and postings.

use diesel::prelude::*;

use super::{Page, cells, hex, parted};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement, TicketState};
use crate::domain::wallet::select::ENDLESS;
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::store::verify::seals;

/// The seal of a lot covers the ids of the tickets that it came with, in the order of their numbers.
pub(super) const TICKETS: &[&str] = &["number", "lot", "contract", "units", "expires_on", "state", "issue", "id"];

/// Everything that a link is made of stands here, so that whoever has this table can compute the chain again: the first
/// link of a wallet is the hash of `wallet_id`, `contract_id` and `unit`, each further one that of the link before, of
/// `told`, which is the seal of the journal's entry, and of the posting's own columns (`domain::wallet::chain` has the
/// form). A posting that is older than such seals has no `told`.
pub(super) const POSTINGS: &[&str] = &[
    "id",
    "contract",
    "seq",
    "at",
    "movement",
    "from_account",
    "to_account",
    "units",
    "lot",
    "ticket",
    "issue",
    "refers_to",
    "reason",
    "event_id",
    "link",
    "wallet_id",
    "contract_id",
    "unit",
    "lot_id",
    "ticket_id",
    "issue_id",
    "terms",
    "told",
    "past_day",
    "past_repair_id",
];

/// None for what has no last day.
pub(super) fn last_day(text: String) -> Option<String> {
    Some(text).filter(|text| *text != ENDLESS.to_string())
}

pub(super) fn tickets(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (TicketId, String, String, String, i64, String, TicketState, Option<String>);
    let rows: Vec<Row> = tickets::table
        .inner_join(lots::table.on(lots::id.eq(tickets::lot_id)))
        .inner_join(wallets::table.on(wallets::id.eq(tickets::wallet_id)))
        .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
        .left_join(issues::table.on(tickets::issue_id.eq(issues::id.nullable())))
        .filter(tickets::number.gt(after))
        .order(tickets::number)
        .limit(limits::EXPORT_PAGE)
        .select((
            tickets::id,
            tickets::number,
            lots::number,
            contracts::number,
            tickets::units,
            tickets::expires_on,
            tickets::state,
            issues::number.nullable(),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.1.clone(),
        |(id, number, lot, contract, units, expires_on, state, issue)| {
            cells![number, lot, contract, units, last_day(expires_on), state, issue, id]
        },
    ))
}

type PostingRow = (
    (PostingId, String, i64, Timestamp, Movement),
    (Account, Account, i64, Option<String>, Option<String>, Option<String>),
    (Option<PostingId>, String, EventId, Vec<u8>),
    (WalletId, ContractId, UnitKind, Option<LotId>, Option<TicketId>, Option<IssueId>),
    (Option<Vec<u8>>, Option<String>, Option<ReportId>),
);

fn posting_rows(reader: &mut Reader<'_>, after: &str) -> Result<Vec<PostingRow>, Fault> {
    let (wallet, seq) = parted::<WalletId>(after);
    let seq: i64 = seq.parse().unwrap_or_default();
    let rows: Vec<PostingRow> = postings::table
        .inner_join(wallets::table.on(wallets::id.eq(postings::wallet_id)))
        .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
        .left_join(lots::table.on(postings::lot_id.eq(lots::id.nullable())))
        .left_join(tickets::table.on(postings::ticket_id.eq(tickets::id.nullable())))
        .left_join(issues::table.on(postings::issue_id.eq(issues::id.nullable())))
        .left_join(past_moves::table.on(past_moves::posting_id.eq(postings::id)))
        .filter(postings::wallet_id.ge(wallet).and(postings::wallet_id.gt(wallet).or(postings::seq.gt(seq))))
        .order((postings::wallet_id, postings::seq))
        .limit(limits::EXPORT_PAGE)
        .select((
            (postings::id, contracts::number, postings::seq, postings::at, postings::movement),
            (
                postings::from_account,
                postings::to_account,
                postings::units,
                lots::number.nullable(),
                tickets::number.nullable(),
                issues::number.nullable(),
            ),
            (postings::refers_to, postings::reason, postings::event_id, postings::link),
            (wallets::id, contracts::id, wallets::unit, postings::lot_id, postings::ticket_id, postings::issue_id),
            (postings::terms, past_moves::day.nullable(), past_moves::repair_id.nullable()),
        ))
        .load(reader.database)?;
    Ok(rows)
}

pub(super) fn postings(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows = posting_rows(reader, after)?;
    let seals = seals(reader.database, rows.iter().map(|row| row.2.2))?;
    Ok(Page::of(
        rows,
        |row| format!("{} {}", row.3.0, row.0.2),
        |(
            (id, contract, seq, at, movement),
            (from, to, units, lot, ticket, issue),
            (refers_to, reason, event, link),
            (wallet_id, contract_id, unit, lot_id, ticket_id, issue_id),
            (terms, past_day, repair),
        )| {
            let (link, terms) = (hex(&link), terms.map(|terms| hex(&terms)));
            let told = seals.get(&event).map(|seal| hex(seal));
            cells![
                id,
                contract,
                seq,
                at,
                movement,
                from,
                to,
                units,
                lot,
                ticket,
                issue,
                refers_to,
                reason,
                event,
                link,
                wallet_id,
                contract_id,
                unit,
                lot_id,
                ticket_id,
                issue_id,
                terms,
                told,
                past_day,
                repair,
            ]
        },
    ))
}
