//! Every wallet read again from its first posting: chain, balances, tickets, and the events that tell of it.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Findings;
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement, TicketState};
use crate::domain::wallet::book::Book;
use crate::domain::wallet::chain::Posting;
use crate::effects::progress::Progress;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{journal, lots, postings, tickets, wallets};
use crate::store::wallet::{WALLET_COLUMNS, WalletRow};
use crate::views::wallet::WalletMoved;

/// A posting as text, so that a changed byte is a finding and not a failure to read.
#[derive(Queryable)]
struct Line {
    id: PostingId,
    wallet: WalletId,
    seq: i64,
    movement: String,
    from: String,
    to: String,
    units: i64,
    lot: Option<LotId>,
    ticket: Option<TicketId>,
    issue: Option<IssueId>,
    event: EventId,
    at: Timestamp,
    reason: String,
    link: Vec<u8>,
}

pub(super) fn check(database: &mut Database, findings: &mut Findings, progress: &Progress) -> Result<(), Fault> {
    let rows: Vec<WalletRow> = wallets::table.order(wallets::id).select(WALLET_COLUMNS).load(database)?;
    progress.begin("checking wallets", rows.len());
    for part in rows.chunks(limits::VERIFY_WALLETS) {
        let ids: Vec<WalletId> = part.iter().map(|row| row.id).collect();
        let lines = lines_of(database, &ids)?;
        for row in part {
            let mine = lines.get(&row.id).map_or(&[][..], Vec::as_slice);
            let mut read = Read { book: Book::empty(row.id), tickets: BTreeMap::new(), lots: BTreeMap::new() };
            mine.iter().for_each(|line| read.line(line, findings));
            read.compare(row, findings);
            tickets_fit(database, row.id, &read, findings)?;
        }
        events_fit(database, lines.values().flatten(), findings)?;
        progress.add(part.len());
    }
    Ok(())
}

fn lines_of(database: &mut Database, wallets: &[WalletId]) -> Result<BTreeMap<WalletId, Vec<Line>>, Fault> {
    let rows: Vec<Line> = postings::table
        .filter(postings::wallet_id.eq_any(wallets))
        .order((postings::wallet_id, postings::seq))
        .select((
            postings::id,
            postings::wallet_id,
            postings::seq,
            postings::movement,
            postings::from_account,
            postings::to_account,
            postings::units,
            postings::lot_id,
            postings::ticket_id,
            postings::issue_id,
            postings::event_id,
            postings::at,
            postings::reason,
            postings::link,
        ))
        .load(database)?;
    let mut found: BTreeMap<WalletId, Vec<Line>> = BTreeMap::new();
    for line in rows {
        found.entry(line.wallet).or_default().push(line);
    }
    Ok(found)
}

/// What the postings say.
struct Read {
    book: Book,
    /// Account on which a ticket's last posting put it.
    tickets: BTreeMap<TicketId, Account>,
    /// Units that each lot brought.
    lots: BTreeMap<LotId, i64>,
}

impl Read {
    fn line(&mut self, line: &Line, findings: &mut Findings) {
        let parsed = (line.movement.parse::<Movement>(), line.from.parse::<Account>(), line.to.parse::<Account>());
        let (Ok(movement), Ok(from), Ok(to)) = parsed else {
            findings.add("wallet.chain", line.id, "a code of the posting is unknown");
            return;
        };
        let posting = Posting {
            id: line.id,
            wallet: line.wallet,
            seq: line.seq,
            movement,
            from,
            to,
            units: line.units,
            lot: line.lot,
            ticket: line.ticket,
            issue: line.issue,
            at: line.at,
            reason: line.reason.clone(),
        };
        let link = self.book.replay(&posting);
        findings.equal("wallet.seq", line.id, "the posting's place", line.seq, self.book.postings);
        if line.link != link {
            findings.add("wallet.chain", line.id, "the posting's content and its link do not fit");
            // Go on from the stored link, so that one changed line is one finding.
            if let Ok(stored) = line.link.as_slice().try_into() {
                self.book.head = stored;
            }
        }
        if let Some(fault) = self.book.balances.fault() {
            findings.add("wallet.balance", line.id, fault);
        }
        if let Some(ticket) = line.ticket {
            self.tickets.insert(ticket, to);
        } else if let Some(lot) = line.lot.filter(|_| from == Account::Source) {
            *self.lots.entry(lot).or_default() += line.units;
        }
    }

