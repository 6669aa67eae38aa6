//! The ledger's speed, on SQLite and, when `KAKETSUKE_TEST_POSTGRES` names a server where databases may be made, on
//! PostgreSQL.
//!
//! `cargo bench --bench wallet` measures durable holds a second over 100 wallets against one-row commits of the same
//! database in the same run; the balance and the first page of a wallet with 100,000 postings; and nights in which 900
//! lots with 38,000 tickets expire under a running server while calls come in. `-- holds`, `-- big` and `-- night` measure one of them.

mod night;
mod world;

use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use futures_util::future::join_all;
use kaketsuke::domain::ids::{Id, IssueId, OperationId, WalletId};
use kaketsuke::domain::wallet::scope::Service;
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::store::connection::{self, Database};
use kaketsuke::store::history::HistoryFilter;
use kaketsuke::store::wallet::{Because, HoldOrder};
use kaketsuke::store::{Address, Answer, Fault, Operation, Unit};
use serde_json::json;
use uuid::Uuid;
use world::{Bench, actor, lot};

/// Holds under way at once: an office's desks and more.
const AT_ONCE: usize = 128;
const HOLDS: usize = 12_800;
const COMMITS: usize = 2_000;
const BIG_POSTINGS: usize = 100_000;
/// Holds and uses in one transaction, as a contact with some issues posts them: a thousand changes of one row in a
/// transaction, which nobody makes, would leave PostgreSQL a table to read that is full of dead rows.
const TOGETHER: usize = 5;
const READS: usize = 200;

fn main() -> anyhow::Result<()> {
    let runtime = actix_rt::System::new();
    println!("load of the machine: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    let folder = tempfile::tempdir()?;
    let file = |name: &str| Address::File(folder.path().join(name).display().to_string());
    runtime.block_on(measure("sqlite", &mut |name: &str| Ok(file(name))))?;
    if let Ok(server) = std::env::var("KAKETSUKE_TEST_POSTGRES") {
        let mut made = Vec::new();
        let measured = runtime.block_on(measure("postgres", &mut |_: &str| {
            let name = format!("kaketsuke_bench_{:016x}", Seeds::from_entropy()?.number());
            connection::open(&Address::Postgres(server.clone()))?.batch_execute(&format!("CREATE DATABASE {name}"))?;
            let (base, _) = server.rsplit_once('/').unwrap_or((&server, ""));
            made.push(name.clone());
            Ok(Address::Postgres(format!("{base}/{name}")))
        }));
        let mut admin = connection::open(&Address::Postgres(server))?;
        for name in made {
            admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))?;
        }
        measured?;
    }
    println!("load of the machine: {}", std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim());
    Ok(())
}

async fn measure(kind: &str, address: &mut dyn FnMut(&str) -> anyhow::Result<Address>) -> anyhow::Result<()> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    if is_wanted("holds") {
        holds(kind, address("holds.db")?).await?;
    }
    if is_wanted("big") {
        big_wallet(kind, address("big.db")?).await?;
    }
    if is_wanted("night") {
        let folder = tempfile::tempdir()?;
        night::nights(kind, address("night.db")?, folder.path()).await?;
    }
    Ok(())
}

fn order(wallet: WalletId, number: u128) -> HoldOrder {
    HoldOrder {
        wallet,
        issue: IssueId::from_uuid(Uuid::from_u128(number)),
        issue_number: format!("I-KN-2026-{number:06}"),
        units: 1,
        service: Service::Visit,
        allow_overdraft: false,
        overdraft_limit: 0,
        policy_version: 1,
    }
}

/// A hold as a client's command: journal, answer and all.
async fn hold(bench: &Bench, number: u128) -> Result<Duration, Fault> {
    let wallet = bench.wallets[number as usize % bench.wallets.len()].1;
    let operation = Operation { id: OperationId::from_uuid(Uuid::from_u128(number)), fingerprint: [1; 32] };
    let started = Instant::now();
    let order = order(wallet, number);
    bench.store.command(actor(), operation, move |unit| Ok(Answer::json(201, &unit.hold(&order)?.tickets))).await?;
    Ok(started.elapsed())
}

