//! The frames of the live stream, both ways; the same over a websocket, server-sent events and long polling.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::board::Fix;
use super::technician::{IgnoredPosition, Reported};
use crate::domain::access::Role;
use crate::domain::eta::Eta;
use crate::domain::event::{Event, Stream};
use crate::domain::ids::{TechnicianId, UserId};
use crate::domain::time::Timestamp;

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

/// A topic, and how it shall be watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    pub topic: Stream,
    /// None: from now on.
    #[serde(default)]
    pub after: Option<After>,
    /// Also who else watches it; for the staff only.
    #[serde(default)]
    pub presence: bool,
}

impl Wanted {
    pub fn of(topic: Stream, after: Option<After>) -> Self {
        Self { topic, after, presence: false }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Without `after`: from now on.
    Subscribe {
        topic: Stream,
        #[serde(default)]
        after: Option<After>,
        /// Also who else watches it; for the staff only.
        #[serde(default)]
        presence: bool,
    },
    /// Several topics, read together: what a client says that comes back. Each is answered by itself.
    SubscribeAll {
        #[schemars(length(max = 64))]
        topics: Vec<Wanted>,
    },
    Unsubscribe {
        topic: Stream,
    },
    /// A technician's fixes; answered by `accepted` once they are durable.
    Positions {
        id: u64,
        #[schemars(length(min = 1, max = 100))]
        positions: Vec<Reported>,
        /// The phone's clock while it sends: tells how wrong that clock is.
        #[serde(default)]
        sent_at: Option<Timestamp>,
    },
    /// The log-in goes on: with a fresh token of the same person (or link to the same visit), or without one when the
    /// log-in of this socket was renewed. Answered by `refreshed`.
    Refresh {
        #[serde(default)]
        token: Option<String>,
    },
}

/// Somebody of the company who watches a topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Present {
    pub user_id: UserId,
    pub name: String,
    pub role: Role,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ServerFrame {
    /// The first frame of server-sent events and of long polling: where the client says something (`POST
    /// /live/frames`), and with which it asks on.
    Opened {
        line: String,
    },
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
    /// Who watches the topic now, by name; latest wins. Customers and tracking links are only counted.
    Presence {
        topic: Stream,
        people: Vec<Present>,
        customers: usize,
    },
    /// `ignored` says of each fix that did not count why; all others are durable.
    Accepted {
        id: u64,
        accepted: usize,
        ignored: Vec<IgnoredPosition>,
        /// By how much the phone's clock is ahead of ours, when it said its time and is wrong; its fixes were corrected.
        #[serde(default)]
        clock_ahead_s: Option<i64>,
    },
    /// The log-in ends soon: renew it and say `refresh`, or the socket is closed then.
    Expiring {
        expires_at: Timestamp,
    },
    Refreshed {
        expires_at: Timestamp,
    },
    Error {
        topic: Option<Stream>,
        code: String,
        ja: String,
        en: String,
    },
    /// In place of the close frame where there is none (server-sent events, long polling).
    Closed {
        code: u16,
        reason: String,
    },
}

/// Why the server closes a socket: codes of RFC 6455 (7.4.1) below 4000, our own from there.
pub mod close {
    pub const NORMAL: u16 = 1000;
    pub const GOING_AWAY: u16 = 1001;
    pub const TROUBLE: u16 = 1011;
    pub const SLOW: u16 = 4000;
    pub const AUTH_REQUIRED: u16 = 4001;
    pub const SILENT: u16 = 4002;
    pub const FORBIDDEN: u16 = 4003;
    pub const TOO_MANY: u16 = 4008;
    pub const MALFORMED: u16 = 4009;
    pub const TOO_FAST: u16 = 4010;

    /// Before the number of milliseconds in the reason of [`GOING_AWAY`].
    pub const RETRY: &str = "retry_ms=";

    /// The whole list: code, what happened, and what a client does then.
    pub const ALL: &[(u16, &str, &str)] = &[
        (NORMAL, "The client closed the socket.", "Nothing."),
        (
            GOING_AWAY,
            "The server stops or restarts; the reason reads retry_ms=N.",
            "Come back with the cursors after N milliseconds; without N after a short random pause.",
        ),
        (TROUBLE, "The server failed at this socket.", "Come back with the cursors, after a short random pause."),
        (SLOW, "The reader fell behind.", "Come back with the cursors; what was missed follows."),
        (AUTH_REQUIRED, "The log-in or the tracking link is over.", "Log in again; do not come back before."),
        (
            SILENT,
            "No answer to the pings, or half a frame and then silence.",
            "Come back with the cursors, after a short random pause.",
        ),
        (FORBIDDEN, "The right is missing or was withdrawn.", "Do not come back with the same right."),
        (
            TOO_MANY,
            "Too many topics on one socket, or too many sockets from one address.",
            "Come back with fewer, after a long pause.",
        ),
        (MALFORMED, "A frame was too large, in too many pieces, or could not be read.", "Correct the client."),
        (TOO_FAST, "Too many frames in a short time.", "Come back with the cursors after a pause, and say less."),
    ];

    /// Whether the list explains a code: nothing else is ever sent.
    pub fn is_listed(code: u16) -> bool {
        ALL.iter().any(|(listed, ..)| *listed == code)
    }
}
