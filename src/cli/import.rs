//! `import`: a whole company from one file, after a check that lists every fault.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;

use super::progress::shown;
use crate::company::validate;
use crate::effects::clock::SystemClock;
use crate::effects::progress::Progress;
use crate::effects::seeds::Seeds;
use crate::node::application::make_folder;
use crate::node::settings::Settings;
use crate::store::{Store, company, connection};

#[derive(clap::Args)]
pub struct Options {
    /// Company file (format kaketsuke-company/1)
    file: PathBuf,
    /// Only list the faults
    #[arg(long)]
    dry_run: bool,
}

/// Imports all or nothing. The exit code says whether the file was fit.
pub async fn run(settings: Settings, options: Options) -> anyhow::Result<ExitCode> {
    let text =
        std::fs::read_to_string(&options.file).with_context(|| format!("cannot read {}", options.file.display()))?;
    let file = match validate::read(&text) {
        Ok(file) => file,
        Err(faults) => {
            for fault in &faults {
                println!("{}: {} — {} / {}", fault.path, fault.code, fault.ja, fault.en);
            }
            println!("{} fault(s); nothing was imported", faults.len());
            return Ok(ExitCode::FAILURE);
        }
    };
    if options.dry_run {
        println!("no faults: {} customers, {} technicians", file.customers.len(), file.technicians.len());
        return Ok(ExitCode::SUCCESS);
    }
    make_folder(&settings)?;
    connection::migrate(&mut connection::open(&settings.database)?)?;
    let store =
        Store::open(&settings.database, Arc::new(SystemClock), Seeds::from_entropy()?, settings.zone)?.patient();
    let progress = Progress::default();
    let imported = shown(&progress, company::import_told(&store, file, &progress)).await?;
    let company::Imported { customers, contracts, assets, technicians, tickets, users } = imported;
    println!(
        "imported: {customers} customers, {contracts} contracts, {assets} assets, {technicians} technicians, \
         {tickets} tickets, {users} log-ins"
    );
    Ok(ExitCode::SUCCESS)
}
