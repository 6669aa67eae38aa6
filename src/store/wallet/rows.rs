//! Rows that a ledger writes by the hundred. PostgreSQL takes them in one statement; SQLite is as fast with one each.

use diesel::prelude::*;

use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement, TicketState};
use crate::domain::wallet::chain::{Link, Posting};
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::kept::Write;
use crate::store::portable::insert_all;
use crate::store::schema::{past_moves, postings, tickets};

#[derive(Debug, Insertable)]
#[diesel(table_name = postings, treat_none_as_default_value = false)]
pub(super) struct PostingRow {
    pub id: PostingId,
    wallet_id: WalletId,
    seq: i64,
    movement: Movement,
    from_account: Account,
    to_account: Account,
    units: i64,
    lot_id: Option<LotId>,
    ticket_id: Option<TicketId>,
    issue_id: Option<IssueId>,
    refers_to: Option<PostingId>,
    terms: Option<Vec<u8>>,
    event_id: EventId,
    at: Timestamp,
    reason: String,
    link: Vec<u8>,
}

impl PostingRow {
    pub fn new(posting: Posting, link: Link) -> Self {
        Self {
            id: posting.id,
            wallet_id: posting.wallet,
            seq: posting.seq,
            movement: posting.movement,
            from_account: posting.from,
            to_account: posting.to,
            units: posting.units,
            lot_id: posting.lot,
            ticket_id: posting.ticket,
            issue_id: posting.issue,
            refers_to: posting.refers_to,
            terms: posting.terms.map(Vec::from),
            event_id: posting.event,
            at: posting.at,
            reason: posting.reason,
            link: link.to_vec(),
        }
    }
}

/// A ticket on its way into the table, or a slip of several units.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = tickets, treat_none_as_default_value = false)]
pub(in crate::store) struct TicketRow {
    pub id: TicketId,
    pub lot_id: LotId,
    pub wallet_id: WalletId,
    pub serial: i32,
    pub number: String,
    pub units: i64,
    pub expires_on: String,
    pub state: TicketState,
    pub issue_id: Option<IssueId>,
}

/// The day behind a posting that tells of the time before an import.
#[derive(Debug, Insertable)]
#[diesel(table_name = past_moves)]
pub(super) struct PastRow {
    pub posting_id: PostingId,
    pub wallet_id: WalletId,
    pub day: String,
    pub repair_id: Option<ReportId>,
}

pub(super) fn insert_past(database: &mut Database, rows: &[PastRow]) -> Result<(), Fault> {
    insert_all!(database, past_moves::table, rows);
    Ok(())
}

/// The statement that writes one posting.
pub(super) fn insert_posting(row: &PostingRow) -> impl Write + '_ {
    diesel::insert_into(postings::table).values(row)
}

pub(super) fn insert_postings(database: &mut Database, rows: &[PostingRow]) -> Result<(), Fault> {
    insert_all!(database, postings::table, rows);
    Ok(())
}

pub(in crate::store) fn insert_tickets(database: &mut Database, rows: &[TicketRow]) -> Result<(), Fault> {
    insert_all!(database, tickets::table, rows);
    Ok(())
}
