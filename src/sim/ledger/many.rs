//! A night's run: many worlds, each from a seed and with a database of its own, so that no check grows with the night. A
//! world in which something is wrong is tried again shorter, until only the beginning is left that it takes.

use super::{Options, Outcome, run};
use crate::effects::seeds::Seeds;
use crate::store::Address;
use crate::store::scratch::Scratch;

/// Commands of one world.
pub const WORLD: u64 = 20_000;

/// What came of many worlds.
#[derive(Debug, Default)]
pub struct Night {
    pub worlds: u64,
    pub commands: u64,
    pub postings: i64,
    pub milliseconds: u64,
    /// The first world in which something was wrong, as short as it could be made.
    pub wrong: Option<Outcome>,
}

/// Runs so many commands from the options' seed on, `told` of each world. With a PostgreSQL address each world gets a
/// database beside it. Ends at the first world in which something is wrong.
pub fn night(options: &Options, commands: u64, mut told: impl FnMut(&Outcome)) -> anyhow::Result<Night> {
    let mut night = Night::default();
    while night.commands < commands {
        let of_world = WORLD.min(commands - night.commands);
        let world = Options { seed: options.seed + night.worlds, commands: of_world, ..options.clone() };
        let outcome = alone(&world)?;
        told(&outcome);
        night.worlds += 1;
        night.commands += outcome.commands;
        night.postings += outcome.postings;
        night.milliseconds += outcome.milliseconds;
        if !outcome.wrong.is_empty() {
            night.wrong = Some(shortest(&world, outcome)?);
            break;
        }
    }
    Ok(night)
}

/// One world on a database of its own.
pub fn alone(options: &Options) -> anyhow::Result<Outcome> {
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
