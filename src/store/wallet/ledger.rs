//! One wallet, locked for the rest of the transaction, with the lines that are about to be posted.

use diesel::prelude::*;

use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, EventId, IssueId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::Balances;
use crate::domain::wallet::book::{Book, Entry};
use crate::domain::wallet::chain::{Link, Posting};
use crate::limits;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{postings, wallets};
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
}

/// A locked wallet. Nothing is written before `save`.
pub(in crate::store) struct Ledger {
    pub contract: ContractId,
    pub book: Book,
    lines: Vec<(Posting, Link, EventId)>,
}

#[derive(Queryable)]
pub(in crate::store) struct WalletRow {
    pub id: WalletId,
    pub contract: ContractId,
    pub source: i64,
    pub available: i64,
    pub held: i64,
    pub consumed: i64,
    pub expired: i64,
    pub voided: i64,
    pub overdraft: i64,
    pub postings: i64,
    pub chain_head: Vec<u8>,
    pub version: i64,
}

pub(in crate::store) type WalletColumns = (
    wallets::id,
    wallets::contract_id,
    wallets::source,
    wallets::available,
    wallets::held,
    wallets::consumed,
    wallets::expired,
    wallets::voided,
    wallets::overdraft,
    wallets::postings,
    wallets::chain_head,
    wallets::version,
);

pub(in crate::store) const WALLET_COLUMNS: WalletColumns = (
    wallets::id,
    wallets::contract_id,
    wallets::source,
    wallets::available,
    wallets::held,
    wallets::consumed,
    wallets::expired,
    wallets::voided,
    wallets::overdraft,
    wallets::postings,
    wallets::chain_head,
    wallets::version,
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
        let row: WalletRow = diesel::update(wallets::table.find(wallet))
            .set(wallets::version.eq(wallets::version + 1))
            .returning(WALLET_COLUMNS)
            .get_result(unit.database)
            .optional()?
            .ok_or_else(|| Refusal::new(Code::NotFound))?;
        Ok(Self { contract: row.contract, book: row.book()?, lines: Vec::new() })
    }

    /// A wallet that this command has just made.
    pub fn fresh(contract: ContractId, wallet: WalletId) -> Self {
        Self { contract, book: Book::empty(wallet), lines: Vec::new() }
    }

    /// Posts `entries` and tells of those that carry the event's own movement, `units` of them in all.
    pub fn post(
        &mut self,
        unit: &mut Unit<'_>,
        kind: EventKind,
        units: i64,
        entries: Vec<Entry>,
        told: Told,
    ) -> EventId {
        let event = unit.id();
        for entry in entries {
            let (posting, link) = self.book.post(unit.id(), unit.now(), entry);
            self.lines.push((posting, link, event));
        }
        let mut tickets = told.tickets;
        tickets.truncate(limits::EVENT_TICKETS);
        let moved = WalletMoved {
            units,
            tickets,
            issue_number: told.issue_number,
            lot: told.lot,
            settled: told.settled,
            reason: told.reason,
            available: self.book.balances.available,
            held: self.book.balances.held,
        };
        let about = About { contract_id: Some(self.contract), issue_id: told.issue, ..About::default() };
        let data = serde_json::to_value(moved).expect("a plain struct has a JSON form");
        unit.record_as(event, &[Stream::Contract(self.contract)], kind, about, data);
        event
    }

    /// Writes the lines and the wallet's row. An account that no rule may produce stops the command.
    pub fn save(self, unit: &mut Unit<'_>) -> Result<Balances, Fault> {
        let balances = self.book.balances;
        if let Some(fault) = balances.fault() {
            return Err(StoreError::corrupt(format!("wallet {}: {fault}", self.book.wallet)).into());
        }
        for line in &self.lines {
            insert(unit, line)?;
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

fn insert(unit: &mut Unit<'_>, (posting, link, event): &(Posting, Link, EventId)) -> Result<(), Fault> {
    diesel::insert_into(postings::table)
        .values((
            postings::id.eq(posting.id),
            postings::wallet_id.eq(posting.wallet),
            postings::seq.eq(posting.seq),
            postings::movement.eq(posting.movement),
            postings::from_account.eq(posting.from),
            postings::to_account.eq(posting.to),
            postings::units.eq(posting.units),
            postings::lot_id.eq(posting.lot),
            postings::ticket_id.eq(posting.ticket),
            postings::issue_id.eq(posting.issue),
            postings::event_id.eq(*event),
            postings::at.eq(posting.at),
            postings::reason.eq(&posting.reason),
            postings::link.eq(link.to_vec()),
        ))
        .execute(unit.database)?;
    Ok(())
}
