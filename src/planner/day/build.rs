//! From the file to dense numbers. Whatever cannot be planned is named with a reason and left aside; the rest of the day
//! is planned. A job that can be read but that nobody can do stays in the model and is reported too.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::insertion::alone;
use super::items::{Reason, job, technician};
use super::model::{Job, Model, Technician};
use super::roads::Roads;
use super::rules::TIME_MAX;
use super::rules::fairness::{Fairness, WEIGHT_MAX};
use super::rules::lateness::Lateness;
use super::together::Ties;
use super::travel::Travel;
use super::who::Who;
use super::wire::{self, CREW_MAX, Item, Note, Unread};

/// A day ready to be planned.
#[derive(Debug, Clone)]
pub struct Day {
    pub model: Model,
    /// Id of each job of the model.
    pub job_ids: Vec<String>,
    /// Id of each technician of the model.
    pub technician_ids: Vec<String>,
    /// Ids of jobs of the file that are not in the model.
    pub set_aside: Vec<String>,
    /// What is not planned, or may not be, and why.
    pub notes: Vec<Note>,
    /// Crews, and jobs that follow others.
    pub ties: Ties,
}

/// The file as a whole cannot be planned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadProblem {
    #[error("the format is {0:?}, not {expected:?}", expected = wire::PROBLEM_FORMAT)]
    Format(String),
    #[error("planar travel divides by zero")]
    ZeroDenominator,
    #[error("travel.{what} has {found} entries for {places} places")]
    PlaceList { what: &'static str, found: usize, places: usize },
    #[error("travel has {0} places; a running day holds {PLACES_MAX}: give it only the places of the day")]
    Places(usize),
}

/// Most jobs of a day: the travel table of so many places takes half a gigabyte.
pub const JOBS_MAX: usize = 8_000;
/// Most places of a running day, where every place may be needed later.
pub const PLACES_MAX: usize = 12_000;

/// What was read of a problem, before the model of one planning is made of it.
#[derive(Debug, Clone)]
pub struct Base {
    pub jobs: Vec<Job>,
    pub technicians: Vec<Technician>,
    pub travel: Arc<Travel>,
    pub overtime_weight: i64,
    pub job_ids: Vec<String>,
    pub technician_ids: Vec<String>,
    set_aside: Vec<String>,
    notes: Vec<Note>,
    who: Who,
}

/// Reads a problem into a model. `workers` threads share the work on tables.
pub fn build(problem: &wire::Problem, workers: usize) -> Result<Day, BadProblem> {
    let Base { jobs, technicians, travel, overtime_weight, mut job_ids, technician_ids, set_aside, mut notes, .. } =
        base(problem, workers, false)?;
    let mut jobs: Vec<Job> = jobs.into_iter().map(hard).collect();
    let ties = Ties::read(problem, &mut job_ids, &mut jobs, &mut notes);
    let mut model = Model::new(jobs, technicians, travel, overtime_weight, workers);
    model.move_cost = problem.objective.told_cost.unwrap_or(900).clamp(0, 1 << 24);
    model.fairness = fairness(problem, &model);
    let told: BTreeSet<&str> = notes.iter().map(|note| note.item.as_str()).collect();
    let hopeless = hopeless(&model, &job_ids[..ties.jobs]).into_iter().filter(|n| !told.contains(n.item.as_str()));
    let hopeless: Vec<Note> = hopeless.collect();
    notes.extend(hopeless);
    Ok(Day { model, job_ids, technician_ids, set_aside, notes, ties })
}

/// On a day that is being planned windows are hard; only a due time within them can be missed.
fn hard(job: Job) -> Job {
    let lateness = if job.lateness.due < job.windows.last() { job.lateness } else { Lateness::NONE };
    Job { lateness, ..job }
}

