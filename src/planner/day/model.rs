//! The day in dense numbers: what the search reads a hundred million times a second. Everything that never changes
//! during a search is worked out here once: who may do which job, travel both ways, nearest jobs.

use std::sync::Arc;

use super::near::{self, of_each};
use super::rules::fairness::Fairness;
use super::rules::lateness::Lateness;
use super::rules::load::Limits;
use super::rules::overtime::Shift;
use super::rules::pause::Pause;
use super::rules::window::Windows;
use super::travel::{Travel, UNREACHABLE};

/// A job to plan.
#[derive(Debug, Clone, Default)]
pub struct Job {
    pub place: u32,
    /// Seconds of work.
    pub service: i32,
    pub windows: Windows,
    pub lateness: Lateness,
    /// Who had the job before; another technician costs [`Model::move_cost`].
    pub before: Option<u32>,
    /// Cost of leaving it out.
    pub penalty: i64,
    pub demand: Box<[i64]>,
    /// Technicians who may do it, ascending.
    pub able: Box<[u32]>,
    /// What it costs that a technician comes, for each technician; nothing if absent.
    pub wishes: Option<Arc<[i64]>>,
}

/// A technician of the day.
#[derive(Debug, Clone)]
pub struct Technician {
    pub start: u32,
    pub end: u32,
    pub shift: Shift,
    pub pause: Pause,
    pub limits: Limits,
}

/// The whole day.
#[derive(Debug, Clone, Default)]
pub struct Model {
    pub jobs: Vec<Job>,
    pub technicians: Vec<Technician>,
    pub travel: Arc<Travel>,
    /// Cost of a second of overtime.
    pub overtime_weight: i64,
    /// Cost of giving a job to another technician than before.
    pub move_cost: i64,
    /// Some job may be late.
    pub soft: bool,
    /// It matters for some job who comes.
    pub wished: bool,
    pub fairness: Fairness,
    /// Kinds of parts.
    pub kinds: usize,
    able: Vec<u64>,
    /// The nearest jobs of each job, nearest first.
    pub near: Vec<Box<[u32]>>,
    /// The able technicians whose way from home and back is shortest, per job.
    pub homes: Vec<Box<[u32]>>,
    /// Shortest way there and back of an able technician, per job.
    pub reach: Vec<i32>,
}

/// Neighbours kept per job: strings are removed around a job and insertions tried near it; 100 hold several routes of
/// every density seen, and keep the lists of 5,000 jobs at 2 MB.
pub(super) const NEAR_MAX: usize = 100;
/// Technicians kept per job by their way from home.
const HOMES_MAX: usize = 12;

impl Model {
    /// Completes the model: neighbours and shortest ways. `workers` threads share the work.
    #[must_use]
    pub fn new(
        jobs: Vec<Job>,
        technicians: Vec<Technician>,
        travel: Arc<Travel>,
        overtime_weight: i64,
        workers: usize,
    ) -> Self {
        let mut model = Self::bare(jobs, technicians, travel, overtime_weight);
        model.near =
            of_each(model.jobs.len(), workers, |job| near::nearest_to(&model.jobs, &model.travel, job, NEAR_MAX));
        model.find_homes(workers);
        model
    }

    /// The model of a day whose nearest jobs are known already.
    #[must_use]
    pub fn with_near(bare: Self, near: Vec<Box<[u32]>>, workers: usize) -> Self {
        let mut model = Self { near, ..bare };
        model.find_homes(workers);
        model
    }

    /// The model without nearest jobs and shortest ways.
    #[must_use]
    pub fn bare(jobs: Vec<Job>, technicians: Vec<Technician>, travel: Arc<Travel>, overtime_weight: i64) -> Self {
        let kinds = jobs.iter().map(|j| j.demand.len()).max().unwrap_or(0);
        let soft = jobs.iter().any(|j| j.lateness.weight > 0);
        let wished = jobs.iter().any(|j| j.wishes.is_some());
        let mut model = Self { soft, wished, jobs, technicians, travel, overtime_weight, kinds, ..Self::default() };
        model.mark_able();
        model
    }

    fn find_homes(&mut self, workers: usize) {
        for homes in of_each(self.jobs.len(), workers, |job| self.homes_of(job)) {
            self.reach.push(homes.first().map_or(UNREACHABLE, |h| h.0));
            self.homes.push(homes.into_iter().map(|x| x.1).collect());
        }
    }

    fn homes_of(&self, job: u32) -> Vec<(i32, u32)> {
        let job = self.job(job);
        let (to, from) = (self.travel.to(job.place), self.travel.from(job.place));
        let way = |t: &u32| {
            let tech = self.technician(*t);
            (to[tech.start as usize].saturating_add(from[tech.end as usize]), *t)
        };
        let mut homes: Vec<(i32, u32)> = job.able.iter().map(way).collect();
        near::keep_nearest(&mut homes, HOMES_MAX);
        homes
    }

    fn mark_able(&mut self) {
        let words = self.technicians.len().div_ceil(64);
        self.able = vec![0; words * self.jobs.len()];
        for (j, job) in self.jobs.iter().enumerate() {
            for t in &job.able {
                self.able[j * words + *t as usize / 64] |= 1 << (t % 64);
            }
        }
    }

    /// Cost of giving `job` to `technician` rather than to the one who had it, and of wishes that are not met so.
    #[inline]
    #[must_use]
    pub fn moving(&self, technician: u32, job: &Job) -> i64 {
        let moved = if job.before.is_some_and(|t| t != technician) { self.move_cost } else { 0 };
        if !self.wished {
            return moved;
        }
        moved + job.wishes.as_ref().map_or(0, |wishes| wishes[technician as usize])
    }

    /// May the technician do the job?
    #[inline]
    #[must_use]
    pub fn able(&self, technician: u32, job: u32) -> bool {
        let words = self.technicians.len().div_ceil(64);
        self.able[job as usize * words + technician as usize / 64] >> (technician % 64) & 1 == 1
    }

    #[inline]
    #[must_use]
    pub fn job(&self, job: u32) -> &Job {
        &self.jobs[job as usize]
    }

    #[inline]
    #[must_use]
    pub fn technician(&self, technician: u32) -> &Technician {
        &self.technicians[technician as usize]
    }
}
