//! The way out: sockets are closed one after the other over a short window, and each is told when to come back, so that
//! a server that comes up again is not met by all of them in one instant.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::limits;
use crate::node::services::Services;
use crate::views::live::close;

/// When one socket goes, counted from the beginning, and how long it stays away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Leave {
    after: Duration,
    away: Duration,
}

/// The plan for one of `count` sockets. All are gone when the window ends; they come back over another one, each at the
/// place that `luck` gives it.
fn leave(index: usize, count: usize, luck: u64) -> Leave {
    let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
    let window = limits::DRAIN.min(limits::DRAIN_EACH.saturating_mul(count));
    let after = window.mul_f64(index as f64 / f64::from(count));
    let place = window.mul_f64(luck as f64 / u64::MAX as f64);
    Leave { after, away: window - after + limits::RESTART + place }
}

/// Sends everybody away. Nobody new is let in from here on; what was still at the door is sent away by a second call.
pub async fn drain(services: &Services) {
    services.door.shut();
    let began = Instant::now();
    let everybody = services.hub.everybody();
    let count = everybody.len();
    for (index, outbox) in everybody.iter().enumerate() {
        let Leave { after, away } = leave(index, count, services.store.seeds().number());
        // The timer counts in milliseconds; those of one are closed together.
        if after > began.elapsed() + Duration::from_millis(1) {
            tokio::time::sleep_until(began + after).await;
        }
        outbox.close(close::GOING_AWAY, &format!("{}{}", close::RETRY, away.as_millis()));
    }
}

/// Drains in the background of a stop.
pub async fn drain_until<T>(services: Arc<Services>, stopped: impl Future<Output = T>) -> T {
    let draining = async {
        loop {
            drain(&services).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        biased;
        stopped = stopped => stopped,
        () = draining => unreachable!("it goes on until the server has stopped"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_leave_within_the_window_and_nobody_comes_back_before_the_last_has_left(
            count in 1_usize..30_000, luck in prop::collection::vec(any::<u64>(), 16),
        ) {
            let window = limits::DRAIN.min(limits::DRAIN_EACH * count as u32);
            for (step, luck) in luck.into_iter().enumerate() {
                let index = step * (count - 1) / 15;
                let Leave { after, away } = leave(index, count, luck);
                prop_assert!(after <= window);
                prop_assert!(after + away >= window + limits::RESTART);
                prop_assert!(after + away <= window * 2 + limits::RESTART + Duration::from_millis(1));
            }
        }
    }

    #[test]
    fn a_few_watchers_are_gone_at_once() {
        assert!(leave(2, 3, 0).after < Duration::from_millis(1));
        assert_eq!(leave(0, 20_000, 0).away, limits::DRAIN + limits::RESTART);
    }
}