/// The fair shares: service of every job of the file that can be read, by length of shift.
fn fairness(problem: &wire::Problem, model: &Model) -> Fairness {
    let weight = problem.objective.fairness_weight.unwrap_or(0).clamp(0, WEIGHT_MAX);
    let read = problem.jobs.iter().filter_map(|j| j.0.as_ref().ok());
    let service = read.map(|j| j.service.clamp(0, i64::from(TIME_MAX)) * j.crew.unwrap_or(1).clamp(1, CREW_MAX)).sum();
    let shifts: Vec<i64> = model.technicians.iter().map(|t| i64::from(t.shift.end - t.shift.start)).collect();
    Fairness::new(weight, service, &shifts)
}

/// Reads the items of a problem. `later` says that jobs may come in at places where nobody has been yet.
pub fn base(problem: &wire::Problem, workers: usize, later: bool) -> Result<Base, BadProblem> {
    if problem.format != wire::PROBLEM_FORMAT {
        return Err(BadProblem::Format(problem.format.clone()));
    }
    let (mut notes, mut set_aside) = (Vec::new(), Vec::new());
    let roads = Roads::new(&problem.travel, &mut notes)?;
    let places = roads.places();
    if later && places > PLACES_MAX {
        return Err(BadProblem::Places(places));
    }
    let techs = sift(&problem.technicians, "technician", &mut notes, &mut Vec::new(), |t| {
        technician(t, places).map(|x| (x, t))
    });
    let (technician_ids, techs): (_, Vec<_>) = techs.into_iter().unzip();
    let (mut technicians, read): (Vec<_>, Vec<&wire::Technician>) = techs.into_iter().unzip();
    let mut who = Who::new(read.iter().copied(), &problem.objective, problem.date);
    notes.extend(undated(&read, problem));
    let read = |j: &wire::Job| {
        job(j, places)
            .map(|x| if later { alone_only(with_people(x, j, &mut who), j) } else { with_people(x, j, &mut who) })
    };
    let mut jobs = sift(&problem.jobs, "job", &mut notes, &mut set_aside, read);
    keep_dearest(&mut jobs, &mut notes, &mut set_aside);
    let (job_ids, mut jobs): (_, Vec<_>) = jobs.into_iter().unzip();
    let used = if later { (0..places as u32).collect() } else { renumber(&mut jobs, &mut technicians, places) };
    let travel = Arc::new(Travel::new(used.len(), workers, |i, j| roads.seconds(used[i] as usize, used[j] as usize)));
    let overtime_weight = problem.objective.overtime_weight.unwrap_or(1).clamp(0, 1 << 24);
    Ok(Base { jobs, technicians, travel, overtime_weight, job_ids, technician_ids, set_aside, notes, who })
}

/// Sets the jobs aside that are too many: those whose omission costs least, of equals the later ones.
fn keep_dearest(jobs: &mut Vec<(String, Job)>, notes: &mut Vec<Note>, aside: &mut Vec<String>) {
    if jobs.len() <= JOBS_MAX {
        return;
    }
    let mut order: Vec<usize> = (0..jobs.len()).collect();
    order.sort_by_key(|k| (-jobs[*k].1.penalty, *k));
    let mut keep = vec![false; jobs.len()];
    order[..JOBS_MAX].iter().for_each(|k| keep[*k] = true);
    let reason = format!("a day holds {JOBS_MAX} jobs and others cost more to leave out; plan it on a day of its own");
    let mut kept = keep.iter();
    jobs.retain(|(id, _)| {
        let keep = kept.next().is_some_and(|k| *k);
        if !keep {
            aside.push(id.clone());
            notes.push(Note { item: id.clone(), code: "too_many".to_owned(), reason: reason.clone() });
        }
        keep
    });
}

/// Numbers the places that jobs and technicians use without gaps. Returns them in the new order.
fn renumber(jobs: &mut [Job], technicians: &mut [Technician], places: usize) -> Vec<u32> {
    let mut number = vec![u32::MAX; places];
    let mut used = Vec::new();
    let mut dense = |place: &mut u32| {
        let entry = &mut number[*place as usize];
        if *entry == u32::MAX {
            *entry = used.len() as u32;
            used.push(*place);
        }
        *place = *entry;
    };
    jobs.iter_mut().for_each(|j| dense(&mut j.place));
    technicians.iter_mut().for_each(|t| [&mut t.start, &mut t.end].into_iter().for_each(&mut dense));
    used
}

