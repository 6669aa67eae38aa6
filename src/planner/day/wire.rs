//! The file formats `fsd-problem/1` and `fsd-solution/1`. Reading forgives: an item that cannot be understood is set
//! aside with a reason and the rest of the day is planned. Unknown fields are ignored. README.md has the table of the
//! fields that only some days use.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::{self, Deserialize, Deserializer};

/// A whole number of seconds; `null`, a hole or a word in a table reads as `None`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell(pub Option<i64>);

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl de::Visitor<'_> for Visit {
            type Value = Cell;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("seconds or null")
            }
            fn visit_i64<E>(self, v: i64) -> Result<Cell, E> {
                Ok(Cell(Some(v)))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Cell, E> {
                Ok(Cell(i64::try_from(v).ok()))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Cell, E> {
                Ok(Cell(v.is_finite().then(|| v.ceil() as i64)))
            }
            fn visit_str<E>(self, _: &str) -> Result<Cell, E> {
                Ok(Cell(None))
            }
            fn visit_bool<E>(self, _: bool) -> Result<Cell, E> {
                Ok(Cell(None))
            }
            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell(None))
            }
        }
        from.deserialize_any(Visit)
    }
}

/// A row of the table; what is no list reads as a row of holes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row(Vec<Cell>);

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> de::Visitor<'de> for Visit {
            type Value = Row;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a row of seconds")
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut cells: A) -> Result<Row, A::Error> {
                let mut row = Vec::with_capacity(cells.size_hint().unwrap_or(0));
                while let Some(cell) = cells.next_element()? {
                    row.push(cell);
                }
                Ok(Row(row))
            }
            fn visit_str<E>(self, _: &str) -> Result<Row, E> {
                Ok(Row(Vec::new()))
            }
            fn visit_unit<E>(self) -> Result<Row, E> {
                Ok(Row(Vec::new()))
            }
        }
        from.deserialize_any(Visit)
    }
}

fn rows<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<Cell>>, D::Error> {
    Ok(Vec::<Row>::deserialize(from)?.into_iter().map(|row| row.0).collect())
}

/// Places on the plane; what is no place is nowhere, and no road leads there.
fn places<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<(f64, f64)>, D::Error> {
    let places = Vec::<Option<(f64, f64)>>::deserialize(from)?;
    Ok(places.into_iter().map(|p| p.unwrap_or((f64::NAN, f64::NAN))).collect())
}

/// What is no date is none.
fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveDate>, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(value.as_str().and_then(|date| date.parse().ok()))
}

/// An item of a list, or why it could not be read.
#[derive(Debug, Clone)]
pub struct Item<T>(pub Result<T, Unread>);

/// An item that could not be read: its id, as far as it has one, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    pub id: Option<String>,
    pub why: String,
}

impl<'de, T: de::DeserializeOwned> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(from)?;
        let id = value.get("id").and_then(|id| id.as_str()).map(str::to_owned);
        Ok(Self(serde_path_to_error::deserialize(value).map_err(|e| Unread { id, why: e.to_string() })))
    }
}

/// `fsd-problem/1`.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct Problem {
    pub format: String,
    #[serde(default)]
    pub name: Option<String>,
    /// The day that is planned: qualifications must be valid on it.
    #[serde(default, deserialize_with = "date")]
    pub date: Option<NaiveDate>,
    #[serde(default)]
    pub objective: Objective,
    pub travel: Travel,
    pub jobs: Vec<Item<Job>>,
    pub technicians: Vec<Item<Technician>>,
}

