//! The properties of README.md, on random small days.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::kit::{planned, random, rich, tied, tuning};
use crate::planner::day::wire::{Cell, FROZEN_COST, Job, Problem, RouteOut, Solution, StopOut, Travel};
use crate::planner::day::{Steps, check, plan};

/// The dearest part of the brute force: no more jobs than this.
const JOBS_MAX: usize = 5;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// (A) every plan keeps every rule, and (B) costs what the search says, by an independent look.
    #[test]
    fn every_plan_holds(seed: u64, workers in 1usize..3, kind in 0..3) {
        let problem = match kind {
            0 => random(seed, 14),
            1 => rich(seed, 14),
            _ => tied(seed, 14),
        };
        let (day, out) = planned(&problem, seed, 200, workers);
        let card = check(&problem, &out);
        prop_assert_eq!(&card.broken, &Vec::<String>::new());
        let counted = plan(&day, tuning(), workers, seed, &Steps(200)).cost;
        prop_assert_eq!(card.cost, counted + penalty_of(&problem, &day.set_aside));
        prop_assert_eq!(card.served + out.unserved.len(), problem.jobs.len());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// (C) more steps never make it worse than the first plan.
    #[test]
    fn never_worse_than_the_first_plan(seed: u64, ties: bool) {
        let problem = if ties { tied(seed, 14) } else { random(seed, 14) };
        let first = check(&problem, &planned(&problem, seed, 0, 1).1);
        let later = check(&problem, &planned(&problem, seed, 300, 1).1);
        prop_assert!(later.cost <= first.cost, "{} after {}", later.cost, first.cost);
    }

    /// (D) same seed, same steps, same plan, whatever the threads do.
    #[test]
    fn same_seed_same_plan(seed: u64, ties: bool) {
        let problem = if ties { tied(seed, 20) } else { random(seed, 20) };
        prop_assert_eq!(planned(&problem, seed, 200, 2).1, planned(&problem, seed, 200, 2).1);
    }

    /// (E) on a handful of jobs it is the best there is, where the direct way is never the longer one: a search that
    /// adds one job at a time cannot find a route that holds only with two of them.
    #[test]
    fn the_best_of_all_plans(seed: u64, wishes: bool) {
        let problem = direct_ways(if wishes { without_breaks(rich(seed, JOBS_MAX)) } else { random(seed, JOBS_MAX) });
        let found = (0..3).map(|k| check(&problem, &planned(&problem, seed ^ k, 4_000, 1).1).cost).min();
        prop_assert_eq!(found, Some(optimum(&problem)));
    }
}

/// A break is taken where it is over earliest, which is not always where it makes the least of the visits late.
pub fn without_breaks(mut problem: Problem) -> Problem {
    problem.technicians.iter_mut().flat_map(|t| &mut t.0).for_each(|t| t.pause = None);
    problem
}

fn penalty_of(problem: &Problem, ids: &[String]) -> i64 {
    problem
        .jobs
        .iter()
        .filter_map(|j| j.0.as_ref().ok())
        .filter(|j| ids.contains(&j.id))
        .map(|j| j.penalty + if j.frozen.is_some() { FROZEN_COST } else { 0 })
        .sum()
}

/// The same day on roads where no detour is shorter than the direct way (Floyd and Warshall).
pub fn direct_ways(mut problem: Problem) -> Problem {
    if let Travel::Explicit { durations } = &mut problem.travel {
        let n = durations.len();
        for (k, i, j) in (0..n).flat_map(|k| (0..n).flat_map(move |i| (0..n).map(move |j| (k, i, j)))) {
            let via = durations[i][k].0.zip(durations[k][j].0).map(|(a, b)| a + b);
            durations[i][j] = Cell(durations[i][j].0.min(via));
        }
    }
    problem
}

/// The cost of the best plan, by trying every order of every subset of jobs for every technician, with the break in
/// every position.
fn optimum(problem: &Problem) -> i64 {
    let cost = |j: &Job| j.penalty + if j.frozen.is_some() { FROZEN_COST } else { 0 };
    let jobs: Vec<(&str, i64)> =
        problem.jobs.iter().filter_map(|j| j.0.as_ref().ok()).map(|j| (j.id.as_str(), cost(j))).collect();
    let all = (1usize << jobs.len()) - 1;
    let mut best: BTreeMap<usize, i64> = BTreeMap::from([(0, 0)]);
    for tech in problem.technicians.iter().filter_map(|t| t.0.as_ref().ok()) {
        let mut routes = BTreeMap::from([(0, 0)]);
        orders(problem, &tech.id, &jobs, &mut Vec::new(), &mut routes);
        let mut next = best.clone();
        for (done, cost) in &best {
            for (more, extra) in routes.iter().filter(|r| done & r.0 == 0) {
                let entry = next.entry(done | more).or_insert(i64::MAX);
                *entry = (*entry).min(cost + extra);
            }
        }
        best = next;
    }
    let left = |done: usize| (0..jobs.len()).filter(|k| (all & !done) >> k & 1 == 1).map(|k| jobs[k].1).sum::<i64>();
    best.iter().map(|(done, cost)| cost + left(*done)).min().expect("the empty plan")
}

fn orders(problem: &Problem, tech: &str, jobs: &[(&str, i64)], order: &mut Vec<usize>, out: &mut BTreeMap<usize, i64>) {
    if !order.is_empty() {
        let set = order.iter().fold(0, |s, k| s | 1 << k);
        for pause in (0..=order.len()).map(Some).chain([None]) {
            let mut stops: Vec<StopOut> =
                order.iter().map(|k| StopOut::Job { job: jobs[*k].0.to_owned(), start: None }).collect();
            if let Some(at) = pause {
                stops.insert(at, StopOut::Break { r#break: true });
            }
            let routes = vec![RouteOut { tech: tech.to_owned(), stops }];
            let plan = Solution { format: String::new(), routes, unserved: Vec::new(), notes: Vec::new() };
            let card = check(problem, &plan);
            if card.broken.is_empty() {
                let entry = out.entry(set).or_insert(i64::MAX);
                *entry = (*entry).min(card.cost - card.penalty);
            }
        }
    }
    for k in 0..jobs.len() {
        if !order.contains(&k) {
            order.push(k);
            orders(problem, tech, jobs, order, out);
            order.pop();
        }
    }
}
