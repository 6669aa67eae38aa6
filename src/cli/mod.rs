//! The command line: one binary, one subcommand a job.

mod backup;
mod demo;
mod explain;
mod export;
mod import;
pub mod plan;
mod progress;
mod replay;
mod roads;
mod schemas;
mod serve;
mod simulate;
mod user;
mod watch;

use clap::{Parser, Subcommand};

use crate::node::SettingsLayer;
use crate::node::settings::Settings;

/// 駆けつけ: dispatch coordination for field service.
///
/// Takes calls, keeps prepaid ticket wallets, finds the technician, and tells the customer when somebody will be there.
#[derive(Parser)]
#[command(name = "kaketsuke", version, about, after_help = BEGIN)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: SettingsLayer,
}

/// What a stranger types first.
const BEGIN: &str = "\
Look at it:
  kaketsuke demo                        a fictional company at work; its addresses and log-ins are printed

Run it:
  kaketsuke user chief --role admin --name \"Chief\"   the first log-in; the password comes from standard input
  kaketsuke import company.json                       a whole company; --dry-run lists every fault of the file
  kaketsuke import --csv assets assets.csv            a table; --template assets prints its columns
  kaketsuke serve --roads japan.osm.pbf               … with travel times on the streets of a map extract
  kaketsuke serve                                     the server, at http://127.0.0.1:8080

Look after it:
  kaketsuke verify                      proves wallets, streams and states against the journal
  kaketsuke verify --root HEX           … and that a root on a statement, or of a day, still holds
  kaketsuke explain vis_… --lang en     why a visit went to its technician, from the decision log
  kaketsuke backup copy.db              a consistent copy while the server runs

Settings may also stand in the environment (KAKETSUKE_LISTEN, …) or in a TOML file (--config); a flag weighs most.";

#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve(serve::Options),
    /// Run a server with a fictional company, simulated technicians and customers: see a living board within a minute
    Demo(demo::Options),
    /// Replay a working day: a company, its calls and simulated people, all through the public interface
    Replay(replay::Options),
    /// Plan a day from a problem file
    Plan(plan::Args),
    /// Streets of a map extract: prepare them, ask for a way or a table
    Roads(roads::Options),
    /// Say why a visit went to its technician, from the decision log alone
    Explain(explain::Options),
    /// Import a whole company from one JSON file, or a table of a running one from CSV (--csv)
    Import(import::Options),
    /// Write tables as CSV or JSON lines: one to standard output or a file, or all of them into a folder
    Export(export::Options),
    /// Bring the tables of the database up to date
    Migrate,
    /// Check every wallet, stream and state against its journal
    Verify(serve::Kept),
    /// Add somebody who may log in
    User(user::Options),
    /// Write a consistent copy of a SQLite database while the server runs
    Backup(backup::Options),
    /// Print a live topic, one JSON frame a line
    Watch(watch::Options),
    /// Write the generated schemas (OpenAPI, live frames, events) into a folder
    Schemas(schemas::Options),
    /// Live through a day in a simulated world with panics and power cuts, and check everything
    Simulate(simulate::Options),
}

/// Runs what the arguments say. The exit code is 0 when all went well.
pub fn main() -> std::process::ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kaketsuke: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> anyhow::Result<std::process::ExitCode> {
    let done = std::process::ExitCode::SUCCESS;
    let settings = arguments.settings;
    match arguments.command {
        Command::Serve(options) => in_system(serve::run(start(settings)?, options))?,
        Command::Demo(options) => in_system(demo::run(settings, options))?,
        Command::Replay(options) => return in_system(replay::run(settings, options)),
        Command::Plan(options) => plan::run(&options)?,
        Command::Roads(options) => roads::run(settings, &options)?,
        Command::Explain(options) => in_system(explain::run(start(settings)?, options))?,
        Command::Import(options) => return in_system(import::run(start(settings)?, options)),
        Command::Export(options) => in_system(export::run(start(settings)?, options))?,
        Command::Migrate => in_system(serve::migrate(start(settings)?))?,
        Command::Verify(kept) => return in_system(serve::verify(start(settings)?, kept)),
        Command::User(options) => in_system(user::run(start(settings)?, options))?,
        Command::Backup(options) => in_system(backup::run(start(settings)?, options))?,
        Command::Watch(options) => in_system(watch::run(options))?,
        Command::Schemas(options) => schemas::run(&options)?,
        Command::Simulate(options) => return simulate::run(&options),
    }
    Ok(done)
}

/// Resolves the settings and begins to log.
fn start(layer: SettingsLayer) -> anyhow::Result<Settings> {
    let settings = layer.resolve()?;
    crate::node::telemetry::start(&settings.log, settings.log_format)?;
    Ok(settings)
}

fn in_system<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    actix_rt::System::new().block_on(work)
}
