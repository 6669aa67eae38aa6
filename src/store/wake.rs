//! The wake-up after a commit: which streams grew, never what was written. Readers fetch that from the journal, so a
//! lost wake-up costs time and no data.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::domain::event::Stream;

/// Streams that grew and nobody has looked at yet, with their newest heads. Bounded by the number of streams.
#[derive(Default)]
pub struct Wake {
    grown: Mutex<BTreeMap<Stream, i64>>,
    signal: Notify,
}

impl Wake {
    pub(super) fn grown(&self, heads: BTreeMap<Stream, i64>) {
        if heads.is_empty() {
            return;
        }
        let mut grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        for (stream, head) in heads {
            let newest = grown.entry(stream).or_default();
            *newest = (*newest).max(head);
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
