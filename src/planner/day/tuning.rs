//! The figures of the search. Measured over the benchmark's classes; README.md has the table.

/// Figures of the search.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tuning {
    /// Mean number of jobs removed in a step.
    pub removed_mean: f64,
    /// Longest string removed from one route.
    pub string_max: usize,
    /// Chance that a string keeps some jobs in its middle.
    pub split: f64,
    /// Chance that the kept stretch grows by one more job.
    pub split_deeper: f64,
    /// Chance that the first route of a step is emptied, if it is not longer than `whole_max`: that is how a technician
    /// is spared the way to his part of the town.
    pub whole: f64,
    pub whole_max: usize,
    /// Chance of overlooking the best spot of a route.
    pub blink: f64,
    /// Chance that a step begins around a job without technician.
    pub seed_absent: f64,
    /// Most jobs without technician that a step tries beside the removed ones.
    pub absent_tried: usize,
    /// Up to so many technicians every able one is tried for a job.
    pub scan_all_max: usize,
    /// With more technicians: routes tried, nearest first.
    pub routes_tried: usize,
    /// First and last temperature, in mean drives between two stops.
    pub heat: (f64, f64),
    /// Steps a job for which the first temperature is meant; with others it is multiplied by their ratio to the power of
    /// `patience`, within `patience_range`.
    pub steady_steps: f64,
    pub patience: f64,
    pub patience_range: (f64, f64),
    /// Parts into which the budget is cut; between them workers exchange.
    pub epochs: u32,
    /// From so many jobs on each worker takes a part of the routes; below each searches the whole day.
    pub share_min: usize,
    /// With so many steps a job each worker searches the whole day in any case: two plans of which the better one counts
    /// are then worth more than one plan searched twice as long.
    pub share_steps_max: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        Self {
            removed_mean: 10.0,
            string_max: 10,
            split: 0.5,
            split_deeper: 0.01,
            whole: 0.15,
            whole_max: 12,
            blink: 0.01,
            seed_absent: 0.3,
            absent_tried: 12,
            scan_all_max: 40,
            routes_tried: 20,
            heat: (3.0, 0.1),
            steady_steps: 2_000.0,
            patience: 0.25,
            patience_range: (0.4, 2.0),
            epochs: 40,
            share_min: 120,
            share_steps_max: 8_000.0,
        }
    }
}

impl Tuning {
    /// After an event the plan that stands is good: only its surroundings are loosened.
    #[must_use]
    pub fn event() -> Self {
        Self { heat: (0.1, 0.02), patience: 0.0, ..Self::default() }
    }
}
