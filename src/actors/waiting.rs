//! The frames that wait for one reader: in order, bounded, the newest of a kind in the place of the older.

use std::collections::VecDeque;
use std::task::Waker;

use bytes::Bytes;

use crate::domain::event::Stream;
use crate::domain::ids::{TechnicianId, VisitId};
use crate::limits;

/// Of frames with the same key only the newest is worth sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latest {
    Eta(Stream, VisitId),
    Position(Stream, TechnicianId),
    Presence(Stream),
}

#[derive(Default)]
pub(super) struct Queue {
    frames: VecDeque<(Option<Latest>, Bytes)>,
    bytes: usize,
    waker: Option<Waker>,
}

impl Queue {
    /// False when the reader is too slow for it.
    pub fn push(&mut self, key: Option<Latest>, frame: Bytes) -> bool {
        if key.is_some()
            && let Some(waiting) = self.frames.iter_mut().find(|(other, _)| *other == key)
        {
            self.bytes = self.bytes + frame.len() - waiting.1.len();
            waiting.1 = frame;
            return true;
        }
        let full = self.frames.len() >= limits::SESSION_QUEUE || self.bytes + frame.len() > limits::SESSION_BYTES;
        if full && !self.frames.is_empty() {
            return false;
        }
        self.put(key, frame);
        true
    }

    /// The last word fits always.
    pub fn push_last(&mut self, frame: Bytes) {
        self.put(None, frame);
    }

    fn put(&mut self, key: Option<Latest>, frame: Bytes) {
        self.bytes += frame.len();
        self.frames.push_back((key, frame));
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    pub fn take(&mut self) -> Option<Bytes> {
        let Some((_, frame)) = self.frames.pop_front() else {
            // A burst should not hold its memory for the rest of a long day.
            self.frames.shrink_to(4);
            return None;
        };
        self.bytes -= frame.len();
        Some(frame)
    }

    pub fn clear(&mut self) {
        (self.frames, self.bytes) = (VecDeque::new(), 0);
    }

    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Who is woken by the next frame.
    pub fn wake_by(&mut self, waker: &Waker) {
        if !self.waker.as_ref().is_some_and(|known| known.will_wake(waker)) {
            self.waker = Some(waker.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id;
    use uuid::Uuid;

    fn eta(visit: u128) -> Option<Latest> {
        let visit = VisitId::from_uuid(Uuid::from_u128(visit));
        Some(Latest::Eta(Stream::Visit(visit), visit))
    }

    #[test]
    fn a_reader_who_never_reads_costs_a_bounded_number_of_bytes() {
        let mut queue = Queue::default();
        let page = Bytes::from(vec![b'x'; limits::SESSION_BYTES / 2]);
        assert!(queue.push(None, page.clone()) && queue.push(None, page.clone()));
        assert!(!queue.push(None, Bytes::from_static(b"x")), "not one byte more");
        assert!(queue.take().is_some());
        assert!(queue.push(None, page));
    }

    #[test]
    fn a_page_of_any_size_goes_alone() {
        let mut queue = Queue::default();
        assert!(queue.push(None, Bytes::from(vec![b'x'; limits::SESSION_BYTES + 1])));
        assert!(!queue.push(None, Bytes::from_static(b"x")));
        assert_eq!(queue.take().map(|page| page.len()), Some(limits::SESSION_BYTES + 1));
        assert!(queue.push(None, Bytes::from_static(b"x")));
    }

    #[test]
    fn figures_that_replace_each_other_keep_their_place_and_fill_nothing() {
        let mut queue = Queue::default();
        for round in 0..limits::SESSION_QUEUE * 3 {
            assert!(queue.push(eta(1), format!("first {round}").into()));
            assert!(queue.push(eta(2), format!("second {round}").into()));
        }
        let last = limits::SESSION_QUEUE * 3 - 1;
        assert_eq!(queue.take().unwrap(), format!("first {last}").as_bytes());
        assert_eq!(queue.take().unwrap(), format!("second {last}").as_bytes());
        assert_eq!((queue.take(), queue.bytes), (None, 0));
    }
}
