//! `import`: a whole company from one file, or a table of records into a company at work, after a check that lists
//! every fault.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;

use super::progress::shown;
use crate::commands::tables::{self, Source};
use crate::company::validate;
use crate::domain::access::Actor;
use crate::domain::ids::OperationId;
use crate::effects::clock::SystemClock;
use crate::effects::progress::Progress;
use crate::effects::seeds::Seeds;
use crate::effects::spool::Spool;
use crate::node::application::make_folder;
use crate::node::settings::Settings;
use crate::store::{Answer, Fault, Operation, Store, company, company_zone, connection};
use crate::views::table::{ImportKind, ImportReport, RowFault};

#[derive(clap::Args)]
pub struct Options {
    /// Company file (format kaketsuke-company/1); with --csv a table of records
    #[arg(required_unless_present = "template")]
    file: Option<PathBuf>,
    /// The file is a table of: customers, contacts, sites, contracts, assets or lots
    ///
    /// UTF-8 or Shift_JIS; the first line names the columns. Records that are there and the same stay, harmless
    /// differences are taken over, others are faults. All of a file comes in or nothing.
    #[arg(long, value_name = "KIND")]
    csv: Option<ImportKind>,
    /// Print the first line of such a table, and what stands in its columns, and do nothing else
    #[arg(long, value_name = "KIND", conflicts_with_all = ["csv", "file"])]
    template: Option<ImportKind>,
    /// Only list the faults
    #[arg(long)]
    dry_run: bool,
}

/// Imports all or nothing. The exit code says whether the file was fit.
pub async fn run(settings: Settings, options: Options) -> anyhow::Result<ExitCode> {
    let Options { file, csv, template, dry_run } = options;
    match (template, csv, file) {
        (Some(kind), ..) => {
            describe(kind);
            Ok(ExitCode::SUCCESS)
        }
        (None, Some(kind), Some(file)) => table(settings, kind, &file, dry_run).await,
        (None, None, Some(file)) => whole(settings, &file, dry_run).await,
        (None, _, None) => anyhow::bail!("name the file to import"),
    }
}

/// The header to standard output, so that it can be written to a file; the rest beside it.
fn describe(kind: ImportKind) {
    println!("{}", tables::template(kind).trim_start_matches('\u{feff}').trim_end());
    for column in tables::columns(kind) {
        let needed = if column.needed { "" } else { "(may be left out) " };
        eprintln!("  {:28} {needed}{} / {}: {}", column.name, column.ja, column.form_ja, column.form_en);
    }
}

async fn table(settings: Settings, kind: ImportKind, file: &Path, dry_run: bool) -> anyhow::Result<ExitCode> {
    let spool = Spool::of(file).with_context(|| format!("cannot read {}", file.display()))?;
    let source = Source::of(kind, Arc::new(spool))?;
    let store = open(&settings)?;
    let progress = Progress::default();
    progress.begin(format!("reading {kind}"), 0);
    let looked = source.clone();
    // Each fault is printed as it is found: a file may have more than anybody keeps in memory.
    let judged = store.read(move |reader| tables::look_told(reader, &looked, &mut print));
    let report = shown(&progress, judged).await?;
    if dry_run || report.faults_total > 0 {
        tell(&report);
        return Ok(if report.faults_total == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    progress.begin(format!("writing {kind}"), 0);
    // Nobody retries a command line under the same id, so each run is an operation of its own.
    let id: OperationId = store.seeds().id(store.clock().now());
    let operation = Operation { id, fingerprint: [0; 32] };
    let entered = store.command(Actor::system("command line"), operation, move |unit| {
        Ok(Answer::json(200, &tables::enter(unit, &source)?))
    });
    match shown(&progress, entered).await {
        Ok(_) => {
            tell(&ImportReport { dry_run: false, ..report });
            Ok(ExitCode::SUCCESS)
        }
        Err(Fault::Refused(refusal)) => {
            println!("{}: {} / {}", refusal.code.as_str(), refusal.ja(), refusal.en());
            Ok(ExitCode::FAILURE)
        }
        Err(other) => Err(other.into()),
    }
}

fn print(fault: &RowFault) -> io::Result<()> {
    let RowFault { row, column, code, ja, en, .. } = fault;
    writeln!(io::stdout(), "row {row} {column}: {code} — {ja} / {en}")
}

fn tell(report: &ImportReport) {
    let ImportReport { kind, encoding, rows, added, changed, unchanged, faults_total, faulty_rows, .. } = report;
    println!("{kind} ({encoding}): {rows} rows, {added} new, {changed} changed, {unchanged} the same");
    if *faults_total > 0 {
        println!("{faults_total} fault(s) in {faulty_rows} row(s); nothing was imported");
    } else if report.dry_run {
        println!("no faults; nothing was imported, as this was a dry run");
    } else {
        println!("imported");
    }
}

/// The store of a migrated database, in the company's own zone.
pub(super) fn open(settings: &Settings) -> anyhow::Result<Store> {
    make_folder(settings)?;
    connection::migrate(&mut connection::open(&settings.database)?)?;
    let zone = company_zone(&settings.database)?.unwrap_or(settings.zone);
    Ok(Store::open(&settings.database, Arc::new(SystemClock), Seeds::from_entropy()?, zone)?.patient())
}

async fn whole(settings: Settings, file: &Path, dry_run: bool) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
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
    if dry_run {
        println!("no faults: {} customers, {} technicians", file.customers.len(), file.technicians.len());
        return Ok(ExitCode::SUCCESS);
    }
    let store = open(&settings)?;
    let progress = Progress::default();
    let imported = shown(&progress, company::import_told(&store, file, &progress)).await?;
    let company::Imported { customers, contracts, assets, technicians, tickets, users } = imported;
    println!(
        "imported: {customers} customers, {contracts} contracts, {assets} assets, {technicians} technicians, \
         {tickets} tickets, {users} log-ins"
    );
    Ok(ExitCode::SUCCESS)
}
