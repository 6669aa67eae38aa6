//! Who watches a topic together with whom: the desk sees that a colleague has the same contract open.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::frame;
use super::outbox::Outbox;
use crate::domain::event::Stream;
use crate::limits;
use crate::views::live::{Present, ServerFrame};

/// Nothing is kept for a topic that only customers watch.
#[derive(Default)]
pub(super) struct Presence {
    /// Of the company, by the numbers of their sockets; one person may have several.
    people: BTreeMap<u64, Arc<Present>>,
    /// Sockets that want to know.
    curious: Vec<u64>,
}

impl Presence {
    /// Takes note of somebody whose right to the topic is clear.
    pub fn appear(&mut self, outbox: &Outbox, curious: bool) {
        if let Some(present) = &outbox.present {
            self.people.insert(outbox.number, Arc::clone(present));
        }
        self.curious.retain(|number| *number != outbox.number);
        if curious {
            self.curious.push(outbox.number);
        }
    }

    /// Says whether there is something to tell.
    pub fn disappear(&mut self, outbox: &Outbox) -> bool {
        self.people.remove(&outbox.number);
        self.curious.retain(|number| *number != outbox.number);
        !self.curious.is_empty()
    }

    /// Tells those who want to know how it stands now. `watchers` are in the order of their numbers.
    pub fn tell(&self, topic: Stream, watchers: &[Arc<Outbox>]) {
        if self.curious.is_empty() {
            return;
        }
        let customers = watchers.iter().filter(|outbox| outbox.present.is_none()).count();
        let frame = frame::of(&ServerFrame::Presence { topic, people: self.named(), customers });
        for number in &self.curious {
            if let Ok(place) = watchers.binary_search_by_key(number, |outbox| outbox.number) {
                watchers[place].push_presence(topic, &frame);
            }
        }
    }

    /// Each person once, by name.
    fn named(&self) -> Vec<Present> {
        let mut people: Vec<Present> = self.people.values().map(|present| Present::clone(present)).collect();
        people.sort_by(|one, next| (&one.name, one.user_id).cmp(&(&next.name, next.user_id)));
        people.dedup_by_key(|present| present.user_id);
        people.truncate(limits::PRESENT);
        people
    }
}
