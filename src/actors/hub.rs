//! Who watches what. Publishing encodes each frame once and hands it to every watcher; it never waits.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde::Serialize;

use super::customer_view::{customer_fix, customer_view};
use super::frame::{self, Frames};
use super::outbox::{Audience, Holder, Outbox};
use super::presence::Presence;
use crate::domain::eta::Eta;
use crate::domain::event::{Event, EventKind, Stream};
use crate::domain::ids::TechnicianId;
use crate::limits;
use crate::store::access::TokenHash;
use crate::views::board::Fix;
use crate::views::live::close;

/// How far a watched topic was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// Nobody watches it.
    Unwatched,
    /// Those who watch it are still reading the journal themselves.
    Unknown,
    /// Everything up to this offset.
    Up(i64),
}

const UNKNOWN: i64 = -1;

struct Topic {
    /// By their numbers, in order.
    watchers: Vec<Arc<Outbox>>,
    published: AtomicI64,
    presence: Presence,
}

impl Default for Topic {
    fn default() -> Self {
        Self { watchers: Vec::new(), published: AtomicI64::new(UNKNOWN), presence: Presence::default() }
    }
}

impl Topic {
    fn place_of(&self, outbox: &Outbox) -> Result<usize, usize> {
        self.watchers.binary_search_by_key(&outbox.number, |other| other.number)
    }
}

/// Every open socket by its number, and the log-ins that ended lately: a socket that is being opened while its log-in
/// ends must not stay.
#[derive(Default)]
struct Sockets {
    open: BTreeMap<u64, Arc<Outbox>>,
    ended: BTreeSet<TokenHash>,
    ended_in_order: VecDeque<TokenHash>,
}

impl Sockets {
    fn end(&mut self, token: &TokenHash) {
        if self.ended.insert(*token) {
            self.ended_in_order.push_back(*token);
        }
        if self.ended_in_order.len() > limits::ENDED_LOG_INS
            && let Some(oldest) = self.ended_in_order.pop_front()
        {
            self.ended.remove(&oldest);
        }
    }
}

/// Looked up by name only; nothing depends on the map's order.
type Topics = HashMap<Stream, Topic>;

#[derive(Default)]
struct Inner {
    topics: RwLock<Topics>,
    sockets: Mutex<Sockets>,
    numbers: AtomicU64,
    frames: AtomicU64,
}

/// What the hub carries, for the debug page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct HubState {
    pub sockets: usize,
    pub topics: usize,
    /// Frames handed to sockets since the start.
    pub frames: u64,
}

#[derive(Clone, Default)]
pub struct Hub(Arc<Inner>);

impl Hub {
    fn topics(&self) -> RwLockReadGuard<'_, Topics> {
        self.0.topics.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn topics_mut(&self) -> RwLockWriteGuard<'_, Topics> {
        self.0.topics.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn sockets(&self) -> MutexGuard<'_, Sockets> {
        self.0.sockets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a socket. It is closed already when its log-in has ended meanwhile.
    pub fn open(&self, audience: Audience, holder: Holder) -> Arc<Outbox> {
        let number = self.0.numbers.fetch_add(1, Ordering::Relaxed);
        let token = holder.token;
        let outbox = Arc::new(Outbox::new(number, audience, holder));
        let mut sockets = self.sockets();
        sockets.open.insert(number, Arc::clone(&outbox));
        if token.is_some_and(|token| sockets.ended.contains(&token)) {
            outbox.close(close::AUTH_REQUIRED, "auth.required");
        }
        outbox
    }

    /// From now on it is open under another log-in of the same person.
    pub fn refresh(&self, outbox: &Outbox, token: TokenHash) {
        let sockets = self.sockets();
        outbox.set_token(token);
        if sockets.ended.contains(&token) {
            outbox.close(close::AUTH_REQUIRED, "auth.required");
        }
    }

    /// Forgets a socket.
    pub fn forget(&self, outbox: &Outbox) {
        self.sockets().open.remove(&outbox.number);
        let left = outbox.leave_all();
        let mut topics = self.topics_mut();
        left.into_iter().for_each(|topic| drop_watcher(&mut topics, topic, outbox));
    }

    /// Joins a topic. Until [`Self::go_live`] the socket reads the journal itself.
    pub fn join(&self, outbox: &Arc<Outbox>, topic: Stream) {
        let mut topics = self.topics_mut();
        let entry = topics.entry(topic).or_default();
        if let Err(place) = entry.place_of(outbox) {
            entry.watchers.insert(place, Arc::clone(outbox));
        }
        outbox.join(topic);
    }

    /// Lets the others on a topic see who has come, once his right is clear. A `curious` one sees them too.
    pub fn appear(&self, outbox: &Outbox, topic: Stream, curious: bool) {
        if let Some(entry) = self.topics_mut().get_mut(&topic)
            && entry.place_of(outbox).is_ok()
        {
            entry.presence.appear(outbox, curious);
            entry.presence.tell(topic, &entry.watchers);
        }
    }

    pub fn leave(&self, outbox: &Outbox, topic: Stream) {
        let mut topics = self.topics_mut();
        if outbox.leave(topic) {
            drop_watcher(&mut topics, topic, outbox);
        }
    }

