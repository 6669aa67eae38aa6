//! Where one watcher stands in each of his topics. He has a few, so they lie in short sorted lists.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::domain::event::Stream;
use crate::domain::ids::{TechnicianId, VisitId};
use crate::domain::time::Timestamp;

/// What came while the journal was read.
#[derive(Debug, Default)]
pub(super) struct Missed {
    /// The newest event that is known of.
    pub newest: i64,
    etas: BTreeMap<VisitId, (u64, Bytes)>,
    positions: BTreeMap<TechnicianId, (Timestamp, Bytes)>,
}

impl Missed {
    pub fn keep_eta(&mut self, visit: VisitId, seq: u64, frame: &Bytes) {
        keep_newest(&mut self.etas, visit, seq, frame);
    }

    pub fn keep_position(&mut self, technician: TechnicianId, at: Timestamp, frame: &Bytes) {
        keep_newest(&mut self.positions, technician, at, frame);
    }
}

fn keep_newest<K: Ord, N: PartialOrd>(kept: &mut BTreeMap<K, (N, Bytes)>, key: K, number: N, frame: &Bytes) {
    if kept.get(&key).is_none_or(|(known, _)| *known < number) {
        kept.insert(key, (number, frame.clone()));
    }
}

/// How far a topic has been sent.
#[derive(Debug)]
pub(super) enum Place {
    /// The journal is being read. Nothing is pushed yet: it is only noted what there is.
    CatchingUp(Box<Missed>),
    /// Everything up to `seen` was queued.
    Live { seen: i64 },
}

impl Place {
    pub fn catching_up(newest: i64) -> Self {
        Self::CatchingUp(Box::new(Missed { newest, ..Missed::default() }))
    }
}

#[derive(Debug)]
pub(super) struct Watch {
    topic: Stream,
    pub place: Place,
    /// The newest arrival figure of each visit that went out, or that the client came with: none is sent twice.
    shown: Vec<(VisitId, u64)>,
}

impl Watch {
    /// Whether this figure is newer than what the client has; from now on it has it.
    pub fn is_news(&mut self, visit: VisitId, seq: u64) -> bool {
        match self.shown.binary_search_by_key(&visit, |(known, _)| *known) {
            Ok(at) if seq <= self.shown[at].1 => return false,
            Ok(at) => self.shown[at].1 = seq,
            Err(at) => self.shown.insert(at, (visit, seq)),
        }
        true
    }

    /// What waited for this moment, or none when the journal must be read on.
    pub fn go_live(&mut self, seen: i64) -> Option<Vec<Bytes>> {
        let Place::CatchingUp(missed) = &mut self.place else { return Some(Vec::new()) };
        if missed.newest > seen {
            return None;
        }
        let Missed { etas, positions, .. } = std::mem::take(missed.as_mut());
        self.place = Place::Live { seen };
        let news = etas.into_iter().filter(|(visit, (seq, _))| self.is_news(*visit, *seq));
        let mut waited: Vec<Bytes> = news.map(|(_, (_, frame))| frame).collect();
        waited.extend(positions.into_values().map(|(_, frame)| frame));
        Some(waited)
    }
}

#[derive(Debug, Default)]
pub(super) struct Watches(Vec<Watch>);

impl Watches {
    fn find(&self, topic: Stream) -> Result<usize, usize> {
        self.0.binary_search_by_key(&topic, |watch| watch.topic)
    }

    pub fn get_mut(&mut self, topic: Stream) -> Option<&mut Watch> {
        self.find(topic).ok().and_then(|at| self.0.get_mut(at))
    }

    pub fn place_mut(&mut self, topic: Stream) -> Option<&mut Place> {
        self.get_mut(topic).map(|watch| &mut watch.place)
    }

    /// Begins to watch a topic, or begins anew.
    pub fn join(&mut self, topic: Stream) {
        let fresh = Watch { topic, place: Place::catching_up(0), shown: Vec::new() };
        match self.find(topic) {
            Ok(at) => self.0[at] = fresh,
            Err(at) => self.0.insert(at, fresh),
        }
    }

    pub fn leave(&mut self, topic: Stream) -> bool {
        self.find(topic).map(|at| self.0.remove(at)).is_ok()
    }

    pub fn leave_all(&mut self) -> Vec<Stream> {
        std::mem::take(&mut self.0).into_iter().map(|watch| watch.topic).collect()
    }

    pub fn topics(&self) -> Vec<Stream> {
        self.0.iter().map(|watch| watch.topic).collect()
    }
}
