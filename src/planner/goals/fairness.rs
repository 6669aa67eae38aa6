//! Spreading the day's jobs.
//!
//! Load is the number of jobs done, running and planned today, before this one. Against the mean of his territory's
//! technicians on shift: 100 at two jobs or more below it, 50 at the mean, 0 at two or more above it.

use std::collections::BTreeMap;

use super::{Graded, line};
use crate::domain::ids::TerritoryId;
use crate::planner::problem::TechnicianState;

/// Tenths of a job between best and worst.
const REACH: i64 = 20;

/// Mean load in tenths of a job, by territory, of those who have a shift today.
pub(crate) struct MeanLoads(BTreeMap<TerritoryId, u32>);

impl MeanLoads {
    pub fn of<'a>(technicians: impl IntoIterator<Item = &'a TechnicianState>) -> Self {
        let on_shift = technicians.into_iter().filter(|technician| technician.shift.is_some());
        Self::of_loads(on_shift.map(|technician| (technician.territory, technician.load())))
    }

    /// Of who has a shift: his territory and his load.
    pub fn of_loads(loads: impl IntoIterator<Item = (TerritoryId, u32)>) -> Self {
        let mut sums: BTreeMap<TerritoryId, (u32, u32)> = BTreeMap::new();
        for (territory, load) in loads {
            let sum = sums.entry(territory).or_default();
            *sum = (sum.0 + load, sum.1 + 1);
        }
        Self(sums.into_iter().map(|(territory, (load, count))| (territory, load * 10 / count)).collect())
    }
}

pub(crate) fn grade(technician: &TechnicianState, means: &MeanLoads) -> Graded {
    grade_load(technician.territory, technician.load(), means)
}

pub(crate) fn grade_load(territory: TerritoryId, load: u32, means: &MeanLoads) -> Graded {
    let mean_tenths = means.0.get(&territory).copied().unwrap_or(load * 10);
    let above = i64::from(load) * 10 - i64::from(mean_tenths);
    Graded::Fairness { grade: line(above, (-REACH, 100), (REACH, 0)), load, mean_tenths }
}