#[derive(Debug, Clone, Default, serde::Deserialize)]
pub struct Objective {
    /// Cost of a second of overtime; 1 if absent.
    #[serde(default)]
    pub overtime_weight: Option<i64>,
    /// Cost of another technician than a usual one; 600 if absent.
    #[serde(default)]
    pub usual_cost: Option<i64>,
    /// Cost of a technician of another territory; 1,800 if absent.
    #[serde(default)]
    pub borrow_cost: Option<i64>,
    /// Cost of another technician than the customer was told; 900 if absent.
    #[serde(default)]
    pub told_cost: Option<i64>,
    /// Cost of uneven days; 0 if absent.
    #[serde(default)]
    pub fairness_weight: Option<i64>,
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Travel {
    Explicit {
        #[serde(deserialize_with = "rows")]
        durations: Vec<Vec<Cell>>,
    },
    Planar {
        #[serde(deserialize_with = "places")]
        coords: Vec<(f64, f64)>,
        num: f64,
        den: f64,
        #[serde(default)]
        access: Option<Vec<i64>>,
        #[serde(default)]
        climb: Option<Vec<i64>>,
    },
}

#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Job {
    pub id: String,
    pub loc: usize,
    pub service: i64,
    pub windows: Vec<(i64, i64)>,
    #[serde(default)]
    pub skills: Option<Vec<String>>,
    pub penalty: i64,
    #[serde(default)]
    pub demand: Option<Vec<i64>>,
    #[serde(default)]
    pub release: Option<i64>,
    /// Cost of a second after `due`, or on a running day after the last window if there is no `due`.
    #[serde(default)]
    pub late_weight: Option<i64>,
    /// A start after this is late.
    #[serde(default)]
    pub due: Option<i64>,
    /// 1 to 4, and 4 cannot wait. It gives a `due` without `late_weight` its weight; what is no such number counts as 1.
    #[serde(default)]
    pub priority: serde_json::Value,
    /// Skills that are needed at a level.
    #[serde(default)]
    pub levels: BTreeMap<String, i64>,
    /// Qualifications needed, valid on the day.
    #[serde(default)]
    pub qualifications: Vec<String>,
    /// Technicians whom the customer knows.
    #[serde(default)]
    pub usual: Vec<String>,
    /// Technicians whom the customer does not want: never, or at `excluded_cost` if that is given.
    #[serde(default)]
    pub excluded: Vec<String>,
    #[serde(default)]
    pub excluded_cost: Option<i64>,
    #[serde(default)]
    pub territory: Option<String>,
    /// Only this technician may do it.
    #[serde(default)]
    pub pinned: Option<String>,
    /// It begins at this second, whatever its windows are, and is left out only if it cannot be otherwise.
    #[serde(default)]
    pub frozen: Option<i64>,
    #[serde(default)]
    pub told: Option<Told>,
    /// Technicians who do it together, from the same second on; 1 if absent.
    #[serde(default)]
    pub crew: Option<i64>,
    #[serde(default)]
    pub after: Option<After>,
}

/// The job is done only if another one is, and begins after that ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct After {
    pub job: String,
    /// Least seconds between the end of the other and the begin of this; 0 if absent.
    #[serde(default)]
    pub gap_min: Option<i64>,
    /// Most seconds.
    #[serde(default)]
    pub gap_max: Option<i64>,
}

/// What people were told of a visit.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Told {
    /// Another technician costs `told_cost`.
    #[serde(default)]
    pub tech: Option<String>,
    /// It does not begin before the first, and is late after the second.
    #[serde(default)]
    pub window: Option<(i64, i64)>,
}

#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Technician {
    pub id: String,
    pub start: usize,
    pub end: usize,
    pub shift: (i64, i64),
    #[serde(default)]
    pub overtime_max: Option<i64>,
    #[serde(default)]
    pub skills: Option<Vec<String>>,
    #[serde(default)]
    pub capacity: Option<Vec<i64>>,
    #[serde(default)]
    pub max_jobs: Option<i64>,
    #[serde(default, rename = "break")]
    pub pause: Option<BreakRule>,
    /// Levels of skills; a skill that only `skills` names is held at level 1.
    #[serde(default)]
    pub levels: BTreeMap<String, i64>,
    #[serde(default)]
    pub qualifications: Vec<Qualification>,
    #[serde(default)]
    pub territory: Option<String>,
    /// May he work in other territories? Yes if absent.
    #[serde(default)]
    pub lent: Option<bool>,
}

/// A licence that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Qualification {
    pub name: String,
    /// Its last day; without one it does not end.
    #[serde(default)]
    pub until: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
pub struct BreakRule {
    pub duration: i64,
    pub window: (i64, i64),
}

/// `fsd-solution/1`, with the reasons of what was set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Solution {
    pub format: String,
    pub routes: Vec<RouteOut>,
    pub unserved: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct RouteOut {
    pub tech: String,
    pub stops: Vec<StopOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum StopOut {
    Job {
        job: String,
        /// When the service begins; without it as early as possible.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<i64>,
    },
    Break {
        r#break: bool,
    },
}

/// Why a job or a technician is not planned, or is planned otherwise than asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Note {
    pub item: String,
    /// Stable code for programs.
    pub code: String,
    pub reason: String,
}

/// Cost of leaving a frozen visit out, beside its penalty: more than any day costs.
pub const FROZEN_COST: i64 = 1_000_000_000;
/// Most technicians of a crew.
pub const CREW_MAX: i64 = 4;
/// What the problem file must call itself.
pub const PROBLEM_FORMAT: &str = "fsd-problem/1";
/// What the solution file calls itself.
pub const SOLUTION_FORMAT: &str = "fsd-solution/1";
