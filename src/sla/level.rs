//! A contract's service level: its hours, the time that each priority gives us, the pauses that it accepts, and who is told
//! when how much of a clock is used up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::calendar::ServiceHours;
use super::clock::ClockKind;
use super::pause::PauseReason;
use crate::coded;
use crate::domain::priority::Priority;
use crate::domain::refusal::Refusal;
use crate::domain::time::Seconds;

/// A year: nobody promises anything further away.
const MINUTES_MAX: u32 = 366 * 24 * 60;
/// Steps of one chain, and ten times the time allowed as the last of them.
const STEPS_MAX: usize = 8;
const PERCENT_MAX: u16 = 1_000;
/// A first response within six hours.
const RESPOND_MINUTES: u32 = 6 * 60;

coded! {
    /// Who is told when a clock runs out.
    Told {
        Desk = "desk", "受付", "Desk";
        Dispatch = "dispatch", "手配担当", "Dispatch";
        Duty1 = "duty_1", "当番(一次)", "First on duty";
        Duty2 = "duty_2", "当番(二次)", "Second on duty";
        Duty3 = "duty_3", "当番(三次)", "Third on duty";
    }
}

impl Told {
    /// The step of the duty roster, from 1; `None` where everybody of a room is told.
    pub const fn duty(self) -> Option<i64> {
        match self {
            Self::Desk | Self::Dispatch => None,
            Self::Duty1 => Some(1),
            Self::Duty2 => Some(2),
            Self::Duty3 => Some(3),
        }
    }
}

/// Time of service that a priority gives us, in minutes; `null` where the contract promises nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Target {
    pub priority: Priority,
    pub respond_minutes: Option<u32>,
    pub arrive_minutes: Option<u32>,
    pub restore_minutes: Option<u32>,
}

/// One step of the escalation chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Share of the time allowed that is used up: below 100 an early warning, from 100 on it is overdue.
    pub percent: u16,
    pub told: Told,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceLevel {
    pub hours: ServiceHours,
    /// One for each priority at most.
    pub targets: Vec<Target>,
    /// What the contract accepts as a reason to stop a clock.
    pub pauses: Vec<PauseReason>,
    /// The chain, in rising order.
    pub steps: Vec<Step>,
}

impl ServiceLevel {
    /// What holds where a contract says nothing: around the clock, a response within six hours, the arrival by priority.
    pub fn house() -> Self {
        let target = |priority: &Priority| Target {
            priority: *priority,
            respond_minutes: Some(RESPOND_MINUTES),
            arrive_minutes: u32::try_from(priority.arrive_within().0 / 60).ok(),
            restore_minutes: None,
        };
        Self {
            hours: ServiceHours::around_the_clock(),
            targets: Priority::ALL.iter().map(target).collect(),
            pauses: PauseReason::ALL.to_vec(),
            steps: vec![Step { percent: 75, told: Told::Dispatch }, Step { percent: 100, told: Told::Duty1 }],
        }
    }

    /// The time that is allowed; `None` where nothing is promised.
    pub fn allowed(&self, priority: Priority, kind: ClockKind) -> Option<Seconds> {
        let target = self.targets.iter().find(|target| target.priority == priority)?;
        let minutes = match kind {
            ClockKind::Respond => target.respond_minutes,
            ClockKind::Arrive => target.arrive_minutes,
            ClockKind::Restore => target.restore_minutes,
        };
        minutes.map(|minutes| Seconds::minutes(minutes.into()))
    }

    pub fn accepts(&self, reason: PauseReason, kind: ClockKind) -> bool {
        self.pauses.contains(&reason) && reason.stops(kind)
    }

    /// Whether it can be kept at all.
    ///
    /// # Errors
    /// Names the field that cannot be.
    pub fn check(&self) -> Result<(), Refusal> {
        let wrong = |field: &str, ja: &str, en: &str| Err(Refusal::invalid_both(field, ja, en));
        if !self.hours.is_ever_open() {
            return wrong("hours", "受付時間が一日もありません", "no day has hours of service");
        }
        if self.hours.year_end.as_ref().is_some_and(|turn| !(1..=31).contains(&turn.from_day) || turn.to_day > 31) {
            let (ja, en) = ("年末年始は12月1〜31日から1月0〜31日までです", "from 1 to 31 December, to 0 to 31 January");
            return wrong("hours.year_end", ja, en);
        }
        for (index, target) in self.targets.iter().enumerate() {
            let field = format!("targets[{index}]");
            if self.targets[..index].iter().any(|before| before.priority == target.priority) {
                return wrong(&field, "同じ優先度が2つあります", "this priority is there twice");
            }
            let minutes = [target.respond_minutes, target.arrive_minutes, target.restore_minutes];
            if minutes.into_iter().flatten().any(|minutes| !(1..=MINUTES_MAX).contains(&minutes)) {
                return wrong(&field, "期限は1分から1年（527040分）です", "from a minute to a year (527040 minutes)");
            }
        }
        self.check_steps()
    }

    fn check_steps(&self) -> Result<(), Refusal> {
        let rising = self.steps.windows(2).all(|pair| pair[0].percent < pair[1].percent);
        let bounded = self.steps.iter().all(|step| (1..=PERCENT_MAX).contains(&step.percent));
        if rising && bounded && self.steps.len() <= STEPS_MAX {
            return Ok(());
        }
        let (ja, en) =
            ("連絡の段階は8つまで、1〜1000%を小さい順に並べます", "at most 8 steps, from 1 to 1000 %, in rising order");
        Err(Refusal::invalid_both("steps", ja, en))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sla::Hours;

    fn check(change: impl FnOnce(&mut ServiceLevel), field: Option<&str>) {
        let mut level = ServiceLevel::house();
        change(&mut level);
        assert_eq!(level.check().err().and_then(|refusal| refusal.field), field.map(str::to_owned));
    }

    #[test]
    fn a_level_that_nobody_could_keep_is_refused() {
        check(|_| {}, None);
        check(
            |level| level.hours = ServiceHours::of(std::array::from_fn(|_| Hours::CLOSED), None, None),
            Some("hours"),
        );
        check(|level| level.targets[1].priority = Priority::P1, Some("targets[1]"));
        check(|level| level.targets[0].arrive_minutes = Some(0), Some("targets[0]"));
        check(|level| level.steps.reverse(), Some("steps"));
        check(|level| level.steps[0].percent = 0, Some("steps"));
    }

    #[test]
    fn a_contract_stops_its_clocks_only_for_what_it_accepts() {
        let level = ServiceLevel { pauses: vec![PauseReason::Parts], ..ServiceLevel::house() };
        assert!(level.accepts(PauseReason::Parts, ClockKind::Restore));
        assert!(!level.accepts(PauseReason::Parts, ClockKind::Arrive), "he could have come without them");
        assert!(!level.accepts(PauseReason::Customer, ClockKind::Restore), "the contract does not have it");
    }

    #[test]
    fn without_a_word_in_the_contract_the_arrival_is_due_by_priority() {
        let level = ServiceLevel::house();
        assert_eq!(level.allowed(Priority::P1, ClockKind::Arrive), Some(Seconds::hours(2)));
        assert_eq!(level.allowed(Priority::P4, ClockKind::Restore), None);
    }
}
