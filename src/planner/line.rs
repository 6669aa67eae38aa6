//! What a timetable needs to know of a stop and of a technician's day, and the one step that every timetable is made of:
//! [`super::route`] walks it for a route as it is, [`super::board`] for routes that are kept ready.

use std::borrow::Cow;

use crate::domain::time::{Seconds, Timestamp, Window};

use super::insert::priority_weight;
use super::problem::{BreakPlan, Stop, StopWindow};
use super::route::{Cursor, Step};

/// A stop without what only people read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slot<'a> {
    pub service: Seconds,
    /// No start before this: neither before it may begin nor before it was promised.
    pub opens: Timestamp,
    pub windows: Cow<'a, [StopWindow]>,
    /// The end of what the customer relies on.
    pub promised_to: Option<Timestamp>,
    pub arrive_by: Option<Timestamp>,
    /// What a second of lateness costs in seconds of driving.
    pub weight: i64,
    pub frozen: bool,
    pub begun: bool,
}

impl<'a> Slot<'a> {
    pub fn of(stop: &'a Stop) -> Self {
        Self {
            service: stop.service,
            opens: stop.promised.map_or(stop.earliest, |promised| stop.earliest.max(promised.from)),
            windows: Cow::Borrowed(&stop.windows),
            promised_to: stop.promise().map(|promise| promise.to),
            arrive_by: stop.arrive_by,
            weight: priority_weight(stop.priority),
            frozen: stop.frozen,
            begun: stop.begun,
        }
    }

    /// The same, to be kept when the stop is not at hand.
    pub fn kept(stop: &Stop) -> Slot<'static> {
        let Slot { service, opens, promised_to, arrive_by, weight, frozen, begun, .. } = Slot::of(stop);
        let windows = Cow::Owned(stop.windows.clone());
        Slot { service, opens, windows, promised_to, arrive_by, weight, frozen, begun }
    }

    /// Seconds of work begun after the promise's end.
    pub fn overrun(&self, start: Timestamp) -> Seconds {
        self.promised_to.map_or(Seconds::ZERO, |to| start.since(to).max_zero())
    }

    /// The earliest start not before `at` that the stop allows. Past the last window: `at`, late.
    fn open_from(&self, at: Timestamp) -> Timestamp {
        let floor = at.max(self.opens);
        match self.windows.iter().find(|slot| floor <= slot.window.to) {
            Some(slot) => floor.max(slot.window.from),
            None => floor,
        }
    }

    /// Drives and works, with a pause of `rest` on the way or at the door.
    fn serve(&self, leave: Timestamp, leg: Seconds, rest: Option<Window>) -> Step {
        let (arrive, ready) = match rest {
            Some(rest) if rest.from < leave + leg => (leave + leg + rest.to.since(rest.from), rest.to),
            Some(rest) => (leave + leg, rest.to),
            None => (leave + leg, leave),
        };
        let ready = arrive.max(ready);
        let start = if self.begun { ready } else { self.open_from(ready) };
        Step { arrive, start, end: start + self.service, rest }
    }
}

/// What of a technician's day bends his timetable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace<'a> {
    pub away: &'a [Window],
    pub break_plan: Option<BreakPlan>,
}

/// The end of the first absence that a span runs into.
fn absent_until(absences: &[Window], from: Timestamp, to: Timestamp) -> Option<Timestamp> {
    absences.iter().filter(|away| away.from < to && from < away.to).map(|away| away.to).max()
}

impl Pace<'_> {
    /// Serves one more stop after a drive of `leg` and moves the cursor behind it.
    pub fn step(&self, cursor: &mut Cursor, leg: Seconds, slot: &Slot) -> Step {
        let mut leave = cursor.free;
        loop {
            let step = self.pause_or_not(*cursor, leave, leg, slot);
            let blocked = if slot.frozen { None } else { absent_until(self.away, leave, step.end) };
            let Some(back) = blocked else {
                *cursor = Cursor { free: step.end, break_due: cursor.break_due && step.rest.is_none() };
                return step;
            };
            leave = back;
        }
    }

    fn pause_or_not(&self, cursor: Cursor, leave: Timestamp, leg: Seconds, slot: &Slot) -> Step {
        let plain = slot.serve(leave, leg, None);
        let Some(plan) = self.break_plan.filter(|_| cursor.break_due && !slot.frozen) else {
            return plain;
        };
        let from = leave.max(plan.window.from);
        let rest = Window { from, to: from + plan.duration };
        let rested = slot.serve(leave, leg, Some(rest));
        let last_chance = plain.end > plan.window.to;
        let costs_nothing = rested.start == plain.start && from <= plan.window.to;
        if last_chance || costs_nothing { rested } else { plain }
    }

    /// The way home from the cursor. A day without work needs no break.
    pub fn homeward(&self, cursor: Cursor, leg: Seconds, worked: bool) -> Step {
        let at_home = |at| Step { arrive: at, start: at, end: at, rest: None };
        let plain = cursor.free + leg;
        match self.break_plan {
            Some(plan) if cursor.break_due && worked && plain > plan.window.from => {
                let from = cursor.free.max(plan.window.from);
                let rest = Window { from, to: from + plan.duration };
                Step { rest: Some(rest), ..at_home(plain + plan.duration) }
            }
            _ => at_home(plain),
        }
    }
}
