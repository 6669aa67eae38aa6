//! The running day: after every event the open jobs are planned anew from where the technicians are, starting from the
//! plan that stands. Committed jobs are not touched; a job may be late at its price; giving a job to another technician
//! has a price too, so that the day stays calm.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::budget::Budget;
use super::build::{BadProblem, Base, base};
use super::model::{Job, Model, Technician};
use super::near::Near;
use super::rules::lateness::Lateness;
use super::rules::pause::Pause;
use super::rules::{NO_LATEST, TIME_MAX};
use super::search::Plan;
use super::team::improve;
use super::tuning::Tuning;
use super::wire;

/// A message of the simulator or the dispatcher's desk.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Message {
    Start {
        seq: u64,
        now: i64,
        problem: Box<wire::Problem>,
        state: State,
    },
    Events {
        seq: u64,
        now: i64,
        #[serde(default)]
        events: Vec<Event>,
        state: State,
    },
    End,
}

impl Message {
    /// The number that the answer repeats.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Start { seq, .. } | Self::Events { seq, .. } => Some(*seq),
            Self::End => None,
        }
    }
}

/// What happened. Only new jobs need to be read: all else shows in the state.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Event {
    #[serde(default)]
    job: Option<serde_json::Value>,
}

/// Where everybody is.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct State {
    pub techs: Vec<TechState>,
    pub open: Vec<String>,
}

/// Where one technician is, or will be when he is free.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct TechState {
    pub tech: String,
    pub status: String,
    pub loc: usize,
    pub free_at: i64,
    #[serde(default)]
    pub job: Option<String>,
    #[serde(default)]
    pub break_taken: bool,
    #[serde(default)]
    pub worked: usize,
    #[serde(default)]
    pub plan: Vec<String>,
}

/// The answer to one message: the queues that change.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Answer {
    pub r#type: &'static str,
    pub seq: u64,
    pub routes: Vec<Queue>,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Queue {
    pub tech: String,
    pub jobs: Vec<String>,
}

/// What is known of the day.
pub struct RunningDay {
    base: Base,
    index: BTreeMap<String, usize>,
    /// Jobs that each technician has begun or is committed to: their parts are gone from the van.
    taken: Vec<BTreeSet<usize>>,
    near: Near,
    names: BTreeMap<String, usize>,
    workers: usize,
}

/// Seconds of detour that are not worth giving a job to somebody else.
pub const MOVE_COST_S: i64 = 120;

impl RunningDay {
    /// Reads the day's problem.
    pub fn new(problem: &wire::Problem, workers: usize) -> Result<Self, BadProblem> {
        let base = base(problem, workers, true)?;
        let index = base.job_ids.iter().enumerate().map(|(k, id)| (id.clone(), k)).collect();
        let taken = vec![BTreeSet::new(); base.technicians.len()];
        let near = Near::new(&base.jobs, &base.travel, workers);
        let names = base.technician_ids.iter().enumerate().map(|(t, id)| (id.clone(), t)).collect();
        Ok(Self { base, index, taken, near, names, workers })
    }

    /// Takes in the new jobs of a message.
    pub fn learn(&mut self, events: &[Event]) {
        for value in events.iter().filter_map(|e| e.job.as_ref()) {
            let Ok(job) = serde_json::from_value::<wire::Job>(value.clone()) else { continue };
            if !self.index.contains_key(&job.id) && self.base.add(&job) {
                self.index.insert(job.id, self.base.jobs.len() - 1);
                self.near.add(&self.base.jobs, &self.base.travel);
            }
        }
    }

