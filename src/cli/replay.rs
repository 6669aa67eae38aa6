//! `replay`: a working day of the open planner benchmark, through the whole system.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;

use crate::demo;
use crate::node::SettingsLayer;
use crate::replay;

#[derive(clap::Args)]
pub struct Options {
    /// Working day: fsd-scenario/1 or fsd-problem/1, may be gzipped
    scenario: PathBuf,
    /// Seconds of the day that pass in one second
    #[arg(long, value_name = "TIMES", default_value_t = 600.0)]
    speed: f64,
    /// Kill the server so often during the day, and check that nothing is lost
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    kill: usize,
    /// Seed of the traffic, of what technicians find, and of the kills
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day that is played
    #[arg(long, value_name = "DATE")]
    on: Option<NaiveDate>,
}

/// Plays the day in the database that is named, which must be empty, or in a temporary file. Fails on a bad day.
pub async fn run(layer: SettingsLayer, options: Options) -> anyhow::Result<ExitCode> {
    let database = layer.database.clone();
    let mut layer = layer;
    layer.log.get_or_insert_with(|| "error".to_owned());
    let settings = layer.resolve()?;
    crate::node::telemetry::start(&settings.log, settings.log_format)?;
    let play = replay::Options {
        scenario: options.scenario,
        speed: options.speed,
        database,
        kills: options.kill,
        seed: options.seed,
        on: options.on.unwrap_or_else(demo::base_date),
    };
    let outcome = replay::run(&play).await?;
    println!("{outcome}");
    Ok(if outcome.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
