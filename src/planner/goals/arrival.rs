//! Being there in time.
//!
//! 100 for an arrival at once, falling in a straight line to 25 at the due time, and from there to 0 at as long again
//! past it (at least an hour): just in time is worth something, a little late more than very late. Due is `arrive_by`;
//! without one, the end of the wished window; without that, 2, 4, 8, 24 hours from the earliest start for P1 to P4.
//! Inside a wished window every start before its end is 100: earlier is no better for him who asked for the afternoon.

use super::{Graded, line};
use crate::domain::time::{Seconds, Timestamp};
use crate::planner::problem::Job;
use crate::planner::route::Step;

const AT_DUE: i64 = 25;
const TAIL_MIN: i64 = 3_600;

fn usual_due(priority: u8) -> Seconds {
    match priority {
        0 | 1 => Seconds::hours(2),
        2 => Seconds::hours(4),
        3 => Seconds::hours(8),
        _ => Seconds::hours(24),
    }
}

fn falling(at: Timestamp, best: Timestamp, due: Timestamp) -> u8 {
    if at > due {
        let tail = due.since(best).0.max(TAIL_MIN);
        return line(at.since(due).0, (0, AT_DUE), (tail, 0));
    }
    line(at.since(best).0, (0, 100), (due.since(best).0.max(1), AT_DUE))
}

/// The lower of the grades against `arrive_by` (arrival) and against the wish (start of work).
pub(crate) fn grade(job: &Job, step: &Step, now: Timestamp) -> Graded {
    let best = now.max(job.earliest);
    let due = job.arrive_by.or(job.wish.map(|wish| wish.to)).unwrap_or(best + usual_due(job.priority));
    let against_due = match job.arrive_by {
        None if job.wish.is_some() => 100,
        _ => falling(step.arrive, best, due),
    };
    let against_wish = match job.wish {
        Some(wish) if step.start > wish.to => {
            line(step.start.since(wish.to).0, (0, AT_DUE), (wish.to.since(wish.from).0.max(TAIL_MIN), 0))
        }
        _ => 100,
    };
    let reached = if job.arrive_by.is_none() && job.wish.is_some() { step.start } else { step.arrive };
    let late = reached.since(due).max_zero();
    Graded::Arrival { grade: against_due.min(against_wish), arrive: step.arrive, due, late }
}
