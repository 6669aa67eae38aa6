//! A wallet's book: the accounts and the chain, moved together by one entry at a time.

use crate::domain::ids::{ContractId, EventId, IssueId, LotId, PostingId, TicketId, WalletId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Balances, Movement};
use crate::domain::wallet::chain::{self, Link, Posting};
use crate::domain::wallet::terms::UnitKind;

/// What is to be posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub movement: Movement,
    pub from: Account,
    pub to: Account,
    pub units: i64,
    pub lot: Option<LotId>,
    pub ticket: Option<TicketId>,
    pub issue: Option<IssueId>,
    pub refers_to: Option<PostingId>,
    pub terms: Option<Link>,
    pub reason: String,
}

impl Entry {
    /// A movement between its usual accounts.
    pub fn usual(movement: Movement, units: i64, reason: &str) -> Self {
        let (from, to) = movement.accounts();
        Self {
            movement,
            from,
            to,
            units,
            lot: None,
            ticket: None,
            issue: None,
            refers_to: None,
            terms: None,
            reason: reason.to_owned(),
        }
    }

    /// The same movement the other way round.
    pub fn backwards(self) -> Self {
        Self { from: self.to, to: self.from, ..self }
    }

    /// Units with a ticket of their own.
    pub fn of_ticket(self, lot: LotId, ticket: TicketId) -> Self {
        Self { lot: Some(lot), ticket: Some(ticket), ..self }
    }

    pub fn for_issue(self, issue: IssueId) -> Self {
        Self { issue: Some(issue), ..self }
    }

    /// Names the posting that this one corrects or answers.
    pub fn referring_to(self, posting: Option<PostingId>) -> Self {
        Self { refers_to: posting, ..self }
    }

    /// Seals what the posting rests on.
    pub fn under(self, terms: Link) -> Self {
        Self { terms: Some(terms), ..self }
    }
}

/// Where a wallet's book stands after its last posting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Book {
    pub wallet: WalletId,
    pub balances: Balances,
    /// Number of postings, which is also the `seq` of the last one.
    pub postings: i64,
    pub head: Link,
}

impl Book {
    pub fn empty(wallet: WalletId, contract: ContractId, unit: UnitKind) -> Self {
        let head = chain::genesis(wallet, contract, unit);
        Self { wallet, balances: Balances::default(), postings: 0, head }
    }

    /// Writes the next line, of which an event with this seal tells. The link is the book's new head.
    pub fn post(
        &mut self,
        id: PostingId,
        at: Timestamp,
        (event, told): (EventId, Link),
        entry: Entry,
    ) -> (Posting, Link) {
        self.balances.post(entry.from, entry.to, entry.units);
        self.postings += 1;
        let posting = Posting {
            id,
            wallet: self.wallet,
            seq: self.postings,
            movement: entry.movement,
            from: entry.from,
            to: entry.to,
            units: entry.units,
            lot: entry.lot,
            ticket: entry.ticket,
            issue: entry.issue,
            refers_to: entry.refers_to,
            terms: entry.terms,
            event,
            told: Some(told),
            at,
            reason: entry.reason,
        };
        self.head = chain::link(&self.head, &posting);
        (posting, self.head)
    }

    /// Reads a written line again, as `verify` does. The stored link must be the new head.
    pub fn replay(&mut self, posting: &Posting) -> Link {
        self.balances.post(posting.from, posting.to, posting.units);
        self.postings += 1;
        self.head = chain::link(&self.head, posting);
        self.head
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id;
    use uuid::Uuid;

    #[test]
    fn a_book_read_again_stands_where_it_stood() {
        let wallet = WalletId::from_uuid(Uuid::from_u128(1));
        let empty = || Book::empty(wallet, ContractId::from_uuid(Uuid::from_u128(2)), UnitKind::Ticket);
        let (mut written, event) = (empty(), EventId::from_uuid(Uuid::from_u128(3)));
        let mut lines = Vec::new();
        for (number, movement) in [Movement::Purchase, Movement::Hold, Movement::Capture].into_iter().enumerate() {
            let id = PostingId::from_uuid(Uuid::from_u128(number as u128));
            let at = Timestamp::from_seconds(1_790_000_000);
            lines.push(written.post(id, at, (event, [7; 32]), Entry::usual(movement, 2, "test")));
        }
        let mut read = empty();
        for (posting, link) in &lines {
            assert_eq!(read.replay(posting), *link);
        }
        assert_eq!(read, written);
        assert_eq!(read.balances.consumed, 2);
    }
}
