//! The hash chain over a wallet's postings: whoever changes one byte of the past breaks every link after it.

use sha2::{Digest, Sha256};

use crate::domain::ids::{ContractId, EventId, Id, IssueId, LotId, PostingId, TicketId, WalletId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement};
use crate::domain::wallet::terms::UnitKind;

pub type Link = [u8; 32];

/// The link before the first posting. It binds the wallet to its contract and to what it counts.
pub fn genesis(wallet: WalletId, contract: ContractId, unit: UnitKind) -> Link {
    let mut seal = Seal::new("wallet");
    seal.id(wallet).id(contract).text(unit.as_str());
    seal.close()
}

/// A hash over fields that stand side by side: each is preceded by its length, so that none can borrow from its
/// neighbour.
pub struct Seal(Sha256);

impl Seal {
    /// `kind` keeps seals of different things apart.
    pub fn new(kind: &str) -> Self {
        let mut seal = Self(Sha256::new());
        seal.text(kind);
        seal
    }

    pub fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update((bytes.len() as u64).to_be_bytes());
        self.0.update(bytes);
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        self.bytes(text.as_bytes())
    }

    pub fn number(&mut self, number: i64) -> &mut Self {
        self.bytes(&number.to_be_bytes())
    }

    pub fn id(&mut self, id: impl Id) -> &mut Self {
        self.bytes(id.uuid().as_bytes())
    }

    /// A field that may be absent, which differs from being empty.
    pub fn maybe(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        self.0.update([u8::from(bytes.is_some())]);
        self.bytes(bytes.unwrap_or_default())
    }

    pub fn close(self) -> Link {
        self.0.finalize().into()
    }
}

/// An immutable ledger entry: `units` go from one account to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub id: PostingId,
    pub wallet: WalletId,
    /// Position in the wallet, from 1, without gaps.
    pub seq: i64,
    pub movement: Movement,
    pub from: Account,
    pub to: Account,
    pub units: i64,
    pub lot: Option<LotId>,
    pub ticket: Option<TicketId>,
    pub issue: Option<IssueId>,
    /// The posting that this one corrects or answers.
    pub refers_to: Option<PostingId>,
    /// Seal of what the posting rests on: the terms of a lot, or those of a hold.
    pub terms: Option<Link>,
    /// The journal entry that tells of it.
    pub event: EventId,
    /// Seal of that entry, and so of who posted. None: the posting is older than such seals.
    pub told: Option<Link>,
    pub at: Timestamp,
    pub reason: String,
}

/// The link after `posting`, given the link before it. Every field is in it.
pub fn link(before: &Link, posting: &Posting) -> Link {
    let mut seal = match &posting.told {
        Some(told) => {
            let mut seal = Seal::new("told posting");
            seal.bytes(told);
            seal
        }
        None => Seal::new("posting"),
    };
    seal.bytes(before).id(posting.id).id(posting.wallet).number(posting.seq).number(posting.units);
    seal.number(posting.at.micros()).id(posting.event);
    let refers_to = posting.refers_to.map(Id::uuid);
    for optional in [posting.lot.map(Id::uuid), posting.ticket.map(Id::uuid), posting.issue.map(Id::uuid), refers_to] {
        seal.maybe(optional.as_ref().map(|id| &id.as_bytes()[..]));
    }
    seal.maybe(posting.terms.as_ref().map(|terms| &terms[..]));
    for text in [posting.movement.as_str(), posting.from.as_str(), posting.to.as_str(), &posting.reason] {
        seal.text(text);
    }
    seal.close()
}

/// Lower-case hex, as statements print it.
pub fn hex(link: &[u8]) -> String {
    use std::fmt::Write;
    link.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn posting() -> Posting {
        Posting {
            id: PostingId::from_uuid(Uuid::from_u128(1)),
            wallet: WalletId::from_uuid(Uuid::from_u128(2)),
            seq: 1,
            movement: Movement::Purchase,
            from: Account::Source,
            to: Account::Available,
            units: 10,
            lot: None,
            ticket: None,
            issue: None,
            refers_to: None,
            terms: None,
            event: EventId::from_uuid(Uuid::from_u128(3)),
            told: Some([3; 32]),
            at: Timestamp::from_seconds(1_790_000_000),
            reason: "purchase".into(),
        }
    }

    #[test]
    fn any_changed_field_changes_the_link() {
        let ids = (WalletId::from_uuid(Uuid::from_u128(2)), ContractId::from_uuid(Uuid::from_u128(4)));
        let first = genesis(ids.0, ids.1, UnitKind::Ticket);
        assert_ne!(first, genesis(ids.0, ids.1, UnitKind::Point));
        let honest = link(&first, &posting());
        let forged = [
            Posting { units: 11, ..posting() },
            Posting { seq: 2, ..posting() },
            Posting { movement: Movement::Grant, ..posting() },
            Posting { reason: "gift".into(), ..posting() },
            Posting { ticket: Some(TicketId::from_uuid(Uuid::nil())), ..posting() },
            Posting { refers_to: Some(posting().id), ..posting() },
            Posting { terms: Some([0; 32]), ..posting() },
            Posting { event: EventId::from_uuid(Uuid::nil()), ..posting() },
            Posting { told: Some([4; 32]), ..posting() },
            Posting { told: None, ..posting() },
        ];
        for posting in forged {
            assert_ne!(link(&first, &posting), honest);
        }
        assert_ne!(link(&honest, &posting()), honest);
    }

    /// Roots on statements that customers keep must fit for ever: these bytes, made by another program from the same
    /// fields, never change.
    #[test]
    fn the_links_of_old_statements_stay_what_they_were() {
        let first = genesis(posting().wallet, ContractId::from_uuid(Uuid::from_u128(4)), UnitKind::Ticket);
        let older = Posting { told: None, ..posting() };
        assert_eq!(hex(&first), "860007d422de6ed6c8cdd3076658324ad2df6eaa68dbcf0dbcf9a8f41d8e82bc");
        assert_eq!(hex(&link(&first, &older)), "e891a255a355f6c7c8ac9d51aa8598bb4f70c0db5167ea0ab99f63eab0300960");
        assert_eq!(hex(&link(&first, &posting())), "52815881c57f9440f24a1ac52b83d77a601dca5dce3006d2a6097917291cdac9");
    }
}
