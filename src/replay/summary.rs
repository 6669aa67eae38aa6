//! The end of a replay in figures, and whether it was a good one.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::checks::Records;
use super::could::{self, Could};
use super::looks::{self, Class};
use super::stage::Stage;
use super::tally::{Book, CallOff, JobStory};
use crate::domain::time::Timestamp;
use crate::store::verify::Finding;

/// What a replay came to.
#[derive(Debug)]
pub struct Outcome {
    pub name: String,
    pub jobs: usize,
    pub technicians: usize,
    pub speed: f64,
    pub wall: Duration,
    pub calls: u32,
    pub dispatched: usize,
    pub broke_promises: u32,
    pub served: usize,
    pub late_after_promise: usize,
    pub late_after_window: usize,
    pub promised: usize,
    pub called_off: usize,
    pub called_off_too_late: usize,
    /// Left over, and nobody could have served it: each with its reason.
    pub impossible: Vec<String>,
    /// Left over, although somebody could have served it.
    pub left_over: usize,
    pub declined: u32,
    pub exchanged: u32,
    pub records: Records,
    pub positions: (u64, u64),
    pub positions_ignored: Vec<(String, u64)>,
    pub pushes: u64,
    pub watched: u32,
    pub seen_arriving: u32,
    /// Wall milliseconds from a position to a customer's page: median and 95th percentile.
    pub push_ms: Option<(u64, u64)>,
    pub classes: [Class; looks::CLASSES],
    pub requests: (u64, u64),
    pub kills: usize,
    pub missed: u64,
    pub repeated: u64,
    pub reconnects: u64,
    pub resets: u64,
    pub findings: Vec<Finding>,
    /// Why the replay failed; empty when it did not.
    pub faults: Vec<String>,
}

/// What the summary cannot read off the stage.
pub struct Ending {
    pub wall: Duration,
    pub kills: usize,
    pub records: Records,
    pub findings: Vec<Finding>,
}

impl Outcome {
    pub fn is_good(&self) -> bool {
        self.faults.is_empty()
    }

    pub fn of(stage: &Stage, ending: Ending) -> Self {
        let book = stage.tally.book();
        let jobs = || book.jobs.iter().enumerate();
        let count =
            |fits: &dyn Fn(usize, &JobStory) -> bool| jobs().filter(|(index, story)| fits(*index, story)).count();
        let served = |story: &JobStory| story.finished_at.is_some();
        let load = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        let mut outcome = Self {
            name: stage.day.name.clone(),
            jobs: stage.day.jobs.len(),
            technicians: stage.day.technicians.len(),
            speed: stage.clock.speed(),
            wall: ending.wall,
            calls: book.calls,
            dispatched: count(&|_, story| story.assignments > 0),
            broke_promises: book.jobs.iter().map(|story| story.broke_promises).sum(),
            served: count(&|_, story| served(story)),
            late_after_promise: count(&|_, story| late(story, story.promised.map(|promised| promised.to))),
            late_after_window: count(&|index, story| {
                let last = stage.job(index).windows.last();
                served(story) && story.started_at.zip(last).is_some_and(|(at, last)| at > stage.at(last.1))
            }),
            promised: count(&|_, story| story.arrived_at.is_some() && story.promised.is_some()),
            called_off: count(&|_, story| story.called_off == Some(CallOff::InTime)),
            called_off_too_late: count(&|_, story| story.called_off == Some(CallOff::TooLate)),
            impossible: jobs().filter_map(|(index, story)| impossible(stage, index, story)).collect(),
            left_over: 0,
            declined: book.declined,
            exchanged: book.exchanged,
            records: ending.records,
            positions: (book.positions_sent, book.positions_accepted),
            positions_ignored: book.positions_ignored.clone().into_iter().collect(),
            pushes: stage.checks.pushes(),
            watched: book.watched,
            seen_arriving: book.seen_arriving,
            push_ms: percentiles(&book.push_ms),
            classes: looks::classes(&book.looks),
            requests: (load(&stage.requests.sent), load(&stage.requests.repeated)),
            kills: ending.kills,
            missed: load(&stage.checks.missed),
            repeated: load(&stage.checks.repeated),
            reconnects: load(&stage.checks.reconnects),
            resets: load(&stage.checks.resets),
            findings: ending.findings,
            faults: Vec::new(),
        };
        let left: Vec<String> = jobs().filter_map(|(index, story)| left_over(stage, index, story)).collect();
        outcome.left_over = left.len();
        outcome.faults = outcome.judge(left, &book);
        outcome
    }

