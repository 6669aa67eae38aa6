//! When a new figure is worth a message. The live page is updated always; a customer's phone buzzes only for news.
//!
//! - Moved: the likely arrival differs from the told one by more than max(5 min, 20 % of the time left), in two
//!   evaluations at least a minute apart, in the same direction.
//! - Late: the likely arrival crosses the promised end. Once, until it is inside again.
//! - State: the visit's state changed.
//! - Arriving: under way and five minutes away. Once per trip.
//!
//! At most one message in ten minutes, except late and arriving; a held-back change of state is told when that time is
//! over. Ask until he has arrived, then no more. Before the promised start counts as the promised start, unless the
//! customer agreed to earlier.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::time::{Seconds, Timestamp, Window};

const MOVE_MIN: Seconds = Seconds::minutes(5);
/// A fifth of the time left.
const MOVE_SHARE: i64 = 5;
const CONFIRM_AFTER: Seconds = Seconds::minutes(1);
const QUIET: Seconds = Seconds::minutes(10);
const ARRIVING_WITHIN: Seconds = Seconds::minutes(5);

/// Why a figure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    First,
    StateChanged,
    Moved,
    Late,
    Arriving,
}

/// What the rule needs to know beside the figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstance {
    pub now: Timestamp,
    pub likely: Timestamp,
    pub promised: Option<Window>,
    /// The customer agreed to an arrival before the promised start.
    pub early_ok: bool,
    pub under_way: bool,
    /// The visit's state changed since the last evaluation.
    pub state_changed: bool,
}

/// What one customer was told of one visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Told {
    likely: Option<Timestamp>,
    at: Option<Timestamp>,
    /// First evaluation of a move that is not confirmed yet, and its direction.
    moving: Option<(Timestamp, bool)>,
    late: bool,
    arriving: bool,
    state_owed: bool,
}

impl Told {
    /// The arrival last told.
    pub fn likely(&self) -> Option<Timestamp> {
        self.likely
    }

    /// Whether this evaluation is told, and why; then it counts as told.
    pub fn consider(&mut self, seen: Circumstance) -> Option<Reason> {
        let promised_from = seen.promised.filter(|_| !seen.early_ok).map(|promised| promised.from);
        let likely = promised_from.map_or(seen.likely, |from| seen.likely.max(from));
        self.state_owed |= seen.state_changed;
        let reason = self.reason(&seen, likely)?;
        *self = Self {
            likely: Some(likely),
            at: Some(seen.now),
            moving: None,
            arriving: self.arriving || reason == Reason::Arriving,
            state_owed: false,
            ..*self
        };
        Some(reason)
    }

    fn reason(&mut self, seen: &Circumstance, likely: Timestamp) -> Option<Reason> {
        let first = self.likely.is_none();
        let moved = self.moved(seen.now, likely);
        if self.turns_late(seen, likely) && !first {
            return Some(Reason::Late);
        }
        if self.is_arriving(seen, likely) {
            return Some(Reason::Arriving);
        }
        if first {
            return Some(Reason::First);
        }
        let quiet = self.at.is_some_and(|at| seen.now.since(at) < QUIET);
        match (quiet, self.state_owed, moved) {
            (true, _, _) => None,
            (false, true, _) => Some(Reason::StateChanged),
            (false, false, moved) => moved.then_some(Reason::Moved),
        }
    }

    /// Confirmed by a second evaluation; a move back into the tolerance or to the other side begins anew.
    fn moved(&mut self, now: Timestamp, likely: Timestamp) -> bool {
        let Some(told) = self.likely else {
            return false;
        };
        let tolerance = MOVE_MIN.0.max(told.since(now).max_zero().0 / MOVE_SHARE);
        let shift = likely.since(told).0;
        if shift.abs() <= tolerance {
            self.moving = None;
            return false;
        }
        match self.moving {
            Some((since, later)) if later == (shift > 0) => now.since(since) >= CONFIRM_AFTER,
            _ => {
                self.moving = Some((now, shift > 0));
                false
            }
        }
    }

