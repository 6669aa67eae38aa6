//! A proposal for a whole list of jobs: regret-2 insertion, for the morning and for replays.
//!
//! Again and again the job that would lose most by not getting its best technician now is given to him. The loss is
//! the second best cost minus the best (a job that only one can do comes first), times the priority's weight. Only
//! the technician who got the job is tried again. Equal losses: the more urgent job, the cheaper, the smaller id.
//! Routes are kept as they are apart from what is inserted; nothing random, so the same list gives the same proposal.
//!
//! Jobs x technicians insertions at the start, then jobs left after each step.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{TechnicianId, VisitId, WorkOrderId};
use crate::domain::time::Timestamp;

use super::answer::RuleName;
use super::insert::{Trial, insert_at, priority_weight};
use super::problem::{Job, Scene, Stop, TechnicianState};
use super::route::{Absences, Route};
use super::rules;

/// Loss of a job that nobody else can do: more than any day's cost.
const ONLY_ONE: i64 = 10_000_000;

/// Asking again who declined the job costs this much: more than any other place, less than nobody.
const ASK_AGAIN: i64 = 1_000_000;

/// Whether the proposal may be late or break a promise of others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Lateness {
    /// Late places are dear but allowed.
    #[default]
    Dear,
    /// No place that starts a job after its wish or due time, or breaks a promise.
    Refused,
}

/// Which job goes to whom. `position` is the index on the route at the moment of the assignment, so applying the
/// assignments in their order gives `routes`.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub assignments: Vec<Assignment>,
    pub unassigned: Vec<Unassigned>,
    /// The technicians with their new routes, in the order given.
    pub routes: Vec<TechnicianState>,
}

/// A proposal as the dispatcher reads it; nothing of it is decided before he assigns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayProposal {
    pub computed_at: Timestamp,
    /// To be made in this order.
    pub assignments: Vec<Assignment>,
    pub unassigned: Vec<Unassigned>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assignment {
    pub work_order_id: WorkOrderId,
    pub technician_id: TechnicianId,
    pub position: usize,
    pub start: Timestamp,
}

/// A job nobody can do today, and why: it is wished for another day, or the rule that most technicians fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unassigned {
    pub work_order_id: WorkOrderId,
    pub reason_code: Cow<'static, str>,
    pub ja: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

/// Proposes a technician and a place for each job. `jobs` and `visits` go together: the visit that a job becomes.
pub fn propose(
    jobs: &[(Job, VisitId)],
    technicians: &[TechnicianState],
    scene: &Scene,
    lateness: Lateness,
) -> Proposal {
    let mut work = Work::new(jobs, technicians, scene, lateness);
    let mut assignments = Vec::with_capacity(jobs.len());
    while let Some((job, technician)) = work.most_to_lose() {
        assignments.extend(work.assign(job, technician));
    }
    let unassigned = work.open.iter().map(|&job| work.why_not(job)).collect();
    Proposal { assignments, unassigned, routes: work.routes }
}

struct Work<'a> {
    jobs: &'a [(Job, VisitId)],
    stops: Vec<Stop>,
    scene: &'a Scene<'a>,
    lateness: Lateness,
    routes: Vec<TechnicianState>,
    /// `tried[job][technician]`: the best place now.
    tried: Vec<Vec<Option<Trial>>>,
    /// Jobs without a technician, by id.
    open: Vec<usize>,
}

impl<'a> Work<'a> {
    fn new(
        jobs: &'a [(Job, VisitId)],
        technicians: &[TechnicianState],
        scene: &'a Scene<'a>,
        lateness: Lateness,
    ) -> Self {
        let mut open: Vec<usize> = (0..jobs.len()).collect();
        open.sort_by_key(|&job| jobs[job].0.work_order);
        let mut work = Self {
            jobs,
            stops: jobs.iter().map(|(job, visit)| Stop::of(job, *visit)).collect(),
            scene,
            lateness,
            routes: technicians.to_vec(),
            tried: vec![vec![None; technicians.len()]; jobs.len()],
            open,
        };
        for technician in 0..technicians.len() {
            work.try_all(technician);
        }
        work
    }

    /// Tries every open job on one technician's route.
    fn try_all(&mut self, index: usize) {
        let technician = &self.routes[index];
        let route = Route::new(technician, self.scene.travel, self.scene.now, Absences::Kept);
        let today = technician.shift.map_or(self.scene.now, |shift| shift.from.max(self.scene.now));
        for &job in &self.open {
            let found = rules::may(&self.jobs[job].0, technician, today.day(self.scene.zone))
                .then(|| route.best(&self.stops[job], self.scene.travel, self.scene.now).ok())
                .flatten()
                .filter(|trial| self.allowed(job, trial));
            self.tried[job][index] = found;
        }
    }

