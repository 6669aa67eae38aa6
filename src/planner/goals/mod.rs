//! The scored goals, one a file. Every grade is 0 to 100, 100 is best; each file says from what to what.

pub mod arrival;
pub mod detour;
pub mod disturbance;
pub mod fairness;
pub mod knows_asset;

use serde::{Deserialize, Serialize};

use super::answer::GoalName;
use crate::domain::time::{Seconds, Timestamp};

/// What a goal found, with the figures that its sentence needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Graded {
    Arrival { grade: u8, arrive: Timestamp, due: Timestamp, late: Seconds },
    Detour { grade: u8, extra: Seconds },
    Disturbance { grade: u8, moved: u32, shift: Seconds, broken: u32 },
    KnowsAsset { grade: u8, how: Knows },
    Fairness { grade: u8, load: u32, mean_tenths: u32 },
}

/// How a technician knows the asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Knows {
    /// He repaired it and the fault came back.
    RecurredAfterHim,
    PreferredByCustomer,
    Visited {
        days_ago: i64,
    },
    Never,
    NoAsset,
}

impl Graded {
    pub fn goal(&self) -> GoalName {
        match self {
            Self::Arrival { .. } => GoalName::Arrival,
            Self::Detour { .. } => GoalName::Detour,
            Self::Disturbance { .. } => GoalName::Disturbance,
            Self::KnowsAsset { .. } => GoalName::KnowsAsset,
            Self::Fairness { .. } => GoalName::Fairness,
        }
    }

    pub fn grade(&self) -> u8 {
        match *self {
            Self::Arrival { grade, .. }
            | Self::Detour { grade, .. }
            | Self::Disturbance { grade, .. }
            | Self::KnowsAsset { grade, .. }
            | Self::Fairness { grade, .. } => grade,
        }
    }
}

/// How much each goal counts in the total. Any positive sum; the total is the weighted mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weights {
    pub arrival: u32,
    pub detour: u32,
    pub disturbance: u32,
    pub knows_asset: u32,
    pub fairness: u32,
}

impl Weights {
    /// The house weights: the more urgent, the more arrival counts and the less a detour.
    pub fn of(priority: u8) -> Self {
        let weigh = |arrival, detour, disturbance, knows_asset, fairness| Self {
            arrival,
            detour,
            disturbance,
            knows_asset,
            fairness,
        };
        match priority {
            0 | 1 => weigh(50, 10, 20, 10, 10),
            2 => weigh(40, 15, 25, 10, 10),
            3 => weigh(25, 25, 30, 10, 10),
            _ => weigh(15, 35, 30, 10, 10),
        }
    }

    pub fn weight(&self, goal: GoalName) -> u32 {
        match goal {
            GoalName::Arrival => self.arrival,
            GoalName::Detour => self.detour,
            GoalName::Disturbance => self.disturbance,
            GoalName::KnowsAsset => self.knows_asset,
            GoalName::Fairness => self.fairness,
        }
    }
}

/// Straight line from `from.1` at `from.0` to `to.1` at `to.0`, level outside, rounded down.
pub(crate) fn line(at: i64, from: (i64, i64), to: (i64, i64)) -> u8 {
    let grade = match at {
        at if at <= from.0 => from.1,
        at if at >= to.0 => to.1,
        at => from.1 + (to.1 - from.1) * (at - from.0) / (to.0 - from.0),
    };
    grade.clamp(0, 100) as u8
}
