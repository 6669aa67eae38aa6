//! One technician's route with its times in both directions, so that an insertion is decided in constant time: the
//! earliest departure of every stop from the front, the latest arrival from the back, each with the break still ahead
//! and behind.

use super::chance::mix;
use super::model::{Job, Model, Technician};
use super::rules::pause::Departure;
use super::rules::{NEVER, NO_LATEST};

/// The stop at home, first and last of every route.
pub const HOME: u32 = u32::MAX;

/// A stop: 32 bytes, two in a cache line.
#[derive(Debug, Clone, Copy)]
pub struct Stop {
    /// Job, or [`HOME`].
    pub job: u32,
    pub place: u32,
    /// Drive to the next stop. 0 in an empty route, which costs nothing.
    pub leg: i32,
    /// Earliest departure with the break ahead and behind; at the last stop the arrival at home.
    pub depart: Departure,
    /// Latest arrival with the break still ahead and already behind.
    pub due_ahead: i32,
    pub due_behind: i32,
    /// Latest arrival, break behind, that costs neither overtime nor lateness.
    pub due_paid: i32,
}

/// A route. `stops` begins and ends at home.
#[derive(Debug, Clone, Default)]
pub struct Route {
    pub stops: Vec<Stop>,
    pub load: Vec<i64>,
    /// Lateness up to each stop, kept only where jobs may be late.
    pub late: Vec<Late>,
    /// Overtime and lateness.
    pub paid: i64,
    /// Travel, overtime, lateness, moves, wishes and unevenness; 0 without jobs.
    pub cost: i64,
    /// Seconds on the road.
    travel: i64,
    /// Seconds of service, kept only where days should be even.
    service: i64,
    /// Sum of the names of its legs: a set of legs is one sequence, and a job put in changes three of them.
    legs: u64,
    /// When the technician is home.
    pub end: i32,
    /// Keeps every rule.
    pub holds: bool,
    /// Names the sequence of jobs. Never 0.
    pub hash: u32,
}

impl Route {
    /// The route of a technician who stays at home.
    #[must_use]
    pub fn empty(model: &Model, technician: u32) -> Self {
        let tech = model.technician(technician);
        let stop = |place| Stop {
            job: HOME,
            place,
            leg: 0,
            depart: Departure { ahead: NEVER, behind: NEVER },
            due_ahead: NO_LATEST,
            due_behind: NO_LATEST,
            due_paid: NO_LATEST,
        };
        let mut route = Self { stops: vec![stop(tech.start), stop(tech.end)], ..Self::default() };
        route.retime(model, technician);
        route
    }

    /// Becomes a copy of `other`, in its own memory.
    pub fn assign(&mut self, other: &Self) {
        self.stops.clone_from(&other.stops);
        self.load.clone_from(&other.load);
        self.late.clone_from(&other.late);
        (self.cost, self.paid, self.end) = (other.cost, other.paid, other.end);
        (self.travel, self.service, self.legs) = (other.travel, other.service, other.legs);
        (self.holds, self.hash) = (other.holds, other.hash);
    }

