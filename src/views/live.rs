//! The frames of the live websocket, both ways.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::board::Fix;
use super::technician::{IgnoredPosition, PositionReport};
use crate::domain::eta::Eta;
use crate::domain::event::{Event, Stream};
use crate::domain::ids::TechnicianId;

/// Where a watcher stands in a topic. An epoch names one life of the data; offsets of another epoch mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cursor {
    pub topic: Stream,
    pub epoch: String,
    pub offset: i64,
}

/// What a client has seen of a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct After {
    pub epoch: String,
    #[schemars(range(min = 0))]
    pub offset: i64,
    /// Newest `eta.seq` seen; an ETA no newer than this is not sent again.
    pub eta_seq: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Without `after`: from now on.
    Subscribe {
        topic: Stream,
        after: Option<After>,
    },
    Unsubscribe {
        topic: Stream,
    },
    /// A technician's fixes; answered by `accepted` once they are durable.
    Positions {
        id: u64,
        #[schemars(length(min = 1, max = 100))]
        positions: Vec<PositionReport>,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// Everything after the client's cursor follows in order.
    Subscribed {
        topic: Stream,
        epoch: String,
        offset: i64,
        complete: bool,
    },
    /// The cursor is unknown or too old: fetch the picture again; events follow from `offset`.
    Reset {
        topic: Stream,
        epoch: String,
        offset: i64,
    },
    Event {
        topic: Stream,
        offset: i64,
        event: Event,
    },
    /// Latest wins; `eta.seq` rises.
    Eta {
        topic: Stream,
        eta: Eta,
    },
    /// Latest wins.
    Position {
        topic: Stream,
        technician_id: TechnicianId,
        fix: Fix,
    },
    Accepted {
        id: u64,
        accepted: usize,
        ignored: Vec<IgnoredPosition>,
    },
    Error {
        topic: Option<Stream>,
        code: String,
        ja: String,
        en: String,
    },
}

/// Why the server closes a socket: codes of RFC 6455 (7.4.1) below 4000, our own from there.
pub mod close {
    pub const NORMAL: u16 = 1000;
    pub const GOING_AWAY: u16 = 1001;
    pub const TROUBLE: u16 = 1011;
    pub const SLOW: u16 = 4000;
    pub const AUTH_REQUIRED: u16 = 4001;
    pub const FORBIDDEN: u16 = 4003;
    pub const TOO_MANY: u16 = 4008;
    pub const MALFORMED: u16 = 4009;

    /// The whole list: code, what happened, and what a client does then.
    pub const ALL: &[(u16, &str, &str)] = &[
        (NORMAL, "The client closed the socket.", "Nothing."),
        (GOING_AWAY, "The server stops or restarts.", "Come back with the cursors, after a short random pause."),
        (TROUBLE, "The server failed at this socket.", "Come back with the cursors, after a short random pause."),
        (SLOW, "The reader fell behind or fell silent.", "Come back with the cursors; what was missed follows."),
        (AUTH_REQUIRED, "The log-in or the tracking link is over.", "Log in again; do not come back before."),
        (FORBIDDEN, "The right is missing or was withdrawn.", "Do not come back with the same right."),
        (TOO_MANY, "Too many topics on one socket.", "Come back with fewer topics."),
        (MALFORMED, "A frame was too large or could not be read.", "Correct the client."),
    ];
}
