//! Fairness: work beyond a technician's fair share costs with its square, so that two days of seven hours are better than
//! one of four and one of ten. Work is service and driving. The share is known before the day is planned: the service of
//! all jobs, shared out by the length of the shifts. So a route's cost needs only the route.

/// What uneven days cost. Without weight or shares nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fairness {
    weight: i64,
    /// Fair share of each technician, seconds.
    shares: Vec<i64>,
}

/// Largest weight read.
pub const WEIGHT_MAX: i64 = 1_000;
/// More than any plan should cost, and far from the end of the numbers.
const MOST: i128 = 1 << 50;

impl Fairness {
    /// Shares `service` seconds out to shifts of these lengths.
    #[must_use]
    pub fn new(weight: i64, service: i64, shifts: &[i64]) -> Self {
        let total: i64 = shifts.iter().sum();
        let share = |length: &i64| (i128::from(service) * i128::from(*length) / i128::from(total.max(1))) as i64;
        Self { weight, shares: if weight > 0 { shifts.iter().map(share).collect() } else { Vec::new() } }
    }

    #[inline]
    #[must_use]
    pub fn is_some(&self) -> bool {
        self.weight > 0
    }

    /// Cost of `work` seconds of a technician.
    #[must_use]
    pub fn cost(&self, technician: u32, work: i64) -> i64 {
        let Some(share) = self.shares.get(technician as usize) else { return 0 };
        let over = i128::from((work - share).max(0));
        (i128::from(self.weight) * over * over / i128::from((*share).max(1))).min(MOST) as i64
    }
}
