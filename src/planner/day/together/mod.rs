//! Jobs that are tied across routes: crews who begin together, and jobs that follow others. The search of routes knows
//! only windows, so ties are turned into windows (`slots`), the search improves the routes under them, what it found is
//! settled (`settle`, `earliest`), and some of the tied jobs are placed anew at other times (`place`); what is better is
//! kept. A day without ties never comes here.

mod earliest;
mod place;
mod settle;
mod slots;
mod ties;

use std::collections::{BTreeMap, BTreeSet};

use super::budget::Budget;
use super::build::Day;
use super::chance::Chance;
use super::model::Model;
use super::search::Plan;
use super::team;
use super::tuning::Tuning;
use place::Placing;
use settle::{Settled, settle, timed};
use slots::Slots;
pub use ties::Ties;

/// Parts into which the budget is cut.
const ROUNDS: u32 = 20;
/// Meetings of the workers in a round.
const EPOCHS: u32 = 4;
/// Groups that are placed anew in a round, beside as many of those that were left out.
const ANEW: usize = 6;
/// Chance that a round places its groups at any times, as long as they are possible: what is best beside the routes as
/// they are may keep the routes as they are.
const BOLD: f64 = 0.5;
const BOLD_DRAWS: usize = 3;
/// Chance that jobs around groups that were left out make room for them, and how many for each member.
const ROOM: f64 = 0.5;
const ROOM_JOBS: usize = 8;
/// First temperature: a round starts from the best plan, so it must not be as hot as a search that may wander.
const FIRST_HEAT: f64 = 1.0;

/// Plans the day with `workers` threads until the budget is spent, ties and all.
#[must_use]
pub fn plan(day: &Day, tuning: Tuning, workers: usize, seed: u64, budget: &dyn Budget) -> Plan {
    if day.ties.is_empty() {
        return team::plan_day(&day.model, tuning, workers, seed, budget);
    }
    let mut tied = vec![false; day.model.jobs.len()];
    day.ties.members.iter().flat_map(|m| &m.jobs).for_each(|j| tied[*j as usize] = true);
    let mut rounds = Rounds {
        ties: &day.ties,
        plain: &day.model,
        model: day.model.clone(),
        best: Settled { plan: Plan::idle(&day.model), ..Settled::default() },
        chance: Chance::new(seed ^ 0x7E1D),
        steps: 0,
        tied,
    };
    for round in 0..ROUNDS {
        let from = f64::from(round) / f64::from(ROUNDS);
        let slice = Slice { budget, from, until: from + 1.0 / f64::from(ROUNDS), steps: rounds.steps };
        if round > 0 && slice.spent(0) >= 1.0 {
            continue;
        }
        rounds.round(round == 0, &slice, workers, cooled(tuning, from, slice.until));
    }
    rounds.best.plan
}

/// The part of the cooling that falls into one round.
fn cooled(tuning: Tuning, from: f64, until: f64) -> Tuning {
    let (first, last) = (tuning.heat.0.min(FIRST_HEAT), tuning.heat.1);
    let at = |spent: f64| first * (last / first).powf(spent);
    Tuning { heat: (at(from), at(until)), epochs: EPOCHS, ..tuning }
}

/// A part of a budget.
struct Slice<'a> {
    budget: &'a dyn Budget,
    from: f64,
    until: f64,
    /// Steps of the rounds before.
    steps: u64,
}

impl Budget for Slice<'_> {
    fn spent(&self, steps: u64) -> f64 {
        let spent = self.budget.spent(self.steps + steps);
        if spent >= 1.0 { 1.0 } else { (spent - self.from) / (self.until - self.from) }
    }
}

struct Rounds<'a> {
    ties: &'a Ties,
    plain: &'a Model,
    /// The windows under which the routes are searched.
    model: Model,
    best: Settled,
    chance: Chance,
    steps: u64,
    /// Is the job tied to others?
    tied: Vec<bool>,
}

