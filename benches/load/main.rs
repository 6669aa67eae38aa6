//! The server under load, judged by a neutral generator that knows nothing of our code.
//!
//! `LOADGEN=path/of/loadgen cargo bench --bench load` makes companies in the middle of their day, starts the release
//! binary on each, and has the generator measure three things: the way from a position to the customer's socket with
//! 1,000 watchers and technicians who report every five seconds, the save of a contact at 50 a second, and the ranking
//! of 500 technicians; `-- demo`, `-- live` or `-- ranking` runs one part alone. It prints one line for each, in milliseconds from when the request was due. Loopback only; every
//! run is bounded and ends the server that it started.

mod configs;
mod prepare;

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

/// Each drives to a customer who watches.
const WATCHED: usize = 1_000;
/// All of one territory, each with a visit on his route.
const RANKED: usize = 500;
const PORT: u16 = 18_431;

fn main() -> anyhow::Result<()> {
    let parts: Vec<String> = std::env::args().skip(1).filter(|part| !part.starts_with("--")).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|one| one == part);
    if wanted("demo") {
        demo()?;
    }
    let Ok(loadgen) = std::env::var("LOADGEN") else {
        println!("load: set LOADGEN to the load generator's binary; nothing more was measured");
        return Ok(());
    };
    if wanted("live") {
        under_way(&loadgen)?;
    }
    if wanted("ranking") {
        ranking(&loadgen)?;
    }
    Ok(())
}

/// From the start of the demo to a first page with its script and figures, and the memory that the demo then takes.
fn demo() -> anyhow::Result<()> {
    let began = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_kaketsuke"))
        .args(["--listen", &format!("127.0.0.1:{PORT}"), "demo"])
        .stdout(Stdio::null())
        .spawn()
        .context("the server's binary")?;
    let server = Server { child };
    actix_rt::System::new().block_on(first_page(began))?;
    println!("start of the demo to its first page: {} ms", began.elapsed().as_millis());
    std::thread::sleep(Duration::from_secs(60));
    println!("memory of the demo after a minute: {} kB ({} kB at most)", server.resident_kb()?, server.peak_kb()?);
    Ok(())
}

/// A page counts when it is there, and everything that it loads.
async fn first_page(began: Instant) -> anyhow::Result<()> {
    let base = format!("http://127.0.0.1:{PORT}");
    while TcpStream::connect(("127.0.0.1", PORT)).is_err() {
        anyhow::ensure!(began.elapsed() < Duration::from_secs(30), "the demo did not come up");
        std::thread::sleep(Duration::from_millis(5));
    }
    let page = reqwest::get(format!("{base}/login")).await?.error_for_status()?.text().await?;
    let loaded =
        page.split('"').filter(|part| part.starts_with('/') && (part.ends_with(".js") || part.ends_with(".css")));
    for part in loaded {
        reqwest::get(format!("{base}{part}")).await?.error_for_status()?.bytes().await?;
    }
    Ok(())
}

fn under_way(loadgen: &str) -> anyhow::Result<()> {
    let site = Site::open(loadgen, WATCHED, 2)?;
    let techs = WATCHED.to_string();
    let mut push = vec!["push", "--config", "live.json", "--techs", &techs, "--customers", "1", "--dispatchers", "0"];
    push.extend(["--rates", "200", "--duration", "15", "--step-m", "5"]);
    report("position to the customer's socket, 1,000 watchers", &site.measure(&push)?, "push_ms");
    let intake = ["http", "--requests", "intake.json", "--rates", "50", "--duration", "20", "--connections", "16"];
    report("save of a contact", &site.measure(&intake)?, "latency_ms");
    println!("memory of the server after both runs: {} kB", site.server.resident_kb()?);
    Ok(())
}

fn ranking(loadgen: &str) -> anyhow::Result<()> {
    let site = Site::open(loadgen, RANKED, 1)?;
    let rank = ["http", "--requests", "rank.json", "--rates", "10", "--duration", "20", "--connections", "8"];
    report("ranking of 500 technicians", &site.measure(&rank)?, "latency_ms");
    let p95 = actix_rt::System::new().block_on(asked_in_turn(&site.world))?;
    println!("ranking of 500 technicians, asked in turn: p95 {p95:.1} ms");
    Ok(())
}

