//! Technicians whom the customer does not want again. Who declined the work order may still go: he is only marked.

use super::Finding;
use crate::planner::problem::{Job, TechnicianState};

pub fn check(job: &Job, technician: &TechnicianState) -> Finding {
    if job.excluded.contains(&technician.id) {
        Finding::Excluded
    } else if job.declined.contains(&technician.id) {
        Finding::DeclinedBefore
    } else {
        Finding::NotExcluded
    }
}
