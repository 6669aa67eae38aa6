//! What goes wrong inside the server: panics at seeded passages of the named points.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, PoisonError};

use super::luck::Luck;
use crate::effects::chaos::Chaos;

/// Payload of the panics that are made on purpose.
struct Thrown;

struct Weather {
    luck: Luck,
    /// One passage in so many falls over; 0: none.
    once_in: u32,
    thrown: BTreeMap<&'static str, u64>,
}

#[derive(Clone)]
pub struct Storm(Arc<Mutex<Weather>>);

impl Storm {
    pub fn new(luck: Luck, once_in: u32) -> Self {
        Self(Arc::new(Mutex::new(Weather { luck, once_in, thrown: BTreeMap::new() })))
    }

    pub fn chaos(&self) -> Chaos {
        let storm = self.clone();
        Chaos::with(move |point| storm.pass(point))
    }

    fn pass(&self, point: &'static str) {
        let falls = {
            let mut weather = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let once_in = weather.once_in;
            let falls = weather.luck.once_in(once_in);
            if falls {
                *weather.thrown.entry(point).or_default() += 1;
            }
            falls
        };
        if falls {
            // Without the hook, which would fill the terminal with a trace for each.
            resume_unwind(Box::new(Thrown));
        }
    }

    /// From now on the weather is fine.
    pub fn calm(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).once_in = 0;
    }

    /// Panics thrown, by point.
    pub fn thrown(&self) -> BTreeMap<&'static str, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).thrown.clone()
    }
}
