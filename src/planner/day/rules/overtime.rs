//! Overtime: the route ends at or before shift end plus the allowed overtime; each second beyond the shift is paid.

/// The working time of one technician.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    pub start: i32,
    pub end: i32,
    /// Home by then at the latest.
    pub limit: i32,
}

impl Shift {
    #[inline]
    #[must_use]
    pub fn overtime(&self, home: i32) -> i64 {
        i64::from((home - self.end).max(0))
    }

    #[inline]
    #[must_use]
    pub fn allows_overtime(&self) -> bool {
        self.limit > self.end
    }
}
