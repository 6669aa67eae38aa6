//! Typed ids. Sixteen bytes in the UUIDv7 layout (time first, so that new rows sort last); shown to people and to
//! programs as `<prefix>_<32 hex digits>`, so that an id tells what it names.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::domain::complaint;

/// The text is no id of this kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadId {
    pub prefix: &'static str,
}

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        complaint::wanted_id(self.prefix, f)
    }
}

impl std::error::Error for BadId {}

/// What all ids have in common; lets the store bind any of them.
pub trait Id: Copy + Ord + fmt::Display + FromStr<Err = BadId> + Send + 'static {
    const PREFIX: &'static str;
    fn from_uuid(uuid: Uuid) -> Self;
    fn uuid(self) -> Uuid;
}

fn parse(text: &str, prefix: &'static str) -> Result<Uuid, BadId> {
    let bad = BadId { prefix };
    let hex = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).ok_or(bad.clone())?;
    let lower = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !lower {
        return Err(bad);
    }
    Uuid::try_parse(hex).map_err(|_| bad)
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
            fn uuid(self) -> Uuid { self.0 }
        }

        impl $name {
            /// The sixteen bytes, as the store writes them.
            pub fn bytes(&self) -> &[u8] { self.0.as_bytes() }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { fmt::Display::fmt(self, f) }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> { parse(text, $prefix).map(Self) }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> { serializer.collect_str(self) }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> { stringify!($name).into() }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": concat!("^", $prefix, "_[0-9a-f]{32}$") })
            }
        }
    )*};
}

ids! {
    /// An organisation that buys support.
    CustomerId = "cus";
    /// A place where assets stand.
    SiteId = "sit";
    /// A person at the customer's.
    ContactId = "ctt";
    /// A maintenance contract; it owns a wallet.
    ContractId = "con";
    /// A product model.
    ProductId = "prd";
    /// An installed product.
    AssetId = "ast";
    /// Units paid back to a customer.
    RefundId = "rfd";
    /// A ticket wallet.
    WalletId = "wal";
    /// A purchase or grant of tickets.
    LotId = "lot";
    /// One prepaid, numbered ticket.
    TicketId = "tkt";
    /// Tickets held for one issue.
    HoldId = "hld";
    /// One ledger entry.
    PostingId = "pst";
    /// A change of a balance that waits for a second person.
    AdjustmentId = "adj";
    /// An objection to a line of the statement (異議).
    DisputeId = "dsp";
    /// A telephone call.
    CallId = "cal";
    /// A request of a telephone system that was refused, kept for audit.
    CallRefusalId = "crf";
    /// A time in which an issue's clocks stand still.
    ClockPauseId = "cps";
    /// A call, mail or chat.
    InteractionId = "int";
    /// A thing to be solved (要件).
    IssueId = "iss";
    /// The order to go and repair.
    WorkOrderId = "wor";
    /// One trip of one technician for a work order.
    VisitId = "vis";
    /// What the technician wrote when he was done.
    ReportId = "rep";
    /// A technician.
    TechnicianId = "tec";
    /// A time in which a technician is away (不在).
    AbsenceId = "abs";
    /// A territory (担当エリア).
    TerritoryId = "ter";
    /// An appointment slot that is held for a caller or sold to him (訪問枠).
    SlotId = "slt";
    /// A proposal for the running day (組み直しの提案).
    ProposalId = "prp";
    /// Somebody who logs in.
    UserId = "usr";
    /// A link that shows one visit without log-in.
    TrackLinkId = "lnk";
    /// A journal entry.
    EventId = "evt";
    /// Something that a customer was told.
    NoticeId = "ntc";
    /// A mail that carries a notice.
    MailId = "mai";
    /// An attempt that was refused, kept for audit.
    RefusalId = "rfs";
    /// A client-made operation id; makes a retry safe.
    OperationId = "op";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_kind_and_survives_the_round_trip() {
        let id = VisitId::from_uuid(Uuid::from_u128(7));
        assert_eq!(id.to_string(), "vis_00000000000000000000000000000007");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let visit = VisitId::from_uuid(Uuid::from_u128(7)).to_string();
        assert!(visit.parse::<IssueId>().is_err());
        assert!("vis_7".parse::<VisitId>().is_err());
    }
}