    fn compare(&self, row: &WalletRow, findings: &mut Findings) {
        findings.equal("wallet.balance", row.id, "the kept balances", row.balances(), self.book.balances);
        findings.equal("wallet.seq", row.id, "the count of postings", row.postings, self.book.postings);
        if row.chain_head != self.book.head {
            findings.add("wallet.chain", row.id, "the kept head is not the last link");
        }
    }
}

/// Where a ticket must stand after its last posting. A ticket that settled an overdraft is held or used, as the
/// issue is that it settled for.
fn allowed(account: Option<Account>) -> &'static [TicketState] {
    match account {
        None | Some(Account::Available) => &[TicketState::Available],
        Some(Account::Held) => &[TicketState::Held],
        Some(Account::Consumed) => &[TicketState::Consumed],
        Some(Account::Expired) => &[TicketState::Expired],
        Some(Account::Voided) => &[TicketState::Voided],
        Some(Account::Overdraft) => &[TicketState::Held, TicketState::Consumed],
        Some(Account::Source) => &[],
    }
}

fn tickets_fit(database: &mut Database, wallet: WalletId, read: &Read, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<(TicketId, LotId, String, TicketState)> = tickets::table
        .filter(tickets::wallet_id.eq(wallet))
        .order((tickets::lot_id, tickets::serial))
        .select((tickets::id, tickets::lot_id, tickets::number, tickets::state))
        .load(database)?;
    let mut count: BTreeMap<LotId, i64> = BTreeMap::new();
    for (id, lot, number, state) in rows {
        *count.entry(lot).or_default() += 1;
        let account = read.tickets.get(&id).copied();
        if !allowed(account).contains(&state) {
            findings.add("wallet.ticket", &number, format!("the ticket is {state}, the ledger says {account:?}"));
        }
    }
    let rows: Vec<(LotId, String, i64)> = lots::table
        .filter(lots::wallet_id.eq(wallet))
        .order(lots::number)
        .select((lots::id, lots::number, lots::units))
        .load(database)?;
    for (id, number, units) in rows {
        let made = count.get(&id).copied().unwrap_or_default();
        findings.equal("wallet.lot", &number, "the count of tickets", made, units);
        let posted = read.lots.get(&id).copied().unwrap_or_default();
        findings.equal("wallet.lot", &number, "the units posted", posted, units);
    }
    Ok(())
}

/// The movement of which an event tells.
fn movement_of(kind: &str) -> Option<Movement> {
    Some(match kind {
        "wallet.purchased" => Movement::Purchase,
        "wallet.granted" => Movement::Grant,
        "wallet.held" => Movement::Hold,
        "wallet.captured" => Movement::Capture,
        "wallet.released" => Movement::Release,
        "wallet.expired" => Movement::Expire,
        "wallet.reversed" => Movement::Reverse,
        "wallet.overdrawn" => Movement::Overdraft,
        _ => return None,
    })
}

/// Each event tells of as many units as its postings move.
fn events_fit<'a>(
    database: &mut Database,
    lines: impl Iterator<Item = &'a Line>,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let mut moved: BTreeMap<EventId, BTreeMap<&str, i64>> = BTreeMap::new();
    for line in lines {
        *moved.entry(line.event).or_default().entry(line.movement.as_str()).or_default() += line.units;
    }
    let ids: Vec<EventId> = moved.keys().copied().collect();
    for part in ids.chunks(limits::STATEMENT_IDS) {
        let rows: Vec<(EventId, String, String)> = journal::table
            .filter(journal::id.eq_any(part))
            .select((journal::id, journal::kind, journal::data))
            .load(database)?;
        for id in part.iter().filter(|id| rows.iter().all(|(known, ..)| known != *id)) {
            findings.add("journal.wallet", id, "postings without their event");
        }
        for (id, kind, data) in rows {
            let of_event = moved.get(&id).cloned().unwrap_or_default();
            let movement = movement_of(&kind).map_or("", Movement::as_str);
            let posted = of_event.get(movement).copied().unwrap_or_default();
            match serde_json::from_str::<WalletMoved>(&data) {
                Ok(told) => findings.equal("journal.wallet", id, "the units told", told.units, posted),
                Err(error) => findings.add("journal.wallet", id, format!("the event cannot be read: {error}")),
            }
        }
    }
    Ok(())
}
