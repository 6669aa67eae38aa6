//! Every wallet read again from its first posting: chain, balances, and the events that tell of it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::{Findings, holds, lots, past};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement};
use crate::domain::wallet::book::Book;
use crate::domain::wallet::chain::Posting;
use crate::effects::progress::Progress;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{journal, postings, wallets};
use crate::store::wallet::{WALLET_COLUMNS, WalletRow};
use crate::views::wallet::WalletMoved;

/// A posting as text, so that a changed byte is a finding and not a failure to read.
#[derive(Queryable)]
pub(super) struct Line {
    pub id: PostingId,
    wallet: WalletId,
    seq: i64,
    pub movement: String,
    from: String,
    to: String,
    units: i64,
    lot: Option<LotId>,
    ticket: Option<TicketId>,
    pub issue: Option<IssueId>,
    pub sealed: (Option<PostingId>, Option<Vec<u8>>, Vec<u8>),
    event: EventId,
    at: Timestamp,
    reason: String,
}

pub(super) fn check(database: &mut Database, findings: &mut Findings, progress: &Progress) -> Result<(), Fault> {
    let rows: Vec<WalletRow> = wallets::table.order(wallets::id).select(WALLET_COLUMNS).load(database)?;
    progress.begin("checking wallets", rows.len());
    for part in rows.chunks(limits::VERIFY_WALLETS) {
        let ids: Vec<WalletId> = part.iter().map(|row| row.id).collect();
        let lines = lines_of(database, &ids)?;
        past::check(database, &ids, &lines, findings)?;
        for row in part {
            let mine = lines.get(&row.id).map_or(&[][..], Vec::as_slice);
            let mut read = Read::new(row);
            mine.iter().for_each(|line| read.line(line, findings));
            read.compare(row, findings);
            lots::check(database, row, &read, findings)?;
            holds::against_ledger(database, row.id, &read, findings)?;
        }
        let contracts = part.iter().map(|row| (row.id, row.contract)).collect();
        events_fit(database, &contracts, lines.values().flatten(), findings)?;
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
            (postings::refers_to, postings::terms, postings::link),
            postings::event_id,
            postings::at,
            postings::reason,
        ))
        .load(database)?;
    let mut found: BTreeMap<WalletId, Vec<Line>> = BTreeMap::new();
    for line in rows {
        found.entry(line.wallet).or_default().push(line);
    }
    Ok(found)
}

/// What the postings say.
pub(super) struct Read {
    book: Book,
    /// The account on which a ticket's last posting put it, and the issue that it names.
    pub tickets: BTreeMap<TicketId, (Account, Option<IssueId>)>,
    /// Units that came from outside into each lot, less those that went back, and the seal of its terms.
    pub lots: BTreeMap<LotId, (i64, Option<Vec<u8>>)>,
    /// Seal of each issue's hold, when it was made and when its units moved last.
    pub holds: BTreeMap<IssueId, HoldLine>,
    seen: BTreeSet<PostingId>,
}

/// What the ledger says of the hold of one issue.
#[derive(Debug, Default)]
pub(super) struct HoldLine {
    pub terms: Option<Vec<u8>>,
    pub made_at: Option<Timestamp>,
    pub moved_at: Option<Timestamp>,
}

impl Read {
    fn new(row: &WalletRow) -> Self {
        Self {
            book: Book::empty(row.id, row.contract, row.unit),
            tickets: BTreeMap::new(),
            lots: BTreeMap::new(),
            holds: BTreeMap::new(),
            seen: BTreeSet::new(),
        }
    }

    fn line(&mut self, line: &Line, findings: &mut Findings) {
        let parsed = (line.movement.parse::<Movement>(), line.from.parse::<Account>(), line.to.parse::<Account>());
        let (Ok(movement), Ok(from), Ok(to)) = parsed else {
            findings.add("wallet.chain", line.id, "a code of the posting is unknown");
            return;
        };
        let (refers_to, terms, stored_link) = &line.sealed;
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
            refers_to: *refers_to,
            terms: terms.as_deref().and_then(|terms| terms.try_into().ok()),
            event: line.event,
            at: line.at,
            reason: line.reason.clone(),
        };
        let link = self.book.replay(&posting);
        findings.equal("wallet.seq", line.id, "the posting's place", line.seq, self.book.postings);
        if *stored_link != link {
            findings.add("wallet.chain", line.id, "the posting's content and its link do not fit");
            // Go on from the stored link, so that one changed line is one finding.
            if let Ok(stored) = stored_link.as_slice().try_into() {
                self.book.head = stored;
            }
        }
        if let Some(fault) = self.book.balances.fault() {
            findings.add("wallet.balance", line.id, fault);
        }
        self.seen.insert(line.id);
        // The receiving side of a transfer names a posting of another wallet.
        let is_known = movement == Movement::Transfer || refers_to.is_none_or(|id| self.seen.contains(&id));
        if !is_known {
            findings.add("wallet.chain", line.id, "the posting names one that does not stand before it");
        }
        self.note(line, movement, from, to);
    }

    fn note(&mut self, line: &Line, movement: Movement, from: Account, to: Account) {
        if let Some(ticket) = line.ticket {
            self.tickets.insert(ticket, (to, line.issue));
        }
        if let Some(lot) = line.lot.filter(|_| from == Account::Source) {
            let noted = self.lots.entry(lot).or_default();
            noted.0 += line.units;
            noted.1 = line.sealed.1.clone();
        }
        let Some(issue) = line.issue else { return };
        let hold = self.holds.entry(issue).or_default();
        let settles_debt = movement == Movement::Overdraft && from == Account::Available;
        if matches!(movement, Movement::Hold | Movement::Overdraft) && !settles_debt {
            hold.terms = line.sealed.1.clone();
            hold.made_at = Some(line.at);
        } else if !settles_debt {
            hold.moved_at = Some(line.at);
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
        "wallet.adjusted" => Movement::Adjust,
        "wallet.transferred" => Movement::Transfer,
        "wallet.voided" => Movement::Void,
        _ => return None,
    })
}

/// Each event tells of as many units as its postings move, and stands in the history of the wallet's contract.
fn events_fit<'a>(
    database: &mut Database,
    contracts: &BTreeMap<WalletId, ContractId>,
    lines: impl Iterator<Item = &'a Line>,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let mut moved: BTreeMap<EventId, BTreeMap<&str, i64>> = BTreeMap::new();
    let mut owners: BTreeMap<EventId, (Option<ContractId>, Timestamp)> = BTreeMap::new();
    for line in lines {
        let gone = matches!(line.movement.as_str(), "adjust" | "transfer") && line.from == "available";
        let units = if gone { -line.units } else { line.units };
        *moved.entry(line.event).or_default().entry(line.movement.as_str()).or_default() += units;
        owners.insert(line.event, (contracts.get(&line.wallet).copied(), line.at));
    }
    let ids: Vec<EventId> = moved.keys().copied().collect();
    for part in ids.chunks(limits::STATEMENT_IDS) {
        type Told = (EventId, String, String, Option<ContractId>, Timestamp);
        let rows: Vec<Told> = journal::table
            .filter(journal::id.eq_any(part))
            .select((journal::id, journal::kind, journal::data, journal::contract_id, journal::at))
            .load(database)?;
        for id in part.iter().filter(|id| rows.iter().all(|(known, ..)| known != *id)) {
            findings.add("journal.wallet", id, "postings without their event");
        }
        for (id, kind, data, contract, at) in rows {
            findings.equal("journal.wallet", id, "contract and instant", Some(&(contract, at)), owners.get(&id));
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
