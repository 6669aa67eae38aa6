//! One clock of an issue: from its start to what it waits for, in the contract's hours and without its pauses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::pause::{Pause, running};
use crate::coded;
use crate::domain::time::{Seconds, Timestamp};

coded! {
    /// What a clock waits for.
    ClockKind {
        Respond = "respond", "初動期限", "Response due";
        Arrive = "arrive", "駆けつけ期限", "Arrival due";
        Restore = "restore", "復旧期限", "Restore due";
    }
}

coded! {
    /// How a clock stands.
    ClockStanding {
        Running = "running", "計測中", "Running";
        OutOfHours = "out_of_hours", "時間外(停止中)", "Outside the hours";
        Paused = "paused", "停止中", "Stopped";
        Overdue = "overdue", "期限超過", "Overdue";
        Kept = "kept", "期限内", "Kept";
        Missed = "missed", "期限超過で完了", "Missed";
    }
}

/// One clock with everything that moves it.
#[derive(Debug, Clone)]
pub struct Clock<'a> {
    pub calendar: &'a Calendar,
    pub started_at: Timestamp,
    /// Time of service that the contract gives.
    pub allowed: Seconds,
    /// Those that stop this clock.
    pub pauses: &'a [Pause],
    /// When what it waits for happened.
    pub met_at: Option<Timestamp>,
}

/// When a clock runs out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    At(Timestamp),
    /// Nobody knows while it stands still.
    Stopped,
    /// The hours of service never come.
    Never,
}

impl Due {
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Stopped | Self::Never => None,
        }
    }
}

/// A clock as people read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reading {
    pub standing: ClockStanding,
    /// Time of service used up, in seconds.
    pub used: Seconds,
    /// Time of service left, in seconds; negative by how much it is overdue in hours of service.
    pub left: Seconds,
    /// `null` while it stands still.
    pub due_at: Option<Timestamp>,
}

impl Clock<'_> {
    /// Time of service that counted until `at`, or until it was met.
    pub fn used(&self, at: Timestamp) -> Seconds {
        let until = self.met_at.map_or(at, |met| met.min(at));
        let pieces = running(self.started_at, self.pauses.iter().copied());
        let parts = pieces.into_iter().map(|(from, to)| {
            let to = to.map_or(until, |to| to.min(until));
            self.calendar.micros_between(from, to)
        });
        Seconds(parts.sum::<i64>().div_euclid(1_000_000))
    }

    pub fn due(&self) -> Due {
        self.when(self.allowed)
    }

    /// When this share of the time allowed is used up, in percent: 75 warns early, 150 is half as much again too late.
    pub fn at_percent(&self, percent: u16) -> Due {
        self.when(Seconds(self.allowed.0.saturating_mul(percent.into()) / 100))
    }

    fn when(&self, span: Seconds) -> Due {
        let mut left = span.0.saturating_mul(1_000_000);
        for (from, to) in running(self.started_at, self.pauses.iter().copied()) {
            let Some(to) = to else {
                return self.calendar.after_micros(from, left).map_or(Due::Never, Due::At);
            };
            let counted = self.calendar.micros_between(from, to);
            if counted >= left {
                return self.calendar.after_micros(from, left).map_or(Due::Never, Due::At);
            }
            left -= counted;
        }
        Due::Stopped
    }

    pub fn read(&self, now: Timestamp) -> Reading {
        let (used, due_at) = (self.used(now), self.due().at());
        let late = |at: Timestamp| due_at.is_some_and(|due| at > due);
        let standing = match self.met_at.filter(|met| *met <= now) {
            Some(met) if late(met) => ClockStanding::Missed,
            Some(_) => ClockStanding::Kept,
            None if late(now) => ClockStanding::Overdue,
            None if self.is_paused(now) => ClockStanding::Paused,
            None if !self.calendar.is_open(now) => ClockStanding::OutOfHours,
            None => ClockStanding::Running,
        };
        Reading { standing, used, left: self.allowed - used, due_at }
    }

    fn is_paused(&self, at: Timestamp) -> bool {
        self.pauses.iter().any(|pause| pause.from <= at && pause.to.is_none_or(|to| at < to))
    }
}
