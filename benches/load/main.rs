//! The server under load, judged by a neutral generator that knows nothing of our code.
//!
//! `LOADGEN=path/of/loadgen cargo bench --bench load` makes a company with 1,000 technicians under way, starts the
//! release binary on it, and has the generator measure three things: the save of a contact at 50 a second, the ranking
//! of 500 technicians, and the way from a position to the customer's socket with 1,000 watchers. It prints one line for
//! each. Loopback only; every run is bounded and ends the server that it started.

mod configs;
mod prepare;

use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::Value;

const TECHNICIANS: usize = 1_000;
const PORT: u16 = 18_431;

fn main() -> anyhow::Result<()> {
    let Ok(loadgen) = std::env::var("LOADGEN") else {
        println!("load: set LOADGEN to the load generator's binary; nothing was measured");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let world = actix_rt::System::new().block_on(prepare::prepare(folder.path(), TECHNICIANS))?;
    configs::write(folder.path(), &world)?;
    let server = Server::start(folder.path(), &world)?;
    let pid = server.child.id().to_string();
    let run = |arguments: &[&str]| measure(&loadgen, folder.path(), &pid, arguments);

    let techs = TECHNICIANS.to_string();
    let push = run(&[
        "push",
        "--config",
        "live.json",
        "--techs",
        &techs,
        "--customers",
        "1",
        "--dispatchers",
        "0",
        "--rates",
        "200,1000",
        "--duration",
        "10",
        "--step-m",
        "5",
    ])?;
    report("position to the customer's socket, 1,000 watchers", &push, "push_ms");
    let intake =
        run(&["http", "--requests", "intake.json", "--rates", "50", "--duration", "20", "--connections", "16"])?;
    report("save of a contact at 50/s", &intake, "latency_ms");
    let rank = run(&["http", "--requests", "rank.json", "--rates", "20", "--duration", "15", "--connections", "8"])?;
    report("ranking of 500 technicians at 20/s", &rank, "latency_ms");
    println!("memory of the server after all runs: {} kB", server.resident_kb()?);
    Ok(())
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
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
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

/// One line a rate, from the generator's own figures.
fn report(what: &str, found: &Value, latency: &str) {
    let steps = found["steps"].as_array().cloned().unwrap_or_default();
    if steps.is_empty() {
        println!("{what}: {found}");
    }
    for step in steps {
        println!("{what}, rate {}: {} {}", step["rate"], latency, step[latency]);
        for key in ["delivered_ratio", "missing_of_acked", "duplicates", "out_of_order", "stray", "bad", "status"] {
            if !step[key].is_null() {
                println!("    {key}: {}", step[key]);
            }
        }
    }
}
