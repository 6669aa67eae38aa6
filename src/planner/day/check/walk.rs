//! One route by the letter of the rules.

use std::collections::BTreeMap;

use super::{Card, people};
use crate::planner::day::wire::{BreakRule, Job, Problem, StopOut, Technician, Travel};

/// Somebody at a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    pub tech: String,
    pub start: i64,
}

/// Walks one route; tells what it costs, what it breaks and when it is where.
pub(super) fn walk<'a>(
    problem: &Problem,
    tech: &'a Technician,
    stops: &'a [StopOut],
    jobs: &BTreeMap<&str, &'a Job>,
    (card, visits): (&mut Card, &mut BTreeMap<&'a str, Vec<Visit>>),
) {
    let mut say = |what: String| card.broken.push(format!("{}: {what}", tech.id));
    let mut walk = Walk { now: tech.shift.0, place: tech.start, ..Walk::default() };
    for stop in stops {
        match stop {
            StopOut::Break { .. } => {
                walk.breaks += 1;
                match &tech.pause {
                    Some(rule) => walk.pending = Some(rest(rule, walk.now, &mut say)),
                    None => say("has no break".to_owned()),
                }
            }
            StopOut::Job { job, start } => match jobs.get(job.as_str()) {
                Some(job) => {
                    people::check(problem, tech, job, &mut say);
                    let start = walk.serve(&problem.travel, job, *start, &mut say);
                    visits.entry(&job.id).or_default().push(Visit { tech: tech.id.clone(), start });
                }
                None => say(format!("unknown job {job}")),
            },
        }
    }
    if walk.jobs == 0 {
        return;
    }
    let home = walk.drive(&problem.travel, tech.end);
    let Walk { travel, jobs: count, breaks, load, service, lateness, .. } = walk;
    let over = (home - tech.shift.1).max(0);
    if over > tech.overtime_max.unwrap_or(0) {
        say(format!("home at {home}, shift ends {}", tech.shift.1));
    }
    if breaks > 1 || breaks == 0 && tech.pause.is_some_and(|b| home > b.window.0) {
        say(format!("{breaks} breaks, home at {home}"));
    }
    if tech.max_jobs.is_some_and(|m| count > m) {
        say(format!("{count} jobs are too many"));
    }
    if let Some(capacity) = &tech.capacity
        && load.iter().enumerate().any(|(k, v)| *v > capacity.get(k).copied().unwrap_or(0))
    {
        say("carries too many parts".to_owned());
    }
    card.travel += travel;
    card.overtime += over;
    card.lateness += lateness;
    card.unfair += unfair(problem, tech, travel + service);
}

/// Work beyond the fair share costs with its square.
fn unfair(problem: &Problem, tech: &Technician, work: i64) -> i64 {
    let weight = i128::from(problem.objective.fairness_weight.unwrap_or(0).clamp(0, 1_000));
    let jobs = problem.jobs.iter().filter_map(|j| j.0.as_ref().ok());
    let service: i64 = jobs.map(|j| j.service * j.crew.unwrap_or(1).max(1)).sum();
    let length = |t: &Technician| t.shift.1 - t.shift.0;
    let all: i64 = problem.technicians.iter().filter_map(|t| t.0.as_ref().ok()).map(length).sum();
    let share = i128::from(service) * i128::from(length(tech)) / i128::from(all.max(1));
    let over = (i128::from(work) - share).max(0);
    (weight * over * over / share.max(1)) as i64
}

/// A technician on his way through his route.
#[derive(Default)]
struct Walk {
    now: i64,
    place: usize,
    /// A break on the coming leg: its begin and length.
    pending: Option<(i64, i64)>,
    travel: i64,
    jobs: i64,
    breaks: usize,
    /// What he carries, by kind of part.
    load: Vec<i64>,
    service: i64,
    lateness: i64,
}

impl Walk {
    /// Drives on. Returns the arrival.
    fn drive(&mut self, travel: &Travel, to: usize) -> i64 {
        let leg = seconds(travel, self.place, to);
        self.travel += leg;
        self.place = to;
        arrive(self.now, self.pending.take(), leg)
    }

    /// Drives to the job and does it. Returns when the service begins.
    fn serve(&mut self, travel: &Travel, job: &Job, told: Option<i64>, say: &mut impl FnMut(String)) -> i64 {
        let arrived = self.drive(travel, job.loc);
        let begin = begin(job, arrived.max(told.unwrap_or(arrived)));
        if begin.is_none() {
            say(format!("job {} reached at {arrived}, after its last window", job.id));
        }
        if told.is_some_and(|told| begin != Some(told)) {
            say(format!("job {} cannot begin when the plan says", job.id));
        }
        let demand = job.demand.as_deref().unwrap_or(&[]);
        self.load.resize(self.load.len().max(demand.len()), 0);
        demand.iter().enumerate().for_each(|(k, d)| self.load[k] += d);
        self.jobs += 1;
        let begin = begin.unwrap_or(arrived);
        self.now = begin + job.service;
        self.service += job.service;
        self.lateness += late(job, begin);
        begin
    }
}

/// The earliest begin for an arrival.
fn begin(job: &Job, arrived: i64) -> Option<i64> {
    if let Some(frozen) = job.frozen {
        return (arrived <= frozen).then_some(frozen);
    }
    let told = job.told.as_ref().and_then(|told| told.window).map_or(i64::MIN, |window| window.0);
    let lo = arrived.max(job.release.unwrap_or(i64::MIN)).max(told);
    job.windows.iter().find(|w| lo.max(w.0) <= w.1).map(|w| lo.max(w.0))
}

/// What a begin after the due time costs.
fn late(job: &Job, begin: i64) -> i64 {
    let told = job.told.as_ref().and_then(|told| told.window).map(|window| window.1);
    let Some(due) = told.or(job.due).filter(|_| job.frozen.is_none()) else { return 0 };
    let weight = job.late_weight.unwrap_or(match job.priority.as_i64() {
        Some(2) => 2,
        Some(3) => 4,
        Some(4) => 8,
        _ => 1,
    });
    (weight * (begin - due).max(0)).min(job.penalty)
}

fn rest(rule: &BreakRule, now: i64, say: &mut impl FnMut(String)) -> (i64, i64) {
    let begin = now.max(rule.window.0);
    if begin > rule.window.1 {
        say(format!("break begins {begin}, after its window"));
    }
    (begin, rule.duration)
}

/// Arrival after a leg with a break on it, if there is one: what is driven before the break need not be driven after.
fn arrive(now: i64, pending: Option<(i64, i64)>, leg: i64) -> i64 {
    match pending {
        None => now + leg,
        Some((begin, length)) => begin + length + (leg - (begin - now).min(leg)),
    }
}

/// A pair without travel time counts as a year.
fn seconds(travel: &Travel, i: usize, j: usize) -> i64 {
    const YEAR: i64 = 31_536_000;
    if i == j {
        return 0;
    }
    match travel {
        Travel::Explicit { durations } => {
            durations.get(i).and_then(|r| r.get(j)).and_then(|c| c.0).filter(|s| *s >= 0).unwrap_or(YEAR)
        }
        Travel::Planar { coords, num, den, access, climb } => {
            let (dx, dy) = (coords[i].0 - coords[j].0, coords[i].1 - coords[j].1);
            let at = |v: &Option<Vec<i64>>, k: usize| v.as_ref().map_or(0, |v| v[k]);
            let base = ((dx * dx + dy * dy).sqrt() * num / den).floor();
            if !base.is_finite() {
                return YEAR;
            }
            base as i64 + at(access, j) + (at(climb, j) - at(climb, i)).max(0)
        }
    }
}
