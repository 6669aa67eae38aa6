//! A watcher of the live stream that lives through reconnects.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc;

use super::socket;
use crate::domain::eta::Eta;
use crate::domain::event::{Event, Stream};
use crate::domain::ids::TechnicianId;
use crate::views::board::Fix;
use crate::views::live::{After, Cursor};
use crate::views::technician::{IgnoredPosition, PositionReport};

/// How a watcher comes in.
#[derive(Debug, Clone)]
pub enum Pass {
    /// The token of a log-in.
    Session(String),
    /// The secret of a tracking link.
    Link(String),
}

/// What a watcher is told. Events of a topic come in order and once each.
#[derive(Debug, Clone)]
pub enum Update {
    Event {
        topic: Stream,
        event: Box<Event>,
    },
    /// A newer arrival figure.
    Eta {
        topic: Stream,
        eta: Box<Eta>,
    },
    Position {
        topic: Stream,
        technician: TechnicianId,
        fix: Fix,
    },
    /// The picture of this topic must be fetched again.
    Reset {
        topic: Stream,
    },
    /// A batch of positions is safe.
    Accepted {
        accepted: usize,
        ignored: Vec<IgnoredPosition>,
    },
    /// The server refuses a topic, or a batch of positions.
    Refused {
        topic: Option<Stream>,
        code: String,
        en: String,
    },
    /// The server turned the watcher away for good; nothing follows.
    Closed {
        code: u16,
    },
}

/// What all watchers of a run saw together. Anything but zero in the first three is a fault of the stream.
#[derive(Debug, Default)]
pub struct LiveChecks {
    pub missed: AtomicU64,
    pub repeated: AtomicU64,
    /// Frames about topics that nobody had asked for.
    pub strays: AtomicU64,
    pub events: AtomicU64,
    pub etas: AtomicU64,
    pub positions: AtomicU64,
    pub reconnects: AtomicU64,
    pub resets: AtomicU64,
}

impl LiveChecks {
    /// Frames that were pushed to somebody.
    pub fn pushes(&self) -> u64 {
        [&self.events, &self.etas, &self.positions].iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }
}

pub(super) enum Order {
    Watch { topic: Stream, after: Option<After> },
    Forget { topic: Stream },
    Positions(Vec<PositionReport>),
}

/// A watcher. Dropping it closes its socket.
pub struct Live {
    orders: mpsc::UnboundedSender<Order>,
    updates: mpsc::UnboundedReceiver<Update>,
}

impl Live {
    /// Connects in the background and stays connected. `base` is `http://host:port`.
    pub fn open(base: &str, pass: &Pass, checks: Arc<LiveChecks>) -> Self {
        let (orders, inbox) = mpsc::unbounded_channel();
        let (outbox, updates) = mpsc::unbounded_channel();
        tokio::spawn(socket::keep(address(base, pass), pass.clone(), checks, inbox, outbox));
        Self { orders, updates }
    }

    /// Watches a topic from the cursor of a picture; `eta_seq` is the newest figure in it.
    pub fn watch(&self, cursor: &Cursor, eta_seq: Option<u64>) {
        let after = After { epoch: cursor.epoch.clone(), offset: cursor.offset, eta_seq };
        self.order(Order::Watch { topic: cursor.topic, after: Some(after) });
    }

    /// Watches a topic from now on.
    pub fn watch_from_now(&self, topic: Stream) {
        self.order(Order::Watch { topic, after: None });
    }

    pub fn forget(&self, topic: Stream) {
        self.order(Order::Forget { topic });
    }

    /// Reports positions. They are sent again after a reconnect until the server has said that they are safe.
    pub fn report(&self, positions: Vec<PositionReport>) {
        self.order(Order::Positions(positions));
    }

    /// The next update; none after [`Update::Closed`].
    pub async fn next(&mut self) -> Option<Update> {
        self.updates.recv().await
    }

    /// The next update if there is one already.
    pub fn try_next(&mut self) -> Option<Update> {
        self.updates.try_recv().ok()
    }

    fn order(&self, order: Order) {
        // The receiver is gone only when the server turned us away, which the updates have told.
        let _ = self.orders.send(order);
    }
}

fn address(base: &str, pass: &Pass) -> String {
    let host = base.strip_prefix("http").unwrap_or(base);
    match pass {
        Pass::Session(_) => format!("ws{host}/live"),
        Pass::Link(secret) => format!("ws{host}/live?track={secret}"),
    }
}
