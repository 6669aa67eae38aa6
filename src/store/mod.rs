//! Edges out: Diesel over SQLite or PostgreSQL. Its types do not appear outside this room.
//!
//! There are two ways in. `command` and `task` run a [`Unit`], which commits changes together with their journal
//! entries; `read` runs a [`Reader`] on one snapshot.

pub mod absences;
pub mod access;
pub mod acknowledgements;
pub mod adjustments;
pub mod advice;
pub mod approvals;
pub mod board;
pub mod books;
pub mod calls;
pub mod cases;
pub mod catalog;
pub mod clocks;
mod codec;
pub mod company;
pub mod confirmations;
pub mod connection;
pub mod decisions;
pub mod demand;
pub mod desk;
pub mod disputes;
mod engine;
pub mod error;
pub mod export;
pub mod figures;
pub mod forecast;
pub mod history;
pub mod intake;
pub mod invoices;
pub mod issues;
mod journal;
mod kept;
pub mod kept_board;
pub mod links;
mod loads;
pub mod lock;
pub mod notices;
pub mod people;
pub mod policies;
mod portable;
pub mod refusals;
mod repairs;
pub mod reports;
mod roots;
mod schema;
pub mod scratch;
pub mod slots;
mod statement;
pub mod summaries;
mod sweep;
pub mod tables;
pub mod technicians;
#[cfg(test)]
pub(crate) mod testing;
pub mod tracking;
mod trips;
mod unit;
pub mod verify;
pub mod visits;
mod wake;
pub mod wallet;
mod work;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use catalog::company_zone;
pub use connection::Address;
pub use error::{Fault, StoreError};
pub use technicians::territories;
pub use unit::{Answer, Operation, Unit};
pub use wake::Wake;
use wake::Wakes;

use connection::Database;
use engine::{Engine, Task};

use crate::domain::access::Actor;
use crate::domain::event::Stream;
use crate::domain::time::Timestamp;
use crate::effects::chaos::Chaos;
use crate::effects::clock::SharedClock;
use crate::effects::seeds::Seeds;
use crate::limits;

/// A look at the data as they were at one instant.
pub struct Reader<'a> {
    database: &'a mut Database,
    zone: chrono_tz::Tz,
    now: Timestamp,
}

impl<'a> Reader<'a> {
    pub(in crate::store) fn over(database: &'a mut Database, zone: chrono_tz::Tz, now: Timestamp) -> Self {
        Self { database, zone, now }
    }

    /// Today in the company's zone.
    pub fn today(&self) -> chrono::NaiveDate {
        self.now.day(self.zone)
    }

    /// The company's zone.
    pub fn zone(&self) -> chrono_tz::Tz {
        self.zone
    }
}

/// Streams that a command made longer, with their new heads.
type Heads = BTreeMap<Stream, i64>;

/// The handle that all rooms share.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
    clock: SharedClock,
    seeds: Seeds,
    wakes: Arc<Wakes>,
    chaos: Chaos,
    zone: chrono_tz::Tz,
    /// After which a caller gives up.
    deadline: Duration,
}

impl Store {
    /// Opens a migrated database with threads of its own.
    pub fn open(address: &Address, clock: SharedClock, seeds: Seeds, zone: chrono_tz::Tz) -> Result<Self, StoreError> {
        Ok(Self::with(Engine::threads(address)?, clock, seeds, zone))
    }

    /// One connection on the caller's thread: everything happens in the order in which it is asked for.
    pub fn inline(
        address: &Address,
        clock: SharedClock,
        seeds: Seeds,
        zone: chrono_tz::Tz,
    ) -> Result<Self, StoreError> {
        Ok(Self::with(Engine::inline(connection::open(address)?), clock, seeds, zone))
    }

    fn with(engine: Engine, clock: SharedClock, seeds: Seeds, zone: chrono_tz::Tz) -> Self {
        let (wakes, chaos, deadline) = (Arc::default(), Chaos::default(), limits::STORE_DEADLINE);
        Self { engine, clock, seeds, wakes, chaos, zone, deadline }
    }

    /// The same store for somebody who waits at a terminal for a long work: an import, a check of everything.
    pub fn patient(self) -> Self {
        Self { deadline: limits::STORE_PATIENCE, ..self }
    }

