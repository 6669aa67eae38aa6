//! Technicians whom the customer does not want again.

use super::Finding;
use crate::planner::problem::{Job, TechnicianState};

pub fn check(job: &Job, technician: &TechnicianState) -> Finding {
    if job.excluded.contains(&technician.id) { Finding::Excluded } else { Finding::NotExcluded }
}
