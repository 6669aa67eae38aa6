//! Lots, tickets and postings.

use diesel::prelude::*;

use super::{Page, cells, parted};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement, Origin, TicketState};
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::select::ENDLESS;
use crate::domain::wallet::terms::LawClass;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const TICKETS: &[&str] = &["number", "lot", "contract", "units", "expires_on", "state", "issue"];

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
];

/// None for what has no last day.
fn last_day(text: String) -> Option<String> {
    Some(text).filter(|text| *text != ENDLESS.to_string())
}

pub(super) fn lots(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row =
        ((LotId, String, String, Origin, i64, i64), (String, String, Scope, LawClass), (i64, i64, i64, i64, i64));
    let rows: Vec<Row> = lots::table
        .inner_join(wallets::table.on(wallets::id.eq(lots::wallet_id)))
        .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
        .filter(lots::number.gt(after))
        .order(lots::number)
        .limit(limits::EXPORT_PAGE)
        .select((
            (lots::id, lots::number, contracts::number, lots::origin, lots::units, lots::price_yen),
            (lots::issued_on, lots::expires_on, lots::scope, lots::law_class),
            (lots::available, lots::held, lots::consumed, lots::expired, lots::voided),
        ))
        .load(reader.database)?;
    let today = reader.today().to_string();
    Ok(Page::of(
        rows,
        |row| row.0.1.clone(),
        |((_, number, contract, origin, units, price), (issued_on, expires_on, scope, law), counts)| {
            let (available, held, consumed, expired, voided) = counts;
            // What can no longer be had of it, whatever became of it; a lot that is over loses the rest by its day.
            let used = units - available - held - if expires_on < today { expired } else { 0 };
            let expires_on = last_day(expires_on);
            cells![
                number, contract, origin, units, price, issued_on, expires_on, used, scope, law, available, held,
                consumed, expired, voided,
            ]
        },
    ))
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
        |(_, number, lot, contract, units, expires_on, state, issue)| {
            cells![number, lot, contract, units, last_day(expires_on), state, issue]
        },
    ))
}

pub(super) fn postings(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let (wallet, seq) = parted::<WalletId>(after);
    let seq: i64 = seq.parse().unwrap_or_default();
    type Row = (
        (PostingId, String, i64, Timestamp, Movement, WalletId),
        (Account, Account, i64, Option<String>, Option<String>, Option<String>),
        (Option<PostingId>, String, EventId, Vec<u8>),
    );
    let rows: Vec<Row> = postings::table
        .inner_join(wallets::table.on(wallets::id.eq(postings::wallet_id)))
        .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
        .left_join(lots::table.on(postings::lot_id.eq(lots::id.nullable())))
        .left_join(tickets::table.on(postings::ticket_id.eq(tickets::id.nullable())))
        .left_join(issues::table.on(postings::issue_id.eq(issues::id.nullable())))
        .filter(postings::wallet_id.ge(wallet).and(postings::wallet_id.gt(wallet).or(postings::seq.gt(seq))))
        .order((postings::wallet_id, postings::seq))
        .limit(limits::EXPORT_PAGE)
        .select((
            (postings::id, contracts::number, postings::seq, postings::at, postings::movement, postings::wallet_id),
            (
                postings::from_account,
                postings::to_account,
                postings::units,
                lots::number.nullable(),
                tickets::number.nullable(),
                issues::number.nullable(),
            ),
            (postings::refers_to, postings::reason, postings::event_id, postings::link),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| format!("{} {}", row.0.5, row.0.2),
        |(
            (id, contract, seq, at, movement, _),
            (from, to, units, lot, ticket, issue),
            (refers_to, reason, event, link),
        )| {
            let link: String = link.iter().map(|byte| format!("{byte:02x}")).collect();
            cells![id, contract, seq, at, movement, from, to, units, lot, ticket, issue, refers_to, reason, event, link]
        },
    ))
}
