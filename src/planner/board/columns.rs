//! Who holds what, code by code instead of man by man: a question reads the few columns of its codes.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::planner::problem::{Job, TechnicianState};
use crate::planner::rules::{qualification, skill};

/// One entry for each technician, by his place on the board.
type Column<T> = Vec<Option<T>>;

/// The columns of all codes that somebody on the board holds.
#[derive(Debug, Default)]
pub(super) struct Columns {
    skills: BTreeMap<String, Column<u8>>,
    /// The last day; the latest possible one for a licence without end.
    licences: BTreeMap<String, Column<NaiveDate>>,
    parts: BTreeMap<String, Column<u32>>,
}

fn set<T: Copy>(columns: &mut BTreeMap<String, Column<T>>, code: &str, at: usize, value: Option<T>) {
    let column = match columns.get_mut(code) {
        Some(column) => column,
        None => columns.entry(code.to_owned()).or_default(),
    };
    if column.len() <= at {
        column.resize(at + 1, None);
    }
    column[at] = value;
}

fn clear<T: Copy>(columns: &mut BTreeMap<String, Column<T>>, at: usize) {
    columns.values_mut().filter_map(|column| column.get_mut(at)).for_each(|entry| *entry = None);
}

impl Columns {
    /// Writes what one technician holds, in place of what stood there.
    pub fn write(&mut self, at: usize, state: &TechnicianState) {
        clear(&mut self.skills, at);
        clear(&mut self.licences, at);
        clear(&mut self.parts, at);
        for held in &state.skills {
            set(&mut self.skills, &held.code, at, skill::level(&state.skills, &held.code));
        }
        for held in &state.qualifications {
            set(&mut self.licences, &held.code, at, qualification::lasts(&state.qualifications, &held.code));
        }
        for part in &state.parts {
            set(&mut self.parts, &part.code, at, Some(state.parts_of(&part.code)));
        }
    }

    /// The columns that a job asks for, in the order of its needs.
    pub fn of<'a>(&'a self, job: &Job) -> Needed<'a> {
        Needed {
            skills: job.skills.iter().map(|need| column(&self.skills, &need.code)).collect(),
            licence: job.qualification.as_deref().map_or(&[], |code| column(&self.licences, code)),
            parts: job.demand.iter().map(|need| column(&self.parts, &need.code)).collect(),
        }
    }
}

fn column<'a, T>(columns: &'a BTreeMap<String, Column<T>>, code: &str) -> &'a [Option<T>] {
    columns.get(code).map_or(&[], Vec::as_slice)
}

/// The columns of one job.
pub(super) struct Needed<'a> {
    pub skills: Vec<&'a [Option<u8>]>,
    pub licence: &'a [Option<NaiveDate>],
    pub parts: Vec<&'a [Option<u32>]>,
}

/// The entry of the technician at a place; a column ends at the last one who holds its code.
pub(super) fn entry<T: Copy>(column: &[Option<T>], at: usize) -> Option<T> {
    column.get(at).copied().flatten()
}
