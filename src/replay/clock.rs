//! The time of a replayed day, shared by the server and everybody in the play.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::domain::time::{Seconds, Timestamp};
use crate::effects::clock::{Clock, SystemClock};

/// While the clock is held, nobody waits longer than this before he looks again.
const HELD_LOOK: Duration = Duration::from_millis(10);
/// The origin of a clock that is held.
const HELD: i64 = i64::MAX;
const MICROS_PER_MILLI: i64 = 1_000;

/// Stands still at `start` until it is released, then runs `speed` times as fast as the wall clock, by the same
/// formula as [`crate::effects::clock::ScaledClock`].
#[derive(Debug)]
pub struct DayClock {
    start: Timestamp,
    speed: f64,
    origin: AtomicI64,
}

impl DayClock {
    pub fn held(start: Timestamp, speed: f64) -> Self {
        Self { start, speed, origin: AtomicI64::new(HELD) }
    }

    pub fn start(&self) -> Timestamp {
        self.start
    }

    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Lets the day begin. Returns the wall clock's instant, whole milliseconds, at which it is `start`.
    pub fn release(&self) -> Timestamp {
        let now = SystemClock.now().micros() / MICROS_PER_MILLI * MICROS_PER_MILLI;
        self.origin.store(now, Ordering::Release);
        Timestamp::from_micros(now)
    }

    fn origin(&self) -> Option<i64> {
        Some(self.origin.load(Ordering::Acquire)).filter(|origin| *origin != HELD)
    }

    /// Waits until it is `at`; for ever on a clock that stays held.
    pub async fn sleep_until(&self, at: Timestamp) {
        loop {
            let left = at.micros() - self.now().micros();
            if left <= 0 {
                return;
            }
            let pause = match self.origin() {
                None => HELD_LOOK,
                Some(_) => Duration::from_secs_f64(left as f64 / 1e6 / self.speed),
            };
            tokio::time::sleep(pause).await;
        }
    }
}

impl Clock for DayClock {
    fn now(&self) -> Timestamp {
        let Some(origin) = self.origin() else { return self.start };
        let real = (SystemClock.now().micros() - origin).max(0);
        Timestamp::from_micros(self.start.micros() + (real as f64 * self.speed) as i64)
    }

    fn wall(&self, span: Seconds) -> Duration {
        Duration::from_secs_f64(span.max_zero().0 as f64 / self.speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn the_day_waits_until_it_is_released() {
        let start = Timestamp::from_seconds(1_795_478_400);
        let clock = DayClock::held(start, 600.0);
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(clock.now(), start);
        clock.release();
        clock.sleep_until(start + Seconds(6)).await;
        assert!(clock.now() >= start + Seconds(6));
    }
}
