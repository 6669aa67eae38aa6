//! Travel of the file: a table that may have holes, or a plane. The search has a table of its own with the places that the
//! day uses.

use super::build::BadProblem;
use super::wire::{Cell, Note, Travel};

/// Travel between the places of the file.
pub struct Roads<'a> {
    travel: &'a Travel,
    places: usize,
}

impl<'a> Roads<'a> {
    /// Looks the travel over; holes are noted and count as no road.
    pub fn new(travel: &'a Travel, notes: &mut Vec<Note>) -> Result<Self, BadProblem> {
        let places = match travel {
            Travel::Explicit { durations } => durations.iter().map(Vec::len).max().unwrap_or(0).max(durations.len()),
            Travel::Planar { coords, den, access, climb, .. } => {
                if *den == 0.0 {
                    return Err(BadProblem::ZeroDenominator);
                }
                for (what, list) in [("access", access), ("climb", climb)] {
                    if let Some(list) = list.as_ref().filter(|l| l.len() != coords.len()) {
                        return Err(BadProblem::PlaceList { what, found: list.len(), places: coords.len() });
                    }
                }
                coords.len()
            }
        };
        let roads = Self { travel, places };
        let holes = roads.holes();
        if holes > 0 {
            let reason = format!("{holes} pairs of places have no travel time and count as no road");
            notes.push(Note { item: "travel".to_owned(), code: "holes".to_owned(), reason });
        }
        Ok(roads)
    }

    #[must_use]
    pub fn places(&self) -> usize {
        self.places
    }

    /// Seconds from `i` to `j`; below zero where there is no road.
    #[must_use]
    pub fn seconds(&self, i: usize, j: usize) -> i64 {
        match self.travel {
            Travel::Explicit { durations } => known(durations, i, j).unwrap_or(-1),
            Travel::Planar { coords, num, den, access, climb } => {
                let (dx, dy) = (coords[i].0 - coords[j].0, coords[i].1 - coords[j].1);
                let base = ((dx * dx + dy * dy).sqrt() * num / den).floor();
                if !base.is_finite() {
                    return -1;
                }
                let at = |list: &Option<Vec<i64>>, k: usize| list.as_ref().map_or(0, |l| l[k]);
                (base as i64)
                    .saturating_add(at(access, j))
                    .saturating_add(at(climb, j).saturating_sub(at(climb, i)).max(0))
            }
        }
    }

    fn holes(&self) -> usize {
        let durations = match self.travel {
            Travel::Explicit { durations } => durations,
            Travel::Planar { coords, .. } => {
                let lost = coords.iter().filter(|c| !(c.0 + c.1).is_finite()).count();
                return lost * (2 * self.places - lost - 1);
            }
        };
        let whole = |i: usize| {
            let row = durations.get(i).map_or(&[][..], Vec::as_slice);
            row.len() == self.places && row.iter().all(|c| c.0.is_some_and(|s| s >= 0))
        };
        let gaps = |i: usize| (0..self.places).filter(|j| *j != i && known(durations, i, *j).is_none()).count();
        (0..self.places).filter(|i| !whole(*i)).map(gaps).sum()
    }
}

fn known(durations: &[Vec<Cell>], i: usize, j: usize) -> Option<i64> {
    durations.get(i).and_then(|row| row.get(j)).and_then(|c| c.0).filter(|s| *s >= 0)
}
