//! Which steps are kept: simulated annealing. A worse plan is kept when it is worse by less than `-T ln u`, with a
//! temperature that falls with the budget spent.

use super::budget::Budget;
use super::search::Search;

/// Steps between two looks at the budget.
const STEPS_PER_LOOK: u32 = 16;

/// Temperature over the budget.
#[derive(Debug, Clone, Copy)]
pub struct Cooling {
    pub first: f64,
    pub last: f64,
}

impl Cooling {
    fn at(&self, spent: f64) -> f64 {
        self.first * (self.last / self.first).powf(spent.clamp(0.0, 1.0))
    }
}

impl Search<'_> {
    /// Steps until `until` of the budget is spent.
    pub fn run(&mut self, budget: &dyn Budget, until: f64, cooling: Cooling) {
        if self.jobs.is_empty() {
            return;
        }
        loop {
            let spent = budget.spent(self.steps);
            if spent >= until {
                return;
            }
            let heat = cooling.at(spent);
            for _ in 0..STEPS_PER_LOOK {
                self.step(heat);
            }
        }
    }

    /// One ruin, one recreation, one decision.
    pub(super) fn step(&mut self, heat: f64) {
        self.begin_step();
        self.ruin();
        self.retime_touched();
        self.recreate();
        let holds = self.recount();
        let worst = self.cost_before() as f64 - heat * self.chance.unit().max(1e-300).ln();
        if holds && (self.cost as f64) < worst { self.commit() } else { self.revert() }
    }
}