/// The 95th percentile, which the generator does not tell, of questions asked one after the other; in milliseconds.
async fn asked_in_turn(world: &prepare::Prepared) -> anyhow::Result<f64> {
    const TIMES: usize = 300;
    let client = reqwest::Client::new();
    let address = format!("http://127.0.0.1:{PORT}/api/work-orders/{}/candidates", world.waiting);
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let asked = Instant::now();
        let answer = client.get(&address).bearer_auth(&world.dispatcher).send().await?.error_for_status()?;
        answer.bytes().await?;
        took.push(asked.elapsed().as_secs_f64() * 1_000.0);
        actix_rt::time::sleep(Duration::from_millis(20)).await;
    }
    took.sort_by(f64::total_cmp);
    Ok(took[TIMES * 95 / 100])
}

/// A company in the middle of its day, and the server that serves it.
struct Site {
    server: Server,
    world: prepare::Prepared,
    folder: tempfile::TempDir,
    loadgen: String,
}

impl Site {
    fn open(loadgen: &str, technicians: usize, territories: usize) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let world = actix_rt::System::new().block_on(prepare::prepare(folder.path(), technicians, territories))?;
        configs::write(folder.path(), &world)?;
        let server = Server::start(folder.path(), &world)?;
        Ok(Self { server, world, folder, loadgen: loadgen.to_owned() })
    }

    fn measure(&self, arguments: &[&str]) -> anyhow::Result<Value> {
        measure(&self.loadgen, self.folder.path(), &self.server.child.id().to_string(), arguments)
    }
}

struct Server {
    child: Child,
}

impl Server {
    fn start(folder: &Path, world: &prepare::Prepared) -> anyhow::Result<Self> {
        let child = Command::new(env!("CARGO_BIN_EXE_kaketsuke"))
            .args(["serve", "--log", "warn", "--listen", &format!("127.0.0.1:{PORT}"), "--data"])
            .arg(folder)
            .args(["--clock-start", &world.start.to_string(), "--clock-origin", &world.origin.millis().to_string()])
            .stdout(Stdio::null())
            .spawn()
            .context("the server's binary")?;
        let server = Self { child };
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", PORT)).is_err() {
            if began.elapsed() > Duration::from_secs(20) {
                bail!("the server did not come up");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        println!("start to the open port: {} ms", began.elapsed().as_millis());
        Ok(server)
    }

    fn resident_kb(&self) -> anyhow::Result<u64> {
        self.status("VmRSS:")
    }

    fn peak_kb(&self) -> anyhow::Result<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn measure(loadgen: &str, folder: &Path, pid: &str, arguments: &[&str]) -> anyhow::Result<Value> {
    let out = folder.join("out.json");
    let status = Command::new(loadgen)
        .current_dir(folder)
        .args(arguments)
        .args(["--target", &format!("127.0.0.1:{PORT}"), "--pid", pid, "--out"])
        .arg(&out)
        .stdout(Stdio::null())
        .status()
        .context("the load generator")?;
    if !status.success() {
        bail!("the load generator failed: {arguments:?}");
    }
    Ok(serde_json::from_str(&std::fs::read_to_string(out)?)?)
}

/// One line a rate, from the generator's own figures, with what else used the machine meanwhile.
fn report(what: &str, found: &Value, latency: &str) {
    let Some(steps) = found["result"]["steps"].as_array() else {
        println!("{what}: {found}");
        return;
    };
    for step in steps {
        let ms = |name: &str| step[latency][name].as_f64().unwrap_or(f64::NAN);
        let (p50, p90, p99) = (ms("p50"), ms("p90"), ms("p99"));
        println!("{what}, {}/s: p50 {p50:.1} ms, p90 {p90:.1} ms, p99 {p99:.1} ms", step["rate"]);
        println!("    other load: {} cores", step["cpu"]["others_cores"]);
        for key in ["delivered_ratio", "missing_of_acked", "duplicates", "out_of_order", "stray", "not_ok", "errors"] {
            if !step[key].is_null() {
                println!("    {key}: {}", step[key]);
            }
        }
    }
}
