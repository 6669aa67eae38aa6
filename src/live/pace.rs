//! How fast one client may talk: a bucket that holds a burst and fills steadily.

use tokio::time::Instant;

use crate::limits;

#[derive(Debug)]
pub(super) struct Pace {
    left: f64,
    at: Instant,
    per_second: f64,
}

impl Pace {
    /// `speed`: how many seconds of the business day pass in one; simulated phones talk so much faster.
    pub fn new(now: Instant, speed: f64) -> Self {
        Self { left: limits::FRAMES_AT_ONCE, at: now, per_second: limits::FRAMES_PER_SECOND * speed.max(1.0) }
    }

    /// Takes one frame. False when it was one too many.
    pub fn take(&mut self, now: Instant) -> bool {
        let gained = now.duration_since(self.at).as_secs_f64() * self.per_second;
        (self.left, self.at) = ((self.left + gained).min(limits::FRAMES_AT_ONCE), now);
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_a_steady_flow() {
        let start = Instant::now();
        let mut pace = Pace::new(start, 1.0);
        assert!((0..limits::FRAMES_AT_ONCE as usize).all(|_| pace.take(start)));
        assert!(!pace.take(start));
        let later = start + Duration::from_secs(1);
        assert_eq!((0..1_000).filter(|_| pace.take(later)).count(), limits::FRAMES_PER_SECOND as usize);
    }

    #[test]
    fn patience_is_not_saved_up_without_end() {
        let start = Instant::now();
        let mut pace = Pace::new(start, 1.0);
        let next_day = start + Duration::from_secs(86_400);
        assert_eq!((0..10_000).filter(|_| pace.take(next_day)).count(), limits::FRAMES_AT_ONCE as usize);
    }
}
