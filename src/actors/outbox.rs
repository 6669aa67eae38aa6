//! What one socket still has to be sent, and where it stands in each topic.
//!
//! Two sides meet here: the hub pushes from any thread and never waits; the connection takes frames as fast as its
//! reader lets it. Events are never dropped: a socket that falls behind by the whole queue is closed as slow and
//! resumes from its cursor. Arrival figures and positions are replaced by newer ones while they wait.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tokio::sync::Notify;

use super::frame;
use crate::domain::event::Stream;
use crate::domain::ids::{TechnicianId, VisitId};
use crate::limits;
use crate::store::access::TokenHash;
use crate::views::live::close;

/// Of frames with the same key only the newest is worth sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latest {
    Eta(Stream, VisitId),
    Position(Stream, TechnicianId),
}

/// What may be seen on a socket, and whether that may change while it is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audience {
    /// Gets the customer's view of a visit or contract.
    pub customer: bool,
    /// Rights hang on records that change hands.
    pub revocable: bool,
    /// The log-in whose end closes the socket.
    pub token: Option<TokenHash>,
}

/// How far a topic has been sent.
#[derive(Debug)]
enum Place {
    /// The journal is being read. Nothing is pushed yet: it is only noted what there is.
    CatchingUp { newest: i64, etas: BTreeMap<VisitId, (u64, Bytes)> },
    /// Everything up to `seen` was queued.
    Live { seen: i64 },
}

/// What the hub wants the socket's own task to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// Rights may have changed.
    pub recheck: bool,
    /// Topics in which an event was missed; they must be read from the journal after the offset.
    pub behind: Vec<(Stream, i64)>,
    /// The socket is done for.
    pub closed: bool,
}

#[derive(Default)]
struct State {
    queue: VecDeque<(Option<Latest>, Bytes)>,
    topics: BTreeMap<Stream, Place>,
    /// The newest arrival figure that went out on each topic, or that the client came with: none is sent twice.
    shown: BTreeMap<(Stream, VisitId), u64>,
    orders: Orders,
    waker: Option<Waker>,
}

impl State {
    /// Queues a frame. False when the reader is too slow for it.
    fn push(&mut self, key: Option<Latest>, frame: Bytes) -> bool {
        if self.orders.closed {
            return true;
        }
        if key.is_some()
            && let Some(waiting) = self.queue.iter_mut().find(|(other, _)| *other == key)
        {
            waiting.1 = frame;
            return true;
        }
        if self.queue.len() >= limits::SESSION_QUEUE {
            return false;
        }
        self.queue.push_back((key, frame));
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
        true
    }

    /// Whether this figure is newer than what the client has; from now on it has it.
    fn is_news(&mut self, topic: Stream, visit: VisitId, seq: u64) -> bool {
        let shown = self.shown.entry((topic, visit)).or_insert(0);
        let news = seq > *shown;
        *shown = seq.max(*shown);
        news
    }

    fn forget_shown(&mut self, topic: Stream) {
        self.shown.retain(|(of, _), _| *of != topic);
    }

