//! Threads that own the connections. Commands go in through a bounded queue and are answered after their commit.
//!
//! SQLite has one writer, which commits whatever waits in one transaction, each command in a savepoint of its own, so
//! that a disk flush is shared. PostgreSQL runs one transaction per command on several connections and repeats a
//! command that met another. The simulated world runs the same jobs inline, on the caller's own thread.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use diesel::connection::SimpleConnection;
use tokio::sync::{mpsc, oneshot};
use tracing::Span;

use super::connection::{self, Address, Database};
use super::error::{Fault, StoreError};
use crate::limits;

/// A unit of work that a thread runs, perhaps again, and settles when the outcome of its commit is known.
pub(super) trait Job: Send {
    /// Runs inside a transaction. An error rolls this job back and leaves its neighbours alone.
    fn run(&mut self, database: &mut Database) -> Result<(), Fault>;
    /// Gives the answer: what `run` made, or why there is none.
    fn settle(self: Box<Self>, outcome: Result<(), Fault>);
}

type Queue = mpsc::Sender<Box<dyn Job>>;

/// How jobs reach a connection.
#[derive(Clone)]
pub(super) enum Engine {
    Threads { writers: Queue, readers: Queue },
    Inline(Arc<Mutex<Database>>),
}

impl Engine {
    /// Opens the connections and starts the threads. They end when the last handle is dropped.
    pub fn threads(address: &Address) -> Result<Self, StoreError> {
        let (writer_count, reader_count) = match address {
            Address::File(_) => (1, limits::SQLITE_READERS),
            Address::Postgres(_) => (limits::POSTGRES_WRITERS, limits::POSTGRES_READERS),
        };
        let writers = spawn("store-write", writer_count, || connection::open(address), write_loop)?;
        let readers = spawn("store-read", reader_count, || connection::open_reader(address), read_loop)?;
        Ok(Self::Threads { writers, readers })
    }

    pub fn inline(database: Database) -> Self {
        Self::Inline(Arc::new(Mutex::new(database)))
    }

    pub fn write(&self, job: Box<dyn Job>) {
        match self {
            Self::Threads { writers, .. } => send(writers, job),
            Self::Inline(database) => {
                run_group(&mut database.lock().unwrap_or_else(PoisonError::into_inner), vec![job])
            }
        }
    }

    pub fn read(&self, job: Box<dyn Job>) {
        match self {
            Self::Threads { readers, .. } => send(readers, job),
            Self::Inline(database) => {
                run_group(&mut database.lock().unwrap_or_else(PoisonError::into_inner), vec![job])
            }
        }
    }
}

fn send(queue: &Queue, job: Box<dyn Job>) {
    match queue.try_send(job) {
        Ok(()) => {}
        Err(mpsc::error::TrySendError::Full(job)) => job.settle(Err(StoreError::Busy.into())),
        Err(mpsc::error::TrySendError::Closed(job)) => job.settle(Err(StoreError::Stopped.into())),
    }
}

type Loop = fn(Database, &Mutex<mpsc::Receiver<Box<dyn Job>>>);

fn spawn(
    name: &str,
    count: usize,
    open: impl Fn() -> Result<Database, StoreError>,
    serve: Loop,
) -> Result<Queue, StoreError> {
    let (sender, receiver) = mpsc::channel(limits::STORE_QUEUE);
    let receiver = Arc::new(Mutex::new(receiver));
    for index in 0..count {
        let database = open()?;
        let receiver = Arc::clone(&receiver);
        thread::Builder::new()
            .name(format!("{name}-{index}"))
            .spawn(move || serve(database, &receiver))
            .map_err(StoreError::connect)?;
    }
    Ok(sender)
}

fn write_loop(mut database: Database, receiver: &Mutex<mpsc::Receiver<Box<dyn Job>>>) {
    if matches!(database, Database::Postgres(_)) {
        return chain_loop(&mut database, receiver);
    }
    while let Some(jobs) = next_group(receiver, true) {
        run_group(&mut database, jobs);
    }
}

/// One transaction for each job. When the next one waits already, its transaction begins with the commit of this one:
/// a trip less.
fn chain_loop(database: &mut Database, receiver: &Mutex<mpsc::Receiver<Box<dyn Job>>>) {
    let (mut waiting, mut is_begun) = (Vec::new(), false);
    while let Some(jobs) = if waiting.is_empty() { next_group(receiver, false) } else { Some(mem::take(&mut waiting)) }
    {
        for job in jobs {
            is_begun = run_alone(database, job, is_begun, &mut || {
                waiting.extend(waiting_job(receiver));
                !waiting.is_empty()
            });
        }
    }
}

