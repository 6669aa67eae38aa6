//! What one worker holds: the plan under change, the way back to the plan before the step, the best plan so far, and
//! what it remembers of insertions. A step touches a few routes, and only these are copied, timed and compared; no part
//! of a step grows with the number of jobs.

use std::collections::BTreeMap;

use super::chance::Chance;
use super::model::Model;
use super::place::Memory;
use super::route::Route;
use super::tuning::Tuning;

/// The job is on no route.
pub const ABSENT: u32 = u32::MAX;
/// The job is on a route that another worker holds.
pub const ELSEWHERE: u32 = u32::MAX - 1;

/// A plan as sequences of jobs: what workers exchange.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// One list of jobs for each technician.
    pub routes: Vec<Vec<u32>>,
    pub absent: Vec<u32>,
    pub cost: i64,
    /// When jobs begin that are tied to others; all else begins as early as it can.
    pub starts: BTreeMap<u32, i32>,
}

impl Plan {
    /// Nobody goes anywhere.
    #[must_use]
    pub fn idle(model: &Model) -> Self {
        Self {
            routes: vec![Vec::new(); model.technicians.len()],
            absent: (0..model.jobs.len() as u32).collect(),
            cost: model.jobs.iter().map(|j| j.penalty).sum(),
            starts: BTreeMap::new(),
        }
    }
}

/// One worker of the search.
pub struct Search<'a> {
    pub(super) model: &'a Model,
    pub(super) tuning: Tuning,
    pub(super) chance: Chance,
    pub(super) routes: Vec<Route>,
    pub(super) route_of: Vec<u32>,
    pub(super) absent: Vec<u32>,
    pub(super) cost: i64,
    /// Technicians that this worker may plan.
    pub(super) mine: Vec<bool>,
    /// Jobs that this worker may plan.
    pub(super) jobs: Vec<u32>,
    pub(super) removed: Vec<u32>,
    /// The job that this step began around.
    pub(super) seed: u32,
    pub(super) steps: u64,
    /// Routes in use when the plan was loaded.
    pub(super) used: usize,
    pub(super) hashes: Vec<u32>,
    pub(super) memory: Memory,
    undo: Undo,
    best: Best,
}

#[derive(Default)]
struct Undo {
    /// (technician, route before); only the first `used` are of this step, the others keep their memory.
    saved: Vec<(u32, Route)>,
    used: usize,
    stamp: Vec<u64>,
    step: u64,
    absent: Vec<u32>,
    cost: i64,
}

#[derive(Default)]
struct Best {
    plan: Plan,
    /// Technicians whose route may differ from the best plan's.
    dirty: Vec<u32>,
    is_dirty: Vec<bool>,
}

impl<'a> Search<'a> {
    #[must_use]
    pub fn new(model: &'a Model, tuning: Tuning, seed: u64) -> Self {
        let (n, m) = (model.jobs.len(), model.technicians.len());
        Self {
            model,
            tuning,
            chance: Chance::new(seed),
            routes: (0..m as u32).map(|t| Route::empty(model, t)).collect(),
            route_of: vec![ABSENT; n],
            absent: Vec::new(),
            cost: 0,
            mine: vec![true; m],
            jobs: Vec::new(),
            removed: Vec::new(),
            seed: ABSENT,
            steps: 0,
            used: 0,
            hashes: vec![0; m],
            memory: Memory::new(n, m),
            undo: Undo { stamp: vec![0; m], ..Undo::default() },
            best: Best { is_dirty: vec![false; m], ..Best::default() },
        }
    }

    /// Takes over a plan; of it, the technicians and absent jobs that `mine` names are this worker's.
    pub fn load(&mut self, plan: &Plan, mine: impl Fn(u32) -> bool, absent_mine: impl Fn(u32) -> bool) {
        self.route_of.fill(ELSEWHERE);
        self.jobs.clear();
        self.cost = 0;
        for (t, jobs) in plan.routes.iter().enumerate() {
            let t32 = t as u32;
            self.mine[t] = mine(t32);
            if !self.mine[t] {
                continue;
            }
            let route = &mut self.routes[t];
            route.stops.drain(1..route.stops.len() - 1);
            for (k, job) in jobs.iter().enumerate() {
                route.insert(self.model, k, *job);
                self.route_of[*job as usize] = t32;
            }
            self.jobs.extend(jobs);
            self.retime(t32);
            self.cost += self.routes[t].cost;
        }
        self.absent.clear();
        self.absent.extend(plan.absent.iter().copied().filter(|j| absent_mine(*j)));
        for k in 0..self.absent.len() {
            let job = self.absent[k];
            self.route_of[job as usize] = ABSENT;
            self.cost += self.model.job(job).penalty;
            self.jobs.push(job);
        }
        self.used = self.routes.iter().zip(&self.mine).filter(|(r, mine)| **mine && !r.is_empty()).count();
        self.best.plan.routes.resize(self.routes.len(), Vec::new());
        self.best.plan.cost = i64::MAX;
        self.best.dirty.clear();
        self.best.is_dirty.fill(false);
        for t in 0..self.routes.len() as u32 {
            if self.mine[t as usize] {
                self.mark_dirty(t);
            }
        }
        self.keep_if_best();
    }

