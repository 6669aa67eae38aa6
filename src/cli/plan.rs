//! `kaketsuke plan`: reads a problem file, plans until the time limit, writes the solution. This shell owns the clock,
//! the files and the number of threads; planner::day does the thinking.

use std::fs::File;
use std::io::{BufRead, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Parser;

use crate::planner::day::online::{Answer, Message, RunningDay};
use crate::planner::day::{self, Budget, Steps, Tuning};

/// Plans a day from a problem file.
#[derive(Debug, Clone, Parser)]
#[command(name = "plan")]
pub struct Args {
    /// Problem (`fsd-problem/1`), plain or gzip.
    #[arg(long, required_unless_present = "online")]
    pub problem: Option<PathBuf>,
    /// Where the solution (`fsd-solution/1`) goes.
    #[arg(long, required_unless_present = "online")]
    pub out: Option<PathBuf>,
    /// Seconds from start to exit, reading and writing included.
    #[arg(long, default_value_t = 10.0)]
    pub time_limit: f64,
    /// Plan for so many steps a worker instead of by the clock: the same plan on every machine.
    #[arg(long)]
    pub steps: Option<u64>,
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Threads; all cores if absent.
    #[arg(long)]
    pub threads: Option<usize>,
    /// Plan a running day: one JSON message a line on standard input and output.
    #[arg(long)]
    pub online: bool,
    /// Seconds for the answer to an event of a running day; if absent 0.04, and more with more than 500 open jobs.
    #[arg(long)]
    pub event_limit: Option<f64>,
    /// Other figures for the search, as `name=value`.
    #[arg(long, hide = true)]
    pub tune: Vec<String>,
}

/// Runs the command.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let start = Instant::now();
    if args.online {
        return online(args);
    }
    let (Some(problem), Some(out)) = (&args.problem, &args.out) else { bail!("--problem and --out are needed") };
    let workers = workers(args);
    let raw = read(problem)?;
    let file: day::wire::Problem = serde_json::from_slice(&raw)
        .with_context(|| format!("{} is not a whole fsd-problem/1 file", problem.display()))?;
    let built = day::build(&file, workers).with_context(|| problem.display().to_string())?;
    let clock = Clock { start, limit: args.time_limit - margin(&built.model) };
    let steps = args.steps.map(Steps);
    let budget: &dyn Budget = steps.as_ref().map_or(&clock, |s| s);
    let plan = day::plan(&built, tuning(Tuning::default(), &args.tune)?, workers, args.seed, budget);
    let solution = day::solution(&built, &plan);
    debug_assert_eq!(day::check(&file, &solution).broken, Vec::<String>::new(), "the plan breaks a rule");
    write(out, &solution)?;
    for note in solution.notes.iter().take(NOTES_SHOWN_MAX) {
        eprintln!("{}: {}", note.item, note.reason);
    }
    // The tables of a large day take longer to give back than the process to end.
    std::mem::forget((file, built, plan));
    Ok(())
}

fn workers(args: &Args) -> usize {
    args.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)).clamp(1, 64)
}

/// Answers a running day line by line until it ends. A line that cannot be read or answered is answered with the reason.
fn online(args: &Args) -> anyhow::Result<()> {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut day: Option<RunningDay> = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let start = Instant::now();
        let mut seq = None;
        let answer = match serde_json::from_slice(&line).context("not a message of a running day") {
            Ok(Message::End) => return Ok(()),
            Ok(message) => {
                seq = message.seq();
                answer(args, start, message, &mut day).and_then(|a| Ok(serde_json::to_value(a)?))
            }
            Err(e) => Err(e),
        };
        let refusal = |e: anyhow::Error| serde_json::json!({"type": "error", "seq": seq, "reason": format!("{e:#}")});
        let answer = answer.unwrap_or_else(refusal);
        serde_json::to_writer(&mut output, &answer)?;
        output.write_all(b"\n")?;
        output.flush()?;
    }
}

