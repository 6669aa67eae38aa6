//! `simulate`: a day of the whole server in a simulated world.

use std::process::ExitCode;

use crate::forecast::backtest::coverage;
use crate::forecast::months::RUNS;
use crate::sim;
use crate::store::Address;

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
    /// Instead of a day: so many random commands against the ledger, from several nodes at once
    #[arg(long, value_name = "COMMANDS")]
    ledger: Option<u64>,
    /// Of the ledger's run: an empty database (a file or a postgres:// address) instead of a file of its own
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
        let kept = coverage(companies, options.seed, RUNS);
        let percent = |share: f64| share * 100.0;
        println!("{} months of {companies} companies; at most as much came as was said:", kept.months);
        println!("issues: P50 {:.0} %, P90 {:.0} %", percent(kept.issues_p50), percent(kept.issues_p90));
        println!("hours:  P50 {:.0} %, P90 {:.0} %", percent(kept.hours_p50), percent(kept.hours_p90));
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

/// The ledger alone, with its rate.
fn ledger(options: &Options, commands: u64) -> anyhow::Result<ExitCode> {
    let database = options.on.as_deref().map(Address::parse).transpose()?;
    let run = sim::ledger::Options { database, ..sim::ledger::Options::new(options.seed, commands) };
    let outcome = sim::ledger::run(&run)?;
    println!("{}", serde_json::to_string_pretty(&outcome)?);
    println!("ledger: {} commands, {:.0} a second, {} postings", outcome.commands, outcome.rate(), outcome.postings);
    println!("simulate: {} finding(s)", outcome.wrong.len());
    Ok(if outcome.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
