//! `replay`: a working day through the public interface, and its figures.

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;

use super::progress::shown;
use crate::effects::progress::Progress;
use crate::node::SettingsLayer;
use crate::replay;

#[derive(clap::Args)]
pub struct Options {
    /// Working day (`fsd-scenario/1` or `fsd-problem/1`), plain or gzip
    scenario: PathBuf,
    /// Seconds of the day that pass in one second
    #[arg(long, value_name = "TIMES", default_value_t = 600.0)]
    speed: f64,
    /// How often the server is killed without warning during the day
    #[arg(long, value_name = "TIMES", default_value_t = 0)]
    kill: usize,
    /// Seed of traffic, findings and kills
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The local day that is played
    #[arg(long, default_value = "2026-11-24")]
    on: NaiveDate,
}

/// Prints the outcome; the exit code says whether it was a good day.
pub async fn run(layer: SettingsLayer, options: Options) -> anyhow::Result<ExitCode> {
    crate::node::telemetry::start(layer.log.as_deref().unwrap_or("warn"), layer.log_format.unwrap_or_default())?;
    let options = replay::Options {
        scenario: options.scenario,
        speed: options.speed,
        database: layer.database,
        kills: options.kill,
        seed: options.seed,
        on: options.on,
    };
    let progress = Progress::default();
    let outcome = shown(&progress, replay::run_told(&options, &progress)).await?;
    println!("{outcome}");
    Ok(if outcome.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
