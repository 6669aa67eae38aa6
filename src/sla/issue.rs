//! The clocks of one issue, from what happened to it.

use super::calendar::Calendar;
use super::clock::{Clock, ClockKind, Due, Reading};
use super::level::{ServiceLevel, Step};
use super::pause::Pause;
use crate::domain::priority::Priority;
use crate::domain::time::Timestamp;

/// What happened to an issue, as far as its clocks go by it. Nothing of them is kept anywhere: whatever is taken back,
/// such as an arrival by mistake, sets them right by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    pub priority: Priority,
    /// When the issue was accepted.
    pub started_at: Timestamp,
    /// The first that a person did about it.
    pub responded_at: Option<Timestamp>,
    /// The first arrival of somebody who was let in.
    pub arrived_at: Option<Timestamp>,
    pub closed_at: Option<Timestamp>,
    /// Somebody has to go there.
    pub needs_visit: bool,
    /// It was withdrawn: nothing is owed any more.
    pub withdrawn: bool,
    pub pauses: Vec<Pause>,
}

impl Course {
    /// An issue of which nothing but its acceptance is known.
    pub const fn begin(priority: Priority, started_at: Timestamp, needs_visit: bool) -> Self {
        Self {
            priority,
            started_at,
            responded_at: None,
            arrived_at: None,
            closed_at: None,
            needs_visit,
            withdrawn: false,
            pauses: Vec::new(),
        }
    }

    /// Whether there is such a clock: none for what nobody owes.
    fn runs(&self, kind: ClockKind) -> bool {
        match kind {
            _ if self.withdrawn => false,
            ClockKind::Respond | ClockKind::Restore => true,
            // What was solved without a visit needs none any more.
            ClockKind::Arrive => self.needs_visit && (self.closed_at.is_none() || self.arrived_at.is_some()),
        }
    }

    fn met(&self, kind: ClockKind) -> Option<Timestamp> {
        match kind {
            ClockKind::Respond => self.responded_at,
            ClockKind::Arrive => self.arrived_at,
            ClockKind::Restore => self.closed_at,
        }
    }

    /// The pauses that stop this clock under the contract.
    fn stopping(&self, level: &ServiceLevel, kind: ClockKind) -> Vec<Pause> {
        self.pauses.iter().filter(|pause| level.accepts(pause.reason, kind)).copied().collect()
    }
}

/// One clock of an issue at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub kind: ClockKind,
    pub reading: Reading,
    /// Time of service that the contract gives, in seconds.
    pub allowed_s: i64,
    /// The steps of the chain that have been reached, in order; none once it is met.
    pub reached: Vec<Step>,
}

/// The clocks that an issue has under a service level.
pub fn read(level: &ServiceLevel, calendar: &Calendar, course: &Course, now: Timestamp) -> Vec<Read> {
    let kinds = ClockKind::ALL.iter().copied().filter(|kind| course.runs(*kind));
    let read = kinds.filter_map(|kind| {
        let allowed = level.allowed(course.priority, kind)?;
        let pauses = course.stopping(level, kind);
        let met_at = course.met(kind);
        let clock = Clock { calendar, started_at: course.started_at, allowed, pauses: &pauses, met_at };
        let reached = |step: &&Step| clock.at_percent(step.percent).at().is_some_and(|at| at <= now);
        let reached = if met_at.is_some() { Vec::new() } else { level.steps.iter().filter(reached).copied().collect() };
        Some(Read { kind, reading: clock.read(now), allowed_s: allowed.0, reached })
    });
    read.collect()
}

/// When somebody must have arrived; `None` where the contract does not say, and while the clock stands still.
pub fn arrive_by(level: &ServiceLevel, calendar: &Calendar, course: &Course) -> Option<Timestamp> {
    let allowed = level.allowed(course.priority, ClockKind::Arrive)?;
    let pauses = course.stopping(level, ClockKind::Arrive);
    let clock = Clock { calendar, started_at: course.started_at, allowed, pauses: &pauses, met_at: None };
    match clock.due() {
        Due::At(at) => Some(at),
        Due::Stopped | Due::Never => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::time::Seconds;
    use crate::sla::{ClockStanding, PauseReason};

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_seconds(1_795_000_000 + minute * 60)
    }

    fn course() -> Course {
        Course::begin(Priority::P1, at(0), true)
    }

    fn clocks(course: &Course, now: Timestamp) -> Vec<(ClockKind, ClockStanding)> {
        let level = ServiceLevel::house();
        let calendar = Calendar::new(level.hours.clone(), BTreeSet::new(), chrono_tz::Asia::Tokyo);
        read(&level, &calendar, course, now).into_iter().map(|read| (read.kind, read.reading.standing)).collect()
    }

    #[test]
    fn each_clock_stops_at_what_it_waits_for() {
        use ClockKind::{Arrive, Respond};
        assert_eq!(clocks(&course(), at(1)), [(Respond, ClockStanding::Running), (Arrive, ClockStanding::Running)]);
        let arrived = Course { responded_at: Some(at(5)), arrived_at: Some(at(121)), ..course() };
        assert_eq!(clocks(&arrived, at(200)), [(Respond, ClockStanding::Kept), (Arrive, ClockStanding::Missed)]);
        let by_phone = Course { responded_at: Some(at(5)), closed_at: Some(at(9)), ..course() };
        assert_eq!(clocks(&by_phone, at(200)), [(Respond, ClockStanding::Kept)], "nobody has to come any more");
        assert_eq!(clocks(&Course { withdrawn: true, ..course() }, at(200)), []);
    }

    #[test]
    fn the_chain_is_told_step_by_step_and_stands_still_with_the_clock() {
        let level = ServiceLevel::house();
        let calendar = Calendar::new(level.hours.clone(), BTreeSet::new(), chrono_tz::Asia::Tokyo);
        let told = |course: &Course, minute| {
            let clocks = read(&level, &calendar, course, at(minute));
            let arrive = clocks.into_iter().find(|read| read.kind == ClockKind::Arrive).expect("it has one");
            arrive.reached.into_iter().map(|step| step.percent).collect::<Vec<_>>()
        };
        let mut course = course();
        assert_eq!([told(&course, 89), told(&course, 90), told(&course, 120)], [vec![], vec![75], vec![75, 100]]);
        let pause = Pause { reason: PauseReason::Access, from: at(60), to: Some(at(180)) };
        course.pauses.push(pause);
        assert_eq!([told(&course, 209), told(&course, 210)], [vec![], vec![75]]);
        course.pauses[0].to = None;
        assert_eq!(told(&course, 9_999), Vec::<u16>::new());
        assert_eq!(arrive_by(&level, &calendar, &course), None);
        course.pauses[0].to = Some(at(180));
        assert_eq!(arrive_by(&level, &calendar, &course), Some(at(0) + Seconds::hours(4)));
    }
}
