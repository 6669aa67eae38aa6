//! The file formats `fsd-problem/1` and `fsd-solution/1`. Reading forgives: an item that cannot be understood is set
//! aside with a reason and the rest of the day is planned. Unknown fields are ignored.

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
    /// Cost of a second after the last window; only a running day may be late.
    #[serde(default)]
    pub late_weight: Option<i64>,
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
    Job { job: String },
    Break { r#break: bool },
}

/// Why a job or a technician is not planned, or is planned otherwise than asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Note {
    pub item: String,
    /// Stable code for programs.
    pub code: String,
    pub reason: String,
}

/// What the problem file must call itself.
pub const PROBLEM_FORMAT: &str = "fsd-problem/1";
/// What the solution file calls itself.
pub const SOLUTION_FORMAT: &str = "fsd-solution/1";