/// One row, one commit, one after the other, on a connection with the server's own settings.
fn commits_a_second(address: &Address, from: usize) -> anyhow::Result<f64> {
    let mut database = connection::open(address)?;
    let begin = if matches!(database, Database::Sqlite(_)) { "BEGIN IMMEDIATE" } else { "BEGIN" };
    let started = Instant::now();
    for number in from..from + COMMITS {
        database.batch_execute(begin)?;
        diesel::sql_query(format!("INSERT INTO counters (scope, last) VALUES ('bench-{number}', 1)"))
            .execute(&mut database)?;
        database.batch_execute("COMMIT")?;
    }
    Ok(COMMITS as f64 / started.elapsed().as_secs_f64())
}

async fn holds(kind: &str, address: Address) -> anyhow::Result<()> {
    let lots = |nth: usize| json!([lot(nth + 1, 2 * HOLDS / 100, Some("2027-03-31"))]);
    let bench = Bench::open(address, (0..100).map(lots).collect()).await?;
    let before = commits_a_second(&bench.address, 0)?;
    let started = Instant::now();
    let clients = (0..AT_ONCE).map(|client| {
        let bench = &bench;
        async move {
            for number in (client..HOLDS).step_by(AT_ONCE) {
                hold(bench, number as u128 + 1).await?;
            }
            Ok::<(), Fault>(())
        }
    });
    for client in join_all(clients).await {
        client?;
    }
    let rate = HOLDS as f64 / started.elapsed().as_secs_f64();
    let after = commits_a_second(&bench.address, COMMITS)?;
    let base = (before + after) / 2.0;
    println!(
        "{kind}: holds over 100 wallets {rate:.0}/s, one-row commits {base:.0}/s ({before:.0} before, {after:.0} after): {:.2}",
        rate / base
    );
    Ok(())
}

/// Half holds, half uses, one ticket each.
async fn big_wallet(kind: &str, address: Address) -> anyhow::Result<()> {
    let lots = (0..6).map(|nth| lot(nth + 1, 9_000, Some("2027-03-31"))).collect();
    let bench = Bench::open(address, vec![serde_json::Value::Array(lots)]).await?;
    let (contract, wallet) = bench.wallets[0];
    for part in 0..BIG_POSTINGS / 2 / TOGETHER {
        let work = move |unit: &mut Unit<'_>| {
            let because = Because { reason: "worked_in_part".to_owned(), note: String::new() };
            for number in part * TOGETHER..(part + 1) * TOGETHER {
                let order = order(wallet, number as u128 + 1);
                unit.hold(&order)?;
                unit.capture_by_hand(contract, order.issue, 1, &because)?;
            }
            Ok(())
        };
        bench.store.task(actor(), work).await?;
    }
    // Nothing is about the site, so that a page of it is not found before the last entry was looked at.
    let site = bench.store.read(move |reader| Ok(reader.contract_card(contract)?.sites[0].id)).await?;
    let of_site = HistoryFilter { site: Some(site), ..HistoryFilter::default() };
    let mut times = [const { Vec::new() }; 4];
    for _ in 0..READS {
        let started = Instant::now();
        let summary = bench.store.read(move |reader| reader.wallet_summary(contract)).await?;
        times[0].push(started.elapsed());
        anyhow::ensure!(summary.version as usize >= BIG_POSTINGS, "{} postings", summary.version);
        let started = Instant::now();
        bench.store.read(move |reader| reader.history(contract, &HistoryFilter::default())).await?;
        times[1].push(started.elapsed());
        let started = Instant::now();
        bench.store.read(move |reader| reader.ledger_page(contract, None, None)).await?;
        times[2].push(started.elapsed());
        let (started, filter) = (Instant::now(), of_site.clone());
        bench.store.read(move |reader| reader.history(contract, &filter)).await?;
        times[3].push(started.elapsed());
    }
    let names = [
        "balance with its lots",
        "first page of the history",
        "first page of the ledger",
        "history of a site without any",
    ];
    for (name, times) in names.iter().zip(&mut times) {
        println!("{kind}: wallet with 100,000 postings, {name}: {}", quantiles(times));
    }
    Ok(())
}

fn quantiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let of = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1_000.0;
    if times.is_empty() { "none".to_owned() } else { format!("p50 {:.2} ms, p99 {:.2} ms", of(50), of(99)) }
}
