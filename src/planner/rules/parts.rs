//! The parts that the job is known to need lie on the van, not yet meant for another stop. A job without known parts
//! is not asked.

use super::Finding;
use crate::planner::problem::Job;

/// Names the first part that is short. None when the job demands nothing. `carried` says how many of the part at that
/// place in the job's list are free on the van.
pub fn check(job: &Job, carried: impl Fn(usize) -> u32) -> Option<Finding<'_>> {
    if job.demand.is_empty() {
        return None;
    }
    let short = job.demand.iter().enumerate().find_map(|(at, need)| {
        let missing = need.quantity.saturating_sub(carried(at));
        (missing > 0).then_some(Finding::PartsMissing { code: &need.code, missing })
    });
    Some(short.unwrap_or(Finding::PartsOnVan))
}
