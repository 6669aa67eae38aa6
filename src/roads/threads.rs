//! Work for all cores, answers in order.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// More threads than this gain nothing for a graph of one city.
const THREADS_MAX: usize = 16;

/// `work` of every item, in their order, whichever thread did it.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX).min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let some = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };
    let mut all: Vec<(usize, R)> = thread::scope(|scope| {
        let running: Vec<_> = (1..threads).map(|_| scope.spawn(some)).collect();
        let mut all = some();
        for thread in running {
            match thread.join() {
                Ok(done) => all.extend(done),
                Err(fault) => std::panic::resume_unwind(fault),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_questions() {
        let items: Vec<u64> = (0..1_000).collect();
        assert_eq!(each(&items, |n| n * n), items.iter().map(|n| n * n).collect::<Vec<_>>());
        assert!(each(&[], |n: &u64| *n).is_empty());
    }
}
