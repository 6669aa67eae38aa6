//! One wallet, locked for the rest of the transaction, with the lines that are about to be posted.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::rows::{PastRow, PostingRow, insert_past, insert_postings};
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, EventId, IssueId, LotId, PostingId, ReportId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{Balances, TicketState};
use crate::domain::wallet::book::{Book, Entry};
use crate::domain::wallet::chain::Link;
use crate::domain::wallet::terms::UnitKind;
use crate::limits;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{lots, wallets};
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
}

/// A locked wallet. Nothing is written before `save`.
pub(in crate::store) struct Ledger {
    pub contract: ContractId,
    pub unit: UnitKind,
    pub book: Book,
    lines: Vec<PostingRow>,
    /// Units of each lot that came into (or left) each state of [`TicketState::ALL`].
    moved: BTreeMap<LotId, [i64; 5]>,
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
        // An update without a change takes the row's lock on either database.
        let row: WalletRow = diesel::update(wallets::table.find(wallet))
            .set(wallets::postings.eq(wallets::postings))
            .returning(WALLET_COLUMNS)
            .get_result(unit.database)
            .optional()?
            .ok_or_else(|| Refusal::new(Code::NotFound))?;
        let book = row.book()?;
        Ok(Self {
            contract: row.contract,
            unit: row.unit,
            book,
            lines: Vec::new(),
            moved: BTreeMap::new(),
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
        Self { contract, unit, book, lines: Vec::new(), moved: BTreeMap::new(), past: Vec::new() }
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
        let first = self.lines.len();
        for entry in entries {
            let (posting, link) = self.book.post(unit.id(), event, unit.now(), entry);
            self.lines.push(PostingRow::new(posting, link));
        }
        let ids = self.lines[first..].iter().map(|line| line.id).collect();
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
            available: self.book.balances.available,
            held: self.book.balances.held,
        };
        let about = About { contract_id: Some(self.contract), issue_id: told.issue, ..About::default() };
        let data = serde_json::to_value(moved).expect("a plain struct has a JSON form");
        unit.record_as(event, &[Stream::Contract(self.contract)], kind, about, data);
        ids
    }

    /// Writes the lines, the lots' counts and the wallet's row. An account that no rule may produce stops the command.
    pub fn save(self, unit: &mut Unit<'_>) -> Result<Balances, Fault> {
        let balances = self.book.balances;
        if let Some(fault) = balances.fault() {
            return Err(StoreError::corrupt(format!("wallet {}: {fault}", self.book.wallet)).into());
        }
        insert_postings(unit.database, &self.lines)?;
        let past = |(posting_id, day, repair_id): &(PostingId, NaiveDate, Option<ReportId>)| PastRow {
            posting_id: *posting_id,
            wallet_id: self.book.wallet,
            day: day.to_string(),
            repair_id: *repair_id,
        };
        let past: Vec<PastRow> = self.past.iter().map(past).collect();
        insert_past(unit.database, &past)?;
        for (lot, [available, held, consumed, expired, voided]) in &self.moved {
            diesel::update(lots::table.find(lot))
                .set((
                    lots::available.eq(lots::available + available),
                    lots::held.eq(lots::held + held),
                    lots::consumed.eq(lots::consumed + consumed),
                    lots::expired.eq(lots::expired + expired),
                    lots::voided.eq(lots::voided + voided),
                ))
                .execute(unit.database)?;
        }
        diesel::update(wallets::table.find(self.book.wallet))
            .set((
                wallets::source.eq(balances.source),
                wallets::available.eq(balances.available),
                wallets::held.eq(balances.held),
                wallets::consumed.eq(balances.consumed),
                wallets::expired.eq(balances.expired),
                wallets::voided.eq(balances.voided),
                wallets::overdraft.eq(balances.overdraft),
                wallets::postings.eq(self.book.postings),
                wallets::chain_head.eq(self.book.head.to_vec()),
            ))
            .execute(unit.database)?;
        Ok(balances)
    }
}
