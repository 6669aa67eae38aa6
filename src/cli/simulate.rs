//! `simulate`: a day of the whole server in a simulated world.

use std::process::ExitCode;

use anyhow::bail;

use crate::forecast::backtest::{Kept, coverage};
use crate::forecast::expiring::HORIZONS;
use crate::forecast::months::RUNS;
use crate::sim;
use crate::store::Address;

/// Findings of a world that are printed at once; a world with many has one cause.
const WRONG_SHOWN: usize = 5;

#[derive(clap::Args)]
pub struct Options {
    /// What everything in the world follows from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Hours of the day, from half past eight in the morning
    #[arg(long, default_value_t = 8)]
    hours: u32,
    /// At the named points one passage in so many falls over; 0: none
    #[arg(long, value_name = "TIMES", default_value_t = 60)]
    panics: u32,
    /// Times that the server loses its power
    #[arg(long, value_name = "TIMES", default_value_t = 2)]
    power_cuts: u32,
    /// Customers of the demo company that take part
    #[arg(long, value_name = "COUNT", default_value_t = 40)]
    customers: usize,
    /// Instead of a day: so many random commands against the ledger, from several nodes at once; in worlds of 5000,
    /// each from the next seed
    #[arg(long, value_name = "COMMANDS")]
    ledger: Option<u64>,
    /// Of the ledger's run: a PostgreSQL server (a postgres:// address) on which each world gets a database of its own,
    /// instead of a SQLite file
    #[arg(long, value_name = "ADDRESS", requires = "ledger")]
    on: Option<String>,
    /// Instead of a day: so many fictional companies with two years behind them, whose next months the forecast must
    /// foretell
    #[arg(long, value_name = "COMPANIES", conflicts_with = "ledger")]
    forecast: Option<u64>,
}

/// Prints what came of it. The exit code says whether something was wrong.
pub fn run(options: &Options) -> anyhow::Result<ExitCode> {
    if let Some(commands) = options.ledger {
        return ledger(options, commands);
    }
    if let Some(companies) = options.forecast {
        forecast(companies, options.seed);
        return Ok(ExitCode::SUCCESS);
    }
    let weather =
        sim::Options { panic_once_in: options.panics, power_cuts: options.power_cuts, customers: options.customers };
    let outcome = sim::run(options.seed, options.hours, &weather)?;
    println!("{}", serde_json::to_string_pretty(&outcome)?);
    println!("journal {}  {} events, {} panics", outcome.journal, outcome.events, outcome.panic_count());
    println!("simulate: {} finding(s)", outcome.wrong.len());
    Ok(if outcome.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// How often the forecast kept its word, and what it misses that learns nothing of a lot's age and end.
fn forecast(companies: u64, seed: u64) {
    let (curved, flat) = coverage(companies, seed, RUNS);
    println!("{companies} companies; at most as much came as was said:");
    let print = |what: &str, of: &str, kept: Kept, flat: Kept| {
        let (p50, p90) = (kept.p50() * 100.0, kept.p90() * 100.0);
        let (error, without) = (kept.error(), flat.error());
        println!("{what:<24} P50 {p50:.1} %, P90 {p90:.1} % of {} {of}", kept.told);
        println!("{:<24} off by {error:.2}, without the curve of a lot by {without:.2}", "");
    };
    print("issues", "months", curved.issues, flat.issues);
    print("hours", "months", curved.hours, flat.hours);
    print("technician-days", "months of a territory and skill", curved.technician_days, flat.technician_days);
    print("units that expire", "months", curved.expired, flat.expired);
    for (days, (curved, flat)) in HORIZONS.iter().zip(curved.expiring.into_iter().zip(flat.expiring)) {
        print(&format!("units within {days} days"), "companies", curved, flat);
    }
}

/// The ledger alone, with its rate. A world in which something is wrong is printed whole, with its seed.
fn ledger(options: &Options, commands: u64) -> anyhow::Result<ExitCode> {
    let database = options.on.as_deref().map(Address::parse).transpose()?;
    if let Some(Address::File(_)) = database {
        bail!("--on takes a postgres:// address; without it each world is a SQLite file of its own");
    }
    let run = sim::ledger::Options { database, ..sim::ledger::Options::new(options.seed, commands) };
    let night = sim::ledger::night(&run, commands, |world| {
        let (seed, rate, wrong) = (world.seed, world.rate(), world.wrong.len());
        println!(
            "seed {seed}: {} commands, {rate:.0} a second, {} postings, {wrong} wrong",
            world.commands, world.postings
        );
        world.wrong.iter().take(WRONG_SHOWN).for_each(|wrong| println!("  {wrong}"));
        if commands <= sim::ledger::WORLD {
            println!("{world:#?}");
        }
    })?;
    if let Some(world) = &night.wrong {
        println!("{}", serde_json::to_string_pretty(world)?);
        println!("try again: kaketsuke simulate --seed {} --ledger {}", world.seed, world.commands);
    }
    let (worlds, commands) = (night.worlds.len(), night.commands());
    println!(
        "ledger: {worlds} worlds, {commands} commands, {:.0} a second, {} postings",
        night.rate(),
        night.postings()
    );
    println!("simulate: {} finding(s)", night.wrong.as_ref().map_or(0, |world| world.wrong.len()));
    Ok(if night.wrong.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
