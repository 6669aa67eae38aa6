//! Technicians whom the customer does not want again. Who declined the work order may still go: he is only marked.

use super::Finding;
use crate::domain::ids::TechnicianId;
use crate::planner::problem::Job;

pub fn check(job: &Job, technician: TechnicianId) -> Finding<'static> {
    if job.excluded.contains(&technician) {
        Finding::Excluded
    } else if job.declined.contains(&technician) {
        Finding::DeclinedBefore
    } else {
        Finding::NotExcluded
    }
}
