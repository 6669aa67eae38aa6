//! Leaving other customers alone.
//!
//! 100 when no other visit moves. Each moved visit takes away, per minute of its shift: 0.2 points when it has a
//! promise and stays inside, 0.5 when nothing was promised to it, 1 when it is past its promise; and 30 points for each
//! promise that held before and does not any more. Never below 0.

use super::Graded;
use crate::domain::time::Seconds;
use crate::planner::answer::{Break, Move};

const BROKEN: i64 = 300;

/// Tenths of a point per minute.
fn per_minute(moved: &Move, promised: bool) -> i64 {
    match (moved.promise_kept, promised) {
        (false, _) => 10,
        (true, true) => 2,
        (true, false) => 5,
    }
}

/// `promised` tells whether a moved visit has a promise.
pub(crate) fn grade(moves: &[Move], breaks: &[Break], promised: impl Fn(&Move) -> bool) -> Graded {
    let shift_s = |moved: &Move| moved.to_start.since(moved.from_start).0.abs();
    let lost: i64 = moves.iter().map(|moved| shift_s(moved) * per_minute(moved, promised(moved)) / 60).sum();
    let lost = lost + BROKEN * breaks.len() as i64;
    Graded::Disturbance {
        grade: (100 - (lost + 9) / 10).clamp(0, 100) as u8,
        moved: moves.len() as u32,
        shift: Seconds(moves.iter().map(shift_s).sum()),
        broken: breaks.len() as u32,
    }
}