    /// The plan at hand, this worker's part of it.
    #[must_use]
    pub fn current(&self) -> Plan {
        let jobs = |(t, r): (usize, &Route)| if self.mine[t] { r.jobs().collect() } else { Vec::new() };
        Plan {
            routes: self.routes.iter().enumerate().map(jobs).collect(),
            absent: self.absent.clone(),
            cost: self.cost,
            starts: BTreeMap::new(),
        }
    }

    /// The best plan since [`Self::load`].
    #[must_use]
    pub fn best(&self) -> &Plan {
        &self.best.plan
    }

    /// Is the technician in this worker's hands?
    #[must_use]
    pub fn holds(&self, technician: u32) -> bool {
        self.mine[technician as usize]
    }

    pub(super) fn begin_step(&mut self) {
        self.steps += 1;
        self.undo.step += 1;
        self.undo.used = 0;
        self.undo.absent.clone_from(&self.absent);
        self.undo.cost = self.cost;
        self.removed.clear();
    }

    /// Keeps a copy of the route as it was before the step.
    pub(super) fn touch(&mut self, technician: u32) {
        let t = technician as usize;
        if self.undo.stamp[t] == self.undo.step {
            return;
        }
        self.undo.stamp[t] = self.undo.step;
        if self.undo.used == self.undo.saved.len() {
            self.undo.saved.push((technician, self.routes[t].clone()));
        } else {
            let (id, route) = &mut self.undo.saved[self.undo.used];
            *id = technician;
            route.assign(&self.routes[t]);
        }
        self.undo.used += 1;
    }

    pub(super) fn touched(&self, technician: u32) -> bool {
        self.undo.stamp[technician as usize] == self.undo.step
    }

    /// The cost before the step.
    pub(super) fn cost_before(&self) -> i64 {
        self.undo.cost
    }

    /// Works out the times of the routes from which jobs were removed.
    pub(super) fn retime_touched(&mut self) {
        for k in 0..self.undo.used {
            self.retime(self.undo.saved[k].0);
        }
    }

    /// Works out the cost after the step. False if a route does not keep the rules: where the way by a third place is
    /// shorter than the direct one, taking a job out can make a route late.
    pub(super) fn recount(&mut self) -> bool {
        let penalty = |jobs: &[u32]| jobs.iter().map(|j| self.model.job(*j).penalty).sum::<i64>();
        let mut cost = self.undo.cost + penalty(&self.absent) - penalty(&self.undo.absent);
        let mut holds = true;
        for (t, before) in &self.undo.saved[..self.undo.used] {
            let route = &self.routes[*t as usize];
            cost += route.cost - before.cost;
            holds &= route.holds;
        }
        self.cost = cost;
        holds
    }

    /// Takes the step back.
    pub(super) fn revert(&mut self) {
        for k in 0..self.undo.used {
            let t = self.undo.saved[k].0 as usize;
            for job in self.routes[t].jobs() {
                self.route_of[job as usize] = ABSENT;
            }
        }
        for k in 0..self.undo.used {
            let (id, saved) = &mut self.undo.saved[k];
            let t = *id as usize;
            std::mem::swap(&mut self.routes[t], saved);
            self.hashes[t] = self.routes[t].hash;
            for job in self.routes[t].jobs() {
                self.route_of[job as usize] = *id;
            }
        }
        std::mem::swap(&mut self.absent, &mut self.undo.absent);
        self.cost = self.undo.cost;
    }

    /// Keeps the step.
    pub(super) fn commit(&mut self) {
        for k in 0..self.undo.used {
            let t = self.undo.saved[k].0;
            self.mark_dirty(t);
        }
        self.keep_if_best();
    }

    fn mark_dirty(&mut self, t: u32) {
        if !std::mem::replace(&mut self.best.is_dirty[t as usize], true) {
            self.best.dirty.push(t);
        }
    }

    fn keep_if_best(&mut self) {
        if self.cost >= self.best.plan.cost {
            return;
        }
        self.best.plan.cost = self.cost;
        self.best.plan.absent.clone_from(&self.absent);
        for t in self.best.dirty.drain(..) {
            let kept = &mut self.best.plan.routes[t as usize];
            kept.clear();
            kept.extend(self.routes[t as usize].jobs());
            self.best.is_dirty[t as usize] = false;
        }
    }

    /// Works out a route's times after a change. True if it keeps every rule.
    pub(super) fn retime(&mut self, technician: u32) -> bool {
        let t = technician as usize;
        let ok = self.routes[t].retime(self.model, technician);
        self.hashes[t] = self.routes[t].hash;
        ok
    }
}
