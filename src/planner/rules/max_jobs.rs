//! No more jobs a day than agreed with the technician; done, running and planned ones count.

use super::Finding;
use crate::planner::problem::TechnicianState;

pub fn check(technician: &TechnicianState) -> Finding {
    let load = technician.load();
    match technician.max_jobs {
        None => Finding::JobsUnlimited,
        Some(max) if load < max => Finding::JobsRoom { load, max },
        Some(max) => Finding::JobsFull { max },
    }
}