    fn allowed(&self, job: usize, trial: &Trial) -> bool {
        let job = &self.jobs[job].0;
        let in_time = job.wish.is_none_or(|wish| trial.step.start <= wish.to)
            && job.arrive_by.is_none_or(|due| trial.step.arrive <= due);
        self.lateness == Lateness::Dear || (trial.broken == 0 && in_time)
    }

    /// The open job with the greatest loss, and its best technician.
    fn most_to_lose(&self) -> Option<(usize, usize)> {
        let scored = self.open.iter().filter_map(|&job| {
            let (technician, best, second) = self.two_best(job)?;
            let urgency = priority_weight(self.jobs[job].0.priority);
            let loss = second.map_or(ONLY_ONE, |second| second - best).saturating_mul(urgency);
            Some(((Reverse(loss), Reverse(urgency), best), job, technician))
        });
        // `min_by_key` keeps the first of equals, and `open` is in the order of ids.
        scored.min_by_key(|(key, _, _)| *key).map(|(_, job, technician)| (job, technician))
    }

    fn two_best(&self, job: usize) -> Option<(usize, i64, Option<i64>)> {
        let mut costs: Vec<(i64, TechnicianId, usize)> = self.tried[job]
            .iter()
            .enumerate()
            .filter_map(|(index, trial)| {
                let id = self.routes[index].id;
                let again = i64::from(self.jobs[job].0.declined.contains(&id)) * ASK_AGAIN;
                trial.map(|trial| (trial.cost + again, id, index))
            })
            .collect();
        costs.sort_unstable();
        let first = costs.first()?;
        Some((first.2, first.0, costs.get(1).map(|second| second.0)))
    }

    fn assign(&mut self, job: usize, technician: usize) -> Option<Assignment> {
        let trial = self.tried[job][technician]?;
        let order = &self.jobs[job].0;
        let stop = self.stops[job].clone();
        self.routes[technician] = insert_at(&self.routes[technician], order, stop, trial.position);
        self.open.retain(|&open| open != job);
        self.try_all(technician);
        Some(Assignment {
            work_order_id: order.work_order,
            technician_id: self.routes[technician].id,
            position: trial.position,
            start: trial.step.start,
        })
    }

    /// Counts the first rule that each technician fails; who passes all of them has no time.
    fn why_not(&self, job: usize) -> Unassigned {
        let order = &self.jobs[job].0;
        let day = self.scene.now.day(self.scene.zone);
        if let Some(later) = order.wish.map(|wish| wish.from.day(self.scene.zone)).filter(|later| *later > day) {
            return Unassigned {
                work_order_id: order.work_order,
                reason_code: "other_day".into(),
                ja: format!("{later}のご希望です。手配できるのは{later}からです").into(),
                en: format!("Wished for {later}; it can be planned from {later} on").into(),
            };
        }
        let (code, ja, en) = in_the_way(order, &self.routes, day);
        Unassigned { work_order_id: order.work_order, reason_code: code.into(), ja: ja.into(), en: en.into() }
    }
}

/// What stands in the way of a job that nobody can take: its code, and the sentence in Japanese and English.
pub(crate) fn in_the_way(
    job: &Job,
    technicians: &[TechnicianState],
    day: NaiveDate,
) -> (&'static str, &'static str, &'static str) {
    let mut failures: BTreeMap<RuleName, u32> = BTreeMap::new();
    for technician in technicians {
        let first = rules::of_person(job, technician, day)
            .into_iter()
            .chain(rules::of_load(job, technician))
            .find(|finding| !finding.passed());
        *failures.entry(first.map_or(RuleName::Shift, |finding| finding.rule())).or_default() += 1;
    }
    // Who could do it but has no time is the nearest to a way out: that reason counts before all others.
    let time = failures.contains_key(&RuleName::Shift).then_some(RuleName::Shift);
    let most = || failures.iter().max_by_key(|(rule, count)| (**count, Reverse(**rule))).map(|(rule, _)| *rule);
    reason(time.or_else(most))
}

fn reason(rule: Option<RuleName>) -> (&'static str, &'static str, &'static str) {
    match rule {
        None => ("nobody", "技術員がいません", "There is no technician"),
        Some(RuleName::Skill) => ("skill", "必要なスキルを持つ技術員がいません", "Nobody has the skill"),
        Some(RuleName::Qualification) => {
            ("qualification", "有効な資格を持つ技術員がいません", "Nobody holds the valid qualification")
        }
        Some(RuleName::Shift | RuleName::Absence) => {
            ("time", "対応できる技術員の時間に空きがありません", "Those who could do it have no time left")
        }
        Some(RuleName::Territory) => ("territory", "このエリアの技術員がいません", "Nobody serves the territory"),
        Some(RuleName::MaxJobs) => ("max_jobs", "技術員の件数が上限です", "Everybody has his jobs for the day"),
        Some(RuleName::Parts) => ("parts", "部品を積んだ技術員がいません", "Nobody has the parts on the van"),
        Some(RuleName::Excluded) => ("excluded", "お客様の希望で対象外です", "The customer asked for others"),
    }
}
