//! A checked day: what the scenario says, with references resolved. Seconds from midnight throughout.

use std::collections::{BTreeMap, BTreeSet};

use super::limits;
use super::places;
use super::scenario::{BadScenario, EventSpec, JobSpec, Scenario, TechnicianSpec, TravelSpec};
use super::travel::{self, Matrix};
use crate::domain::place::Position;
use crate::roads::{BadTable, GreatCircle, TableTravel};

#[derive(Debug, Clone)]
pub struct Day {
    pub name: String,
    pub travel: Matrix,
    /// One for each place, no two on one spot.
    pub places: Vec<Position>,
    pub jobs: Vec<DayJob>,
    pub technicians: Vec<DayTechnician>,
    /// In order of time.
    pub happenings: Vec<Happening>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayJob {
    pub id: String,
    pub place: usize,
    /// What is planned for the work.
    pub service_s: i64,
    /// What it really takes.
    pub actual_s: i64,
    /// Start of work; ascending and apart. Empty: at any time.
    pub windows: Vec<(i64, i64)>,
    /// All are needed; sorted.
    pub skills: Vec<String>,
    /// 1 (can wait) to 4 (most urgent), as in the file.
    pub urgency: u8,
    pub demand: Vec<u32>,
    /// Known when the day begins.
    pub known: bool,
    /// It came as a fault with a time to arrive, not as a planned visit.
    pub fault: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayTechnician {
    pub id: String,
    /// Where his day begins. The file may name another place for its end; homes here have one place.
    pub home: usize,
    pub shift: (i64, i64),
    pub overtime_s: i64,
    pub skills: BTreeSet<String>,
    /// Parts on the van; none means that nothing is counted.
    pub capacity: Option<Vec<u32>>,
    pub max_jobs: Option<u32>,
    /// Length of the break and the window in which it begins.
    pub rest: Option<(i64, (i64, i64))>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happening {
    pub at_s: i64,
    pub what: What,
}

/// Jobs and technicians by their index in the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    Called(usize),
    Cancelled(usize),
    Down(usize),
    Up(usize),
}

impl Day {
    pub fn of(scenario: &Scenario) -> Result<Self, BadScenario> {
        counts(scenario)?;
        let travel = travel::matrix("problem.travel", &scenario.travel)?;
        let places = match &scenario.travel {
            TravelSpec::Explicit { .. } => places::of_table(&travel),
            TravelSpec::Planar(planar) => {
                let coords = travel::coordinates("problem.travel.coords", planar)?;
                places::of_plane(&coords, planar.num as f64 / planar.den as f64)
            }
        };
        let technicians = technicians(&scenario.technicians, travel.size())?;
        let jobs = jobs(scenario, travel.size())?;
        let happenings = happenings(scenario, &jobs, &technicians)?;
        Ok(Self { name: scenario.name.clone(), travel, places, jobs, technicians, happenings })
    }

    /// The roads of this day for the planner and the arrival times; off its places the great circle answers.
    pub fn roads(&self) -> Result<TableTravel, BadTable> {
        TableTravel::new(&self.places, &self.travel.rows(), GreatCircle::CITY)
    }

    /// When the first shift begins or the first call comes: the day is replayed from here.
    pub fn opens_s(&self) -> i64 {
        let shifts = self.technicians.iter().map(|technician| technician.shift.0);
        shifts.chain(self.happenings.iter().map(|happening| happening.at_s)).min().unwrap_or(0)
    }

    /// When the last technician must be home.
    pub fn closes_s(&self) -> i64 {
        let ends = self.technicians.iter().map(|technician| technician.shift.1 + technician.overtime_s);
        ends.max().unwrap_or(0)
    }
}

fn counts(scenario: &Scenario) -> Result<(), BadScenario> {
    let lists = [
        ("problem.jobs", scenario.jobs.len(), limits::JOBS_MAX),
        ("problem.technicians", scenario.technicians.len(), limits::TECHNICIANS_MAX),
        ("events", scenario.events.len(), limits::EVENTS_MAX),
    ];
    for (path, count, max) in lists {
        if count > max {
            return Err(BadScenario::new(path, format!("{count} entries are more than the {max} allowed")));
        }
    }
    if scenario.technicians.is_empty() {
        return Err(BadScenario::new("problem.technicians", "there is no technician"));
    }
    Ok(())
}

fn place(path: &str, index: usize, size: usize) -> Result<usize, BadScenario> {
    let known = (index < size).then_some(index);
    known.ok_or_else(|| BadScenario::new(path, format!("there are {size} places and no place {index}")))
}

fn span(path: &str, (from, to): (i64, i64)) -> Result<(i64, i64), BadScenario> {
    let fits = 0 <= from && from <= to && to <= limits::DAY_S;
    let why = || format!("[{from}, {to}] is no span of one day (0 to {} s)", limits::DAY_S);
    if fits { Ok((from, to)) } else { Err(BadScenario::new(path, why())) }
}

fn unique<'a>(list: &str, ids: impl Iterator<Item = &'a String>) -> Result<BTreeMap<&'a str, usize>, BadScenario> {
    let mut known = BTreeMap::new();
    for (index, id) in ids.enumerate() {
        if known.insert(id.as_str(), index).is_some() {
            return Err(BadScenario::new(format!("{list}[{index}].id"), format!("“{id}” is there twice")));
        }
    }
    Ok(known)
}

