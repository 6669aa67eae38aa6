//! Chance from a seed: the same on every platform, and a stream for each purpose, so that more calls do not move the
//! customers.

use chrono::{NaiveDate, TimeDelta};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// What the chance is for; each draws from a stream of its own.
#[derive(Debug, Clone, Copy)]
pub enum Purpose {
    Staff = 1,
    Customers = 2,
    Wallets = 3,
    History = 4,
    Calls = 5,
    Scenario = 6,
    Past = 7,
}

pub fn dice(seed: u64, purpose: Purpose) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose as u64);
    rng
}

/// One of a list that is not empty.
pub fn pick<'a, T>(rng: &mut ChaCha8Rng, list: &'a [T]) -> &'a T {
    &list[rng.random_range(0..list.len())]
}

/// An index with the chance of its weight; the weights are not all zero.
pub fn pick_weighted(rng: &mut ChaCha8Rng, weights: &[u32]) -> usize {
    let mut left = rng.random_range(0..weights.iter().sum::<u32>());
    for (index, weight) in weights.iter().enumerate() {
        if left < *weight {
            return index;
        }
        left -= weight;
    }
    weights.len() - 1
}

/// So many days after (before, when negative) a day.
pub fn days_from(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(TimeDelta::days(days)).unwrap_or(day)
}
