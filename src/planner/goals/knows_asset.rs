//! Sending somebody who knows the machine.
//!
//! 100 when the customer prefers him or he was at the asset within 30 days; falling to 40 at a year ago and staying
//! there; 0 when he never was. When the same fault recurs after his own repair, 30 whatever else: he knows it, but a
//! second pair of eyes may be better. A job without an asset gives everybody 50.

use super::{Graded, Knows, line};
use crate::domain::ids::TechnicianId;
use crate::domain::time::Timestamp;
use crate::planner::problem::{Job, TechnicianState};

const SECONDS_PER_DAY: i64 = 86_400;
const FRESH_DAYS: i64 = 30;
const OLD_DAYS: i64 = 365;
const OLD: i64 = 40;
const AFTER_RECURRENCE: u8 = 30;
const NO_ASSET: u8 = 50;

pub(crate) fn grade(job: &Job, technician: &TechnicianState, now: Timestamp) -> Graded {
    let last = |asset| technician.knows.iter().filter(|known| known.0 == asset).map(|known| known.1).max();
    grade_visit(job, technician.id, job.asset.and_then(last), now)
}

/// `last`: when the technician was last at the job's asset.
pub(crate) fn grade_visit(job: &Job, technician: TechnicianId, last: Option<Timestamp>, now: Timestamp) -> Graded {
    let (grade, how) = if job.recurred_after == Some(technician) {
        (AFTER_RECURRENCE, Knows::RecurredAfterHim)
    } else if job.preferred.contains(&technician) {
        (100, Knows::PreferredByCustomer)
    } else {
        match job.asset.map(|_| last) {
            None => (NO_ASSET, Knows::NoAsset),
            Some(None) => (0, Knows::Never),
            Some(Some(at)) => {
                let days_ago = now.since(at).0.max(0) / SECONDS_PER_DAY;
                (line(days_ago, (FRESH_DAYS, 100), (OLD_DAYS, OLD)), Knows::Visited { days_ago })
            }
        }
    };
    Graded::KnowsAsset { grade, how }
}
