//! His own territory, or one that he may be lent to.

use super::Finding;
use crate::domain::ids::TerritoryId;
use crate::planner::problem::Job;

pub fn check(job: &Job, home: TerritoryId, lends_to: &[TerritoryId]) -> Finding<'static> {
    if home == job.territory {
        Finding::TerritoryOwn
    } else if lends_to.contains(&job.territory) {
        Finding::TerritoryLent
    } else {
        Finding::TerritoryForeign
    }
}
