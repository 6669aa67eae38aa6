//! Watches topics: comes, listens, falls asleep, is cut off, comes back with what it has seen. Every event must be
//! heard exactly once and in order, and arrival figures must not go back.

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::event::Stream;
use crate::sim::book::{Followed, GivenLink};
use crate::sim::person::{Person, Scene};
use crate::sim::wire::{Heard, Wire};
use crate::views::live::ServerFrame;

/// Where somebody sits and what can be seen from there.
#[derive(Debug, Clone)]
pub enum Seat {
    /// With a log-in, always the same topic.
    Topic(Stream),
    /// With one of the tracking links that were given out, another each time.
    Links,
}

/// Watches until the day closes.
pub async fn watcher(mut person: Person, seat: Seat) {
    while person.scene.open() {
        person.wait(1, 60).await;
        let Some((topic, secret)) = choose(&mut person, &seat) else { continue };
        let Some(mut wire) = open(&mut person, secret.as_deref()).await else { continue };
        let patience = person.luck.seconds(60, 2_400);
        let (scene, name) = (person.scene.clone(), person.name.clone());
        let mut ear = Ear::new(&scene, &name, topic);
        ear.subscribe(&wire);
        let slept = person.luck.chance(5);
        if slept {
            person.wait(10, 120).await;
        }
        // However it ends, the next visit goes on from what was heard.
        let _ = tokio::time::timeout(patience, ear.listen(&mut wire)).await;
    }
}

fn choose(person: &mut Person, seat: &Seat) -> Option<(Stream, Option<String>)> {
    match seat {
        Seat::Topic(topic) => Some((*topic, None)),
        Seat::Links => {
            let links: Vec<GivenLink> = person.scene.book.borrow().links.clone();
            let link = person.luck.pick(&links)?;
            Some((Stream::Visit(link.visit), Some(link.secret.clone())))
        }
    }
}

async fn open(person: &mut Person, secret: Option<&str>) -> Option<Wire> {
    let wire = match secret {
        Some(secret) => Wire::open(&person.scene.house, None, &format!("?track={secret}")).await?,
        None => {
            let token = person.token().await?;
            Wire::open(&person.scene.house, Some(&token), "").await?
        }
    };
    person.scene.book.borrow_mut().tally.sockets += 1;
    Some(wire)
}

/// Follows a topic to its present end, for the last look of the day.
pub async fn catch_up(person: &mut Person, topic: Stream, secret: Option<&str>) {
    let Some(mut wire) = open(person, secret).await else { return };
    let mut ear = Ear::new(&person.scene, &person.name, topic);
    ear.subscribe(&wire);
    let _ = tokio::time::timeout(Duration::from_secs(20), ear.listen(&mut wire)).await;
}

/// One follower of one topic, on one socket.
struct Ear<'a> {
    scene: &'a Scene,
    name: &'a str,
    topic: Stream,
    /// Nothing was heard on this socket yet: figures may be told again.
    first_etas: std::collections::BTreeSet<crate::domain::ids::VisitId>,
}

impl<'a> Ear<'a> {
    fn new(scene: &'a Scene, name: &'a str, topic: Stream) -> Self {
        Self { scene, name, topic, first_etas: Default::default() }
    }

    fn subscribe(&self, wire: &Wire) {
        let key = (self.name.to_owned(), self.topic);
        let book = self.scene.book.borrow();
        let after = book.followed.get(&key).map(|followed| {
            let visit = match self.topic {
                Stream::Visit(visit) => followed.eta_seqs.get(&visit).copied(),
                _ => None,
            };
            json!({ "epoch": followed.epoch, "offset": followed.offset, "eta_seq": visit })
        });
        wire.say(&json!({ "type": "subscribe", "topic": self.topic, "after": after }));
    }

    async fn listen(&mut self, wire: &mut Wire) {
        loop {
            match wire.hear().await {
                Heard::Closed => return,
                Heard::Frame(frame) => self.hear(frame),
            }
        }
    }

    fn hear(&mut self, frame: Value) {
        self.scene.book.borrow_mut().tally.frames += 1;
        match serde_json::from_value::<ServerFrame>(frame.clone()) {
            Ok(ServerFrame::Subscribed { epoch, offset, .. }) => self.begin(epoch, offset, false),
            Ok(ServerFrame::Reset { epoch, offset, .. }) => self.begin(epoch, offset, true),
            Ok(ServerFrame::Event { topic, offset, event }) => self.event(topic, offset, event.id),
            Ok(ServerFrame::Eta { eta, .. }) => self.eta(eta.visit_id, eta.seq),
            Ok(_) => {}
            Err(error) => self.scene.wrong(format!("a frame that its description does not allow ({error}): {frame}")),
        }
    }

    fn with(&self, change: impl FnOnce(&mut Followed) -> Option<String>) {
        let key = (self.name.to_owned(), self.topic);
        let wrong = change(self.scene.book.borrow_mut().followed.entry(key).or_default());
        if let Some(wrong) = wrong {
            self.scene.wrong(format!("{} on {}: {wrong}", self.name, self.topic));
        }
    }

    /// The first look begins at the present; later ones where the last one ended.
    fn begin(&self, epoch: String, offset: i64, reset: bool) {
        self.with(|followed| {
            let first = followed.epoch.is_empty();
            let wrong = (!first && followed.offset != offset)
                .then(|| format!("went on from {offset} instead of {}, reset: {reset}", followed.offset));
            *followed = Followed { epoch, offset, ..std::mem::take(followed) };
            wrong
        });
    }

    fn event(&self, topic: Stream, offset: i64, id: crate::domain::ids::EventId) {
        self.scene.book.borrow_mut().tally.events_heard += 1;
        self.with(|followed| {
            let wrong = (topic != self.topic || offset != followed.offset + 1)
                .then(|| format!("heard {topic} {offset} after {}", followed.offset));
            followed.offset = offset;
            followed.heard.push((offset, id));
            wrong
        });
    }

    fn eta(&mut self, visit: crate::domain::ids::VisitId, seq: u64) {
        self.scene.book.borrow_mut().tally.etas_heard += 1;
        let first = self.first_etas.insert(visit);
        self.with(|followed| {
            let last = followed.eta_seqs.insert(visit, seq).unwrap_or(0);
            let rises = seq > last || (first && seq == last);
            (!rises).then(|| format!("arrival figure {seq} of {visit} after {last}"))
        });
    }
}
