//! The whole server in one thread and in its own time: virtual hours pass in seconds, everything that happens follows
//! from a seed, and the same seed gives the same journal, bit for bit.
//!
//! The server's part is real: store, actors, HTTP service, hub, sockets. Simulated are the clock, the people (`people`),
//! the ways between them and the server, and what goes wrong: panics at named points ([`storm`]), lost answers,
//! cut sockets, and power cuts after which everything is read anew from the file.

mod audit;
mod book;
mod cast;
mod house;
pub mod ledger;
mod luck;
mod people;
mod person;
mod storm;
mod wire;
mod world;

use std::collections::BTreeMap;

use serde::Serialize;

pub use book::Tally;

/// What the weather is like.
#[derive(Debug, Clone)]
pub struct Options {
    /// At the named points one passage in so many falls over; 0: none.
    pub panic_once_in: u32,
    /// Times that the server loses its power in the middle of the day.
    pub power_cuts: u32,
    /// Customers of the demo company that take part.
    pub customers: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { panic_once_in: 60, power_cuts: 2, customers: 40 }
    }
}

/// What came of a run. Equal for equal arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outcome {
    pub seed: u64,
    pub hours: u32,
    /// SHA-256 over every stream's entries in order, each with its whole event.
    pub journal: String,
    pub events: u64,
    pub stream_entries: u64,
    /// Events by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Panics thrown, by the point at which.
    pub panics: BTreeMap<String, u64>,
    /// Times that a fallen actor came back.
    pub respawns: u64,
    pub power_cuts: u32,
    pub tally: Tally,
    /// What must not be: empty when all is well.
    pub wrong: Vec<String>,
}

impl Outcome {
    pub fn panic_count(&self) -> u64 {
        self.panics.values().sum()
    }
}

/// Lives through so many hours from half past eight in the morning. Must not be called inside an async runtime.
pub fn run(seed: u64, hours: u32, options: &Options) -> anyhow::Result<Outcome> {
    let options = options.clone();
    // A thread of its own leaves nothing of the world behind in the caller's.
    let world =
        std::thread::Builder::new().name("world".to_owned()).spawn(move || world::run(seed, hours, &options))?;
    world.join().map_err(|_| anyhow::anyhow!("the simulated world itself fell over"))?
}