    /// The same store in a world in which things go wrong.
    pub fn with_chaos(self, chaos: Chaos) -> Self {
        Self { chaos, ..self }
    }

    pub fn chaos(&self) -> &Chaos {
        &self.chaos
    }

    pub fn clock(&self) -> &SharedClock {
        &self.clock
    }

    pub fn seeds(&self) -> &Seeds {
        &self.seeds
    }

    pub fn zone(&self) -> chrono_tz::Tz {
        self.zone
    }

    /// Subscribes to the wake-ups: tells which streams have grown since the subscriber last asked.
    pub fn wake(&self) -> Arc<Wake> {
        self.wakes.subscribe()
    }

    /// Runs a client's command once: a retry gets the first answer again. That it is a retry shows when its answer is
    /// to be kept, or when it does not work a second time; nearly all commands are none, and need not ask.
    pub async fn command<F>(&self, actor: Actor, operation: Operation, mut work: F) -> Result<Answer, Fault>
    where
        F: FnMut(&mut Unit<'_>) -> Result<Answer, Fault> + Send + 'static,
    {
        let (clock, seeds, zone) = (Arc::clone(&self.clock), self.seeds.clone(), self.zone);
        let chaos = self.chaos.clone();
        let done = self.write(move |database| {
            let mut unit = Unit::new(database, &seeds, clock.now(), zone, actor.clone());
            let made = work(&mut unit)?;
            if !unit.has_recorded() {
                return Err(StoreError::Unjournaled.into());
            }
            chaos.point("store.command");
            let heads = unit.answer(operation, &made)?;
            Ok((made, heads))
        });
        match done.await {
            Ok(answer) => Ok(answer),
            Err(fault) => match self.read(move |reader| reader.earlier_answer(operation)).await {
                Ok(Some(earlier)) => Ok(earlier),
                Err(Fault::Refused(refusal)) => Err(refusal.into()),
                Ok(None) | Err(Fault::Store(_)) => Err(fault),
            },
        }
    }

    /// Runs a change of the system's own, such as an import or the expiry of tickets.
    pub async fn task<F, T>(&self, actor: Actor, mut work: F) -> Result<T, Fault>
    where
        F: FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        let (clock, seeds, zone) = (Arc::clone(&self.clock), self.seeds.clone(), self.zone);
        let chaos = self.chaos.clone();
        self.write(move |database| {
            let mut unit = Unit::new(database, &seeds, clock.now(), zone, actor.clone());
            let made = work(&mut unit)?;
            chaos.point("store.task");
            Ok((made, unit.finish()?))
        })
        .await
    }

    /// The watchers are woken by the commit itself, so that a caller who has gone away delays nobody.
    async fn write<F, T>(&self, work: F) -> Result<T, Fault>
    where
        F: FnMut(&mut Database) -> Result<(T, Heads), Fault> + Send + 'static,
        T: Send + 'static,
    {
        let wakes = Arc::clone(&self.wakes);
        let (job, answer) = Task::boxed(work, Box::new(move |(_, heads): &(T, Heads)| wakes.grown(heads)));
        self.engine.write(job);
        let (made, _) = self.wait(answer).await?;
        self.chaos.point("store.committed");
        Ok(made)
    }

    /// Reads from one snapshot.
    pub async fn read<F, T>(&self, mut work: F) -> Result<T, Fault>
    where
        F: FnMut(&mut Reader<'_>) -> Result<T, Fault> + Send + 'static,
        T: Send + 'static,
    {
        let (clock, zone) = (Arc::clone(&self.clock), self.zone);
        let work = move |database: &mut Database| work(&mut Reader::over(database, zone, clock.now()));
        let (job, answer) = Task::boxed(work, Box::new(|_| ()));
        self.engine.read(job);
        self.wait(answer).await
    }

    async fn wait<T>(&self, answer: tokio::sync::oneshot::Receiver<Result<T, Fault>>) -> Result<T, Fault> {
        match tokio::time::timeout(self.deadline, answer).await {
            Ok(Ok(made)) => made,
            Ok(Err(_)) => Err(StoreError::Stopped.into()),
            Err(_) => Err(StoreError::Busy.into()),
        }
    }
}