    /// Number of jobs.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.stops.len() - 2
    }

    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.stops.len() <= 2
    }

    /// The jobs in order.
    pub fn jobs(&self) -> impl Iterator<Item = u32> + '_ {
        self.stops[1..self.stops.len() - 1].iter().map(|s| s.job)
    }

    /// Puts `job` behind the stop at `position`; the times must be worked out afterwards.
    pub fn insert(&mut self, model: &Model, position: usize, job: u32) {
        let place = model.job(job).place;
        let behind = self.stops[position];
        self.stops.insert(position + 1, Stop { job, place, ..behind });
    }

    /// Works out all that follows from the sequence of jobs. True if the route keeps every rule.
    pub fn retime(&mut self, model: &Model, technician: u32) -> bool {
        let last = self.stops.len() - 1;
        (self.travel, self.legs) = (0, mix(u64::from(technician)));
        for k in 0..last {
            let (from, to) = (self.stops[k], self.stops[k + 1]);
            let leg = if last == 1 { 0 } else { model.travel.seconds(from.place, to.place) };
            self.stops[k].leg = leg;
            self.travel += i64::from(leg);
            self.legs = self.legs.wrapping_add(name_of_leg(from.job, to.job));
        }
        self.carry(model);
        self.stops[0].depart = model.technician(technician).pause.at_start(model.technician(technician).shift.start);
        self.settle(model, technician, 0, last)
    }

    /// Puts `job` behind the stop at `position` and works out what follows from that. True if the route keeps every rule.
    pub fn put(&mut self, model: &Model, technician: u32, position: usize, job: u32) -> bool {
        let (prev, next) = (self.stops[position], self.stops[position + 1]);
        self.insert(model, position, job);
        let place = model.job(job).place;
        let (there, onward) = (model.travel.seconds(prev.place, place), model.travel.seconds(place, next.place));
        self.stops[position].leg = there;
        self.stops[position + 1].leg = onward;
        self.travel += i64::from(there) + i64::from(onward) - i64::from(prev.leg);
        let new = name_of_leg(prev.job, job).wrapping_add(name_of_leg(job, next.job));
        self.legs = self.legs.wrapping_add(new).wrapping_sub(name_of_leg(prev.job, next.job));
        for (sum, need) in self.load.iter_mut().zip(&model.job(job).demand) {
            *sum += need;
        }
        self.settle(model, technician, position, position + 2)
    }

    /// Times, cost and rules, where the times up to the stop `before` and from the stop `behind` back are known.
    fn settle(&mut self, model: &Model, technician: u32, before: usize, behind: usize) -> bool {
        let tech = model.technician(technician);
        self.hash = (self.legs >> 32) as u32 | 1;
        self.forward(model, tech, before);
        self.backward(model, tech, behind);
        self.end = tech.pause.end(self.stops[self.stops.len() - 1].depart);
        self.paid = if self.is_empty() { 0 } else { model.overtime_weight * tech.shift.overtime(self.end) };
        if model.soft {
            self.tell_late(model, tech);
        }
        self.cost = self.travel + self.paid + self.moves(model, technician);
        if model.fairness.is_some() {
            self.service = self.jobs().map(|j| i64::from(model.job(j).service)).sum();
            self.cost += model.fairness.cost(technician, self.travel + self.service);
        }
        let in_time = self.is_empty() || self.end <= tech.shift.limit;
        self.holds = in_time && tech.limits.hold(self.len(), &self.load);
        self.holds
    }

    fn forward(&mut self, model: &Model, tech: &Technician, before: usize) {
        let last = self.stops.len() - 1;
        let mut at = self.stops[before].depart;
        for k in before..last {
            at = tech.pause.drive(at, self.stops[k].leg);
            let next = &mut self.stops[k + 1];
            if k + 1 < last {
                at = serve(model.job(next.job), at);
            }
            next.depart = at;
        }
    }

    fn backward(&mut self, model: &Model, tech: &Technician, behind: usize) {
        let last = self.stops.len() - 1;
        if behind == last {
            let home = &mut self.stops[last];
            home.due_behind = tech.shift.limit;
            home.due_ahead = if tech.pause.is_some() { tech.pause.open.min(tech.shift.limit) } else { NO_LATEST };
            home.due_paid = tech.shift.end.min(tech.shift.limit);
        }
        for k in (1..behind).rev() {
            let next = self.stops[k + 1];
            let stop = &mut self.stops[k];
            let job = model.job(stop.job);
            let ahead = (next.due_ahead - stop.leg).max(tech.pause.latest_on_leg(next.due_behind, stop.leg));
            stop.due_ahead = job.windows.latest(ahead - job.service);
            stop.due_behind = job.windows.latest(next.due_behind - stop.leg - job.service);
            stop.due_paid = job.windows.latest((next.due_paid - stop.leg - job.service).min(job.lateness.due));
        }
    }

    fn moves(&self, model: &Model, technician: u32) -> i64 {
        if model.move_cost == 0 && !model.wished {
            return 0;
        }
        self.jobs().map(|j| model.moving(technician, model.job(j))).sum()
    }

    /// Seconds of service and driving. Known only where days should be even.
    #[inline]
    #[must_use]
    pub fn work(&self) -> i64 {
        self.travel + self.service
    }

    /// Adds up lateness along the route.
    fn tell_late(&mut self, model: &Model, tech: &Technician) {
        let mut late = Late::default();
        self.late.clear();
        for pair in 0..self.stops.len() {
            if pair > 0 {
                let prev = self.stops[pair - 1];
                late = late.drive(tech, prev.depart, prev.leg);
                if self.stops[pair].job != HOME {
                    late = late.start(model.job(self.stops[pair].job), self.stops[pair].depart);
                }
            }
            self.late.push(late);
        }
        if let Some(home) = self.stops.last() {
            self.paid += late.end(tech, home.depart);
        }
    }

    /// Adds up the parts.
    fn carry(&mut self, model: &Model) {
        let mut load = std::mem::take(&mut self.load);
        load.clear();
        load.resize(model.kinds, 0);
        if model.kinds > 0 {
            for job in self.jobs() {
                for (sum, need) in load.iter_mut().zip(&model.job(job).demand) {
                    *sum += need;
                }
            }
        }
        self.load = load;
    }
}

/// Names the leg from one stop to the next.
#[inline]
fn name_of_leg(from: u32, to: u32) -> u64 {
    mix(u64::from(from) << 32 | u64::from(to))
}

/// Cost of lateness so far, with the break ahead and behind.
#[derive(Debug, Clone, Copy, Default)]
pub struct Late {
    pub ahead: i64,
    pub behind: i64,
}

impl Late {
    /// After a leg: the break is taken on it if that is earlier than having had it.
    #[must_use]
    pub fn drive(self, tech: &Technician, from: Departure, leg: i32) -> Self {
        let now = tech.pause.on_leg(from.ahead, leg) < from.behind.saturating_add(leg);
        Self { ahead: self.ahead, behind: if now { self.ahead } else { self.behind } }
    }

    /// After the start of a service that ends at `depart`.
    #[must_use]
    pub fn start(self, job: &Job, depart: Departure) -> Self {
        let cost = |t: i32| job.lateness.cost(t - job.service);
        Self { ahead: self.ahead + cost(depart.ahead), behind: self.behind + cost(depart.behind) }
    }

    /// Of the whole route, from the arrivals at home.
    #[must_use]
    pub fn end(self, tech: &Technician, home: Departure) -> i64 {
        if tech.pause.is_some() && home.ahead <= tech.pause.open { self.ahead } else { self.behind }
    }
}

/// Departures after the service, from the arrivals.
#[inline]
#[must_use]
pub fn serve(job: &Job, arrive: Departure) -> Departure {
    let done = |t: i32| (job.windows.begin(t) + job.service).min(NEVER);
    Departure { ahead: done(arrive.ahead), behind: done(arrive.behind) }
}