    fn turns_late(&mut self, seen: &Circumstance, likely: Timestamp) -> bool {
        let late = seen.promised.is_some_and(|promised| likely > promised.to);
        let turned = late && !self.late;
        self.late = late;
        turned
    }

    fn is_arriving(&mut self, seen: &Circumstance, likely: Timestamp) -> bool {
        self.arriving &= seen.under_way;
        seen.under_way && !self.arriving && likely.since(seen.now) <= ARRIVING_WITHIN
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_seconds(1_795_482_000) + Seconds::minutes(minute)
    }

    fn seen(now: i64, likely: i64) -> Circumstance {
        Circumstance {
            now: at(now),
            likely: at(likely),
            promised: None,
            early_ok: false,
            under_way: false,
            state_changed: false,
        }
    }

    fn promised(now: i64, likely: i64) -> Circumstance {
        Circumstance { promised: Window::new(at(50), at(80)), ..seen(now, likely) }
    }

    fn check(story: &[(Circumstance, Option<Reason>)]) {
        let mut told = Told::default();
        for (step, (circumstance, expected)) in story.iter().enumerate() {
            assert_eq!(told.consider(*circumstance), *expected, "step {step}");
        }
    }

    #[test]
    fn a_move_is_told_when_a_second_look_a_minute_later_confirms_it() {
        check(&[
            (seen(0, 60), Some(Reason::First)),
            (seen(11, 80), None),
            (seen(12, 81), Some(Reason::Moved)),
            (seen(23, 82), None),
        ]);
    }

    #[test]
    fn a_flicker_and_a_small_move_are_not_told() {
        check(&[
            (seen(0, 60), Some(Reason::First)),
            (seen(11, 80), None),
            (seen(12, 61), None),
            (seen(13, 80), None),
            (seen(13, 80), None),
            // 47 minutes are left: a fifth is nine.
            (seen(14, 68), None),
            (seen(20, 68), None),
        ]);
    }

    #[test]
    fn ten_minutes_of_quiet_hold_back_a_state_but_not_lateness_or_arrival() {
        let state = |circumstance| Circumstance { state_changed: true, ..circumstance };
        let driving = |circumstance| Circumstance { under_way: true, ..circumstance };
        check(&[
            (promised(0, 60), Some(Reason::First)),
            (state(promised(3, 60)), None),
            (promised(5, 90), Some(Reason::Late)),
            (promised(6, 120), None),
            (promised(16, 120), Some(Reason::Moved)),
            (driving(promised(17, 21)), None),
            (driving(promised(47, 51)), Some(Reason::Arriving)),
            (driving(promised(48, 50)), None),
        ]);
    }

    #[test]
    fn a_held_back_state_is_told_when_the_quiet_is_over() {
        let state = |circumstance| Circumstance { state_changed: true, ..circumstance };
        check(&[
            (seen(0, 60), Some(Reason::First)),
            (state(seen(3, 60)), None),
            (seen(9, 60), None),
            (seen(10, 60), Some(Reason::StateChanged)),
            (seen(25, 60), None),
        ]);
    }

    #[test]
    fn before_the_promised_start_is_the_promised_start() {
        let mut told = Told::default();
        told.consider(promised(0, 20));
        assert_eq!(told.likely(), Some(at(50)));
        assert_eq!(told.consider(promised(15, 30)), None);
        assert_eq!(told.consider(promised(17, 30)), None);
    }

    proptest! {
        #[test]
        fn in_ten_minutes_at_most_one_message_but_lateness_and_arrival(
            steps in proptest::collection::vec((1i64..5, 0i64..120, any::<bool>(), any::<bool>()), 1..80),
        ) {
            let (mut told, mut now, mut last) = (Told::default(), 0, None::<i64>);
            for (pause, likely, state_changed, under_way) in steps {
                now += pause;
                let circumstance = Circumstance { state_changed, under_way, ..promised(now, now + likely) };
                if let Some(reason) = told.consider(circumstance) {
                    let exempt = matches!(reason, Reason::Late | Reason::Arriving);
                    prop_assert!(exempt || last.is_none_or(|last| now - last >= 10), "{reason:?} at {now}");
                    last = Some(now);
                }
            }
        }
    }
}
