//! Several workers on one day. Between two meetings each worker holds a part of the technicians, cut anew each time, and
//! improves the routes of its part: a day for two workers is searched twice as fast. A small day cannot be cut; there
//! each worker searches the whole by itself and the best plan counts.

use super::anneal::Cooling;
use super::budget::Budget;
use super::chance::Chance;
use super::model::Model;
use super::search::{Plan, Search};
use super::tuning::Tuning;

/// Plans the day with `workers` threads until the budget is spent. For the same seed and a budget of steps the plan is
/// the same on every machine.
#[must_use]
pub fn plan_day(model: &Model, tuning: Tuning, workers: usize, seed: u64, budget: &dyn Budget) -> Plan {
    improve(model, &Plan::idle(model), tuning, workers, seed, budget)
}

/// Goes on from a plan that was made before the day changed. What in it breaks a rule by now is taken out first; then
/// every job without technician is put where it costs least; then the search has the budget.
#[must_use]
pub fn improve(model: &Model, plan: &Plan, tuning: Tuning, workers: usize, seed: u64, budget: &dyn Budget) -> Plan {
    go_on(model, plan, tuning, workers, seed, budget).0
}

/// The same, and how many steps the first worker did.
pub(super) fn go_on(
    model: &Model,
    plan: &Plan,
    tuning: Tuning,
    workers: usize,
    seed: u64,
    budget: &dyn Budget,
) -> (Plan, u64) {
    if model.jobs.is_empty() {
        return (Plan { routes: plan.routes.clone(), ..Plan::default() }, 0);
    }
    let mut team = Team::new(model, plan, tuning, workers.max(1), seed);
    let mut share = workers > 1 && model.jobs.len() >= tuning.share_min;
    let mut apart = false;
    for epoch in 1..=tuning.epochs {
        let until = if epoch == tuning.epochs { 1.0 } else { f64::from(epoch) / f64::from(tuning.epochs) };
        if budget.spent(team.workers[0].steps) >= 1.0 {
            break;
        }
        if share {
            team.shared_epoch(budget, until);
        } else {
            team.parallel_epoch(budget, until, !apart);
            apart = true;
        }
        if epoch == 1 {
            let steps = team.steps_a_job() / budget.spent(team.workers[0].steps).max(until);
            team.set_heat(tuning, steps);
            share &= steps < tuning.share_steps_max;
        }
    }
    (team.best, team.workers[0].steps)
}

struct Team<'a> {
    model: &'a Model,
    workers: Vec<Search<'a>>,
    current: Plan,
    best: Plan,
    cooling: Cooling,
    chance: Chance,
}

impl<'a> Team<'a> {
    fn new(model: &'a Model, plan: &Plan, tuning: Tuning, workers: usize, seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let mut workers: Vec<_> = (0..workers).map(|_| Search::new(model, tuning, chance.draw())).collect();
        workers[0].load(plan, |_| true, |_| true);
        workers[0].shed();
        workers[0].construct();
        let current = workers[0].current();
        let unit = mean_drive(model, &current);
        let cooling = Cooling { first: unit * tuning.heat.0, last: unit * tuning.heat.1 };
        let best = current.clone();
        Self { model, workers, current, best, cooling, chance }
    }

    /// Steps of all workers so far for each job.
    fn steps_a_job(&self) -> f64 {
        self.workers.iter().map(|w| w.steps).sum::<u64>() as f64 / self.model.jobs.len() as f64
    }

    /// With more steps the search can begin hotter, and with few it must not.
    fn set_heat(&mut self, tuning: Tuning, steps_a_job: f64) {
        let patience = (steps_a_job / tuning.steady_steps).powf(tuning.patience);
        self.cooling.first *= patience.clamp(tuning.patience_range.0, tuning.patience_range.1);
    }

    fn run(&mut self, budget: &dyn Budget, until: f64) {
        let cooling = self.cooling;
        std::thread::scope(|scope| {
            let mut workers = self.workers.iter_mut();
            let first = workers.next();
            for worker in workers {
                scope.spawn(move || worker.run(budget, until, cooling));
            }
            if let Some(worker) = first {
                worker.run(budget, until, cooling);
            }
        });
    }

