//! From the file to dense numbers. Whatever cannot be planned is named with a reason and left aside; the rest of the day
//! is planned. A job that can be read but that nobody can do stays in the model and is reported too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::insertion::alone;
use super::items::{Reason, job, technician};
use super::model::{Job, Model, Technician};
use super::rules::lateness::Lateness;
use super::travel::Travel;
use super::wire::{self, Item, Note, Unread};

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
}

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
    held: Vec<BTreeSet<String>>,
}

/// Reads a problem into a model. `workers` threads share the work on tables.
pub fn build(problem: &wire::Problem, workers: usize) -> Result<Day, BadProblem> {
    let Base { jobs, technicians, travel, overtime_weight, job_ids, technician_ids, set_aside, mut notes, .. } =
        base(problem, workers)?;
    let jobs = jobs.into_iter().map(|j| Job { lateness: Lateness::NONE, ..j }).collect();
    let model = Model::new(jobs, technicians, travel, overtime_weight, workers);
    notes.extend(hopeless(&model, &job_ids));
    Ok(Day { model, job_ids, technician_ids, set_aside, notes })
}

/// Reads the items of a problem.
pub fn base(problem: &wire::Problem, workers: usize) -> Result<Base, BadProblem> {
    if problem.format != wire::PROBLEM_FORMAT {
        return Err(BadProblem::Format(problem.format.clone()));
    }
    let mut notes = Vec::new();
    let mut set_aside = Vec::new();
    let travel = travel_table(&problem.travel, workers, &mut notes)?;
    let places = travel.places();
    let techs = sift(&problem.technicians, "technician", &mut notes, &mut Vec::new(), |t| {
        technician(t, places).map(|x| (x, skills(&t.skills)))
    });
    let mut technician_ids = Vec::new();
    let mut technicians = Vec::new();
    let mut held = Vec::new();
    for (id, (tech, skills)) in techs {
        technician_ids.push(id);
        technicians.push(tech);
        held.push(skills);
    }
    let mut who = Able { held: &held, known: BTreeMap::new() };
    let read = |j: &wire::Job| job(j, places).map(|x| Job { able: who.holding(&skills(&j.skills)), ..x });
    let (job_ids, jobs) = sift(&problem.jobs, "job", &mut notes, &mut set_aside, read).into_iter().unzip();
    let overtime_weight = problem.objective.overtime_weight.unwrap_or(1).clamp(0, 1 << 24);
    let travel = Arc::new(travel);
    Ok(Base { jobs, technicians, travel, overtime_weight, job_ids, technician_ids, set_aside, notes, held })
}

impl Base {
    /// Takes in one more job. False if it cannot be planned.
    pub fn add(&mut self, new: &wire::Job) -> bool {
        let Ok(read) = job(new, self.travel.places()) else { return false };
        let able = Able { held: &self.held, known: BTreeMap::new() }.holding(&skills(&new.skills));
        self.jobs.push(Job { able, ..read });
        self.job_ids.push(new.id.clone());
        true
    }
}

fn skills(of: &Option<Vec<String>>) -> BTreeSet<String> {
    of.iter().flatten().cloned().collect()
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

/// Who holds a set of skills; the same sets come again and again.
struct Able<'a> {
    held: &'a [BTreeSet<String>],
    known: BTreeMap<BTreeSet<String>, Box<[u32]>>,
}

impl Able<'_> {
    fn holding(&mut self, needed: &BTreeSet<String>) -> Box<[u32]> {
        if let Some(able) = self.known.get(needed) {
            return able.clone();
        }
        let able: Box<[u32]> =
            (0..self.held.len() as u32).filter(|t| needed.is_subset(&self.held[*t as usize])).collect();
        self.known.insert(needed.clone(), able.clone());
        able
    }
}

fn travel_table(travel: &wire::Travel, workers: usize, notes: &mut Vec<Note>) -> Result<Travel, BadProblem> {
    match travel {
        wire::Travel::Explicit { durations } => {
            let places = durations.iter().map(Vec::len).max().unwrap_or(0).max(durations.len());
            let cell =
                |i: usize, j: usize| durations.get(i).and_then(|row| row.get(j)).and_then(|c| c.0).filter(|s| *s >= 0);
            let mut holes = 0usize;
            for i in 0..places {
                let row = durations.get(i).map_or(&[][..], Vec::as_slice);
                let whole = row.len() == places && row.iter().all(|c| c.0.is_some_and(|s| s >= 0));
                if !whole {
                    holes += (0..places).filter(|j| *j != i && cell(i, *j).is_none()).count();
                }
            }
            if holes > 0 {
                let reason = format!("{holes} pairs of places have no travel time and count as no road");
                notes.push(Note { item: "travel".to_owned(), code: "holes".to_owned(), reason });
            }
            Ok(Travel::new(places, workers, |i, j| cell(i, j).unwrap_or(-1)))
        }
        wire::Travel::Planar { coords, num, den, access, climb } => {
            if *den == 0.0 {
                return Err(BadProblem::ZeroDenominator);
            }
            let list = |what: &'static str, of: &Option<Vec<i64>>| match of {
                None => Ok(vec![0; coords.len()]),
                Some(v) if v.len() == coords.len() => Ok(v.clone()),
                Some(v) => Err(BadProblem::PlaceList { what, found: v.len(), places: coords.len() }),
            };
            let (access, climb) = (list("access", access)?, list("climb", climb)?);
            Ok(Travel::new(coords.len(), workers, |i, j| {
                let (dx, dy) = (coords[i].0 - coords[j].0, coords[i].1 - coords[j].1);
                let base = ((dx * dx + dy * dy).sqrt() * num / den).floor() as i64;
                base + access[j] + (climb[j] - climb[i]).max(0)
            }))
        }
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
            notes.push(note("nobody_able", "no technician holds every skill that it needs"));
        } else if !able.iter().any(|t| alone(model, *t, j as u32).is_some()) {
            notes.push(note(
                "nobody_in_time",
                "no able technician can start in a window, carry the parts and be home in time",
            ));
        }
    }
    notes
}
