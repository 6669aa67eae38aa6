//! `cargo bench --bench tables` measures how long a table of 22,000 assets takes to be judged, to come in, to be found
//! the same and to go out again, beside the demo's company: on SQLite and, when `KAKETSUKE_TEST_POSTGRES` names a server
//! where databases may be made, on PostgreSQL. `-- 50000` measures another count.

use std::sync::Arc;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use kaketsuke::commands::tables::{Source, enter, look, page};
use kaketsuke::company::CompanyFile;
use kaketsuke::domain::access::Actor;
use kaketsuke::effects::clock::SystemClock;
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::effects::spool::Spool;
use kaketsuke::store::{Address, Store, company, connection};
use kaketsuke::views::table::{ExportKind, ImportKind, ImportReport, TableFormat};

const ASSETS: usize = 22_000;

fn main() -> anyhow::Result<()> {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(ASSETS);
    let mut file: CompanyFile = serde_json::from_str(include_str!("../../fixtures/demo/company.json"))?;
    file.users.truncate(1);
    let table = table(&file, count);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let load = || std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load of the machine: {}", load().trim());
    let folder = tempfile::tempdir()?;
    let address = Address::File(folder.path().join("tables.db").display().to_string());
    runtime.block_on(measure("sqlite", &address, file.clone(), &table))?;
    if let Ok(server) = std::env::var("KAKETSUKE_TEST_POSTGRES") {
        let name = format!("kaketsuke_bench_{:016x}", Seeds::from_entropy()?.number());
        let mut admin = connection::open(&Address::Postgres(server.clone()))?;
        admin.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let (base, _) = server.rsplit_once('/').unwrap_or((&server, ""));
        let address = Address::Postgres(format!("{base}/{name}"));
        let measured = runtime.block_on(measure("postgres", &address, file, &table));
        admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))?;
        measured?;
    }
    println!("load of the machine: {}", load().trim());
    Ok(())
}

/// New assets, spread over the contracts and sites of the company.
fn table(file: &CompanyFile, count: usize) -> String {
    let places: Vec<(&str, &str)> = file
        .customers
        .iter()
        .flat_map(|customer| {
            let sites = customer.sites.iter().map(|site| site.code.as_str()).cycle();
            customer.contracts.iter().map(|contract| contract.number.as_str()).zip(sites)
        })
        .collect();
    let products = file.products.iter().map(|product| product.code.as_str()).cycle();
    let rows = places.iter().cycle().zip(products).take(count).enumerate();
    let lines =
        rows.map(|(n, ((contract, site), product))| format!("B-{n:06},{contract},{product},{site},2026-04-01\r\n"));
    format!("serial,contract,product,site,installed_on\r\n{}", lines.collect::<String>())
}

async fn measure(kind: &str, address: &Address, file: CompanyFile, table: &str) -> anyhow::Result<()> {
    connection::migrate(&mut connection::open(address)?)?;
    let store = Store::open(address, Arc::new(SystemClock), Seeds::from_number(22), chrono_tz::Asia::Tokyo)?.patient();
    company::import(&store, file).await?;
    let source = {
        let mut filling = Spool::begin(&std::env::temp_dir())?;
        filling.push(table.as_bytes())?;
        Source::of(ImportKind::Assets, Arc::new(filling.finish()))?
    };
    let before = Instant::now();
    let looked = source.clone();
    let report = store.read(move |reader| look(reader, &looked)).await?;
    told(kind, "dry run", before, &report);
    for step in ["import", "the same again"] {
        let (before, source) = (Instant::now(), source.clone());
        let report = store.task(Actor::system("bench"), move |unit| enter(unit, &source)).await?;
        told(kind, step, before, &report);
    }
    let (before, mut bytes, mut after) = (Instant::now(), 0, Some(String::new()));
    while let Some(from) = after {
        let read =
            move |reader: &mut kaketsuke::store::Reader<'_>| page(reader, ExportKind::Assets, TableFormat::Csv, &from);
        let (rows, next) = store.read(read).await?;
        (bytes, after) = (bytes + rows.len(), next);
    }
    println!("{kind}: export of the assets, {bytes} bytes: {:.0?}", before.elapsed());
    let findings = store.read(|reader| reader.verify()).await?;
    anyhow::ensure!(findings.is_empty(), "verify found {findings:?}");
    Ok(())
}

fn told(kind: &str, step: &str, before: Instant, report: &ImportReport) {
    let ImportReport { rows, added, unchanged, faults_total, .. } = report;
    let took = before.elapsed();
    println!("{kind}: {step} of {rows} rows, {added} new, {unchanged} the same, {faults_total} faults: {took:.0?}");
}
