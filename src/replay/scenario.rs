//! The file formats `fsd-scenario/1` (a working day) and `fsd-problem/1` (a plan to make), as they are read. Fields
//! that nobody here needs are ignored, as the formats demand.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::path::Path;

use serde::de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::limits;

/// What `format` says of a working day.
pub const SCENARIO_FORMAT: &str = "fsd-scenario/1";
/// What `format` says of a single plan to make.
pub const PROBLEM_FORMAT: &str = "fsd-problem/1";

/// The file cannot be used; says where and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub struct BadScenario {
    /// Such as `problem.jobs[3].windows[0]`; the place in the text when it is no JSON.
    pub path: String,
    pub why: String,
}

impl BadScenario {
    pub fn new(path: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self { path: path.to_string(), why: why.to_string() }
    }
}

/// A whole day. All times are seconds from midnight, all travel is in seconds.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub name: String,
    pub travel: TravelSpec,
    pub jobs: Vec<JobSpec>,
    pub technicians: Vec<TechnicianSpec>,
    /// Jobs that are known when the day begins.
    pub known: Vec<String>,
    pub events: Vec<EventSpec>,
    /// How long the work really takes; nobody who plans knows it.
    pub actual_service: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TravelSpec {
    /// A row is where a trip starts.
    Explicit {
        durations: Vec<Vec<Cell>>,
    },
    Planar(Planar),
}

/// Places on a plane. See [`super::travel::planar`] for the formula.
#[derive(Debug, Clone, Deserialize)]
pub struct Planar {
    pub coords: Vec<Vec<Cell>>,
    pub num: i64,
    pub den: i64,
    pub access: Option<Vec<i64>>,
    pub climb: Option<Vec<i64>>,
}

/// One number of a matrix; none where something else stands, so that the fault can be told with its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell(pub Option<f64>);

#[derive(Debug, Clone, Deserialize)]
pub struct JobSpec {
    pub id: String,
    pub loc: usize,
    pub service: i64,
    #[serde(default)]
    pub windows: Vec<(i64, i64)>,
    #[serde(default)]
    pub skills: Vec<String>,
    #[serde(default = "lowest")]
    pub priority: u8,
    #[serde(default)]
    pub demand: Option<Vec<u32>>,
    #[serde(default)]
    pub fault: bool,
}

fn lowest() -> u8 {
    1
}

#[derive(Debug, Clone, Deserialize)]
pub struct TechnicianSpec {
    pub id: String,
    pub start: usize,
    pub shift: (i64, i64),
    #[serde(default)]
    pub overtime_max: i64,
    #[serde(default)]
    pub skills: Vec<String>,
    pub capacity: Option<Vec<u32>>,
    pub max_jobs: Option<u32>,
    #[serde(rename = "break")]
    pub rest: Option<RestSpec>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct RestSpec {
    pub duration: i64,
    /// In which it must begin.
    pub window: (i64, i64),
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum EventSpec {
    JobNew { t: i64, job: String },
    JobCancel { t: i64, job: String },
    TechDown { t: i64, tech: String },
    TechUp { t: i64, tech: String },
}

#[derive(Deserialize)]
struct RawScenario {
    format: String,
    name: Option<String>,
    problem: RawProblem,
    known: Vec<String>,
    events: Vec<Value>,
    #[serde(default)]
    actual_service: BTreeMap<String, i64>,
}

#[derive(Deserialize)]
struct RawProblem {
    format: Option<String>,
    name: Option<String>,
    travel: TravelSpec,
    jobs: Vec<Value>,
    technicians: Vec<Value>,
}

#[derive(Deserialize)]
struct Format {
    format: String,
}

/// Reads a file, packed or plain.
pub fn read(path: &Path) -> anyhow::Result<Scenario> {
    use anyhow::Context;
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let text = unpack(&bytes).with_context(|| format!("cannot unpack {shown}"))?;
    parse(&text).with_context(|| format!("{shown} is no working day"))
}

/// The text of a file that may be gzipped.
fn unpack(bytes: &[u8]) -> anyhow::Result<String> {
    let mut text = String::new();
    let limit = limits::FILE_BYTES_MAX + 1;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        flate2::read::MultiGzDecoder::new(bytes).take(limit).read_to_string(&mut text)?;
    } else {
        bytes.take(limit).read_to_string(&mut text)?;
    }
    anyhow::ensure!(text.len() as u64 <= limits::FILE_BYTES_MAX, "more than {} bytes", limits::FILE_BYTES_MAX);
    Ok(text)
}

/// Reads a day. Of a plain problem every job is known from the start and takes as long as planned.
pub fn parse(text: &str) -> Result<Scenario, BadScenario> {
    let Format { format } = from_text(text)?;
    match format.as_str() {
        SCENARIO_FORMAT => scenario(from_text(text)?),
        PROBLEM_FORMAT => problem(from_text(text)?),
        other => {
            Err(BadScenario::new("format", format!("“{other}” is neither {SCENARIO_FORMAT} nor {PROBLEM_FORMAT}")))
        }
    }
}

fn from_text<T: DeserializeOwned>(text: &str) -> Result<T, BadScenario> {
    serde_json::from_str(text)
        .map_err(|error| BadScenario::new(format!("line {} column {}", error.line(), error.column()), error))
}

fn scenario(raw: RawScenario) -> Result<Scenario, BadScenario> {
    debug_assert_eq!(raw.format, SCENARIO_FORMAT);
    let jobs = each("problem.jobs", raw.problem.jobs)?;
    Ok(Scenario {
        name: raw.name.or(raw.problem.name).unwrap_or_default(),
        travel: raw.problem.travel,
        jobs,
        technicians: each("problem.technicians", raw.problem.technicians)?,
        known: raw.known,
        events: each("events", raw.events)?,
        actual_service: raw.actual_service,
    })
}

fn problem(raw: RawProblem) -> Result<Scenario, BadScenario> {
    debug_assert_eq!(raw.format.as_deref(), Some(PROBLEM_FORMAT));
    let jobs: Vec<JobSpec> = each("jobs", raw.jobs)?;
    Ok(Scenario {
        name: raw.name.unwrap_or_default(),
        travel: raw.travel,
        known: jobs.iter().map(|job| job.id.clone()).collect(),
        jobs,
        technicians: each("technicians", raw.technicians)?,
        events: Vec::new(),
        actual_service: BTreeMap::new(),
    })
}

/// Reads each entry of a list by itself, so that a fault names its entry.
fn each<T: DeserializeOwned>(list: &str, entries: Vec<Value>) -> Result<Vec<T>, BadScenario> {
    let read = |(index, entry)| T::deserialize(entry).map_err(|why| BadScenario::new(format!("{list}[{index}]"), why));
    entries.into_iter().enumerate().map(read).collect()
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor).map(Cell)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Option<f64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }
    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number as f64))
    }
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(number as f64))
    }
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}
