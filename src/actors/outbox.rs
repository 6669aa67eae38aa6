//! What one watcher still has to be sent, and where he stands in each topic.
//!
//! Two sides meet here: the hub pushes from any thread and never waits; the connection takes frames as fast as its
//! reader lets it. Events are never dropped: a reader who falls behind by the whole queue is closed as slow and resumes
//! from his cursor. Arrival figures and positions are replaced by newer ones while they wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::Notify;

use super::frame;
use super::waiting::{Latest, Queue};
use super::watch::{Place, Watches};
use crate::domain::event::Stream;
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::time::Timestamp;
use crate::store::access::TokenHash;
use crate::views::live::{Present, close};

/// What may be seen on a socket, and whether that may change while it is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audience {
    /// Gets the customer's view of a visit or contract.
    pub customer: bool,
    /// Rights hang on records that change hands.
    pub revocable: bool,
}

/// Who holds a socket.
#[derive(Debug, Clone, Default)]
pub struct Holder {
    /// The log-in whose end closes the socket.
    pub token: Option<TokenHash>,
    /// As whom the others on a topic see him; none for customers.
    pub present: Option<Arc<Present>>,
}

/// What the hub wants the socket's own task to do.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// Rights may have changed; to be seen to before anything else.
    pub recheck: bool,
    /// Topics that must be read from the journal after the offset.
    pub behind: Vec<(Stream, i64)>,
    /// The socket is done for.
    pub closed: bool,
}

#[derive(Default)]
struct State {
    queue: Queue,
    watches: Watches,
    orders: Orders,
    token: Option<TokenHash>,
}

impl State {
    /// Queues a frame. False when the reader is too slow for it.
    fn push(&mut self, key: Option<Latest>, frame: Bytes) -> bool {
        self.orders.closed || self.queue.push(key, frame)
    }

    fn close(&mut self, code: u16, reason: &str) {
        debug_assert!(close::is_listed(code), "{code} is not in the protocol's list");
        if self.orders.closed {
            return;
        }
        self.orders.closed = true;
        if code == close::SLOW {
            self.queue.clear();
        }
        self.queue.push_last(frame::close(code, reason));
    }
}

pub struct Outbox {
    pub(super) number: u64,
    pub audience: Audience,
    pub(super) present: Option<Arc<Present>>,
    state: Mutex<State>,
    control: Notify,
    drained: Notify,
}

