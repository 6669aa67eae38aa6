//! One command, one unit: what it changes, the journal entries that tell of it and the answer to its operation id
//! commit together or not at all.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::Reader;
use super::codec::{json, to_json};
use super::connection::Database;
use super::error::{Fault, StoreError};
use super::kept::{Kept, Write, Writes, write_all};
use super::portable;
use super::refusals::was_refused_otherwise;
use super::schema::{journal, operations, stream_entries};
use crate::domain::access::Actor;
use crate::domain::event::{About, Event, EventKind, Stream, Written, entry_link};
use crate::domain::ids::{EventId, Id, OperationId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::Link;
use crate::effects::seeds::Seeds;
use serde_json::Value;

/// Version of the payloads that this binary writes.
const EVENT_VERSION: i32 = 1;

/// A client's operation: the same id and content always gets the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    pub id: OperationId,
    /// Hash of what was asked, by whom.
    pub fingerprint: [u8; 32],
}

/// The answer to an operation, kept word for word for the retry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    pub fn json(status: u16, body: &impl serde::Serialize) -> Self {
        Self { status, body: to_json(body) }
    }
}

/// A command at work inside its transaction.
pub struct Unit<'a> {
    pub(super) database: &'a mut Database,
    seeds: &'a Seeds,
    now: Timestamp,
    zone: chrono_tz::Tz,
    actor: Actor,
    events: Vec<(Vec<Stream>, Written, Link)>,
}

impl<'a> Unit<'a> {
    pub(super) fn new(
        database: &'a mut Database,
        seeds: &'a Seeds,
        now: Timestamp,
        zone: chrono_tz::Tz,
        actor: Actor,
    ) -> Self {
        Self { database, seeds, now, zone, actor, events: Vec::new() }
    }

    /// The instant at which this command happens; the same for all that it writes.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The company's zone.
    pub fn zone(&self) -> chrono_tz::Tz {
        self.zone
    }

    /// Today in the company's zone.
    pub fn today(&self) -> chrono::NaiveDate {
        self.now.day(self.zone)
    }

    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    pub fn id<T: Id>(&self) -> T {
        self.seeds.id(self.now)
    }

    pub fn token(&self) -> String {
        self.seeds.token()
    }

    /// The data as this command sees them, its own changes included.
    pub fn look(&mut self) -> Reader<'_> {
        Reader::over(self.database, self.zone, self.now)
    }

    /// Tells what happened. The entry stands in each of the streams and leaves the process after the commit.
    pub fn record(&mut self, streams: &[Stream], kind: EventKind, about: About, data: Value) -> EventId {
        let id = self.id();
        self.record_as(id, streams, kind, about, data);
        id
    }

    /// The same with an id made before, for what had to be written with a reference to it. Returns the entry's seal.
    pub(super) fn record_as(
        &mut self,
        id: EventId,
        streams: &[Stream],
        kind: EventKind,
        about: About,
        data: Value,
    ) -> Link {
        let (kind, actor, data) = (kind.as_str().to_owned(), to_json(&self.actor), to_json(&data));
        let written = Written { id, kind, version: EVENT_VERSION, at: self.now, actor, about, data };
        let seal = written.seal();
        self.events.push((streams.to_vec(), written, seal));
        seal
    }

    /// The next number of a human-readable series, such as the issues of a territory and year.
    pub fn next_number(&mut self, scope: &str) -> Result<i64, Fault> {
        Ok(portable::next_number(self.database, scope)?)
    }

    pub(super) fn has_recorded(&self) -> bool {
        !self.events.is_empty()
    }

    /// The write that keeps the answer for retries. It keeps none when the operation was answered before, or refused
    /// with other content.
    pub(super) fn keep_answer(&self, operation: Operation, answer: &Answer) -> Kept {
        let sql = "INSERT INTO operations (id, actor, fingerprint, status, answer, at) SELECT ?, ?, ?, ?, ?, ? \
                   WHERE COALESCE((SELECT fingerprint FROM refusals WHERE operation = ? AND fingerprint IS NOT NULL \
                   ORDER BY at, id LIMIT 1), ?) = ? ON CONFLICT DO NOTHING";
        let print = &operation.fingerprint;
        let keep = Kept::new(sql).id(operation.id).text(&to_json(&self.actor)).bytes(print);
        let keep = keep.number(answer.status.into()).text(&answer.body).number(self.now.micros());
        keep.id(operation.id).bytes(print).bytes(print)
    }

    /// Tells what the command did and keeps its answer. Refused when the answer cannot be kept: then nothing of what it
    /// did may stand.
    pub(super) fn answer(self, operation: Operation, answer: &Answer) -> Result<BTreeMap<Stream, i64>, Fault> {
        let keep = self.keep_answer(operation, answer);
        self.tell(Some(keep))
    }

    /// Tells what was done.
    pub(super) fn finish(self) -> Result<BTreeMap<Stream, i64>, Fault> {
        self.tell(None)
    }

    /// Writes the journal. The streams are locked last and in one order, so that no command holds them while it still
    /// works and no two wait for each other.
    fn tell(self, keep: Option<Kept>) -> Result<BTreeMap<Stream, i64>, Fault> {
        let wanted: BTreeSet<Stream> = self.events.iter().flat_map(|(streams, ..)| streams).copied().collect();
        let mut ends: BTreeMap<Stream, (i64, Vec<u8>)> = BTreeMap::new();
        for stream in wanted {
            ends.insert(stream, last_entry(self.database, &stream.to_string())?);
        }
        let (mut events, mut entries): (Writes<'_>, Writes<'_>) = Default::default();
        for (streams, event, seal) in &self.events {
            events.push(Box::new(insert_event(event)));
            for stream in streams {
                let (seq, link) = ends.get_mut(stream).expect("every stream of an event was locked above");
                let name = stream.to_string();
                *seq += 1;
                *link = entry_link(link, &name, *seq, seal).to_vec();
                entries.push(insert_entry(&name, *seq, event.id, link).boxed());
            }
        }
        let heads: BTreeMap<Stream, i64> = ends.into_iter().map(|(stream, (head, _))| (stream, head)).collect();
        entries.extend(heads.iter().map(|(stream, head)| set_head(&stream.to_string(), *head).boxed()));
        events.extend(entries);
        let is_kept = keep.is_some();
        events.extend(keep.map(Kept::boxed));
        if write_all(self.database, &events)? == 0 && is_kept {
            return Err(Refusal::new(Code::OperationReused).into());
        }
        Ok(heads)
    }
}

