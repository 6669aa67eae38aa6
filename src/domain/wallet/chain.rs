//! The hash chain over a wallet's postings: whoever changes one byte of the past breaks every link after it.

use sha2::{Digest, Sha256};

use crate::domain::ids::{Id, IssueId, LotId, PostingId, TicketId, WalletId};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Account, Movement};

pub type Link = [u8; 32];

/// The link before the first posting.
pub const GENESIS: Link = [0; 32];

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
    pub at: Timestamp,
    pub reason: String,
}

/// The link after `posting`, given the link before it. Every field that means something is in it.
pub fn link(before: &Link, posting: &Posting) -> Link {
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(posting.id.uuid().as_bytes());
    hash.update(posting.wallet.uuid().as_bytes());
    hash.update(posting.seq.to_be_bytes());
    hash.update(posting.units.to_be_bytes());
    hash.update(posting.at.micros().to_be_bytes());
    for optional in [posting.lot.map(Id::uuid), posting.ticket.map(Id::uuid), posting.issue.map(Id::uuid)] {
        hash.update([u8::from(optional.is_some())]);
        hash.update(optional.unwrap_or_default().as_bytes());
    }
    let (movement, from, to) = (posting.movement.as_str(), posting.from.as_str(), posting.to.as_str());
    for text in [movement, from, to, &posting.reason] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
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
            at: Timestamp::from_seconds(1_790_000_000),
            reason: "purchase".into(),
        }
    }

    #[test]
    fn any_changed_field_changes_the_link() {
        let honest = link(&GENESIS, &posting());
        let forged = [
            Posting { units: 11, ..posting() },
            Posting { seq: 2, ..posting() },
            Posting { movement: Movement::Grant, ..posting() },
            Posting { reason: "gift".into(), ..posting() },
            Posting { ticket: Some(TicketId::from_uuid(Uuid::nil())), ..posting() },
        ];
        for posting in forged {
            assert_ne!(link(&GENESIS, &posting), honest);
        }
        assert_ne!(link(&honest, &posting()), honest);
    }
}