impl Rounds<'_> {
    fn round(&mut self, first: bool, slice: &Slice, workers: usize, tuning: Tuning) {
        let plan = self.loosen(first, slice);
        let seed = self.chance.draw();
        let (found, steps) = team::go_on(&self.model, &plan, tuning, workers, seed, slice);
        self.steps += steps;
        let settled = settle(self.ties, self.plain, &self.model, found.routes);
        if settled.plan.cost <= self.best.plan.cost {
            self.best = settled;
        }
    }

    /// Slots around the best plan, with some groups at other times or out.
    fn loosen(&mut self, first: bool, slice: &Slice) -> Plan {
        let groups = self.draw_groups(first);
        let share = self.chance.below(3) as f64 / 2.0;
        let mut kept = self.best.starts.clone();
        for member in groups.iter().flat_map(|g| &self.ties.groups[*g]) {
            kept.remove(member);
        }
        let room = self.make_room(&groups);
        let mut slots = slots::around(self.ties, self.plain, &kept, share);
        slots::apply(self.ties, self.plain, &slots, &mut self.model);
        let mut routes: Vec<_> = (0u32..)
            .zip(&self.best.plan.routes)
            .map(|(t, jobs)| {
                let stays = |j: &u32| !room.contains(j) && !self.taken(&groups, *j);
                timed(&self.model, t, &jobs.iter().copied().filter(stays).collect::<Vec<_>>())
            })
            .collect();
        let bold = !first && self.chance.hit(BOLD);
        let draws = if bold { BOLD_DRAWS } else { (2_000 / self.ties.groups.len().max(1)).clamp(8, 48) };
        let before = if bold { BTreeMap::new() } else { self.best.starts.clone() };
        for (k, group) in groups.iter().enumerate() {
            // Placing goes by no steps; on a large day the clock must not run out over it.
            if k % 32 == 31 && slice.spent(0) >= 0.5 {
                break;
            }
            let members = &self.ties.groups[*group];
            let was: BTreeMap<usize, i32> = members.iter().filter_map(|m| before.get(m).map(|at| (*m, *at))).collect();
            let mut placing = Placing {
                ties: self.ties,
                plain: self.plain,
                model: &mut self.model,
                routes: &mut routes,
                chance: &mut self.chance,
            };
            slots.extend(placing.place(members, draws, &was));
        }
        self.opened(slots, &routes.iter().map(|r| r.jobs().collect()).collect::<Vec<_>>())
    }

    /// The plan that the search begins with, under slots.
    fn opened(&mut self, slots: Slots, routes: &[Vec<u32>]) -> Plan {
        slots::apply(self.ties, self.plain, &slots, &mut self.model);
        let mut served = vec![false; self.plain.jobs.len()];
        routes.iter().flatten().for_each(|j| served[*j as usize] = true);
        let absent = (0..self.plain.jobs.len() as u32).filter(|j| !served[*j as usize]).collect();
        Plan { routes: routes.to_vec(), absent, ..Plan::default() }
    }

    /// In some rounds, jobs around the groups that were left out make room for them; the search puts them back.
    fn make_room(&mut self, groups: &[usize]) -> BTreeSet<u32> {
        let mut room = BTreeSet::new();
        if !self.chance.hit(ROOM) {
            return room;
        }
        let out = groups.iter().flat_map(|g| &self.ties.groups[*g]).filter(|m| !self.best.starts.contains_key(m));
        for member in out {
            let near = &self.plain.near[self.ties.members[*member].jobs[0] as usize];
            room.extend(near.iter().filter(|j| !self.tied[**j as usize]).take(ROOM_JOBS));
        }
        room
    }

    fn taken(&self, groups: &[usize], job: u32) -> bool {
        groups.iter().flat_map(|g| &self.ties.groups[*g]).any(|m| self.ties.members[*m].jobs.contains(&job))
    }

    /// Groups to place: at first all, those first that cost most to leave out; later some of those that are planned and
    /// some of those of which something is not.
    fn draw_groups(&mut self, first: bool) -> Vec<usize> {
        let penalty = |g: &usize| -> i64 {
            self.ties.groups[*g].iter().map(|m| self.plain.job(self.ties.members[*m].jobs[0]).penalty).sum()
        };
        let mut all: Vec<usize> = (0..self.ties.groups.len()).collect();
        if first {
            all.sort_by_key(|g| (-penalty(g), *g));
            return all;
        }
        self.chance.shuffle(&mut all);
        let whole = |g: &usize| self.ties.groups[*g].iter().all(|m| self.best.starts.contains_key(m));
        let (planned, out): (Vec<usize>, Vec<usize>) = all.into_iter().partition(whole);
        let count = 1 + self.chance.below(ANEW);
        let more = ANEW.max(out.len() / 3);
        let mut drawn: Vec<usize> = planned.into_iter().take(count).chain(out.into_iter().take(more)).collect();
        self.chance.shuffle(&mut drawn);
        if self.chance.hit(0.5) {
            drawn.sort_by_key(|g| -penalty(g));
        }
        drawn
    }
}
