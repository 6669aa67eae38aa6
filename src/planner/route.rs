//! The timetable of one technician's route: the earliest times that his windows, break and absences allow.
//!
//! - He leaves at once, waits at the door until a window, the promised start and `earliest` allow the work.
//! - The break is taken as late as its window lets him, or earlier where it costs nothing because he would wait
//!   anyway; at a stop on the way or on the road, never before a frozen stop.
//! - A drive with its work never overlaps an absence: he leaves after it. Frozen stops stay.
//! - A day that ends at home before the break window opens needs no break.

use crate::domain::ids::VisitId;
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::roads::TravelTimes;

use super::line::{Pace, Slot};
use super::problem::{Stop, TechnicianState};

/// Planned times of one visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopTimes {
    pub visit: VisitId,
    /// Driving before it.
    pub travel: Seconds,
    pub arrive: Timestamp,
    /// Start of work; after `arrive` when he waits.
    pub start: Timestamp,
    pub end: Timestamp,
    /// Start of work past the promise's end, else zero.
    pub late_against_promise: Seconds,
    /// A frozen visit: the times tell when he is free again; what was told of it stays.
    pub frozen: bool,
}

/// The timetable of a whole route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    pub stops: Vec<StopTimes>,
    pub break_slot: Option<Window>,
    /// Back home. Without stops: the way home from where he is.
    pub home_at: Timestamp,
    /// All driving, the way home included.
    pub travel: Seconds,
}

/// Where the walk along a route stands between two stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub free: Timestamp,
    pub break_due: bool,
}

/// One stop served, or the way home (`end` = `start` = `arrive`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    pub arrive: Timestamp,
    pub start: Timestamp,
    pub end: Timestamp,
    pub rest: Option<Window>,
}

/// Absences count, or are looked away from (to learn whether they are what stands in the way).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absences {
    Kept,
    Ignored,
}

/// A route with its timetable, ready to try insertions.
pub(crate) struct Route<'a> {
    pub technician: &'a TechnicianState,
    pub absences: Absences,
    /// `legs[i]` leads to stop `i`, the last one home.
    pub legs: Vec<Seconds>,
    /// `cursors[i]` stands before stop `i`, the last one before the way home.
    pub cursors: Vec<Cursor>,
    pub steps: Vec<Step>,
    pub home: Step,
}

impl<'a> Route<'a> {
    pub fn new(technician: &'a TechnicianState, travel: &dyn TravelTimes, now: Timestamp, absences: Absences) -> Self {
        let count = technician.stops.len();
        let mut legs = Vec::with_capacity(count + 1);
        for index in 0..=count {
            legs.push(travel.seconds(before(technician, index), after(technician, index)).seconds);
        }
        let mut route = Self {
            technician,
            absences,
            legs,
            cursors: Vec::with_capacity(count + 1),
            steps: Vec::with_capacity(count),
            home: Step { arrive: now, start: now, end: now, rest: None },
        };
        let mut cursor = Cursor { free: first_free(technician, now), break_due: technician.break_plan.is_some() };
        for (stop, index) in technician.stops.iter().zip(0..) {
            route.cursors.push(cursor);
            let step = route.step(&mut cursor, route.legs[index], stop);
            route.steps.push(step);
        }
        route.cursors.push(cursor);
        route.home = route.homeward(cursor, route.legs[count], count > 0);
        route
    }

    /// What of his day bends a timetable.
    pub fn pace(&self) -> Pace<'_> {
        let away = match self.absences {
            Absences::Kept => &self.technician.absences[..],
            Absences::Ignored => &[],
        };
        Pace { away, break_plan: self.technician.break_plan }
    }

    /// Serves one more stop after a drive of `leg` and moves the cursor behind it.
    pub fn step(&self, cursor: &mut Cursor, leg: Seconds, stop: &Stop) -> Step {
        self.pace().step(cursor, leg, &Slot::of(stop))
    }

    /// The way home from the cursor. A day without work needs no break.
    pub fn homeward(&self, cursor: Cursor, leg: Seconds, worked: bool) -> Step {
        self.pace().homeward(cursor, leg, worked)
    }
}

/// When he can set out.
pub(crate) fn first_free(technician: &TechnicianState, now: Timestamp) -> Timestamp {
    let running = technician.stops.first().is_some_and(|stop| stop.frozen);
    sets_out(technician.free_at, technician.shift.filter(|_| !running), now)
}

/// Not before his shift, unless he is under way already: then none is given.
pub(crate) fn sets_out(free_at: Timestamp, shift: Option<Window>, now: Timestamp) -> Timestamp {
    free_at.max(now).max(shift.map_or(now, |shift| shift.from))
}

/// Where a technician comes from to the stop at `index`.
pub(crate) fn before(technician: &TechnicianState, index: usize) -> Position {
    match index.checked_sub(1) {
        Some(previous) => technician.stops[previous].position,
        None => technician.free_position,
    }
}

/// Where the stop at `index` is; behind the last one: home.
pub(crate) fn after(technician: &TechnicianState, index: usize) -> Position {
    technician.stops.get(index).map_or(technician.home, |stop| stop.position)
}

/// Seconds of work begun after the promise's end.
pub(crate) fn promise_overrun(stop: &Stop, start: Timestamp) -> Seconds {
    stop.promise().map_or(Seconds::ZERO, |promise| start.since(promise.to).max_zero())
}

/// Planned times for the whole route, as after an assignment.
pub fn schedule(technician: &TechnicianState, travel: &dyn TravelTimes, now: Timestamp) -> Schedule {
    let route = Route::new(technician, travel, now, Absences::Kept);
    let stops = technician.stops.iter().zip(&route.steps).zip(&route.legs).map(|((stop, step), &leg)| StopTimes {
        visit: stop.visit,
        travel: leg,
        arrive: step.arrive,
        start: step.start,
        end: step.end,
        late_against_promise: promise_overrun(stop, step.start),
        frozen: stop.frozen,
    });
    Schedule {
        stops: stops.collect(),
        break_slot: route.steps.iter().find_map(|step| step.rest).or(route.home.rest),
        home_at: route.home.arrive,
        travel: Seconds(route.legs.iter().map(|leg| leg.0).sum()),
    }
}
