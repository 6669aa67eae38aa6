//! Chance from the run's seed. Each person has a stream of its own in each life of the server, so that one who does
//! more doesn't change what the others do.

use std::time::Duration;

use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use crate::domain::ids::{Id, OperationId};

pub struct Luck(ChaCha8Rng);

impl Luck {
    pub fn of(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Chance for something beside, which follows from this one.
    pub fn child(&mut self) -> Self {
        Self(ChaCha8Rng::seed_from_u64(self.0.next_u64()))
    }

    /// Happens this often in a hundred.
    pub fn chance(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    /// Once in so many, never when that is 0.
    pub fn once_in(&mut self, times: u32) -> bool {
        times > 0 && self.0.random_range(0..times) == 0
    }

    /// Both ends included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// A number of a span around 0.
    pub fn off_by(&mut self, most: f64) -> f64 {
        self.0.random_range(-most..=most)
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        (!list.is_empty()).then(|| &list[self.0.random_range(0..list.len())])
    }

    pub fn seconds(&mut self, low: i64, high: i64) -> Duration {
        Duration::from_secs(self.between(low, high).unsigned_abs())
    }

    pub fn operation(&mut self) -> OperationId {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        OperationId::from_uuid(Uuid::from_bytes(bytes))
    }
}
