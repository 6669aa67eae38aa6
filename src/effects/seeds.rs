//! The only source of ids, tokens and salts.

use std::sync::{Arc, Mutex, PoisonError};

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha20Rng;
use uuid::{Builder, Uuid};

use crate::domain::ids::Id;
use crate::domain::time::Timestamp;

/// A generator that several threads share. From the operating system's entropy in production, from a number in
/// tests and in the simulated world.
#[derive(Clone)]
pub struct Seeds(Arc<Mutex<ChaCha20Rng>>);

impl Seeds {
    /// Fails when the operating system has no entropy to give.
    pub fn from_entropy() -> Result<Self, getrandom::Error> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(Self(Arc::new(Mutex::new(ChaCha20Rng::from_seed(seed)))))
    }

    pub fn from_number(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))))
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    pub fn number(&self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }

    /// An id in the UUIDv7 layout: milliseconds of `now`, then randomness.
    pub fn id<T: Id>(&self, now: Timestamp) -> T {
        let millis = u64::try_from(now.millis()).unwrap_or_default();
        T::from_uuid(self.uuid(millis))
    }

    fn uuid(&self, millis: u64) -> Uuid {
        Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// 256 random bits as 64 hex digits: session tokens and tracking links.
    pub fn token(&self) -> String {
        crate::domain::wallet::chain::hex(&self.bytes::<32>())
    }
}
