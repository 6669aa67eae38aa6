//! The ledger under random commands: several nodes on one database, retries, lost answers, falls in the middle of a
//! transaction, clients that send twice at once, clocks that jump. A run follows from its seed as far as the commands
//! go; in which order the nodes commit is left to the machine, and every order must be right.
//!
//! After every round of commands a model reads what was posted and must agree with the rows: accounts, chain, tickets,
//! holds. At intervals and at the end what the clients were told is held against what is stored: `verify` finds nothing
//! (also not in what each issue was charged), and each wallet's issuer stands where the acknowledged sales, gifts,
//! adjustments and transfers put it, each counted once. And a clerk who saw only what was agreed, sent and answered says
//! of every call what it costs and whether it repeats a repair, of every purchase whether it fits, of every issue that is
//! over what stays charged.

mod acts;
mod clerk;
mod clients;
mod company;
mod deeds;
mod field;
mod many;
mod terms;
mod world;

pub use many::{Night, WORLD, night};

use std::collections::BTreeMap;

use serde::Serialize;

use crate::store::Address;

/// What a run does.
#[derive(Debug, Clone)]
pub struct Options {
    pub seed: u64,
    /// Commands sent, each until it is answered.
    pub commands: u64,
    /// Stores that write to the same database.
    pub nodes: usize,
    /// Commands under way at once.
    pub at_once: usize,
    /// At the named points one passage in so many falls over; 0: none.
    pub panic_once_in: u32,
    /// An empty database; none is a SQLite file of its own.
    pub database: Option<Address>,
}

impl Options {
    pub fn new(seed: u64, commands: u64) -> Self {
        Self { seed, commands, nodes: 3, at_once: 24, panic_once_in: 200, database: None }
    }
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    pub seed: u64,
    pub commands: u64,
    /// Commands that changed something, by kind.
    pub done: BTreeMap<String, u64>,
    /// Commands that a rule refused, by the rule.
    pub refused: BTreeMap<String, u64>,
    /// Attempts after the first one of a command.
    pub retries: u64,
    /// Commands that an impatient client sent to two nodes at once.
    pub doubled: u64,
    /// Panics thrown, by the point at which.
    pub panics: BTreeMap<String, u64>,
    /// Times that a node was started anew.
    pub restarts: u64,
    /// Times that all of them went at once, in the middle of their work.
    pub falls: u64,
    pub clock_jumps: u64,
    /// What the clerk could judge, by kind.
    pub judged: BTreeMap<String, u64>,
    pub postings: i64,
    /// Wall-clock time of the commands, without the checks.
    pub milliseconds: u64,
    /// What must not be: empty when all is well.
    pub wrong: Vec<String>,
}

impl Outcome {
    /// Commands answered in a second of wall-clock time.
    pub fn rate(&self) -> f64 {
        self.commands as f64 * 1_000.0 / self.milliseconds.max(1) as f64
    }
}

/// Runs it. Must not be called inside an async runtime.
fn run(options: &Options) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(world::run(options))
}
