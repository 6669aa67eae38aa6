//! A technician's day as it stands, whatever the hour: what is kept between questions. `at` makes the state that a
//! question of some moment sees.

use super::problem::{BreakPlan, TechnicianState};
use super::route::sets_out;
use crate::domain::ids::TechnicianId;
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp, Window};

/// Longest time that an overrun visit is still expected to take before the plan follows it again.
const OVERRUN_LEFT: Seconds = Seconds::minutes(10);

/// The day of one technician. It holds for one local day: shift, break and what is done are today's.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveDay {
    /// As of no moment: a visit that has begun has its whole service, the break is that of the whole day.
    pub(super) state: TechnicianState,
    /// When the work on each visit began; as long as the last one that has.
    begun: Vec<Option<Timestamp>>,
    /// None: `free_at` of the state is told and holds. Else it follows shift and clock.
    clocked: bool,
}

impl LiveDay {
    /// A day that follows the clock. `begun` holds the begins of the visits whose work runs, by their place on the
    /// route; `free_at` of the state is not looked at.
    pub fn clocked(state: TechnicianState, begun: Vec<Option<Timestamp>>) -> Self {
        Self { state, begun, clocked: true }
    }

    /// A day as somebody tells it of one moment, to be asked of that moment.
    pub fn told(state: TechnicianState) -> Self {
        Self { state, begun: Vec::new(), clocked: false }
    }

    pub fn id(&self) -> TechnicianId {
        self.state.id
    }

    /// He was seen somewhere else.
    pub fn move_to(&mut self, place: Position) {
        self.state.free_position = place;
    }

    /// What a question of `now` sees.
    pub fn at(&self, now: Timestamp) -> TechnicianState {
        let mut state = self.state.clone();
        state.free_at = self.free_at(now);
        state.break_plan = self.break_plan(now);
        if self.clocked {
            state.absences.retain(|away| away.to > now);
        }
        for (index, stop) in state.stops.iter_mut().enumerate() {
            stop.service = self.service(index, now);
        }
        state
    }

    /// Under way, from now on; else not before his shift.
    fn free_at(&self, now: Timestamp) -> Timestamp {
        if !self.clocked {
            return self.state.free_at;
        }
        self.shift_ahead().map_or(now, |shift| shift.from.max(now))
    }

    fn shift_ahead(&self) -> Option<Window> {
        let running = self.state.stops.first().is_some_and(|stop| stop.frozen);
        self.state.shift.filter(|_| !running)
    }

    /// When he can set out.
    pub(super) fn sets_out(&self, now: Timestamp) -> Timestamp {
        sets_out(self.free_at(now), self.shift_ahead(), now)
    }

    /// A break is due until its window closes.
    pub(super) fn break_plan(&self, now: Timestamp) -> Option<BreakPlan> {
        self.state.break_plan.filter(|plan| !self.clocked || now < plan.window.to)
    }

    /// What is left of the work of a stop.
    pub(super) fn service(&self, index: usize, now: Timestamp) -> Seconds {
        let whole = self.state.stops[index].service;
        match self.begun.get(index) {
            Some(&Some(began)) => (whole - now.since(began)).max(OVERRUN_LEFT),
            _ => whole,
        }
    }
}
