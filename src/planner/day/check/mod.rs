//! An independent look at a finished plan: it reads the files, not the model, walks every route once by the letter of
//! the rules and shares no code with the search. Used by tests, by fuzzing and in debug builds.

mod people;
mod together;
mod walk;

use std::collections::BTreeMap;

use super::wire::{FROZEN_COST, Item, Job, Problem, Solution, StopOut, Technician};
use walk::Visit;

/// The cost of a plan and every rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Card {
    pub cost: i64,
    pub penalty: i64,
    pub travel: i64,
    pub overtime: i64,
    /// Cost of starts after the due time.
    pub lateness: i64,
    /// Cost of wishes that are not met, of borrowing and of what was told otherwise.
    pub wishes: i64,
    /// Cost of uneven days.
    pub unfair: i64,
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
    let mut visits: BTreeMap<&str, Vec<Visit>> = BTreeMap::new();
    let mut used: BTreeMap<&str, ()> = BTreeMap::new();
    for route in &solution.routes {
        let Some(tech) = techs.get(route.tech.as_str()) else {
            card.broken.push(format!("{}: unknown technician", route.tech));
            continue;
        };
        if used.insert(&route.tech, ()).is_some() {
            card.broken.push(format!("{}: two routes", route.tech));
        }
        walk::walk(problem, tech, &route.stops, &jobs, (&mut card, &mut visits));
        let served = route.stops.iter().filter_map(|stop| match stop {
            StopOut::Job { job, .. } => jobs.get(job.as_str()),
            StopOut::Break { .. } => None,
        });
        for job in served {
            card.wishes += people::price(problem, &techs, job, tech);
        }
    }
    together::check(&jobs, &visits, &mut card);
    for id in solution.unserved.iter().filter(|id| visits.contains_key(id.as_str())) {
        card.broken.push(format!("{id}: served and unserved"));
    }
    card.served = visits.len();
    card.penalty = jobs.values().filter(|j| !visits.contains_key(j.id.as_str())).map(|j| left_out(j)).sum();
    card.cost = card.penalty + card.travel + problem.objective.overtime_weight.unwrap_or(1) * card.overtime;
    card.cost += card.lateness + card.wishes + card.unfair;
    card
}

fn left_out(job: &Job) -> i64 {
    job.penalty + if job.frozen.is_some() { FROZEN_COST } else { 0 }
}

fn named<'a, T>(items: &'a [Item<T>], id: impl Fn(&'a T) -> &'a String) -> BTreeMap<&'a str, &'a T> {
    let mut out = BTreeMap::new();
    for item in items.iter().filter_map(|i| i.0.as_ref().ok()) {
        out.entry(id(item).as_str()).or_insert(item);
    }
    out
}