fn jobs(scenario: &Scenario, size: usize) -> Result<Vec<DayJob>, BadScenario> {
    let known_ids = unique("problem.jobs", scenario.jobs.iter().map(|job| &job.id))?;
    let mut known = BTreeSet::new();
    for (index, id) in scenario.known.iter().enumerate() {
        let unknown = || BadScenario::new(format!("known[{index}]"), format!("there is no job “{id}”"));
        known.insert(*known_ids.get(id.as_str()).ok_or_else(unknown)?);
    }
    let read = |(index, spec): (usize, &JobSpec)| {
        let path = format!("problem.jobs[{index}]");
        let actual = scenario.actual_service.get(&spec.id).copied().unwrap_or(spec.service);
        job(&path, spec, actual, size, known.contains(&index))
    };
    scenario.jobs.iter().enumerate().map(read).collect()
}

fn job(path: &str, spec: &JobSpec, actual_s: i64, size: usize, known: bool) -> Result<DayJob, BadScenario> {
    for (field, seconds) in [("service", spec.service), ("actual_service", actual_s)] {
        if !(0..=limits::SPAN_S_MAX).contains(&seconds) {
            return Err(BadScenario::new(format!("{path}.{field}"), format!("{seconds} s is no working time")));
        }
    }
    if spec.windows.len() > limits::WINDOWS_MAX || spec.skills.len() > limits::SKILLS_MAX {
        return Err(BadScenario::new(path, "too many windows or skills"));
    }
    let mut windows = Vec::with_capacity(spec.windows.len());
    for (index, window) in spec.windows.iter().enumerate() {
        let at = format!("{path}.windows[{index}]");
        let window = span(&at, *window)?;
        if windows.last().is_some_and(|before: &(i64, i64)| before.1 >= window.0) {
            return Err(BadScenario::new(at, "begins before the one in front of it has ended"));
        }
        windows.push(window);
    }
    let skills: BTreeSet<String> = spec.skills.iter().cloned().collect();
    Ok(DayJob {
        id: spec.id.clone(),
        place: place(&format!("{path}.loc"), spec.loc, size)?,
        service_s: spec.service,
        actual_s,
        windows,
        skills: skills.into_iter().collect(),
        urgency: spec.priority.clamp(1, 4),
        demand: spec.demand.clone().unwrap_or_default(),
        known,
        fault: spec.fault,
    })
}

fn technicians(specs: &[TechnicianSpec], size: usize) -> Result<Vec<DayTechnician>, BadScenario> {
    unique("problem.technicians", specs.iter().map(|spec| &spec.id))?;
    let read = |(index, spec): (usize, &TechnicianSpec)| {
        let path = format!("problem.technicians[{index}]");
        let shift = span(&format!("{path}.shift"), spec.shift)?;
        let rest = spec.rest.map(|rest| {
            let window = span(&format!("{path}.break.window"), rest.window)?;
            let fits = (1..=limits::DAY_S).contains(&rest.duration);
            fits.then_some((rest.duration, window))
                .ok_or_else(|| BadScenario::new(format!("{path}.break.duration"), "is no length of a break"))
        });
        if !(0..=limits::DAY_S).contains(&spec.overtime_max) {
            return Err(BadScenario::new(format!("{path}.overtime_max"), "is no length of overtime"));
        }
        Ok(DayTechnician {
            id: spec.id.clone(),
            home: place(&format!("{path}.start"), spec.start, size)?,
            shift,
            overtime_s: spec.overtime_max,
            skills: spec.skills.iter().cloned().collect(),
            capacity: spec.capacity.clone(),
            max_jobs: spec.max_jobs,
            rest: rest.transpose()?,
        })
    };
    specs.iter().enumerate().map(read).collect()
}

fn happenings(
    scenario: &Scenario,
    jobs: &[DayJob],
    technicians: &[DayTechnician],
) -> Result<Vec<Happening>, BadScenario> {
    let job_ids: BTreeMap<&str, usize> = jobs.iter().zip(0..).map(|(job, index)| (job.id.as_str(), index)).collect();
    let technician_ids: BTreeMap<&str, usize> =
        technicians.iter().zip(0..).map(|(technician, index)| (technician.id.as_str(), index)).collect();
    let find = |path: String, ids: &BTreeMap<&str, usize>, id: &str| {
        ids.get(id).copied().ok_or_else(|| BadScenario::new(path, format!("“{id}” is not in the problem")))
    };
    let mut happenings = Vec::with_capacity(scenario.events.len());
    let mut called: BTreeSet<usize> =
        jobs.iter().zip(0..).filter(|(job, _)| job.known).map(|(_, index)| index).collect();
    for (index, event) in scenario.events.iter().enumerate() {
        let path = format!("events[{index}]");
        let (at_s, what) = match event {
            EventSpec::JobNew { t, job } => (*t, What::Called(find(path.clone(), &job_ids, job)?)),
            EventSpec::JobCancel { t, job } => (*t, What::Cancelled(find(path.clone(), &job_ids, job)?)),
            EventSpec::TechDown { t, tech } => (*t, What::Down(find(path.clone(), &technician_ids, tech)?)),
            EventSpec::TechUp { t, tech } => (*t, What::Up(find(path.clone(), &technician_ids, tech)?)),
        };
        span(&format!("{path}.t"), (at_s, at_s))?;
        if let What::Called(job) = what
            && !called.insert(job)
        {
            return Err(BadScenario::new(path, format!("job “{}” is known already", jobs[job].id)));
        }
        happenings.push(Happening { at_s, what });
    }
    if let Some(silent) = (0..jobs.len()).find(|index| !called.contains(index)) {
        let why = format!("job “{}” is neither known nor ever called in", jobs[silent].id);
        return Err(BadScenario::new(format!("problem.jobs[{silent}]"), why));
    }
    happenings.sort_by_key(|happening| happening.at_s);
    Ok(happenings)
}