/// A job that nobody else is about to take: whoever has nothing to do holds the lock while he waits for one.
fn waiting_job(receiver: &Mutex<mpsc::Receiver<Box<dyn Job>>>) -> Option<Box<dyn Job>> {
    receiver.try_lock().ok()?.try_recv().ok()
}

/// Each read has one snapshot, so that the parts of a view agree with each other and with its stream offset.
fn read_loop(mut database: Database, receiver: &Mutex<mpsc::Receiver<Box<dyn Job>>>) {
    while let Some(jobs) = next_group(receiver, false) {
        jobs.into_iter().for_each(|job| read_alone(&mut database, job));
    }
}

fn read_alone(database: &mut Database, mut job: Box<dyn Job>) {
    let begin = match database {
        Database::Sqlite(_) => "BEGIN",
        Database::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ",
    };
    let outcome = database.batch_execute(begin).map_err(Fault::from).and_then(|()| run_safely(database, job.as_mut()));
    let _ = database.batch_execute("ROLLBACK");
    job.settle(outcome);
}

/// Waits for a job, and takes along what else waits where one commit can serve several.
fn next_group(receiver: &Mutex<mpsc::Receiver<Box<dyn Job>>>, grouped: bool) -> Option<Vec<Box<dyn Job>>> {
    let mut receiver = receiver.lock().unwrap_or_else(PoisonError::into_inner);
    let mut jobs = vec![receiver.blocking_recv()?];
    while grouped && jobs.len() < limits::GROUP_COMMIT {
        match receiver.try_recv() {
            Ok(job) => jobs.push(job),
            Err(_) => break,
        }
    }
    Some(jobs)
}

fn run_group(database: &mut Database, jobs: Vec<Box<dyn Job>>) {
    match database {
        Database::Sqlite(_) => run_in_one_transaction(database, jobs),
        Database::Postgres(_) => {
            for job in jobs {
                run_alone(database, job, false, &mut || false);
            }
        }
    }
}

fn run_in_one_transaction(database: &mut Database, mut jobs: Vec<Box<dyn Job>>) {
    if let Err(error) = begin(database) {
        return settle_all(jobs, &error);
    }
    let outcomes: Vec<_> = jobs.iter_mut().map(|job| in_savepoint(database, job.as_mut())).collect();
    match database.batch_execute("COMMIT") {
        Ok(()) => jobs.into_iter().zip(outcomes).for_each(|(job, outcome)| job.settle(outcome)),
        Err(error) => {
            // The next group must not find this transaction still open; a failed rollback means there is none.
            let _ = database.batch_execute("ROLLBACK");
            settle_all(jobs, &error);
        }
    }
}

/// SQLite takes the writing lock from the start: a transaction that upgrades later can lose its snapshot and fail.
fn begin(database: &mut Database) -> Result<(), diesel::result::Error> {
    database.batch_execute("BEGIN IMMEDIATE")
}

fn settle_all(jobs: Vec<Box<dyn Job>>, error: &diesel::result::Error) {
    for job in jobs {
        job.settle(Err(StoreError::Corrupt(format!("commit failed: {error}")).into()));
    }
}

fn in_savepoint(database: &mut Database, job: &mut dyn Job) -> Result<(), Fault> {
    database.batch_execute("SAVEPOINT one")?;
    match run_safely(database, job) {
        Ok(()) => Ok(database.batch_execute("RELEASE one")?),
        Err(fault) => {
            database.batch_execute("ROLLBACK TO one; RELEASE one")?;
            Err(fault)
        }
    }
}

/// A job that panics is a job that failed: its transaction is rolled back, and the thread and the other jobs go on.
fn run_safely(database: &mut Database, job: &mut dyn Job) -> Result<(), Fault> {
    catch_unwind(AssertUnwindSafe(|| job.run(database))).unwrap_or_else(|_| Err(StoreError::Panicked.into()))
}

/// Whether the connection is in a fresh transaction afterwards: `goes_on` is asked before the commit.
fn run_alone(
    database: &mut Database,
    mut job: Box<dyn Job>,
    mut is_begun: bool,
    goes_on: &mut dyn FnMut() -> bool,
) -> bool {
    for _ in 0..limits::TRANSACTION_RETRIES {
        match attempt(database, job.as_mut(), is_begun, goes_on) {
            Err(Fault::Store(error)) if error.is_transient() => is_begun = false,
            Ok(begun) => {
                job.settle(Ok(()));
                return begun;
            }
            Err(fault) => {
                job.settle(Err(fault));
                return false;
            }
        }
    }
    job.settle(Err(StoreError::Busy.into()));
    false
}