fn insert_event(event: &Written) -> impl Write + '_ {
    diesel::insert_into(journal::table).values((
        journal::id.eq(event.id),
        journal::kind.eq(&event.kind),
        journal::version.eq(event.version),
        journal::at.eq(event.at),
        journal::actor.eq(&event.actor),
        journal::contract_id.eq(event.about.contract_id),
        journal::issue_id.eq(event.about.issue_id),
        journal::work_order_id.eq(event.about.work_order_id),
        journal::visit_id.eq(event.about.visit_id),
        journal::technician_id.eq(event.about.technician_id),
        journal::data.eq(&event.data),
    ))
}

fn insert_entry(stream: &str, seq: i64, event: EventId, link: &[u8]) -> Kept {
    let sql = "INSERT INTO stream_entries (stream, seq, event_id, link) VALUES (?, ?, ?, ?)";
    Kept::new(sql).text(stream).number(seq).id(event).bytes(link)
}

fn set_head(stream: &str, head: i64) -> Kept {
    Kept::new("UPDATE streams SET head = ? WHERE stream = ?").number(head).text(stream)
}

/// Number and link of a stream's last entry; 0 and nothing before the first. The stream's row is ours until the commit,
/// so nobody else adds to it now.
fn last_entry(database: &mut Database, stream: &str) -> Result<(i64, Vec<u8>), Fault> {
    let last = match portable::lock_stream(database, stream)? {
        Some(last) => last,
        None => {
            portable::open_stream(database, stream)?;
            portable::lock_stream(database, stream)?.ok_or_else(|| StoreError::corrupt("a stream came and went"))?
        }
    };
    match last {
        (seq, Some(link)) => Ok((seq, link)),
        // Whoever waited for the row got it with the entry that was the last one before.
        (seq, None) => Ok((seq, link_at(database, stream, seq)?)),
    }
}

/// The link of an entry; nothing before the first one, and of entries that are older than links.
fn link_at(database: &mut Database, stream: &str, seq: i64) -> Result<Vec<u8>, Fault> {
    if seq == 0 {
        return Ok(Vec::new());
    }
    let link: Option<Option<Vec<u8>>> =
        stream_entries::table.find((stream, seq)).select(stream_entries::link).first(database).optional()?;
    Ok(link.flatten().unwrap_or_default())
}

impl Reader<'_> {
    /// What an operation was answered before, if it was.
    pub fn earlier_answer(&mut self, operation: Operation) -> Result<Option<Answer>, Fault> {
        earlier_answer(self.database, operation)
    }
}

/// The earlier answer to this operation, if there was one.
pub(super) fn earlier_answer(database: &mut Database, operation: Operation) -> Result<Option<Answer>, Fault> {
    let row: Option<(Vec<u8>, i32, String)> = operations::table
        .find(operation.id)
        .select((operations::fingerprint, operations::status, operations::answer))
        .first(database)
        .optional()?;
    let Some((fingerprint, status, body)) = row else {
        if was_refused_otherwise(database, operation)? {
            return Err(Refusal::new(Code::OperationReused).into());
        }
        return Ok(None);
    };
    if fingerprint != operation.fingerprint {
        return Err(Refusal::new(Code::OperationReused).into());
    }
    let status = u16::try_from(status).map_err(StoreError::corrupt)?;
    Ok(Some(Answer { status, body }))
}

/// Reads a stored event back.
pub(super) fn event_from(row: EventRow) -> Result<Event, StoreError> {
    Ok(Event {
        id: row.id,
        kind: row.kind,
        version: u16::try_from(row.version).map_err(StoreError::corrupt)?,
        at: row.at,
        actor: json(&row.actor)?,
        about: About {
            contract_id: row.contract_id,
            issue_id: row.issue_id,
            work_order_id: row.work_order_id,
            visit_id: row.visit_id,
            technician_id: row.technician_id,
        },
        data: json(&row.data)?,
    })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = journal)]
pub(super) struct EventRow {
    id: EventId,
    kind: EventKind,
    version: i32,
    at: Timestamp,
    actor: String,
    contract_id: Option<crate::domain::ids::ContractId>,
    pub issue_id: Option<crate::domain::ids::IssueId>,
    work_order_id: Option<crate::domain::ids::WorkOrderId>,
    visit_id: Option<crate::domain::ids::VisitId>,
    technician_id: Option<crate::domain::ids::TechnicianId>,
    data: String,
}
