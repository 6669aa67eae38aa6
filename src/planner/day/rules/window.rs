//! A service starts inside one of the job's windows. The release time (a fault cannot be repaired before it was
//! reported) is cut out of the windows beforehand.

use super::{NEVER, NO_LATEST};

/// The windows of one job, increasing and disjoint. Nearly all jobs have one, so the first lies open beside the rest.
#[derive(Debug, Clone, Default)]
pub struct Windows {
    pub open: i32,
    pub close: i32,
    more: Box<[(i32, i32)]>,
}

impl Windows {
    /// `all` increasing, disjoint and not empty.
    #[must_use]
    pub fn new(all: &[(i32, i32)]) -> Self {
        let (open, close) = all.first().copied().unwrap_or((NEVER, NO_LATEST));
        Self { open, close, more: all.iter().skip(1).copied().collect() }
    }

    /// Earliest start of service for an arrival at `t`; [`NEVER`] after the last window.
    #[inline]
    #[must_use]
    pub fn begin(&self, t: i32) -> i32 {
        if t <= self.close {
            return t.max(self.open);
        }
        self.more.iter().find(|(_, close)| t <= *close).map_or(NEVER, |(open, _)| t.max(*open))
    }

    /// Latest start of service at or before `t`. Since [`Self::begin`] never decreases, an arrival is early enough
    /// exactly if it is at or before this time, also with several windows.
    #[inline]
    #[must_use]
    pub fn latest(&self, t: i32) -> i32 {
        for (open, close) in self.more.iter().rev() {
            if t >= *open {
                return t.min(*close);
            }
        }
        if t >= self.open { t.min(self.close) } else { NO_LATEST }
    }

    /// End of the last window.
    #[inline]
    #[must_use]
    pub fn last(&self) -> i32 {
        self.more.last().map_or(self.close, |w| w.1)
    }

    /// The same windows with the last one closing at `end`.
    #[must_use]
    pub fn until(&self, end: i32) -> Self {
        let mut all = self.clone();
        match all.more.last_mut() {
            Some(last) => last.1 = end,
            None => all.close = end,
        }
        all
    }

    /// The parts of the windows between two times.
    #[must_use]
    pub fn within(&self, from: i32, to: i32) -> Self {
        let all = std::iter::once((self.open, self.close)).chain(self.more.iter().copied());
        let cut = all.map(|(open, close)| (open.max(from), close.min(to))).filter(|(open, close)| open <= close);
        Self::new(&cut.collect::<Vec<_>>())
    }

    /// Seconds in which the service may start.
    #[must_use]
    pub fn width(&self) -> i64 {
        let one = |(a, b): (i32, i32)| i64::from(b) - i64::from(a);
        one((self.open, self.close)) + self.more.iter().copied().map(one).sum::<i64>()
    }
}
