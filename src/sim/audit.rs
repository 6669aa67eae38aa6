//! After the last hour: what is stored explains itself, every watcher has heard everything once, and whatever was
//! acknowledged is there.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join_all;
use sha2::{Digest as _, Sha256};

use super::cast::Cast;
use super::people;
use super::person::Scene;
use super::storm::Storm;
use crate::domain::event::{Event, EventKind, Stream};
use crate::domain::ids::EventId;
use crate::domain::wallet::chain::hex;
use crate::limits;
use crate::store::Fault;

/// Points at which a fall is answered with `internal`.
const INSIDE: [&str; 2] = ["store.command", "store.task"];

/// The journal in short.
pub struct Digest {
    pub hash: String,
    pub events: u64,
    pub entries: u64,
    pub kinds: BTreeMap<String, u64>,
}

/// Finishes what is open, checks everything, and gives the journal's digest.
pub async fn audit(scene: &Scene, cast: &Cast, storm: &Storm) -> Result<Digest, Fault> {
    let mut everybody = cast.everybody(scene);
    for person in &mut everybody {
        person.catch_up().await;
    }
    // All look at once: while one looks, the trackers go on telling.
    let heads = scene.house.services.store.read(|reader| reader.all_heads()).await?;
    join_all(everybody.iter_mut().map(last_look)).await;
    let journal = Journal::read(scene).await?;
    journal.check_followers(scene, &heads.into_iter().collect());
    for person in &mut everybody {
        journal.check_acknowledged(person).await;
    }
    for finding in scene.house.services.store.read(|reader| reader.verify()).await? {
        scene.wrong(format!("verify: {} {}: {}", finding.check, finding.subject, finding.detail));
    }
    if INSIDE.iter().all(|point| !storm.thrown().contains_key(point)) {
        let internal = scene.book.borrow().tally.refused.get("internal").copied();
        internal.into_iter().for_each(|count| scene.wrong(format!("{count} internal errors in fine weather")));
    }
    Ok(journal.digest)
}

/// A watcher reads each of his topics to its end.
async fn last_look(person: &mut super::person::Person) {
    let topics: Vec<Stream> = {
        let book = person.scene.book.borrow();
        book.followed.keys().filter(|(name, _)| *name == person.name).map(|(_, topic)| *topic).collect()
    };
    join_all(topics.into_iter().map(|topic| {
        let mut looking = person.beside();
        async move { look(&mut looking, topic).await }
    }))
    .await;
}

async fn look(person: &mut super::person::Person, topic: Stream) {
    let secret = {
        let book = person.scene.book.borrow();
        let link = book.links.iter().find(|link| !link.doubtful && Stream::Visit(link.visit) == topic);
        link.map(|link| link.secret.clone())
    };
    if secret.is_some() || !matches!(topic, Stream::Visit(_)) {
        people::catch_up(person, topic, secret.as_deref()).await;
    }
}

struct Journal {
    digest: Digest,
    /// The events of each stream; the first has offset 1.
    streams: BTreeMap<Stream, Vec<EventId>>,
    /// Every event by its kind and each id that it is about.
    told: BTreeSet<(EventKind, String)>,
}

impl Journal {
    async fn read(scene: &Scene) -> Result<Self, Fault> {
        let store = &scene.house.services.store;
        let heads = store.read(|reader| reader.all_heads()).await?;
        let (mut hash, mut seen) = (Sha256::new(), BTreeSet::new());
        let digest = Digest { hash: String::new(), events: 0, entries: 0, kinds: BTreeMap::new() };
        let mut journal = Self { digest, streams: BTreeMap::new(), told: BTreeSet::new() };
        for (stream, head) in heads {
            let mut offset = 0;
            while offset < head {
                let page = store.read(move |reader| reader.events_after(stream, offset, limits::JOURNAL_PAGE)).await?;
                let Some((last, _)) = page.last() else { break };
                for (at, event) in &page {
                    hash.update(format!("{stream} {at} "));
                    hash.update(serde_json::to_vec(event).unwrap_or_default());
                    journal.digest.entries += 1;
                    journal.streams.entry(stream).or_default().push(event.id);
                    if seen.insert(event.id) {
                        journal.note(event);
                    }
                }
                offset = *last;
            }
        }
        journal.digest.hash = hex(&hash.finalize());
        Ok(journal)
    }

    fn note(&mut self, event: &Event) {
        self.digest.events += 1;
        *self.digest.kinds.entry(event.kind.as_str().to_owned()).or_default() += 1;
        let about = &event.about;
        let mut ids = vec![
            about.contract_id.map(|id| id.to_string()),
            about.issue_id.map(|id| id.to_string()),
            about.work_order_id.map(|id| id.to_string()),
            about.visit_id.map(|id| id.to_string()),
        ];
        for name in ["link_id", "interaction_id"] {
            ids.push(event.data.get(name).and_then(|id| id.as_str()).map(str::to_owned));
        }
        self.told.extend(ids.into_iter().flatten().map(|id| (event.kind, id)));
    }

    /// Whoever may still watch a topic has heard all of it after his first look, up to where it stood at the last.
    fn check_followers(&self, scene: &Scene, heads: &BTreeMap<Stream, i64>) {
        let book = scene.book.borrow();
        let mut wrong = Vec::new();
        for ((name, topic), followed) in &book.followed {
            let events = self.streams.get(topic).map_or(&[][..], Vec::as_slice);
            let differs = followed
                .heard
                .iter()
                .find(|(offset, id)| usize::try_from(*offset - 1).ok().and_then(|index| events.get(index)) != Some(id));
            if let Some((offset, id)) = differs {
                wrong.push(format!("{name} heard {id} as {topic} {offset}, which is another event"));
            }
            let open = match topic {
                Stream::Visit(visit) => book.links.iter().any(|link| !link.doubtful && link.visit == *visit),
                _ => true,
            };
            let head = heads.get(topic).copied().unwrap_or(0);
            if open && followed.offset < head {
                wrong.push(format!("{name} heard {topic} up to {} of {head}", followed.offset));
            }
        }
        drop(book);
        wrong.into_iter().for_each(|what| scene.wrong(what));
    }

    /// What was acknowledged stands in the journal, and the same request still gets the same answer.
    async fn check_acknowledged(&self, person: &mut super::person::Person) {
        let mine: Vec<_> = {
            let book = person.scene.book.borrow();
            book.acknowledged.iter().filter(|acknowledged| acknowledged.wanted_by == person.name).cloned().collect()
        };
        for acknowledged in mine {
            let wanted = &acknowledged.wanted;
            let ids = ids_in(&wanted.path, &acknowledged.text);
            let told = wanted.kinds.iter().any(|kind| ids.iter().any(|id| self.told.contains(&(*kind, id.clone()))));
            if !told {
                person.scene.wrong(format!("{} {} is not in the journal", wanted.method, wanted.path));
            }
            let again = person.once_more(wanted).await;
            if again.is_none_or(|again| (again.status, &again.text) != (acknowledged.status, &acknowledged.text)) {
                person.scene.wrong(format!("{} is no longer answered as it was", wanted.operation));
            }
        }
    }
}

/// The ids in an address and at the top of an answer.
fn ids_in(path: &str, text: &str) -> Vec<String> {
    let mut ids: Vec<String> = path.split('/').filter(|part| part.contains('_')).map(str::to_owned).collect();
    let answer: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    for place in ["/id", "/visit/id", "/interaction_id"] {
        ids.extend(answer.pointer(place).and_then(|id| id.as_str()).map(str::to_owned));
    }
    ids
}
