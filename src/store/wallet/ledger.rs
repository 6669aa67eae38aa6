//! One wallet, locked for the rest of the transaction, with the lines that are about to be posted.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::rows::{PastRow, PostingRow, insert_past, insert_posting, insert_postings};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, EventId, IssueId, LotId, PostingId, ReportId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{Balances, TicketState};
use crate::domain::wallet::book::{Book, Entry};
use crate::domain::wallet::chain::Link;
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::{Fault, StoreError};
use crate::store::kept::{Kept, Writes, write_all};
use crate::store::schema::wallets;
use crate::store::unit::Unit;
use crate::views::wallet::WalletMoved;

/// What an event says about its postings, besides the figures.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct Told {
    pub issue: Option<IssueId>,
    pub issue_number: Option<String>,
    pub tickets: Vec<String>,
    pub lot: Option<String>,
    pub settled: i64,
    pub reason: String,
    /// What a person wrote beside the reason.
    pub note: String,
    /// What a refund pays back.
    pub yen: Option<i64>,
}

/// A locked wallet. Nothing is written before `save`.
pub(in crate::store) struct Ledger {
    pub contract: ContractId,
    pub unit: UnitKind,
    pub book: Book,
    lines: Vec<PostingRow>,
    /// Units of each lot that came into (or left) each state of [`TicketState::ALL`].
    moved: BTreeMap<LotId, [i64; 5]>,
    /// What else is written with the lines: the hold that they are of, the tickets that they move.
    writes: Vec<Kept>,
    /// Days and repairs of postings that tell of the time before an import.
    past: Vec<(PostingId, NaiveDate, Option<ReportId>)>,
}

#[derive(Queryable)]
pub(in crate::store) struct WalletRow {
    pub id: WalletId,
    pub contract: ContractId,
    pub unit: UnitKind,
    pub source: i64,
    pub available: i64,
    pub held: i64,
    pub consumed: i64,
    pub expired: i64,
    pub voided: i64,
    pub overdraft: i64,
    pub postings: i64,
    pub chain_head: Vec<u8>,
}

pub(in crate::store) type WalletColumns = (
    wallets::id,
    wallets::contract_id,
    wallets::unit,
    wallets::source,
    wallets::available,
    wallets::held,
    wallets::consumed,
    wallets::expired,
    wallets::voided,
    wallets::overdraft,
    wallets::postings,
    wallets::chain_head,
);

pub(in crate::store) const WALLET_COLUMNS: WalletColumns = (
    wallets::id,
    wallets::contract_id,
    wallets::unit,
    wallets::source,
    wallets::available,
    wallets::held,
    wallets::consumed,
    wallets::expired,
    wallets::voided,
    wallets::overdraft,
    wallets::postings,
    wallets::chain_head,
);

impl WalletRow {
    pub fn balances(&self) -> Balances {
        Balances {
            source: self.source,
            available: self.available,
            held: self.held,
            consumed: self.consumed,
            expired: self.expired,
            voided: self.voided,
            overdraft: self.overdraft,
        }
    }

    pub fn book(&self) -> Result<Book, StoreError> {
        let head: Link = self.chain_head.as_slice().try_into().map_err(StoreError::corrupt)?;
        Ok(Book { wallet: self.id, balances: self.balances(), postings: self.postings, head })
    }
}

impl Ledger {
    /// Takes the wallet's row, so that whoever comes second sees what the first has left.
    pub fn lock(unit: &mut Unit<'_>, wallet: WalletId) -> Result<Self, Fault> {
        let row = locked(unit.database, wallet).optional()?.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let book = row.book()?;
        Ok(Self {
            contract: row.contract,
            unit: row.unit,
            book,
            lines: Vec::new(),
            moved: BTreeMap::new(),
            writes: Vec::new(),
            past: Vec::new(),
        })
    }

    /// The wallet of a contract, locked.
    pub fn lock_of(unit: &mut Unit<'_>, contract: ContractId) -> Result<Self, Fault> {
        let wallet: Option<WalletId> = wallets::table
            .filter(wallets::contract_id.eq(contract))
            .select(wallets::id)
            .first(unit.database)
            .optional()?;
        Self::lock(unit, wallet.ok_or_else(|| Refusal::new(Code::NotFound).at("contract_id"))?)
    }

    /// A wallet that this command has just made.
    pub fn fresh(contract: ContractId, wallet: WalletId, unit: UnitKind) -> Self {
        let book = Book::empty(wallet, contract, unit);
        Self { contract, unit, book, lines: Vec::new(), moved: BTreeMap::new(), writes: Vec::new(), past: Vec::new() }
    }

    pub fn wallet(&self) -> WalletId {
        self.book.wallet
    }

    /// Units of a lot change their state. None: they come into being or go to another wallet.
    pub fn shift(&mut self, lot: LotId, from: Option<TicketState>, to: Option<TicketState>, units: i64) {
        let counts = self.moved.entry(lot).or_default();
        for (state, sign) in [(from, -1), (to, 1)] {
            if let Some(state) = state {
                counts[state as usize] += sign * units;
            }
        }
    }