    fn close(&mut self, code: u16, reason: &str) {
        if self.orders.closed {
            return;
        }
        self.orders.closed = true;
        if code == close::SLOW {
            self.queue.clear();
        }
        self.queue.push_back((None, frame::close(code, reason)));
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

pub struct Outbox {
    pub(super) number: u64,
    pub audience: Audience,
    state: Mutex<State>,
    control: Notify,
    drained: Notify,
}

impl Outbox {
    pub(super) fn new(number: u64, audience: Audience) -> Self {
        Self { number, audience, state: Mutex::default(), control: Notify::new(), drained: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a frame for this socket alone.
    pub fn push(&self, frame: Bytes) {
        let fits = self.lock().push(None, frame);
        self.slow_unless(fits);
    }

    fn slow_unless(&self, fits: bool) {
        if !fits {
            self.close(close::SLOW, "live.slow");
        }
    }

    /// Ends the socket once what was queued is sent; at once when its reader is slow.
    pub fn close(&self, code: u16, reason: &str) {
        self.lock().close(code, reason);
        self.control.notify_one();
        self.drained.notify_one();
    }

    pub(super) fn push_event(&self, topic: Stream, offset: i64, frame: &Bytes) {
        let fits = {
            let mut guard = self.lock();
            let state = &mut *guard;
            match state.topics.get_mut(&topic) {
                None => true,
                Some(Place::CatchingUp { newest, .. }) => {
                    *newest = (*newest).max(offset);
                    true
                }
                Some(Place::Live { seen }) if offset <= *seen => true,
                Some(Place::Live { seen }) if offset == *seen + 1 => {
                    *seen = offset;
                    state.push(None, frame.clone())
                }
                Some(place @ Place::Live { .. }) => {
                    let Place::Live { seen } = *place else { return };
                    *place = Place::CatchingUp { newest: offset, etas: BTreeMap::new() };
                    state.orders.behind.push((topic, seen));
                    self.control.notify_one();
                    true
                }
            }
        };
        self.slow_unless(fits);
    }

    pub(super) fn push_eta(&self, topic: Stream, visit: VisitId, seq: u64, frame: &Bytes) {
        let fits = {
            let mut guard = self.lock();
            let state = &mut *guard;
            match state.topics.get_mut(&topic) {
                None => true,
                Some(Place::CatchingUp { etas, .. }) => {
                    keep_newest(etas, visit, seq, frame);
                    true
                }
                Some(Place::Live { .. }) => {
                    !state.is_news(topic, visit, seq) || state.push(Some(Latest::Eta(topic, visit)), frame.clone())
                }
            }
        };
        self.slow_unless(fits);
    }

    pub(super) fn push_position(&self, topic: Stream, technician: TechnicianId, frame: &Bytes) {
        let fits = {
            let mut guard = self.lock();
            let live = matches!(guard.topics.get(&topic), Some(Place::Live { .. }));
            !live || guard.push(Some(Latest::Position(topic, technician)), frame.clone())
        };
        self.slow_unless(fits);
    }

    pub(super) fn note_head(&self, topic: Stream, head: i64) {
        if let Some(Place::CatchingUp { newest, .. }) = self.lock().topics.get_mut(&topic) {
            *newest = (*newest).max(head);
        }
    }

    pub(super) fn recheck(&self) {
        self.lock().orders.recheck = true;
        self.control.notify_one();
    }

    pub(super) fn join(&self, topic: Stream) {
        let mut state = self.lock();
        state.forget_shown(topic);
        state.topics.insert(topic, Place::CatchingUp { newest: 0, etas: BTreeMap::new() });
    }

    pub(super) fn leave(&self, topic: Stream) -> bool {
        let mut state = self.lock();
        state.forget_shown(topic);
        state.topics.remove(&topic).is_some()
    }

    pub(super) fn leave_all(&self) -> Vec<Stream> {
        let mut state = self.lock();
        state.shown.clear();
        std::mem::take(&mut state.topics).into_keys().collect()
    }

    /// The client has this figure of a visit already, from the picture with which its page began.
    pub fn has_eta(&self, topic: Stream, visit: VisitId, seq: u64) {
        self.lock().is_news(topic, visit, seq);
    }

    /// Notes an arrival figure that the journal reader found, unless a newer one came meanwhile.
    pub fn offer_eta(&self, topic: Stream, visit: VisitId, seq: u64, frame: &Bytes) {
        if let Some(Place::CatchingUp { etas, .. }) = self.lock().topics.get_mut(&topic) {
            keep_newest(etas, visit, seq, frame);
        }
    }

    /// From now on what happens is pushed, beginning after `seen`. False when more has happened already: then the
    /// journal must be read on. With it go the arrival figures that waited.
    pub(super) fn go_live(&self, topic: Stream, seen: i64) -> bool {
        let fits = {
            let mut guard = self.lock();
            let state = &mut *guard;
            let Some(place) = state.topics.get_mut(&topic) else { return true };
            let Place::CatchingUp { newest, etas } = place else { return true };
            if *newest > seen {
                return false;
            }
            let mut waiting = std::mem::take(etas);
            *place = Place::Live { seen };
            waiting.retain(|visit, (seq, _)| state.is_news(topic, *visit, *seq));
            waiting.is_empty() || state.push(None, frame::join(waiting.into_values().map(|(_, frame)| frame)))
        };
        self.slow_unless(fits);
        true
    }

    /// Topics that are watched, in order.
    pub fn topics(&self) -> Vec<Stream> {
        self.lock().topics.keys().copied().collect()
    }

    pub fn watches(&self, topic: Stream) -> bool {
        self.lock().topics.contains_key(&topic)
    }

    /// Waits for orders and takes them.
    pub async fn orders(&self) -> Orders {
        loop {
            {
                let mut state = self.lock();
                let closed = state.orders.closed;
                if state.orders != Orders::default() {
                    return std::mem::replace(&mut state.orders, Orders { closed, ..Orders::default() });
                }
            }
            self.control.notified().await;
        }
    }

    pub fn is_closed(&self) -> bool {
        self.lock().orders.closed
    }

    /// Waits until everything queued was taken, or the socket is closed.
    pub async fn drained(&self) {
        loop {
            let waiting = self.drained.notified();
            {
                let state = self.lock();
                if state.queue.is_empty() || state.orders.closed {
                    return;
                }
            }
            waiting.await;
        }
    }

    /// The connection takes the next frame. None after the last one of a closed socket.
    pub fn poll_take(&self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut state = self.lock();
        if let Some((_, frame)) = state.queue.pop_front() {
            return Poll::Ready(Some(frame));
        }
        // A burst should not hold its memory for the rest of a long day.
        state.queue.shrink_to(4);
        self.drained.notify_one();
        if state.orders.closed {
            return Poll::Ready(None);
        }
        state.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

fn keep_newest(etas: &mut BTreeMap<VisitId, (u64, Bytes)>, visit: VisitId, seq: u64, frame: &Bytes) {
    let known = etas.get(&visit).map(|(known, _)| *known);
    if known.is_none_or(|known| known < seq) {
        etas.insert(visit, (seq, frame.clone()));
    }
}
