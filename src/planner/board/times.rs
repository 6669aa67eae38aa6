//! One technician's route made ready: what does not change with the clock is kept, what does is walked once a question.

use crate::domain::time::{Seconds, Timestamp};
use crate::planner::insert::lateness;
use crate::planner::line::{Pace, Slot};
use crate::planner::live::LiveDay;
use crate::planner::problem::TechnicianState;
use crate::planner::route::{Absences, Cursor, Step};
use crate::planner::route::{after, before};
use crate::roads::{Place, TravelTimes};

const MICROS: i64 = 1_000_000;

/// A route whose drives are known.
#[derive(Debug)]
pub(super) struct Line {
    pub slots: Vec<Slot<'static>>,
    /// `legs[i]` leads to stop `i`, the last one home.
    pub legs: Vec<Seconds>,
    /// Where he sets out, the stops, home.
    pub places: Vec<Place>,
    pub frozen_prefix: usize,
}

impl Line {
    pub fn of(technician: &TechnicianState, travel: &dyn TravelTimes) -> Self {
        let count = technician.stops.len();
        let legs = (0..=count).map(|at| travel.seconds(before(technician, at), after(technician, at)).seconds);
        let stops = technician.stops.iter().map(|stop| stop.position);
        let places = std::iter::once(technician.free_position).chain(stops).chain([technician.home]);
        Self {
            legs: legs.collect(),
            places: places.map(Place::from).collect(),
            slots: technician.stops.iter().map(Slot::kept).collect(),
            frozen_prefix: technician.frozen_prefix(),
        }
    }
}

/// When he is home if he comes to a stop at some moment: `max(moment + after, not_before)`, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Homecoming {
    after: i64,
    not_before: i64,
}

impl Homecoming {
    const HOME: Self = Self { after: 0, not_before: i64::MIN };

    pub fn of(self, arrive: Timestamp) -> Timestamp {
        Timestamp::from_micros((arrive.micros() + self.after).max(self.not_before))
    }

    /// With all drives and work one after the other.
    pub fn without_waiting(self, arrive: Timestamp) -> Timestamp {
        Timestamp::from_micros(arrive.micros() + self.after)
    }

    /// Seen from one stop earlier, whose place he leaves `leg` before the next one.
    fn through(self, slot: &Slot, leg: Seconds) -> Self {
        let after = (slot.service + leg).0 * MICROS + self.after;
        Self { after, not_before: self.not_before.max(slot.opens.micros() + after) }
    }
}

/// The timetable of one route at one moment. Its lists are used again for the next technician.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// `cursors[i]` stands before stop `i`, the last one before the way home.
    pub cursors: Vec<Cursor>,
    pub steps: Vec<Step>,
    /// Lateness of each stop, weighted as in the cost.
    pub late: Vec<i64>,
    /// The lateness of a stop and of all behind it: more than that no insertion before it can give back.
    pub owed: Vec<i64>,
    /// From the arrival at each stop, the last one at home. Not known where a window or an absence may bend it.
    pub homecoming: Vec<Option<Homecoming>>,
    pub home: Timestamp,
}

impl Times {
    pub fn pace<'a>(day: &'a LiveDay, absences: Absences, now: Timestamp) -> Pace<'a> {
        let away: &[_] = if absences == Absences::Kept { &day.state.absences } else { &[] };
        Pace { away, break_plan: day.break_plan(now) }
    }

    /// Walks the route as it stands.
    pub fn walk(&mut self, line: &Line, day: &LiveDay, pace: Pace<'_>, now: Timestamp) {
        self.cursors.clear();
        self.steps.clear();
        self.late.clear();
        let mut cursor = Cursor { free: day.sets_out(now), break_due: pace.break_plan.is_some() };
        for (index, (slot, &leg)) in line.slots.iter().zip(&line.legs).enumerate() {
            self.cursors.push(cursor);
            let step = if slot.begun {
                pace.step(&mut cursor, leg, &Slot { service: day.service(index, now), ..slot.clone() })
            } else {
                pace.step(&mut cursor, leg, slot)
            };
            self.late.push(lateness(slot, &step));
            self.steps.push(step);
        }
        self.cursors.push(cursor);
        let count = line.slots.len();
        self.home = pace.homeward(cursor, line.legs[count], count > 0).end;
        self.look_back(line, pace, now);
    }

    /// What holds for the rest of the route, from its end.
    fn look_back(&mut self, line: &Line, pace: Pace<'_>, now: Timestamp) {
        let count = line.slots.len();
        let straight = pace.away.iter().all(|away| away.to <= now);
        self.owed.clear();
        self.owed.resize(count + 1, 0);
        self.homecoming.clear();
        self.homecoming.resize(count + 1, straight.then_some(Homecoming::HOME));
        for index in (0..count).rev() {
            let (slot, leg) = (&line.slots[index], line.legs[index + 1]);
            self.owed[index] = self.owed[index + 1] + self.late[index];
            let simple = slot.windows.is_empty() && !slot.begun;
            let next = self.homecoming[index + 1].filter(|_| simple);
            self.homecoming[index] = next.map(|next| next.through(slot, leg));
        }
    }
}
