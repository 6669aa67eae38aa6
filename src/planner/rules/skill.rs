//! Every skill that the product asks for, at its level or above.

use super::Finding;
use crate::planner::problem::{Job, TechnicianState};

/// Names the first need that is not met; when all are met, the first one.
pub fn check(job: &Job, technician: &TechnicianState) -> Finding {
    let mut held = None;
    for need in &job.skills {
        let (code, needed) = (need.code.clone(), need.level_min);
        let level = technician.skills.iter().filter(|skill| skill.code == code).map(|skill| skill.level).max();
        match level {
            None => return Finding::SkillMissing { code, needed },
            Some(level) if level < needed => return Finding::SkillTooLow { code, level, needed },
            Some(level) => held = held.or(Some(Finding::SkillHeld { code, level, needed })),
        }
    }
    held.unwrap_or(Finding::SkillNotNeeded)
}
