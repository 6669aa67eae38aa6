//! What happened on the replayed day, as the simulated people saw it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::looks::Look;
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, IssueId, VisitId};
use crate::domain::time::{Timestamp, Window};
use crate::views::technician::FieldOutcome;

/// Faults of the run that are told in full; the rest are counted.
const FAULTS_TOLD: usize = 20;

/// How a job was called off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOff {
    /// Nobody came.
    InTime,
    /// Somebody was there already, and finished.
    TooLate,
}

/// The story of one job.
#[derive(Debug, Clone, Default)]
pub struct JobStory {
    pub contract: Option<ContractId>,
    pub issue: Option<IssueId>,
    /// The dispatcher has looked for somebody at least once.
    pub looked_for: bool,
    /// Nobody was fit when the dispatcher looked last: how many technicians fail for which reason.
    pub why_kept: Option<String>,
    pub assignments: u32,
    /// Assignments that broke somebody's promise.
    pub broke_promises: u32,
    /// What was promised when the technician arrived.
    pub promised: Option<Window>,
    pub arrived_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub outcome: Option<FieldOutcome>,
    pub called_off: Option<CallOff>,
}

/// A change that the server has confirmed: it must be found in the contract's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Confirmed {
    pub contract: ContractId,
    pub kind: EventKindKey,
    pub visit: Option<VisitId>,
    pub issue: Option<IssueId>,
}

/// The code of an event kind; sorts.
pub type EventKindKey = &'static str;

#[derive(Debug, Default)]
pub struct Book {
    pub jobs: Vec<JobStory>,
    pub calls: u32,
    pub confirmed: Vec<Confirmed>,
    pub declined: u32,
    /// Visits that changed hands to make room for another job.
    pub exchanged: u32,
    pub looks: Vec<Look>,
    /// Customers that watched, and of those who saw somebody arrive.
    pub watched: u32,
    pub seen_arriving: u32,
    pub positions_sent: u64,
    pub positions_accepted: u64,
    /// By the code of the reason.
    pub positions_ignored: BTreeMap<String, u64>,
    /// Wall milliseconds from a position to the customer's page that shows its figure.
    pub push_ms: Vec<u64>,
    pub faults: Vec<String>,
    pub faults_more: usize,
}

impl Book {
    pub fn fault(&mut self, what: String) {
        tracing::warn!(%what, "something went wrong in the replay");
        if self.faults.len() < FAULTS_TOLD { self.faults.push(what) } else { self.faults_more += 1 }
    }

    /// Remembers a confirmed change of a job.
    pub fn confirm(&mut self, job: usize, kind: EventKind, visit: Option<VisitId>) {
        let Some(story) = self.jobs.get(job) else { return };
        let Some(contract) = story.contract else { return };
        self.confirmed.push(Confirmed { contract, kind: kind.as_str(), visit, issue: story.issue });
    }
}

/// The book that all share. Nobody keeps it open while he waits.
#[derive(Debug, Default)]
pub struct Tally(Mutex<Book>);

impl Tally {
    pub fn of(jobs: usize) -> Self {
        Self(Mutex::new(Book { jobs: vec![JobStory::default(); jobs], ..Book::default() }))
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn fault(&self, what: impl std::fmt::Display) {
        self.book().fault(what.to_string());
    }
}
