//! Publishes the journal to those who watch. Nothing else publishes events.
//!
//! How far a topic was published is kept by the hub, so a relay that falls and comes back goes on exactly there. A
//! wake-up tells where to look at once; a sweep over the watched topics each second finds what a lost one left.

use std::collections::BTreeSet;

use actix::{Actor, AsyncContext, Context, WrapFuture};
use tokio::time::Instant;
use tracing::Instrument;

use super::guardian::{Kept, Lifeline, Teller};
use super::hub::{Hub, Published};
use crate::domain::event::{Event, Stream};
use crate::limits;
use crate::store::{Fault, Reader, Store};

/// The actor: it only carries the loop, so that the guardian can bring it back.
pub struct Relay {
    store: Store,
    hub: Hub,
    lifeline: Lifeline,
}

impl Relay {
    pub fn new(store: Store, hub: Hub, lifeline: Lifeline) -> Self {
        Self { store, hub, lifeline }
    }
}

impl Actor for Relay {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        let reconciler = Reconciler::new(self.store.clone(), self.hub.clone());
        let work = run(reconciler, self.lifeline.teller().clone());
        context.spawn(work.instrument(self.lifeline.span()).into_actor(self));
    }
}

impl Kept for Relay {
    const NAME: &'static str = "relay";
    /// It is woken by the store and has no messages of its own.
    const MAILBOX: usize = 1;
}

async fn run(mut reconciler: Reconciler, teller: Teller) {
    let wake = reconciler.store.wake().clone();
    reconciler.look_at_all();
    let mut swept = Instant::now();
    loop {
        // Also while there is no pause: those who watch a quiet topic must not wait for the busy ones.
        if swept.elapsed() >= limits::RELAY_POLL {
            reconciler.sweep();
            swept = Instant::now();
        }
        reconciler.look_at(wake.take().into_keys());
        match reconciler.step().await {
            Ok(Worked::Some) => continue,
            Ok(Worked::Idle) => {}
            Err(error) => tracing::warn!(%error, "the journal cannot be read; trying again"),
        }
        teller.tell(reconciler.hub.state());
        tokio::select! {
            // In the order written, so that a seed reproduces a run.
            biased;
            () = wake.wait() => {}
            () = tokio::time::sleep_until(swept + limits::RELAY_POLL) => {}
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    Some,
    Idle,
}

/// Brings what the hub has published up to what the journal holds.
pub struct Reconciler {
    store: Store,
    hub: Hub,
    /// Streams that may have grown. One leaves the set when all of it was published.
    todo: BTreeSet<Stream>,
    /// Where the last sweep ended.
    swept: Option<Stream>,
}

impl Reconciler {
    pub fn new(store: Store, hub: Hub) -> Self {
        Self { store, hub, todo: BTreeSet::new(), swept: None }
    }

    pub fn look_at(&mut self, streams: impl IntoIterator<Item = Stream>) {
        self.todo.extend(streams);
    }

    pub fn look_at_all(&mut self) {
        self.todo.extend(self.hub.watched());
    }

    /// Looks at the next part of the watched topics; a part bounds what a sweep costs.
    pub fn sweep(&mut self) {
        let watched = self.hub.watched();
        let from = self.swept.map_or(0, |last| watched.partition_point(|stream| *stream <= last));
        let part = &watched[from..(from + limits::IDS_PER_QUERY).min(watched.len())];
        self.swept = part.last().copied();
        self.todo.extend(part);
    }

    /// Publishes some of what is to be published.
    pub async fn step(&mut self) -> Result<Worked, Fault> {
        let mut looks = Vec::new();
        let mut unwatched = Vec::new();
        for stream in self.todo.iter().copied() {
            match self.hub.published(stream) {
                Published::Unwatched => unwatched.push(stream),
                published => looks.push((stream, published)),
            }
            if looks.len() == limits::RELAY_STREAMS {
                break;
            }
        }
        for stream in &unwatched {
            self.todo.remove(stream);
        }
        if looks.is_empty() {
            return Ok(if unwatched.is_empty() { Worked::Idle } else { Worked::Some });
        }
        let found = self.store.read(move |reader| look(reader, &looks)).await?;
        found.into_iter().for_each(|(stream, found)| self.publish(stream, found));
        Ok(Worked::Some)
    }

    fn publish(&mut self, stream: Stream, found: Found) {
        match found {
            Found::Head(head) => {
                if self.hub.note_head(stream, head) {
                    self.todo.remove(&stream);
                }
            }
            Found::Events(events) => {
                let all = (events.len() as i64) < limits::JOURNAL_PAGE;
                for (offset, event) in &events {
                    self.store.chaos().point("relay.publish");
                    self.hub.publish_event(stream, *offset, event);
                }
                if all {
                    self.todo.remove(&stream);
                }
            }
        }
    }
}

enum Found {
    Head(i64),
    Events(Vec<(i64, Event)>),
}

/// All looks see one snapshot. Streams whose head did not move are not read.
fn look(reader: &mut Reader<'_>, looks: &[(Stream, Published)]) -> Result<Vec<(Stream, Found)>, Fault> {
    let streams: Vec<Stream> = looks.iter().map(|(stream, _)| *stream).collect();
    let heads = reader.heads(&streams)?;
    let mut found = Vec::new();
    for (stream, published) in looks {
        let head = heads.get(stream).copied().unwrap_or(0);
        found.push((
            *stream,
            match published {
                Published::Up(offset) if *offset < head => {
                    Found::Events(reader.events_after(*stream, *offset, limits::JOURNAL_PAGE)?)
                }
                Published::Up(_) => Found::Events(Vec::new()),
                Published::Unknown | Published::Unwatched => Found::Head(head),
            },
        ));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
