//! Recreate: the removed jobs, and those that had no technician, are put back one after the other where they cost
//! least. The order is drawn anew in every step, because each order finds other plans.

use super::search::Search;

/// Orders and how often each is drawn.
const ORDERS: [(Order, u32); 8] = [
    (Order::Chance, 5),
    (Order::DearestFirst, 3),
    (Order::FarFirst, 2),
    (Order::NearFirst, 1),
    (Order::NarrowFirst, 3),
    (Order::EarlyFirst, 1),
    (Order::LateFirst, 1),
    (Order::RareFirst, 2),
];

#[derive(Debug, Clone, Copy)]
enum Order {
    Chance,
    DearestFirst,
    FarFirst,
    NearFirst,
    NarrowFirst,
    EarlyFirst,
    LateFirst,
    /// Few technicians can do it.
    RareFirst,
}

impl Search<'_> {
    /// Puts back what it can.
    pub(super) fn recreate(&mut self) {
        self.call_absent();
        self.put_back();
    }

    fn put_back(&mut self) {
        let mut todo = std::mem::take(&mut self.removed);
        self.sort(&mut todo);
        for job in &todo {
            let penalty = self.model.job(*job).penalty;
            match self.best_place(*job) {
                Some((t, spot)) if spot.delta < penalty => self.put(t, spot.position, *job),
                _ => self.absent.push(*job),
            }
        }
        self.removed = todo;
    }

    /// Takes out of routes that break a rule what it takes to keep them all: the cheapest single job that helps, else
    /// the last job, again and again.
    pub fn shed(&mut self) {
        for t in 0..self.routes.len() as u32 {
            while self.holds(t) && !self.routes[t as usize].holds {
                self.shed_one(t);
            }
        }
    }

    fn shed_one(&mut self, t: u32) {
        let jobs: Vec<u32> = self.routes[t as usize].jobs().collect();
        let mut cheapest: Option<(i64, usize)> = None;
        for (k, job) in jobs.iter().enumerate() {
            let mut trial = self.routes[t as usize].clone();
            trial.stops.remove(k + 1);
            let penalty = self.model.job(*job).penalty;
            if trial.retime(self.model, t) && cheapest.is_none_or(|c| penalty < c.0) {
                cheapest = Some((penalty, k));
            }
        }
        let k = cheapest.map_or(jobs.len().saturating_sub(1), |c| c.1);
        self.cost -= self.routes[t as usize].cost;
        self.routes[t as usize].stops.remove(k + 1);
        self.retime(t);
        self.cost += self.routes[t as usize].cost + self.model.job(jobs[k]).penalty;
        self.route_of[jobs[k] as usize] = super::search::ABSENT;
        self.absent.push(jobs[k]);
    }

    /// A first plan: every job in turn, where it costs least.
    pub fn construct(&mut self) {
        self.begin_step();
        self.removed.append(&mut self.absent);
        self.put_back();
        if self.recount() { self.commit() } else { self.revert() }
    }

    /// Adds jobs without technician to the removed ones: all, or the one the step began around and a few at random.
    fn call_absent(&mut self) {
        if let Some(at) = self.absent.iter().position(|j| *j == self.seed) {
            self.removed.push(self.absent.swap_remove(at));
        }
        for _ in 0..self.tuning.absent_tried.min(self.absent.len()) {
            let job = self.absent.swap_remove(self.chance.below(self.absent.len()));
            self.removed.push(job);
        }
    }

    /// Puts `job` behind the stop at `position`. Two sequences with one hash would show here as a broken rule: then the
    /// job stays out.
    fn put(&mut self, t: u32, position: u32, job: u32) {
        self.touch(t);
        let route = &mut self.routes[t as usize];
        if position as usize > route.len() {
            self.absent.push(job);
            return;
        }
        let holds = route.put(self.model, t, position as usize, job);
        self.hashes[t as usize] = route.hash;
        if holds {
            self.route_of[job as usize] = t;
        } else {
            self.routes[t as usize].stops.remove(position as usize + 1);
            self.retime(t);
            self.absent.push(job);
        }
    }

    fn sort(&mut self, jobs: &mut [u32]) {
        let total: u32 = ORDERS.iter().map(|o| o.1).sum();
        let mut draw = self.chance.below(total as usize) as u32;
        let order = ORDERS
            .iter()
            .find(|(_, w)| {
                if draw < *w {
                    true
                } else {
                    draw -= w;
                    false
                }
            })
            .map_or(Order::Chance, |o| o.0);
        self.chance.shuffle(jobs);
        let model = self.model;
        match order {
            Order::Chance => {}
            Order::DearestFirst => jobs.sort_by_key(|j| -model.job(*j).penalty),
            Order::FarFirst => jobs.sort_by_key(|j| -model.reach[*j as usize]),
            Order::NearFirst => jobs.sort_by_key(|j| model.reach[*j as usize]),
            Order::NarrowFirst => jobs.sort_by_key(|j| model.job(*j).windows.width()),
            Order::EarlyFirst => jobs.sort_by_key(|j| model.job(*j).windows.last()),
            Order::LateFirst => jobs.sort_by_key(|j| -model.job(*j).windows.open),
            Order::RareFirst => jobs.sort_by_key(|j| model.job(*j).able.len()),
        }
    }
}
