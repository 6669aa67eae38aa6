//! The chain of one technician's arrivals, by sampling.
//!
//! arrival of visit k = now + what is left of what he does + for each visit before k (travel x hour factor + work)
//! + travel to k x hour factor.
//!
//! An arrival here is being *at the door, ready*: who comes before the promised start waits outside, unless the
//! customer agreed to an earlier coming (`early_ok`). `earliest` is therefore never before the promised start.
//! `late_risk` counts draws past the promised end.
//!
//! - A drive's spread falls with its length, `0.15 + 90 s / length` of the logarithm; recomputed from the last fix, so
//!   it shrinks as he comes closer.
//! - Who has not left leaves around the planned departure, or some minutes after the last word of him where that is
//!   later. Past it, what is left of the delay is its distribution given that it lasts longer than it has: it grows while
//!   nothing is heard.
//! - Since the fix he is taken to have gone on: the trip from there, given that it is not over yet. From two minutes of
//!   silence on the spread grows by its own size every ten minutes, up to four times.
//! - Work that runs is the work's distribution given that it lasts longer than it has: never zero.
//! - A word ("15 more minutes") is weighed against that by precision. It starts with a spread of 15 %, which grows with
//!   its age, with fixes newer than it, and when it has passed without coming true.
//! - The break is taken as the plan takes it: as late as its window allows, earlier where he waits anyway.

use chrono_tz::Tz;

use super::draw::{DRAWS, Lognormal};
use super::learned::HourFactors;
use super::walk::{Walk, after};
use crate::domain::arrival_window::customer_window;
use crate::domain::eta::{Eta, EtaSource};
use crate::domain::ids::{Id, VisitId};
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::roads::TravelTimes;

/// One accepted position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fix {
    pub position: Position,
    pub at: Timestamp,
}

/// What the technician does now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Doing {
    /// Not on the way. He leaves `from` for the first visit around the planned departure `due_at`, not before `free_at`.
    /// `heard_at` is the last sign that he is about it: dispatched, accepted, done with the work before.
    Idle { from: Position, free_at: Timestamp, due_at: Timestamp, heard_at: Timestamp },
    /// On the way to the first visit.
    Driving { from: Position, left_at: Timestamp, fix: Option<Fix> },
    /// At the first visit, working for `elapsed` (pauses not counted; 0 when he has arrived and not begun).
    Working { elapsed: Seconds },
}

/// What the technician said: when he arrives (idle, driving) or when his work ends (working).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word {
    pub said_at: Timestamp,
    pub expected: Timestamp,
    /// How long it takes him really, over what he says; 1 when nothing is learned.
    pub bias: f64,
}

impl Word {
    /// "So many minutes more" than the figure last shown.
    pub fn delay(said_at: Timestamp, shown: Timestamp, more: Seconds) -> Self {
        Self { said_at, expected: shown.max(said_at) + more, bias: 1.0 }
    }
}

/// One visit of the chain, in the order of the route.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChainVisit {
    pub visit: VisitId,
    pub position: Position,
    pub promised: Option<Window>,
    /// The customer agreed to an arrival before the promised start.
    pub early_ok: bool,
    pub service: Lognormal,
}

/// A break still to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainBreak {
    pub window: Window,
    pub duration: Seconds,
}

/// Everything that one evaluation rests on.
#[derive(Clone, Copy)]
pub struct Chain<'a> {
    pub now: Timestamp,
    pub zone: Tz,
    pub doing: Doing,
    /// Since when `doing` is known: the age of a figure that rests on nothing better.
    pub known_at: Timestamp,
    pub word: Option<Word>,
    pub visits: &'a [ChainVisit],
    pub break_due: Option<ChainBreak>,
    pub hours: &'a HourFactors,
    pub travel: &'a dyn TravelTimes,
    pub seed: u64,
}

/// The arrival at one visit: 10th, 50th, 80th and 90th percentile. The customer sees earliest to latest with likely as
/// the figure; planning and promises use p80 to latest, for late hurts more than early.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EtaInterval {
    pub visit: VisitId,
    pub earliest: Timestamp,
    pub likely: Timestamp,
    pub p80: Timestamp,
    pub latest: Timestamp,
    pub source: EtaSource,
    pub basis_at: Timestamp,
    pub stops_before: u32,
    /// He is on the way to it.
    pub under_way: bool,
    /// Nobody is at the door before: now, or the promised start.
    pub floor: Timestamp,
    /// Share of draws past the promised end; none without a promise.
    pub late_risk: Option<f64>,
}

impl EtaInterval {
    /// The figure as screens read it.
    pub fn figure(&self, seq: u64, computed_at: Timestamp, correlation_id: Option<u64>) -> Eta {
        Eta {
            visit_id: self.visit,
            seq,
            earliest: self.earliest,
            likely: self.likely,
            latest: self.latest,
            window: customer_window(self.earliest, self.latest, self.stops_before, self.under_way, self.floor),
            source: self.source,
            basis_at: self.basis_at,
            computed_at,
            stops_before: self.stops_before,
            late_risk: self.late_risk,
            correlation_id,
        }
    }
}

/// A seed from the visits and the moment of the basis (FNV-1a), so that an evaluation can be repeated and does not
/// jitter while nothing new is known.
pub fn seed(visits: impl IntoIterator<Item = VisitId>, basis_at: Timestamp) -> u64 {
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let start = basis_at.micros().to_be_bytes().iter().fold(0xcbf2_9ce4_8422_2325, mix);
    visits.into_iter().fold(start, |hash, visit| visit.uuid().as_bytes().iter().fold(hash, mix))
}

/// The arrivals at all visits that he has not reached, in the order of the route.
pub fn arrivals(chain: &Chain) -> Vec<EtaInterval> {
    let Some((first, rest)) = chain.visits.split_first() else {
        return Vec::new();
    };
    let mut walk = Walk::new(chain);
    let mut told = Vec::with_capacity(chain.visits.len());
    let mut at = first.position;
    match chain.doing {
        Doing::Working { elapsed } => walk.finish_work(first, elapsed),
        Doing::Driving { from, left_at, fix } => {
            let door = walk.finish_drive(first, from, left_at, fix);
            told.push(walk.interval(first, 0, &door));
            walk.work(first, &door);
        }
        Doing::Idle { from, free_at, due_at, heard_at } => {
            walk.free = [after(chain.now, free_at); DRAWS];
            let departure = walk.departure(due_at, heard_at);
            let mut door = walk.drive(first, from, &departure);
            walk.weigh_word(&mut door, None);
            walk.wait_for_promise(first, &mut door);
            told.push(walk.interval(first, 0, &door));
            walk.work(first, &door);
        }
    }
    for (visit, before) in rest.iter().zip(1..) {
        let departure = walk.free;
        let door = walk.drive(visit, at, &departure);
        told.push(walk.interval(visit, before, &door));
        walk.work(visit, &door);
        at = visit.position;
    }
    told
}
