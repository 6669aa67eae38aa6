//! How long the search may go on. The core has no clock: the caller says what part of the budget is spent.

/// What part of the budget is spent.
pub trait Budget: Sync {
    /// 0 at the start, 1 and more when the search must stop. `steps` is what the asking worker has done since the
    /// search began.
    fn spent(&self, steps: u64) -> f64;
}

/// A fixed number of steps for each worker: the same seed gives the same plan on every machine.
#[derive(Debug, Clone, Copy)]
pub struct Steps(pub u64);

impl Budget for Steps {
    fn spent(&self, steps: u64) -> f64 {
        if self.0 == 0 { 1.0 } else { steps as f64 / self.0 as f64 }
    }
}

impl<F: Fn(u64) -> f64 + Sync> Budget for F {
    fn spent(&self, steps: u64) -> f64 {
        self(steps)
    }
}
