//! One job and one technician of the file, checked and made dense; the error says what is wrong with it.

use super::model::{Job, Technician};
use super::rules::TIME_MAX;
use super::rules::lateness::{Lateness, weight_of};
use super::rules::load::Limits;
use super::rules::overtime::Shift;
use super::rules::pause::Pause;
use super::rules::window::Windows;
use super::wire;

/// A stable code and a sentence.
pub(super) type Reason = (&'static str, String);

fn time(what: &str, v: i64) -> Result<i32, Reason> {
    if v.abs() <= i64::from(TIME_MAX) { Ok(v as i32) } else { Err(("out_of_range", format!("{what} is {v} s"))) }
}

fn length(what: &str, v: i64) -> Result<i32, Reason> {
    if v < 0 { Err(("negative", format!("{what} is {v}"))) } else { time(what, v) }
}

fn place(what: &str, v: usize, places: usize) -> Result<u32, Reason> {
    if v < places { Ok(v as u32) } else { Err(("no_such_place", format!("{what} is place {v} of {places}"))) }
}

pub(super) fn job(j: &wire::Job, places: usize) -> Result<Job, Reason> {
    let crew = j.crew.unwrap_or(1);
    if !(1..=wire::CREW_MAX).contains(&crew) {
        return Err(("crew", format!("a crew of {crew}; it can be 1 to {}", wire::CREW_MAX)));
    }
    if crew > 1 && j.service == 0 {
        return Err(("crew", "a crew needs a service of some length to begin it together".to_owned()));
    }
    if let Some(after) = &j.after {
        let (least, most) = (after.gap_min.unwrap_or(0), after.gap_max.unwrap_or(i64::MAX));
        if least < 0 || most < least {
            return Err(("gap", format!("a gap of {least} to {most} s")));
        }
    }
    let windows = windows(j)?;
    let demand: Box<[i64]> = j.demand.clone().unwrap_or_default().into();
    if j.penalty < 0 || demand.iter().any(|d| *d < 0) {
        return Err(("negative", "penalty or demand is below zero".to_owned()));
    }
    let kept = if j.frozen.is_some() { wire::FROZEN_COST } else { 0 };
    Ok(Job {
        lateness: lateness(j, windows.last())?,
        place: place("loc", j.loc, places)?,
        service: length("service", j.service)?,
        windows,
        penalty: j.penalty.min(1 << 40) + kept,
        demand,
        ..Job::default()
    })
}

/// When a start counts as late: after what people were told, else when it is due, else after the last window.
fn lateness(j: &wire::Job, last: i32) -> Result<Lateness, Reason> {
    let asked = j.told.as_ref().and_then(|told| told.window).map(|told| told.1).or(j.due);
    let due = asked.map_or(Ok(last), |due| time("due", due))?;
    let usual = asked.map_or(0, |_| weight_of(j.priority.as_i64()));
    let weight = if j.frozen.is_some() { 0 } else { j.late_weight.unwrap_or(usual).clamp(0, 1 << 24) };
    Ok(Lateness { due, weight, most: j.penalty })
}

/// When the service may start.
fn windows(j: &wire::Job) -> Result<Windows, Reason> {
    if let Some(start) = j.frozen {
        let start = time("frozen", start)?;
        return Ok(Windows::new(&[(start, start)]));
    }
    if j.windows.is_empty() {
        return Err(("no_window", "there is no window in which the service could start".to_owned()));
    }
    let none = -i64::from(TIME_MAX);
    let release = time("release", j.release.unwrap_or(none))?;
    let told = j.told.as_ref().and_then(|told| told.window);
    let (from, to) = told.unwrap_or((none, i64::MAX));
    if from > to {
        return Err(("told_window", format!("the window {from}..{to} that was told is not in order")));
    }
    let from = time("told window", from)?;
    let mut windows = Vec::new();
    let mut last = None;
    for (a, b) in &j.windows {
        let (a, b) = (time("window", *a)?, time("window", *b)?);
        if a > b || last.is_some_and(|l| a <= l) {
            return Err(("window_order", format!("window {a}..{b} is not in order")));
        }
        last = Some(b);
        if b >= release.max(from) {
            windows.push((a.max(release).max(from), b));
        }
    }
    if windows.is_empty() && last.is_some_and(|l| l < release) {
        return Err(("released_too_late", format!("every window closes before the release at {release}")));
    }
    if windows.is_empty() {
        return Err(("told_window", format!("every window closes before {from}, when the window that was told opens")));
    }
    Ok(Windows::new(&windows))
}

pub(super) fn technician(t: &wire::Technician, places: usize) -> Result<Technician, Reason> {
    let (start, end) = (time("shift start", t.shift.0)?, time("shift end", t.shift.1)?);
    if start > end {
        return Err(("no_shift", format!("the shift ends at {end}, before it starts at {start}")));
    }
    let over = length("overtime_max", t.overtime_max.unwrap_or(0))?;
    if end == start && over == 0 {
        return Err(("no_shift", format!("the shift begins and ends at {start}")));
    }
    let pause = match &t.pause {
        None => Pause::NONE,
        Some(b) => {
            let (open, close) = (time("break window", b.window.0)?, time("break window", b.window.1)?);
            if open > close {
                return Err(("break_window", format!("the break window closes at {close}, before it opens at {open}")));
            }
            Pause { open, close, length: length("break", b.duration)? }
        }
    };
    let jobs = t.max_jobs.map_or(usize::MAX, |m| usize::try_from(m).unwrap_or(0));
    Ok(Technician {
        start: place("start", t.start, places)?,
        end: place("end", t.end, places)?,
        shift: Shift { start, end, limit: end.saturating_add(over).min(TIME_MAX) },
        pause,
        limits: Limits { jobs, parts: t.capacity.clone().map(Into::into) },
    })
}
