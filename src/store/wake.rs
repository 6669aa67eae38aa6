//! The wake-up after a commit: which streams grew, never what was written. Readers fetch that from the journal, so a
//! lost wake-up costs time and no data.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::Notify;

use crate::domain::event::Stream;

/// Everybody who is woken. A subscription ends when its holder drops it.
#[derive(Default)]
pub(super) struct Wakes(Mutex<Vec<Weak<Wake>>>);

impl Wakes {
    pub fn subscribe(&self) -> Arc<Wake> {
        let wake = Arc::new(Wake::default());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.strong_count() > 0);
        all.push(Arc::downgrade(&wake));
        wake
    }

    pub fn grown(&self, heads: &BTreeMap<Stream, i64>) {
        if heads.is_empty() {
            return;
        }
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().filter_map(Weak::upgrade).for_each(|wake| wake.grown(heads));
    }
}

/// One subscriber's list of streams that grew and that it has not looked at yet, with their newest heads. Bounded by
/// the number of streams.
#[derive(Default)]
pub struct Wake {
    grown: Mutex<BTreeMap<Stream, i64>>,
    signal: Notify,
}

impl Wake {
    fn grown(&self, heads: &BTreeMap<Stream, i64>) {
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        for (stream, head) in heads {
            let newest = grown.entry(*stream).or_default();
            *newest = (*newest).max(*head);
        }
        drop(grown);
        self.signal.notify_one();
    }

    /// Waits until a stream has grown.
    pub async fn wait(&self) {
        self.signal.notified().await;
    }

    /// Takes the list of grown streams.
    pub fn take(&self) -> BTreeMap<Stream, i64> {
        std::mem::take(&mut *self.grown.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
