//! The only source of time.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::domain::time::{Seconds, Timestamp};

/// Tells the time, and how long a span of the business day takes on the wall.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> Timestamp;

    /// How many of this clock's seconds pass in one second of the wall's: 1 but where a day runs faster.
    fn speed(&self) -> f64 {
        1.0
    }

    /// How long a timer must really run for `span` of this clock to pass.
    fn wall(&self, span: Seconds) -> Duration {
        Duration::from_secs(span.max_zero().0.unsigned_abs())
    }
}

pub type SharedClock = Arc<dyn Clock>;

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// A day that runs faster: `start` was at the machine's instant `origin`, and each second since counts `speed` times.
/// It needs no state of its own, so a restarted process goes on in the same day.
#[derive(Debug, Clone, Copy)]
pub struct ScaledClock {
    pub origin: Timestamp,
    pub start: Timestamp,
    pub speed: f64,
}

impl Clock for ScaledClock {
    fn now(&self) -> Timestamp {
        let real = (SystemClock.now().micros() - self.origin.micros()).max(0);
        Timestamp::from_micros(self.start.micros() + (real as f64 * self.speed) as i64)
    }

    fn speed(&self) -> f64 {
        self.speed
    }

    fn wall(&self, span: Seconds) -> Duration {
        Duration::from_secs_f64(span.max_zero().0 as f64 / self.speed)
    }
}

/// Tokio's clock, which a test may pause: the simulated world's time.
#[derive(Debug, Clone, Copy)]
pub struct VirtualClock {
    origin: tokio::time::Instant,
    start: Timestamp,
}

impl VirtualClock {
    /// Must be made inside the runtime whose time it follows.
    pub fn starting_at(start: Timestamp) -> Self {
        Self { origin: tokio::time::Instant::now(), start }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let passed = tokio::time::Instant::now().duration_since(self.origin);
        Timestamp::from_micros(self.start.micros() + i64::try_from(passed.as_micros()).unwrap_or(i64::MAX / 2))
    }
}
