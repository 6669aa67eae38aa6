//! Wishes: what it costs that a certain technician comes. A constant for each pair of job and technician, so that it
//! takes part in the choice of the route and costs nothing in the choice of the place within it.

/// Prices of wishes that are not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// Another technician than a usual one.
    pub usual: i64,
    /// A technician of another territory.
    pub borrow: i64,
}

/// How a technician stands to a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Somebody whom the customer knows works today, and it is not he.
    pub unusual: bool,
    pub borrowed: bool,
    /// Cost of his coming all the same, if the customer does not want him.
    pub unwanted: i64,
}

impl Prices {
    #[must_use]
    pub fn of(&self, standing: Standing) -> i64 {
        let one = |is: bool, price: i64| if is { price } else { 0 };
        one(standing.unusual, self.usual) + one(standing.borrowed, self.borrow) + standing.unwanted
    }
}