    /// Each worker improves its part; the parts are joined.
    fn shared_epoch(&mut self, budget: &dyn Budget, until: f64) {
        let (owner, job_owner) = self.cut();
        for (w, worker) in self.workers.iter_mut().enumerate() {
            worker.load(&self.current, |t| owner[t as usize] == w, |j| job_owner[j as usize] == w);
        }
        self.run(budget, until);
        let best = join(&owner, self.workers.iter().map(|w| w.best().clone()));
        self.current = join(&owner, self.workers.iter().map(Search::current));
        if best.cost < self.best.cost {
            self.best = best;
        }
    }

    /// Each worker searches the whole day by itself, and the best plan counts: a worker that is caught in a plan with
    /// a technician too many does not catch the others. `first` says that they begin with it.
    fn parallel_epoch(&mut self, budget: &dyn Budget, until: f64, first: bool) {
        if first {
            for worker in &mut self.workers {
                worker.load(&self.current, |_| true, |_| true);
            }
        }
        self.run(budget, until);
        for worker in &self.workers {
            if worker.best().cost < self.best.cost {
                self.best = worker.best().clone();
            }
        }
    }

    /// Cuts the technicians in equal parts along a line through the day: between two jobs drawn at random, by which of
    /// the two the stops are nearer.
    fn cut(&mut self) -> (Vec<usize>, Vec<usize>) {
        let model = self.model;
        let n = model.jobs.len();
        let mut place = || model.job(self.chance.below(n) as u32).place;
        let (p, q) = (place(), place());
        let lean = |x: u32| {
            i64::from(model.travel.seconds(x, p).min(1 << 24)) - i64::from(model.travel.seconds(x, q).min(1 << 24))
        };
        let route_lean = |t: usize, jobs: &Vec<u32>| {
            if jobs.is_empty() {
                return lean(model.technician(t as u32).start);
            }
            jobs.iter().map(|j| lean(model.job(*j).place)).sum::<i64>() / jobs.len() as i64
        };
        let mut order: Vec<(i64, usize)> =
            self.current.routes.iter().enumerate().map(|(t, jobs)| (route_lean(t, jobs), t)).collect();
        order.sort_unstable();
        let parts = self.workers.len();
        let total = n + order.len();
        let (mut owner, mut borders) = (vec![0; order.len()], vec![i64::MAX; parts]);
        let mut seen = 0;
        for (key, t) in order {
            let part = (seen * parts / total).min(parts - 1);
            owner[t] = part;
            borders[part] = key;
            seen += self.current.routes[t].len() + 1;
        }
        let mut job_owner = vec![0; n];
        for job in &self.current.absent {
            let key = lean(model.job(*job).place);
            job_owner[*job as usize] = borders.iter().position(|b| key <= *b).unwrap_or(parts - 1);
        }
        (owner, job_owner)
    }
}

fn join(owner: &[usize], parts: impl Iterator<Item = Plan>) -> Plan {
    let mut whole = Plan { routes: vec![Vec::new(); owner.len()], ..Plan::default() };
    for (w, part) in parts.enumerate() {
        whole.cost += part.cost;
        whole.absent.extend(part.absent);
        for (t, jobs) in part.routes.into_iter().enumerate() {
            if owner[t] == w {
                whole.routes[t] = jobs;
            }
        }
    }
    whole
}

/// Mean drive between two stops of the plan: the measure of temperatures.
fn mean_drive(model: &Model, plan: &Plan) -> f64 {
    let (mut seconds, mut legs) = (0i64, 0i64);
    for (t, jobs) in plan.routes.iter().enumerate().filter(|(_, jobs)| !jobs.is_empty()) {
        let tech = model.technician(t as u32);
        let mut at = tech.start;
        for place in jobs.iter().map(|j| model.job(*j).place).chain([tech.end]) {
            seconds += i64::from(model.travel.seconds(at, place));
            legs += 1;
            at = place;
        }
    }
    if legs == 0 { 1.0 } else { (seconds as f64 / legs as f64).max(1.0) }
}