fn answer(args: &Args, start: Instant, message: Message, day: &mut Option<RunningDay>) -> anyhow::Result<Answer> {
    let (seq, now, state, limit, usual) = match message {
        Message::End => bail!("the day is over"),
        Message::Start { seq, now, problem, state } => {
            *day = Some(RunningDay::new(&problem, workers(args))?);
            (seq, now, state, args.time_limit, Tuning::default())
        }
        Message::Events { seq, now, events, state } => {
            day.as_mut().context("the day has not started")?.learn(&events);
            let limit = args.event_limit.unwrap_or_else(|| event_limit(state.open.len()));
            (seq, now, state, limit, Tuning::event())
        }
    };
    let tuning = tuning(usual, &args.tune)?;
    let clock = Clock { start, limit };
    let steps = args.steps.map(Steps);
    let budget: &dyn Budget = steps.as_ref().map_or(&clock, |s| s);
    let running = day.as_mut().context("the day has not started")?;
    Ok(running.answer(seq, now, &state, tuning, args.seed, budget))
}

/// Seconds for an event: what people at a desk take for at once, and a step of a larger day takes longer.
fn event_limit(open: usize) -> f64 {
    0.04 + 4e-5 * open.saturating_sub(500).min(2_000) as f64
}

/// Notes printed; the solution file has them all.
const NOTES_SHOWN_MAX: usize = 20;

/// Seconds kept free for ending: starting the process, the last look at the clock, writing the solution, and giving
/// memory back, which the kernel does at about a nanosecond for each entry of a table.
fn margin(model: &day::Model) -> f64 {
    let (jobs, technicians, places) =
        (model.jobs.len() as f64, model.technicians.len() as f64, model.travel.places() as f64);
    0.008 + 4e-6 * jobs + 2e-9 * jobs * technicians + 1e-9 * places * places
}

struct Clock {
    start: Instant,
    limit: f64,
}

impl Budget for Clock {
    fn spent(&self, _: u64) -> f64 {
        let elapsed: Duration = self.start.elapsed();
        if self.limit <= 0.0 { 1.0 } else { elapsed.as_secs_f64() / self.limit }
    }
}

/// Largest file read, also unpacked: a table of 8,000 places takes half of it.
const FILE_MAX: u64 = 1 << 30;

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("reading {}", path.display()))?;
    let raw = read_up_to_max(file).with_context(|| format!("reading {}", path.display()))?;
    if raw.starts_with(&[0x1f, 0x8b]) {
        return read_up_to_max(flate2::read::GzDecoder::new(&raw[..]))
            .with_context(|| format!("unpacking {}: the file is damaged or not whole", path.display()));
    }
    Ok(raw)
}

fn read_up_to_max(from: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut raw = Vec::new();
    from.take(FILE_MAX + 1).read_to_end(&mut raw)?;
    if raw.len() as u64 > FILE_MAX {
        bail!("more than {FILE_MAX} bytes");
    }
    Ok(raw)
}

fn write(path: &Path, solution: &day::wire::Solution) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("creating {}", path.display()))?;
    let mut out = BufWriter::new(file);
    serde_json::to_writer(&mut out, solution)?;
    out.flush().with_context(|| format!("writing {}", path.display()))
}

pub fn tuning(usual: Tuning, changes: &[String]) -> anyhow::Result<Tuning> {
    let mut tuning = usual;
    for change in changes {
        let (name, value) = change.split_once('=').with_context(|| format!("{change} is not name=value"))?;
        let value: f64 = value.parse().with_context(|| change.clone())?;
        match name {
            "removed" => tuning.removed_mean = value,
            "string" => tuning.string_max = value as usize,
            "split" => tuning.split = value,
            "deeper" => tuning.split_deeper = value,
            "blink" => tuning.blink = value,
            "seed_absent" => tuning.seed_absent = value,
            "absent" => tuning.absent_tried = value as usize,
            "scan" => tuning.scan_all_max = value as usize,
            "routes" => tuning.routes_tried = value as usize,
            "first" => tuning.heat.0 = value,
            "last" => tuning.heat.1 = value,
            "share_steps" => tuning.share_steps_max = value,
            "steady" => tuning.steady_steps = value,
            "patience" => tuning.patience = value,
            "hottest" => tuning.patience_range.1 = value,
            "coolest" => tuning.patience_range.0 = value,
            "epochs" => tuning.epochs = value as u32,
            "whole" => tuning.whole = value,
            "whole_max" => tuning.whole_max = value as usize,
            "share" => tuning.share_min = value as usize,
            _ => bail!("no figure is called {name}"),
        }
    }
    Ok(tuning)
}
