//! The parts that the job is known to need lie on the van, not yet meant for another stop. A job without known parts
//! is not asked.

use super::Finding;
use crate::planner::problem::{Job, TechnicianState};

/// Names the first part that is short. None when the job demands nothing.
pub fn check(job: &Job, technician: &TechnicianState) -> Option<Finding> {
    if job.demand.is_empty() {
        return None;
    }
    let short = job.demand.iter().find_map(|need| {
        let missing = need.quantity.saturating_sub(technician.parts_of(&need.code));
        (missing > 0).then(|| Finding::PartsMissing { code: need.code.clone(), missing })
    });
    Some(short.unwrap_or(Finding::PartsOnVan))
}
