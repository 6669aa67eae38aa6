//! `serve`, `migrate` and `verify`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use tokio::task::spawn_blocking;

use super::progress::shown;
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::{Link, hex};
use crate::domain::wallet::root::{self, Verdict};
use crate::effects::clock::{ScaledClock, SharedClock, SystemClock};
use crate::effects::progress::Progress;
use crate::effects::seeds::Seeds;
use crate::node::services::World;
use crate::node::settings::Settings;
use crate::node::{Application, Ground};
use crate::replay;
use crate::store::{Store, connection};

#[derive(clap::Args)]
pub struct Options {
    /// Travel times of a working day's scenario, for replays
    #[arg(long, value_name = "FILE", help_heading = "For replays")]
    pub roads_of: Option<PathBuf>,
    #[command(flatten)]
    pub clock: ClockOptions,
}

/// A day that runs faster, for replays. Without these flags it is the machine's time.
#[derive(clap::Args, Clone, Default)]
#[command(next_help_heading = "For replays")]
pub struct ClockOptions {
    /// Begin at this instant (RFC 3339) instead of now
    #[arg(long, value_name = "INSTANT", requires = "clock_origin")]
    pub clock_start: Option<String>,
    /// The machine's time, in milliseconds since 1970, at which that instant was
    #[arg(long, value_name = "MILLISECONDS", requires = "clock_start")]
    pub clock_origin: Option<i64>,
    /// Seconds that pass in one second
    #[arg(long, value_name = "TIMES", default_value_t = 1.0)]
    pub clock_speed: f64,
}

impl ClockOptions {
    pub fn clock(&self) -> anyhow::Result<SharedClock> {
        let (Some(start), Some(origin)) = (&self.clock_start, self.clock_origin) else {
            return Ok(Arc::new(SystemClock));
        };
        let start: Timestamp = serde_json::from_value(serde_json::Value::String(start.clone()))
            .with_context(|| format!("{start:?} is no instant such as 2026-11-23T00:00:00Z"))?;
        anyhow::ensure!(
            self.clock_speed > 0.0 && self.clock_speed <= 10_000.0,
            "--clock-speed must lie above 0 and at most at 10,000"
        );
        let origin = Timestamp::from_micros(origin.saturating_mul(1_000));
        Ok(Arc::new(ScaledClock { origin, start, speed: self.clock_speed }))
    }
}

/// Serves until the process is told to stop.
pub async fn run(settings: Settings, options: Options) -> anyhow::Result<()> {
    let clock = options.clock.clock()?;
    let ground = Ground::of(&settings)?;
    let travel = match &options.roads_of {
        Some(scenario) => replay::roads_of(scenario)?,
        None => ground.travel(),
    };
    let world = World { travel, map: Arc::new(ground.map(&settings).await?) };
    let application = Application::build(&settings, clock, Seeds::from_entropy()?, world)?;
    println!("kaketsuke listens on http://{}", application.address());
    application.run().await
}

pub async fn migrate(settings: Settings) -> anyhow::Result<()> {
    crate::node::application::make_folder(&settings)?;
    let progress = Progress::default();
    let told = progress.clone();
    let work = spawn_blocking(move || connection::migrate_told(&mut connection::open(&settings.database)?, &told));
    let names = shown(&progress, work).await??;
    println!("{} migration(s) ran{}", names.len(), names.iter().map(|name| format!("\n  {name}")).collect::<String>());
    Ok(())
}

#[derive(Default, clap::Args)]
pub struct Kept {
    /// A root that somebody kept, from a statement or of a day: what led to it must still be what it was
    #[arg(long = "root", value_name = "HEX")]
    roots: Vec<String>,
}

/// Prints what was checked and every finding; the exit code says whether there was one.
pub async fn verify(settings: Settings, kept: Kept) -> anyhow::Result<ExitCode> {
    let roots =
        kept.roots.iter().map(|text| root::parse(text).with_context(|| format!("{text}: a root has 64 hex digits")));
    let roots: Vec<Link> = roots.collect::<anyhow::Result<_>>()?;
    super::backup::must_exist(&settings.database)?;
    let store =
        Store::open(&settings.database, Arc::new(SystemClock), Seeds::from_entropy()?, settings.zone)?.patient();
    let progress = Progress::default();
    let told = progress.clone();
    let findings = shown(&progress, store.read(move |reader| reader.verify_told(&told))).await?;
    for finding in &findings {
        println!("{finding}");
    }
    let counts = store.read(|reader| reader.verified()).await?;
    let checked: Vec<String> = counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
    println!("checked: {}", checked.join(", "));
    match store.read(|reader| reader.ledger_roots()).await?.first() {
        Some(newest) => println!("root of {}: {}", newest.day, newest.root),
        None => println!("no root of a day yet: the server takes one every day"),
    }
    let broken = check_roots(&store, roots).await?;
    println!("verify: {} finding(s)", findings.len() + broken);
    Ok(if findings.is_empty() && broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Says of each kept root what became of it. Returns how many do not hold.
async fn check_roots(store: &Store, roots: Vec<Link>) -> anyhow::Result<usize> {
    let mut broken = 0;
    for link in roots {
        let check = store.read(move |reader| reader.check_root(link, None)).await?;
        let what = match (&check.day, &check.contract_number) {
            (Some(day), _) => format!(" (root of {day})"),
            (_, Some(number)) => format!(" (statement of {number}, {} postings)", check.postings.unwrap_or_default()),
            _ => String::new(),
        };
        println!("root {}{what}: {}", hex(&link), check.en);
        broken += usize::from(check.verdict != Verdict::Holds);
    }
    Ok(broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::node::SettingsLayer;

    #[tokio::test]
    async fn a_folder_without_data_is_named_and_nothing_is_made_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let layer = SettingsLayer { data: Some(folder.path().to_owned()), ..SettingsLayer::default() };
        let error = verify(layer.resolve().unwrap(), Kept::default()).await.unwrap_err().to_string();
        assert!(error.contains("there is no database at") && error.contains("--data"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
