//! Every wallet read again from its first posting: chain, balances, and the events that tell of it.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::told::{self, Told};
use super::{Findings, charge, holds, lots, past};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement};
use crate::domain::wallet::book::Book;
use crate::domain::wallet::chain::{self, Posting};
use crate::effects::progress::Progress;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{postings, wallets};
use crate::store::wallet::{WALLET_COLUMNS, WalletRow};

/// A posting as text, so that a changed byte is a finding and not a failure to read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = postings)]
pub(super) struct Line {
    pub id: PostingId,
    #[diesel(column_name = wallet_id)]
    pub wallet: WalletId,
    pub seq: i64,
    pub movement: String,
    #[diesel(column_name = from_account)]
    pub from: String,
    #[diesel(column_name = to_account)]
    pub to: String,
    pub units: i64,
    #[diesel(column_name = lot_id)]
    pub lot: Option<LotId>,
    #[diesel(column_name = ticket_id)]
    pub ticket: Option<TicketId>,
    #[diesel(column_name = issue_id)]
    pub issue: Option<IssueId>,
    /// The posting that it names.
    pub refers_to: Option<PostingId>,
    pub terms: Option<Vec<u8>>,
    pub link: Vec<u8>,
    #[diesel(column_name = event_id)]
    pub event: EventId,
    pub at: Timestamp,
    pub reason: String,
}

pub(super) fn check(database: &mut Database, findings: &mut Findings, progress: &Progress) -> Result<(), Fault> {
    let rows: Vec<WalletRow> = wallets::table.order(wallets::id).select(WALLET_COLUMNS).load(database)?;
    progress.begin("checking wallets", rows.len());
    for part in rows.chunks(limits::VERIFY_WALLETS) {
        let ids: Vec<WalletId> = part.iter().map(|row| row.id).collect();
        let lines = lines_of(database, &ids)?;
        let told = told::of(database, lines.values().flatten().map(|line| line.event))?;
        past::check(database, &ids, &lines, findings)?;
        for row in part {
            let mine = lines.get(&row.id).map_or(&[][..], Vec::as_slice);
            let read = read(row, mine, &told, findings);
            read.compare(row, findings);
            lots::check(database, row, &read, findings)?;
            holds::against_ledger(database, row.id, &read, findings)?;
            charge::check(database, row, mine, findings)?;
        }
        let contracts = part.iter().map(|row| (row.id, row.contract)).collect();
        told::fits(&told, &contracts, lines.values().flatten(), findings);
        progress.add(part.len());
    }
    Ok(())
}

/// Reads the lines of a wallet, from the first on, beside the entries that tell of them.
pub(super) fn read(row: &WalletRow, lines: &[Line], told: &Told, findings: &mut Findings) -> Read {
    let mut read = Read::new(row);
    lines.iter().for_each(|line| read.line(line, told, findings));
    read
}

/// The lines of one wallet after a place in it.
pub(super) fn lines_after(database: &mut Database, wallet: WalletId, seq: i64) -> Result<Vec<Line>, Fault> {
    let after = postings::wallet_id.eq(wallet).and(postings::seq.gt(seq));
    Ok(postings::table.filter(after).order(postings::seq).select(Line::as_select()).load(database)?)
}

pub(super) fn lines_of(database: &mut Database, wallets: &[WalletId]) -> Result<BTreeMap<WalletId, Vec<Line>>, Fault> {
    let rows: Vec<Line> = postings::table
        .filter(postings::wallet_id.eq_any(wallets))
        .order((postings::wallet_id, postings::seq))
        .select(Line::as_select())
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
    /// Units on hold now.
    pub held: i64,
}

impl Read {
    pub fn new(row: &WalletRow) -> Self {
        Self {
            book: Book::empty(row.id, row.contract, row.unit),
            tickets: BTreeMap::new(),
            lots: BTreeMap::new(),
            holds: BTreeMap::new(),
            seen: BTreeSet::new(),
        }
    }

    pub fn line(&mut self, line: &Line, told: &Told, findings: &mut Findings) {
        let parsed = (line.movement.parse::<Movement>(), line.from.parse::<Account>(), line.to.parse::<Account>());
        let (Ok(movement), Ok(from), Ok(to)) = parsed else {
            findings.add("wallet.chain", line.id, "a code of the posting is unknown");
            return;
        };
        let (refers_to, terms, stored_link) = (&line.refers_to, &line.terms, &line.link);
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
            told: told.get(&line.event).map(|entry| entry.seal),
            at: line.at,
            reason: line.reason.clone(),
        };
        let before = self.book.head;
        let mut link = self.book.replay(&posting);
        if *stored_link != link {
            // A posting that is older than the seals of entries has none in its link.
            link = chain::link(&before, &Posting { told: None, ..posting });
        }
        findings.equal("wallet.seq", line.id, "the posting's place", line.seq, self.book.postings);
        if *stored_link != link {
            findings.add("wallet.chain", line.id, "the posting, or the entry that tells of it, does not fit its link");
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
        self.note(line, movement, from, to, findings);
    }

    fn note(&mut self, line: &Line, movement: Movement, from: Account, to: Account, findings: &mut Findings) {
        if let Some(ticket) = line.ticket {
            let before = self.tickets.insert(ticket, (to, line.issue));
            let stood = before.map_or(from, |(account, _)| account);
            // One that settled an overdraft goes on as the issue does that it settled for.
            let settled = stood == Account::Overdraft && matches!(from, Account::Held | Account::Consumed);
            if stood != from && !settled {
                findings.add("wallet.ticket", ticket, format!("it is taken from {from} and stood at {stood}"));
            }
        }
        if let Some(lot) = line.lot.filter(|_| from == Account::Source) {
            let noted = self.lots.entry(lot).or_default();
            noted.0 += line.units;
            noted.1 = line.terms.clone();
        }
        let Some(issue) = line.issue else { return };
        let hold = self.holds.entry(issue).or_default();
        let settles_debt = movement == Movement::Overdraft && from == Account::Available;
        if !settles_debt {
            hold.held += if to == Account::Held { line.units } else { 0 };
            hold.held -= if from == Account::Held { line.units } else { 0 };
        }
        let holds = matches!(movement, Movement::Hold | Movement::Overdraft) && !settles_debt;
        if hold.held < 0 || (holds && hold.made_at.is_some_and(|at| at != line.at)) {
            findings.add("hold.once", issue, "it holds, uses or gives back twice");
        }
        if holds {
            hold.terms = line.terms.clone();
            hold.made_at = Some(line.at);
        } else if !settles_debt {
            hold.moved_at = Some(line.at);
        }
    }

    /// Lines read so far.
    pub fn lines(&self) -> i64 {
        self.book.postings
    }

    /// The link of the last line.
    pub fn head(&self) -> chain::Link {
        self.book.head
    }

    pub fn compare(&self, row: &WalletRow, findings: &mut Findings) {
        findings.equal("wallet.balance", row.id, "the kept balances", row.balances(), self.book.balances);
        findings.equal("wallet.seq", row.id, "the count of postings", row.postings, self.book.postings);
        if row.chain_head != self.book.head {
            findings.add("wallet.chain", row.id, "the kept head is not the last link");
        }
    }
}