impl Outbox {
    pub(super) fn new(number: u64, audience: Audience, holder: Holder) -> Self {
        let state = State { token: holder.token, ..State::default() };
        let (control, drained) = (Notify::new(), Notify::new());
        Self { number, audience, present: holder.present, state: Mutex::new(state), control, drained }
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

    /// The log-in under which it is open now.
    pub fn token(&self) -> Option<TokenHash> {
        self.lock().token
    }

    pub fn set_token(&self, token: TokenHash) {
        self.lock().token = Some(token);
    }

    /// An event of a topic. One that withdraws rights is the last that passes until they have been looked at.
    pub(super) fn push_event(&self, topic: Stream, offset: i64, frame: &Bytes, withdraws: bool) {
        let fits = {
            let mut guard = self.lock();
            let state = &mut *guard;
            let withdraws = withdraws && self.audience.revocable;
            let Some(watch) = state.watches.get_mut(topic) else { return };
            let (fits, again) = match &mut watch.place {
                Place::CatchingUp(missed) => {
                    missed.newest = missed.newest.max(offset);
                    (true, None)
                }
                Place::Live { seen } if offset <= *seen => (true, None),
                Place::Live { seen } if offset == *seen + 1 => {
                    *seen = offset;
                    (state.orders.closed || state.queue.push(None, frame.clone()), withdraws.then_some(offset))
                }
                Place::Live { seen } => (true, Some(*seen)),
            };
            if let Some(seen) = again {
                watch.place = Place::catching_up(offset);
                state.orders.behind.push((topic, seen));
            }
            state.orders.recheck |= withdraws;
            if again.is_some() || withdraws {
                self.control.notify_one();
            }
            fits
        };
        self.slow_unless(fits);
    }

    pub(super) fn push_eta(&self, topic: Stream, visit: VisitId, seq: u64, frame: &Bytes) {
        let fits = {
            let mut guard = self.lock();
            let state = &mut *guard;
            let Some(watch) = state.watches.get_mut(topic) else { return };
            if let Place::CatchingUp(missed) = &mut watch.place {
                return missed.keep_eta(visit, seq, frame);
            }
            !watch.is_news(visit, seq) || state.push(Some(Latest::Eta(topic, visit)), frame.clone())
        };
        self.slow_unless(fits);
    }

    pub(super) fn push_position(&self, topic: Stream, technician: TechnicianId, at: Timestamp, frame: &Bytes) {
        let fits = {
            let mut guard = self.lock();
            let state = &mut *guard;
            let Some(watch) = state.watches.get_mut(topic) else { return };
            if let Place::CatchingUp(missed) = &mut watch.place {
                return missed.keep_position(technician, at, frame);
            }
            state.push(Some(Latest::Position(topic, technician)), frame.clone())
        };
        self.slow_unless(fits);
    }

    pub(super) fn push_presence(&self, topic: Stream, frame: &Bytes) {
        let fits = self.lock().push(Some(Latest::Presence(topic)), frame.clone());
        self.slow_unless(fits);
    }

    pub(super) fn note_head(&self, topic: Stream, head: i64) {
        if let Some(Place::CatchingUp(missed)) = self.lock().watches.place_mut(topic) {
            missed.newest = missed.newest.max(head);
        }
    }

    pub(super) fn join(&self, topic: Stream) {
        self.lock().watches.join(topic);
    }

    pub(super) fn leave(&self, topic: Stream) -> bool {
        self.lock().watches.leave(topic)
    }

    pub(super) fn leave_all(&self) -> Vec<Stream> {
        self.lock().watches.leave_all()
    }

    /// The client has this figure of a visit already, from the picture with which its page began.
    pub fn has_eta(&self, topic: Stream, visit: VisitId, seq: u64) {
        if let Some(watch) = self.lock().watches.get_mut(topic) {
            watch.is_news(visit, seq);
        }
    }

    /// Notes an arrival figure that the journal reader found, unless a newer one came meanwhile.
    pub fn offer_eta(&self, topic: Stream, visit: VisitId, seq: u64, frame: &Bytes) {
        if let Some(Place::CatchingUp(missed)) = self.lock().watches.place_mut(topic) {
            missed.keep_eta(visit, seq, frame);
        }
    }

    /// The same for where a technician is.
    pub fn offer_position(&self, topic: Stream, technician: TechnicianId, at: Timestamp, frame: &Bytes) {
        if let Some(Place::CatchingUp(missed)) = self.lock().watches.place_mut(topic) {
            missed.keep_position(technician, at, frame);
        }
    }

    /// From now on what happens is pushed, beginning after `seen`. False when more has happened already: then the
    /// journal must be read on. With it go the figures and positions that waited.
    pub(super) fn go_live(&self, topic: Stream, seen: i64) -> bool {
        let fits = {
            let mut guard = self.lock();
            let state = &mut *guard;
            let Some(watch) = state.watches.get_mut(topic) else { return true };
            let Some(waited) = watch.go_live(seen) else { return false };
            waited.is_empty() || state.push(None, frame::join(waited))
        };
        self.slow_unless(fits);
        true
    }

    /// Topics that are watched, in order.
    pub fn topics(&self) -> Vec<Stream> {
        self.lock().watches.topics()
    }

    pub fn watches(&self, topic: Stream) -> bool {
        self.lock().watches.get_mut(topic).is_some()
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
        if let Some(frame) = state.queue.take() {
            return Poll::Ready(Some(frame));
        }
        self.drained.notify_one();
        if state.orders.closed {
            return Poll::Ready(None);
        }
        state.queue.wake_by(context.waker());
        Poll::Pending
    }
}