    /// The socket has read the journal up to `seen`. False when more was published meanwhile.
    pub fn go_live(&self, outbox: &Outbox, topic: Stream, seen: i64) -> bool {
        let topics = self.topics_mut();
        // What was published before the socket joined is published to nobody again: it must be read.
        let published = topics.get(&topic).map_or(UNKNOWN, |topic| topic.published.load(Ordering::Relaxed));
        if seen < published || !outbox.go_live(topic, seen) {
            return false;
        }
        if let Some(topic) = topics.get(&topic)
            && topic.published.load(Ordering::Relaxed) == UNKNOWN
        {
            topic.published.store(seen, Ordering::Relaxed);
        }
        true
    }

    pub fn published(&self, topic: Stream) -> Published {
        match self.topics().get(&topic).map(|topic| topic.published.load(Ordering::Relaxed)) {
            None => Published::Unwatched,
            Some(UNKNOWN) => Published::Unknown,
            Some(offset) => Published::Up(offset),
        }
    }

    /// Tells those who are still reading how far they must read; what comes after is published to them. False when
    /// somebody is further than that already, so that there is something to publish after all.
    pub fn note_head(&self, topic: Stream, head: i64) -> bool {
        let topics = self.topics_mut();
        let Some(entry) = topics.get(&topic) else { return true };
        if entry.published.load(Ordering::Relaxed) != UNKNOWN {
            return false;
        }
        entry.watchers.iter().for_each(|outbox| outbox.note_head(topic, head));
        entry.published.store(head, Ordering::Relaxed);
        true
    }

    /// Topics that somebody watches, in order.
    pub fn watched(&self) -> Vec<Stream> {
        let mut watched: Vec<Stream> = self.topics().keys().copied().collect();
        watched.sort_unstable();
        watched
    }

    /// Publishes the next event of a stream. Called by the relay and by nobody else.
    pub fn publish_event(&self, stream: Stream, offset: i64, event: &Event) {
        let topics = self.topics();
        let Some(topic) = topics.get(&stream) else { return };
        let mut frames = Frames::new(
            || frame::event(stream, offset, &frame::event_json(event)),
            || frame::event(stream, offset, &frame::event_json(&customer_view(stream, event))),
        );
        let withdraws = withdraws_rights(event.kind);
        for outbox in &topic.watchers {
            outbox.push_event(stream, offset, frames.for_audience(outbox.audience), withdraws);
        }
        topic.published.fetch_max(offset, Ordering::Relaxed);
        self.count(topic);
    }

    /// Publishes an arrival figure on the topics of its visit, its territory and its technician.
    pub fn publish_eta(&self, streams: &[Stream], eta: &Eta) {
        let topics = self.topics();
        let json = LazyCell::new(|| frame::json_of(eta));
        for stream in streams {
            let Some(topic) = topics.get(stream) else { continue };
            let frame = frame::eta_of(*stream, &json);
            topic.watchers.iter().for_each(|outbox| outbox.push_eta(*stream, eta.visit_id, eta.seq, &frame));
            self.count(topic);
        }
    }

    /// Publishes where a technician is. On a visit's topic only while he is on the way to it: the caller knows.
    pub fn publish_position(&self, streams: &[Stream], technician: TechnicianId, fix: &Fix) {
        let topics = self.topics();
        for stream in streams {
            let Some(topic) = topics.get(stream) else { continue };
            let mut frames = Frames::new(
                || frame::position(*stream, technician, fix),
                || frame::position(*stream, technician, &customer_fix(fix)),
            );
            for outbox in &topic.watchers {
                outbox.push_position(*stream, technician, fix.at, frames.for_audience(outbox.audience));
            }
            self.count(topic);
        }
    }

    fn count(&self, topic: &Topic) {
        self.0.frames.fetch_add(topic.watchers.len() as u64, Ordering::Relaxed);
    }

    /// Closes the sockets of a log-in that ended.
    pub fn end_log_in(&self, token: &TokenHash, code: u16, reason: &str) {
        let mut sockets = self.sockets();
        sockets.end(token);
        let of_it = sockets.open.values().filter(|outbox| outbox.token().as_ref() == Some(token));
        of_it.for_each(|outbox| outbox.close(code, reason));
    }

    /// Every open socket, the oldest first.
    pub fn everybody(&self) -> Vec<Arc<Outbox>> {
        self.sockets().open.values().cloned().collect()
    }

    pub fn state(&self) -> HubState {
        let sockets = self.sockets().open.len();
        HubState { sockets, topics: self.topics().len(), frames: self.0.frames.load(Ordering::Relaxed) }
    }
}

/// After these a technician may have lost the visit, or a link its force.
const fn withdraws_rights(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::VisitUnassigned | EventKind::VisitCancelled | EventKind::VisitDeclined | EventKind::LinkRevoked
    )
}

fn drop_watcher(topics: &mut Topics, topic: Stream, outbox: &Outbox) {
    let Some(entry) = topics.get_mut(&topic) else { return };
    if let Ok(place) = entry.place_of(outbox) {
        entry.watchers.remove(place);
    }
    if entry.watchers.is_empty() {
        topics.remove(&topic);
    } else if entry.presence.disappear(outbox) {
        entry.presence.tell(topic, &entry.watchers);
    }
}

#[cfg(test)]
mod tests;
