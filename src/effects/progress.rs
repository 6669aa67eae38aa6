//! How far a long work is, for whoever waits for it at a terminal. Whoever works says it; whoever waits looks.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// The step at hand and how much of it is done. A copy is the same work.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    step: Mutex<String>,
    done: AtomicU64,
    total: AtomicU64,
}

/// One look at a work.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Look {
    pub step: String,
    pub done: u64,
    /// Zero: nobody knows how much there is.
    pub total: u64,
}

impl Progress {
    /// The next step begins, of so many pieces.
    pub fn begin(&self, step: impl Into<String>, total: usize) {
        *self.0.step.lock().unwrap_or_else(PoisonError::into_inner) = step.into();
        self.0.done.store(0, Ordering::Relaxed);
        self.0.total.store(total as u64, Ordering::Relaxed);
    }

    /// So many more are done.
    pub fn add(&self, count: usize) {
        self.0.done.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// So many are done in all.
    pub fn reach(&self, done: usize) {
        self.0.done.store(done as u64, Ordering::Relaxed);
    }

    pub fn look(&self) -> Look {
        let step = self.0.step.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Look { step, done: self.0.done.load(Ordering::Relaxed), total: self.0.total.load(Ordering::Relaxed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_sees_what_whoever_works_says() {
        let (work, wait) = (Progress::default(), Progress::default());
        let told = work.clone();
        work.begin("wallets", 200);
        work.add(50);
        work.add(50);
        assert_eq!(told.look(), Look { step: "wallets".into(), done: 100, total: 200 });
        work.begin("streams", 0);
        assert_eq!((told.look().step.as_str(), told.look().done), ("streams", 0));
        assert_eq!(wait.look(), Look::default());
    }
}