    /// Everything that must not happen on any day.
    fn judge(&self, left_over: Vec<String>, book: &Book) -> Vec<String> {
        let mut faults = book.faults.clone();
        if book.faults_more > 0 {
            faults.push(format!("and {} more such faults", book.faults_more));
        }
        faults.extend(left_over);
        if self.calls as usize != self.jobs {
            faults.push(format!("{} of {} jobs were called in", self.calls, self.jobs));
        }
        let Records { finished_captured, finished_released, .. } = self.records;
        if finished_captured + finished_released != self.served as u64 {
            faults.push(format!(
                "{} repairs were finished, but {finished_captured} captured and {finished_released} released by contract",
                self.served
            ));
        }
        faults.extend(self.records.wrong.iter().cloned());
        let zeros = [
            (self.records.lost, "confirmed changes were lost"),
            (self.records.doubled, "confirmed changes were doubled"),
            (self.missed, "events were missed by watchers"),
            (self.repeated, "events were repeated to watchers"),
            (self.findings.len() as u64, "findings of verify"),
        ];
        faults.extend(zeros.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")));
        faults
    }
}

/// Called in, wanted, and not done.
fn is_open(story: &JobStory) -> bool {
    story.issue.is_some() && story.finished_at.is_none() && story.called_off != Some(CallOff::InTime)
}

/// The name of a job that is left over and that nobody could have served, with the reason.
fn impossible(stage: &Stage, index: usize, story: &JobStory) -> Option<String> {
    match could::who(&stage.day, index) {
        Could::Nobody(why) if is_open(story) => Some(format!("{}: {why}", stage.job(index).id)),
        _ => None,
    }
}

/// What is wrong with a job that is left over although somebody could have served it.
fn left_over(stage: &Stage, index: usize, story: &JobStory) -> Option<String> {
    let Could::These(technicians) = could::who(&stage.day, index) else { return None };
    if !is_open(story) {
        return None;
    }
    let how = if story.assignments > 0 { "was dispatched but not served" } else { "was not dispatched" };
    let why = story.why_kept.as_deref().map(|why| format!("; at the last look: {why}")).unwrap_or_default();
    let some = technicians.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
    let count = technicians.len();
    Some(format!("job {} {how}, though {count} could have served it ({some}){why}", stage.job(index).id))
}

fn late(story: &JobStory, due: Option<Timestamp>) -> bool {
    story.arrived_at.zip(due).is_some_and(|(at, due)| at > due)
}

fn percentiles(times: &[u64]) -> Option<(u64, u64)> {
    let mut times = times.to_vec();
    times.sort_unstable();
    let last = times.len().checked_sub(1)?;
    Some((times[last / 2], times[last * 95 / 100]))
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.wall.as_secs_f64();
        writeln!(
            f,
            "{}: {} jobs, {} technicians, {:.0} times as fast, {seconds:.1} s",
            self.name, self.jobs, self.technicians, self.speed
        )?;
        writeln!(
            f,
            "  calls {}   issues {}   dispatched {} ({} by breaking a promise)   served {}",
            self.calls, self.calls, self.dispatched, self.broke_promises, self.served
        )?;
        writeln!(
            f,
            "  late: {} of {} after the promise, {} after the job's own window",
            self.late_after_promise, self.promised, self.late_after_window
        )?;
        writeln!(
            f,
            "  called off {} in time, {} too late   declined {}   changed hands {}   left over {}, impossible {}",
            self.called_off,
            self.called_off_too_late,
            self.declined,
            self.exchanged,
            self.left_over,
            self.impossible.len()
        )?;
        for job in &self.impossible {
            writeln!(f, "    nobody could serve {job}")?;
        }
        self.fmt_tickets(f)?;
        self.fmt_positions(f)?;
        self.fmt_figures(f)?;
        self.fmt_trouble(f)?;
        write!(f, "{}", if self.is_good() { "a good day" } else { "not a good day" })
    }
}

impl Outcome {
    fn fmt_tickets(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Records { held, captured, released, .. } = self.records;
        writeln!(
            f,
            "  tickets: held {held}, captured {captured}, released {released}, still held {}",
            held - captured - released
        )?;
        let Records { finished_captured, finished_released, finished_unsettled, .. } = self.records;
        writeln!(
            f,
            "  finished {}: {finished_captured} captured, {finished_released} released by contract (our own defect, no \
             fault found), {finished_unsettled} unsettled",
            self.served
        )
    }

    /// Requests that had to be sent again, kills, what was lost, and the faults.
    fn fmt_trouble(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  requests {} ({} sent again)   reconnects {}   resets {}",
            self.requests.0, self.requests.1, self.reconnects, self.resets
        )?;
        let Records { lost, doubled, confirmed, .. } = self.records;
        writeln!(
            f,
            "  {} kills, {lost} lost, {} missed, {} repeated, {doubled} doubled ({confirmed} confirmed changes looked up)",
            self.kills, self.missed, self.repeated
        )?;
        writeln!(f, "  verify: {} findings", self.findings.len())?;
        for finding in &self.findings {
            writeln!(f, "    {} {}: {}", finding.check, finding.subject, finding.detail)?;
        }
        for fault in &self.faults {
            writeln!(f, "  FAULT {fault}")?;
        }
        Ok(())
    }

    fn fmt_positions(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "  positions: {} sent, {} accepted", self.positions.0, self.positions.1)?;
        for (code, count) in &self.positions_ignored {
            write!(f, ", {count} {code}")?;
        }
        write!(f, "\n  pushes {}", self.pushes)?;
        match self.push_ms {
            Some((median, p95)) => writeln!(
                f,
                "; from a position to the customer's page {median} ms in the median, {p95} ms at the 95th percentile"
            ),
            None => writeln!(f),
        }
    }

    fn fmt_figures(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  arrival figures, {} customers watched and {} saw somebody arrive; minutes, one look a minute:",
            self.watched, self.seen_arriving
        )?;
        writeln!(
            f,
            "    {:>12} {:>8} {:>10} {:>12} {:>8} {:>14}",
            "lead", "looks", "mean error", "median error", "bias", "in the window"
        )?;
        for class in &self.classes {
            let lead = class.to.map_or_else(|| format!("{}+", class.from), |to| format!("{} to {to}", class.from));
            let minutes = |seconds: f64| seconds / 60.0;
            writeln!(
                f,
                "    {lead:>12} {:>8} {:>10.1} {:>12.1} {:>+8.1} {:>12.0} %",
                class.count,
                minutes(class.mean_abs_s),
                minutes(class.median_abs_s),
                minutes(class.bias_s),
                class.inside * 100.0
            )?;
        }
        Ok(())
    }
}
