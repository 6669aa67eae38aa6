//! Leaving other customers alone.
//!
//! 100 when no other visit moves. Each moved visit takes away, per minute of its shift: 0.2 points when it has a
//! promise and stays inside, 0.5 when nothing was promised to it, 1 when it is past its promise; and 30 points for each
//! promise that held before and does not any more. Never below 0.

use super::Graded;
use crate::domain::time::Seconds;
use crate::planner::answer::{Break, Move};

const BROKEN: i64 = 300;

/// What the goal needs to know of a visit that moves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shifted {
    pub by: Seconds,
    pub promise_kept: bool,
    pub promised: bool,
}

/// Tenths of a point per minute.
fn per_minute(shifted: &Shifted) -> i64 {
    match (shifted.promise_kept, shifted.promised) {
        (false, _) => 10,
        (true, true) => 2,
        (true, false) => 5,
    }
}

/// `broken` counts the promises that held before.
pub(crate) fn grade_shifts(shifts: impl Iterator<Item = Shifted>, broken: u32) -> Graded {
    let (mut lost, mut moved, mut shift) = (0, 0, 0);
    for shifted in shifts {
        moved += 1;
        shift += shifted.by.0;
        lost += shifted.by.0 * per_minute(&shifted) / 60;
    }
    let lost = lost + BROKEN * i64::from(broken);
    Graded::Disturbance { grade: (100 - (lost + 9) / 10).clamp(0, 100) as u8, moved, shift: Seconds(shift), broken }
}

/// `promised` tells whether a moved visit has a promise.
pub(crate) fn grade(moves: &[Move], breaks: &[Break], promised: impl Fn(&Move) -> bool) -> Graded {
    let shifts = moves.iter().map(|moved| Shifted {
        by: Seconds(moved.to_start.since(moved.from_start).0.abs()),
        promise_kept: moved.promise_kept,
        promised: promised(moved),
    });
    grade_shifts(shifts, breaks.len() as u32)
}