fn attempt(
    database: &mut Database,
    job: &mut dyn Job,
    is_begun: bool,
    goes_on: &mut dyn FnMut() -> bool,
) -> Result<bool, Fault> {
    if !is_begun {
        database.batch_execute("BEGIN")?;
    }
    match run_safely(database, job) {
        Ok(()) => {
            let goes_on = goes_on();
            database.batch_execute(if goes_on { "COMMIT AND CHAIN" } else { "COMMIT" })?;
            Ok(goes_on)
        }
        Err(fault) => {
            database.batch_execute("ROLLBACK")?;
            Err(fault)
        }
    }
}

/// Told of what a job made once it is committed, whether or not anybody still waits for the answer.
pub(super) type Notice<T> = Box<dyn FnOnce(&T) + Send>;

/// A job made of a closure.
pub(super) struct Task<F, T> {
    work: F,
    made: Option<T>,
    notice: Notice<T>,
    reply: oneshot::Sender<Result<T, Fault>>,
    /// Of the one who asked: a request or an actor.
    span: Span,
}

impl<F, T> Task<F, T>
where
    F: FnMut(&mut Database) -> Result<T, Fault> + Send + 'static,
    T: Send + 'static,
{
    /// The job, and where its answer will be.
    pub fn boxed(work: F, notice: Notice<T>) -> (Box<dyn Job>, oneshot::Receiver<Result<T, Fault>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { work, made: None, notice, reply, span: Span::current() }), answer)
    }
}

impl<F, T> Job for Task<F, T>
where
    F: FnMut(&mut Database) -> Result<T, Fault> + Send,
    T: Send,
{
    fn run(&mut self, database: &mut Database) -> Result<(), Fault> {
        let _named = self.span.clone().entered();
        // Whoever gave up may send it again and be refused: then it must not be done after all.
        if self.reply.is_closed() {
            return Err(StoreError::Busy.into());
        }
        self.made = Some((self.work)(database)?);
        Ok(())
    }

    fn settle(self: Box<Self>, outcome: Result<(), Fault>) {
        let Self { made, notice, reply, .. } = *self;
        let answer = outcome.and_then(|()| made.ok_or(Fault::Store(StoreError::Stopped)));
        if let Ok(made) = &answer {
            notice(made);
        }
        // The caller may have given up while it was at work; it stands all the same.
        let _ = reply.send(answer);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::resume_unwind;

    use futures_util::poll;
    use serde_json::json;

    use super::*;
    use crate::store::testing::{company_with, on_both};

    #[actix_rt::test]
    async fn what_nobody_waits_for_any_more_is_not_begun() {
        on_both(company_with(json!([])), async |kit| {
            let gate = Arc::new(Mutex::new(()));
            let closed = gate.lock().unwrap();
            let at_work = (0..limits::POSTGRES_WRITERS).map(|_| {
                let gate = Arc::clone(&gate);
                Box::pin(kit.write(move |_| {
                    drop(gate.lock());
                    Ok(())
                }))
            });
            let mut at_work: Vec<_> = at_work.collect();
            for job in &mut at_work {
                assert!(poll!(job).is_pending(), "every writer stands before the gate");
            }
            let mut gone = Box::pin(kit.write(|unit| unit.next_number("gone")));
            assert!(poll!(&mut gone).is_pending());
            drop(gone);
            drop(closed);
            for job in at_work {
                job.await.unwrap();
            }
            assert_eq!(kit.write(|unit| unit.next_number("gone")).await.unwrap(), 1);
        })
        .await;
    }

    #[actix_rt::test]
    async fn what_falls_over_leaves_nothing_behind_and_the_next_one_goes_on() {
        on_both(company_with(json!([])), async |kit| {
            let fell = kit.write(|unit| {
                unit.next_number("fall")?;
                resume_unwind(Box::new(()))
            });
            let fell: Result<(), Fault> = fell.await;
            assert!(matches!(fell, Err(Fault::Store(StoreError::Panicked))), "{fell:?}");
            assert_eq!(kit.write(|unit| unit.next_number("fall")).await.unwrap(), 1);
            for _ in 0..=limits::POSTGRES_READERS {
                let fell: Result<(), Fault> = kit.read(|_| resume_unwind(Box::new(()))).await;
                assert!(fell.is_err());
            }
            kit.assert_sound().await;
        })
        .await;
    }
}
