//! Lateness: a start after the job's due time costs by the second, at most as much as leaving the job out. On a running
//! day the last window is such a due time; on a day that is still being planned windows are hard, and only a job that
//! has a due time of its own, or whose window people were told, can be late.

/// What a late start costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lateness {
    /// A start after this is late.
    pub due: i32,
    /// Cost of a second.
    pub weight: i64,
    /// Most that it costs.
    pub most: i64,
}

impl Lateness {
    /// Windows are hard.
    pub const NONE: Self = Self { due: i32::MAX, weight: 0, most: 0 };

    #[inline]
    #[must_use]
    pub fn cost(&self, start: i32) -> i64 {
        if start <= self.due { 0 } else { (self.weight * i64::from(start - self.due)).min(self.most) }
    }
}

/// Cost of a second for jobs that only have a priority, 1 to 4.
#[must_use]
pub fn weight_of(priority: Option<i64>) -> i64 {
    match priority {
        Some(level @ 2..=4) => 1 << (level - 1),
        _ => 1,
    }
}

impl Default for Lateness {
    fn default() -> Self {
        Self::NONE
    }
}
