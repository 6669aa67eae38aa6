//! A night's run: many worlds, each from a seed and with a database of its own, so that no check grows with the night. A
//! world in which something is wrong is tried again shorter, until only the beginning is left that it takes.

use super::{Options, Outcome, run};
use crate::effects::seeds::Seeds;
use crate::store::Address;
use crate::store::scratch::Scratch;

/// Commands of one world: enough for lots to die and policies to change many times, few enough that what a command
/// reads stays small.
pub const WORLD: u64 = 5_000;

/// What came of many worlds.
#[derive(Debug, Default)]
pub struct Night {
    pub worlds: Vec<Outcome>,
    /// The world in which something was wrong, as short as it could be made.
    pub wrong: Option<Outcome>,
}

impl Night {
    pub fn commands(&self) -> u64 {
        self.worlds.iter().map(|world| world.commands).sum()
    }

    pub fn postings(&self) -> i64 {
        self.worlds.iter().map(|world| world.postings).sum()
    }

    /// Commands answered in a second of wall-clock time, without the checks of everything.
    pub fn rate(&self) -> f64 {
        let milliseconds: u64 = self.worlds.iter().map(|world| world.milliseconds).sum();
        self.commands() as f64 * 1_000.0 / milliseconds.max(1) as f64
    }
}

/// Runs so many commands from the options' seed on, `told` of each world. With a PostgreSQL address each world gets a
/// database beside it. Ends at the first world in which something is wrong.
pub fn night(options: &Options, commands: u64, mut told: impl FnMut(&Outcome)) -> anyhow::Result<Night> {
    let mut night = Night::default();
    let mut left = commands;
    while left > 0 {
        let world =
            Options { seed: options.seed + night.worlds.len() as u64, commands: WORLD.min(left), ..options.clone() };
        left -= world.commands;
        let outcome = alone(&world)?;
        told(&outcome);
        if !outcome.wrong.is_empty() {
            night.wrong = Some(shortest(&world, outcome.clone())?);
            left = 0;
        }
        night.worlds.push(outcome);
    }
    Ok(night)
}

/// One world on a database of its own.
fn alone(options: &Options) -> anyhow::Result<Outcome> {
    let Some(Address::Postgres(server)) = &options.database else { return run(options) };
    let name = format!("kaketsuke_ledger_{:016x}", Seeds::from_entropy()?.number());
    let scratch = Scratch::make(server, &name)?;
    run(&Options { database: Some(scratch.address.clone()), ..options.clone() })
}

/// Halves the run as long as something is wrong in it. The order of the nodes differs from run to run, so a half in which
/// all is well proves nothing, and the search goes on above it.
fn shortest(options: &Options, found: Outcome) -> anyhow::Result<Outcome> {
    let (mut well, mut shortest) = (0, found);
    while shortest.commands > well + options.at_once as u64 {
        let commands = well.midpoint(shortest.commands);
        let outcome = alone(&Options { commands, ..options.clone() })?;
        if outcome.wrong.is_empty() {
            well = commands;
        } else {
            shortest = outcome;
        }
    }
    Ok(shortest)
}
