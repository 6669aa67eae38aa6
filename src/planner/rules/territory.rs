//! His own territory, or one that he may be lent to.

use super::Finding;
use crate::planner::problem::{Job, TechnicianState};

pub fn check(job: &Job, technician: &TechnicianState) -> Finding {
    if technician.territory == job.territory {
        Finding::TerritoryOwn
    } else if technician.lends_to.contains(&job.territory) {
        Finding::TerritoryLent
    } else {
        Finding::TerritoryForeign
    }
}
