//! Lateness: on a running day a job may start after its last window; each second costs, at most as much as leaving the
//! job out. On a day that is still being planned windows are hard and nothing is ever late.

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

impl Default for Lateness {
    fn default() -> Self {
        Self::NONE
    }
}