    /// Writes this too when the lines are. No two such writes may touch the same row.
    pub fn write(&mut self, write: Kept) {
        self.writes.push(write);
    }

    /// The day on which something really happened that was posted at an import; the posting carries its seal.
    pub fn remember(&mut self, posting: PostingId, day: NaiveDate, repair: Option<ReportId>) {
        self.past.push((posting, day, repair));
    }

    /// Posts `entries` and tells of those that carry the event's own movement, `units` of them in all. Returns the
    /// postings' ids.
    pub fn post(
        &mut self,
        unit: &mut Unit<'_>,
        kind: EventKind,
        units: i64,
        entries: Vec<Entry>,
        told: Told,
    ) -> Vec<PostingId> {
        let event: EventId = unit.id();
        let mut after = self.book.balances;
        entries.iter().for_each(|entry| after.post(entry.from, entry.to, entry.units));
        let mut tickets = told.tickets;
        tickets.truncate(limits::EVENT_TICKETS);
        let moved = WalletMoved {
            unit: self.unit,
            units,
            tickets,
            issue_number: told.issue_number,
            lot: told.lot,
            settled: told.settled,
            reason: told.reason,
            note: told.note,
            yen: told.yen,
            available: after.available,
            held: after.held,
        };
        let about = About { contract_id: Some(self.contract), issue_id: told.issue, ..About::default() };
        let data = serde_json::to_value(moved).expect("a plain struct has a JSON form");
        let seal = unit.record_as(event, &[Stream::Contract(self.contract)], kind, about, data);
        let first = self.lines.len();
        for entry in entries {
            let (posting, link) = self.book.post(unit.id(), unit.now(), (event, seal), entry);
            self.lines.push(PostingRow::new(posting, link));
        }
        self.lines[first..].iter().map(|line| line.id).collect()
    }

    fn past_rows(&self) -> Vec<PastRow> {
        let wallet_id = self.book.wallet;
        let rows = self.past.iter().map(|(posting_id, day, repair_id)| PastRow {
            posting_id: *posting_id,
            wallet_id,
            day: day.to_string(),
            repair_id: *repair_id,
        });
        rows.collect()
    }

    /// Writes the lines, the lots' counts and the wallet's row. An account that no rule may produce stops the command.
    pub fn save(self, unit: &mut Unit<'_>) -> Result<Balances, Fault> {
        let balances = self.book.balances;
        if let Some(fault) = balances.fault() {
            return Err(StoreError::corrupt(format!("wallet {}: {fault}", self.book.wallet)).into());
        }
        let past = self.past_rows();
        let (lines, more) = (self.lines, self.writes);
        let mut writes: Writes<'_> = Vec::new();
        match lines.as_slice() {
            [line] => writes.push(Box::new(insert_posting(line))),
            lines => insert_postings(unit.database, lines)?,
        }
        writes.extend(more.into_iter().map(Kept::boxed));
        writes.extend(self.moved.iter().map(|(lot, counts)| count_lot(*lot, counts).boxed()));
        writes.push(close(&self.book).boxed());
        write_all(unit.database, &writes)?;
        insert_past(unit.database, &past)?;
        Ok(balances)
    }
}

/// The wallet's row, this command's alone until its end. SQLite's writer is alone from its beginning; on PostgreSQL the
/// row is locked as its coming change would lock it.
fn locked(database: &mut Database, wallet: WalletId) -> QueryResult<WalletRow> {
    let row = wallets::table.find(wallet).select(WALLET_COLUMNS);
    match database {
        Database::Sqlite(sqlite) => row.first(sqlite),
        Database::Postgres(postgres) => row.for_no_key_update().first(postgres),
    }
}

/// Adds to a lot's counts, in the order of [`TicketState::ALL`].
fn count_lot(lot: LotId, counts: &[i64; 5]) -> Kept {
    let sql = "UPDATE lots SET available = available + ?, held = held + ?, consumed = consumed + ?, \
               expired = expired + ?, voided = voided + ? WHERE id = ?";
    counts.iter().fold(Kept::new(sql), |counted, count| counted.number(*count)).id(lot)
}

/// Writes the wallet's row as the book leaves it.
fn close(book: &Book) -> Kept {
    let sql = "UPDATE wallets SET source = ?, available = ?, held = ?, consumed = ?, expired = ?, voided = ?, \
               overdraft = ?, postings = ?, chain_head = ? WHERE id = ?";
    let Balances { source, available, held, consumed, expired, voided, overdraft } = book.balances;
    let figures = [source, available, held, consumed, expired, voided, overdraft, book.postings];
    let closed = figures.into_iter().fold(Kept::new(sql), Kept::number);
    closed.bytes(&book.head).id(book.wallet)
}