impl Base {
    /// Takes in one more job. False if it cannot be planned.
    pub fn add(&mut self, new: &wire::Job) -> bool {
        let Ok(read) = job(new, self.travel.places()) else { return false };
        self.jobs.push(alone_only(with_people(read, new, &mut self.who), new));
        self.job_ids.push(new.id.clone());
        true
    }
}

/// The job with who may do it, at what price.
fn with_people(read: Job, job: &wire::Job, who: &mut Who) -> Job {
    let may = who.may(job);
    let told = job.told.as_ref().and_then(|told| told.tech.as_deref());
    Job { before: told.and_then(|id| who.number(id)), able: may.able, wishes: may.wishes, ..read }
}

/// A running day knows neither crews nor order: such a job is nobody's there.
fn alone_only(read: Job, job: &wire::Job) -> Job {
    let tied = job.crew.unwrap_or(1) > 1 || job.after.is_some();
    if tied { Job { able: Box::default(), ..read } } else { read }
}

/// Qualifications end on a day, but which day it is, the file does not say.
fn undated(technicians: &[&wire::Technician], problem: &wire::Problem) -> Option<Note> {
    let ends = technicians.iter().flat_map(|t| &t.qualifications).any(|q| q.until.is_some());
    (ends && problem.date.is_none()).then(|| Note {
        item: "date".to_owned(),
        code: "no_date".to_owned(),
        reason: "without the day's date every qualification that ends counts as ended; write date".to_owned(),
    })
}

/// Reads each item; those that fail, or whose id was seen before, go to the notes.
fn sift<'a, T: Named, R>(
    items: &'a [Item<T>],
    kind: &str,
    notes: &mut Vec<Note>,
    aside: &mut Vec<String>,
    mut read: impl FnMut(&'a T) -> Result<R, Reason>,
) -> Vec<(String, R)> {
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for (k, item) in items.iter().enumerate() {
        let (id, result) = match &item.0 {
            Err(Unread { id, why }) => (id.clone(), Err(("unreadable", why.clone()))),
            Ok(t) if seen.contains(t.id()) => (None, Err(("duplicate", format!("the id {} came before", t.id())))),
            Ok(t) => (Some(t.id().to_owned()), read(t)),
        };
        seen.extend(id.clone());
        match (id, result) {
            (Some(id), Ok(read)) => out.push((id, read)),
            (_, Ok(_)) => {}
            (id, Err((code, reason))) => {
                aside.extend(id.clone());
                let item = id.unwrap_or_else(|| format!("{kind} no. {}", k + 1));
                notes.push(Note { item, code: code.to_owned(), reason });
            }
        }
    }
    out
}

trait Named {
    fn id(&self) -> &str;
}

impl Named for wire::Job {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Named for wire::Technician {
    fn id(&self) -> &str {
        &self.id
    }
}

/// Jobs that no technician could do even if it were his only one.
fn hopeless(model: &Model, ids: &[String]) -> Vec<Note> {
    let mut notes = Vec::new();
    for (j, id) in ids.iter().enumerate() {
        let able = &model.jobs[j].able;
        let note =
            |code: &str, reason: &str| Note { item: id.clone(), code: code.to_owned(), reason: reason.to_owned() };
        if able.is_empty() {
            let why = "no technician who works today has its skills and qualifications, is allowed and is not excluded";
            notes.push(note("nobody_able", why));
        } else if !able.iter().any(|t| alone(model, *t, j as u32).is_some()) {
            notes.push(note(
                "nobody_in_time",
                "no able technician can start in a window, carry the parts and be home in time",
            ));
        }
    }
    notes
}
