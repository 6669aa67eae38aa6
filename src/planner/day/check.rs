//! An independent look at a finished plan: it reads the files, not the model, walks every route once by the letter of
//! the rules and shares no code with the search. Used by tests, by fuzzing and in debug builds.

use std::collections::BTreeMap;

use super::wire::{BreakRule, Item, Job, Problem, Solution, StopOut, Technician, Travel};

/// The cost of a plan and every rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    pub cost: i64,
    pub penalty: i64,
    pub travel: i64,
    pub overtime: i64,
    pub served: usize,
    /// Broken rules, as "technician: rule".
    pub broken: Vec<String>,
}

/// Checks and prices a plan.
#[must_use]
pub fn check(problem: &Problem, solution: &Solution) -> Card {
    let jobs: BTreeMap<&str, &Job> = named(&problem.jobs, |j| &j.id);
    let techs: BTreeMap<&str, &Technician> = named(&problem.technicians, |t| &t.id);
    let mut card = Card::default();
    let mut served: BTreeMap<&str, &str> = BTreeMap::new();
    let mut used: BTreeMap<&str, ()> = BTreeMap::new();
    for route in &solution.routes {
        let Some(tech) = techs.get(route.tech.as_str()) else {
            card.broken.push(format!("{}: unknown technician", route.tech));
            continue;
        };
        if used.insert(&route.tech, ()).is_some() {
            card.broken.push(format!("{}: two routes", route.tech));
        }
        for stop in &route.stops {
            if let StopOut::Job { job } = stop
                && served.insert(job, &route.tech).is_some()
            {
                card.broken.push(format!("{}: job {job} twice", route.tech));
            }
        }
        walk(problem, tech, &route.stops, &jobs, &mut card);
    }
    for id in &solution.unserved {
        if served.contains_key(id.as_str()) {
            card.broken.push(format!("{id}: served and unserved"));
        }
    }
    card.served = served.len();
    card.penalty = jobs.values().filter(|j| !served.contains_key(j.id.as_str())).map(|j| j.penalty).sum();
    card.cost = card.penalty + card.travel + problem.objective.overtime_weight.unwrap_or(1) * card.overtime;
    card
}

fn named<'a, T>(items: &'a [Item<T>], id: impl Fn(&'a T) -> &'a String) -> BTreeMap<&'a str, &'a T> {
    let mut out = BTreeMap::new();
    for item in items.iter().filter_map(|i| i.0.as_ref().ok()) {
        out.entry(id(item).as_str()).or_insert(item);
    }
    out
}

fn walk(problem: &Problem, tech: &Technician, stops: &[StopOut], jobs: &BTreeMap<&str, &Job>, card: &mut Card) {
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
            StopOut::Job { job } => match jobs.get(job.as_str()) {
                Some(job) => walk.serve(&problem.travel, tech, job, &mut say),
                None => say(format!("unknown job {job}")),
            },
        }
    }
    if walk.jobs == 0 {
        return;
    }
    let home = walk.drive(&problem.travel, tech.end);
    let Walk { travel, jobs: count, breaks, load, .. } = walk;
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
}

impl Walk {
    /// Drives on. Returns the arrival.
    fn drive(&mut self, travel: &Travel, to: usize) -> i64 {
        let leg = seconds(travel, self.place, to);
        self.travel += leg;
        self.place = to;
        arrive(self.now, self.pending.take(), leg)
    }

    fn serve(&mut self, travel: &Travel, tech: &Technician, job: &Job, say: &mut impl FnMut(String)) {
        let lo = self.drive(travel, job.loc).max(job.release.unwrap_or(i64::MIN));
        let begin = job.windows.iter().find(|w| lo.max(w.0) <= w.1).map(|w| lo.max(w.0));
        if begin.is_none() {
            say(format!("job {} reached at {lo}, after its last window", job.id));
        }
        if job.skills.iter().flatten().any(|s| !tech.skills.iter().flatten().any(|h| h == s)) {
            say(format!("job {} needs another skill", job.id));
        }
        let demand = job.demand.as_deref().unwrap_or(&[]);
        self.load.resize(self.load.len().max(demand.len()), 0);
        demand.iter().enumerate().for_each(|(k, d)| self.load[k] += d);
        self.jobs += 1;
        self.now = begin.unwrap_or(lo) + job.service;
    }
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