    /// Plans the rest of the day and says which queues change.
    pub fn answer(
        &mut self,
        seq: u64,
        now: i64,
        state: &State,
        tuning: Tuning,
        seed: u64,
        budget: &dyn Budget,
    ) -> Answer {
        let rest = self.rest_of_day(now, state);
        let plan = improve(&rest.model, &rest.plan, tuning, self.workers, seed, budget);
        let name = |j: &u32| self.base.job_ids[rest.jobs[*j as usize]].clone();
        let mut routes = Vec::new();
        for st in &state.techs {
            let Some(t) = self.names.get(&st.tech).copied() else { continue };
            let jobs: Vec<String> = plan.routes[t].iter().map(name).collect();
            if st.status != "down" && jobs != st.plan {
                routes.push(Queue { tech: st.tech.clone(), jobs });
            }
        }
        Answer { r#type: "plan", seq, routes }
    }

    fn rest_of_day(&mut self, now: i64, state: &State) -> Rest {
        let now = now.clamp(0, i64::from(TIME_MAX)) as i32;
        let open: Vec<usize> = state.open.iter().filter_map(|id| self.index.get(id).copied()).collect();
        let mut number = vec![u32::MAX; self.base.jobs.len()];
        open.iter().enumerate().for_each(|(k, j)| number[*j] = k as u32);
        let mut technicians: Vec<Technician> = self.base.technicians.iter().map(unavailable).collect();
        let mut plan = Plan { routes: vec![Vec::new(); technicians.len()], ..Plan::default() };
        let mut before: Vec<Option<u32>> = vec![None; open.len()];
        for st in &state.techs {
            let Some(t) = self.names.get(&st.tech).copied() else { continue };
            self.taken[t].extend(st.job.as_ref().and_then(|j| self.index.get(j)));
            if st.status == "down" || st.loc >= self.base.travel.places() {
                continue;
            }
            technicians[t] = self.placed(t, st, now);
            let queue = st.plan.iter().filter_map(|id| self.index.get(id)).map(|j| number[*j]);
            for j in queue.filter(|j| *j != u32::MAX) {
                before[j as usize] = Some(t as u32);
                plan.routes[t].push(j);
            }
        }
        let jobs: Vec<Job> =
            open.iter().zip(&before).map(|(j, b)| Job { before: *b, ..softened(&self.base.jobs[*j], now) }).collect();
        plan.absent = (0..open.len() as u32).filter(|j| before[*j as usize].is_none()).collect();
        let travel = Arc::clone(&self.base.travel);
        let near = self.near.among(&open, &number, &jobs, &travel, self.workers);
        let bare = Model::bare(jobs, technicians, travel, self.base.overtime_weight);
        let mut model = Model::with_near(bare, near, self.workers);
        model.move_cost = MOVE_COST_S;
        Rest { model, plan, jobs: open }
    }

    /// The technician from where he is free next.
    fn placed(&self, t: usize, st: &TechState, now: i32) -> Technician {
        let mut tech = self.base.technicians[t].clone();
        let free = (st.free_at.clamp(0, i64::from(TIME_MAX)) as i32).max(now).max(tech.shift.start);
        tech.start = st.loc as u32;
        tech.shift.start = free;
        if st.break_taken || !tech.pause.is_some() {
            tech.pause = Pause::NONE;
        } else {
            // A break that is overdue is taken at once.
            tech.pause = Pause { open: tech.pause.open.max(free), close: tech.pause.close.max(free), ..tech.pause };
        }
        let done = st.worked + usize::from(st.job.is_some());
        tech.limits.jobs = tech.limits.jobs.saturating_sub(done);
        if let Some(parts) = &mut tech.limits.parts {
            for job in &self.taken[t] {
                parts.iter_mut().zip(&self.base.jobs[*job].demand).for_each(|(have, used)| *have -= used);
            }
        }
        tech
    }
}

struct Rest {
    model: Model,
    plan: Plan,
    /// Number in the day of each job of the model.
    jobs: Vec<usize>,
}

/// Somebody who takes no jobs.
fn unavailable(tech: &Technician) -> Technician {
    let mut tech = tech.clone();
    tech.limits.jobs = 0;
    tech
}

/// The job with its last window open until lateness costs as much as leaving it out.
fn softened(job: &Job, now: i32) -> Job {
    let lateness = job.lateness;
    let (due, close) = (lateness.due, job.windows.last());
    let last = if lateness.weight > 0 {
        let dear = i64::from(due) + job.penalty / lateness.weight;
        i64::from(close.max(now)).max(dear).min(i64::from(TIME_MAX)) as i32
    } else {
        close.max(NO_LATEST)
    };
    Job { windows: job.windows.until(last), lateness: Lateness { due, ..lateness }, ..job.clone() }
}
