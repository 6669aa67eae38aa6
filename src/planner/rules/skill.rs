//! Every skill that the product asks for, at its level or above.

use super::Finding;
use crate::planner::problem::{Job, Skill};

/// The level that somebody has; none without the skill.
pub(crate) fn level(held: &[Skill], code: &str) -> Option<u8> {
    held.iter().filter(|skill| skill.code == code).map(|skill| skill.level).max()
}

/// Names the first need that is not met; when all are met, the first one. `level` tells his level of the need at that
/// place in the job's list.
pub fn check(job: &Job, level: impl Fn(usize) -> Option<u8>) -> Finding<'_> {
    let mut held = None;
    for (at, need) in job.skills.iter().enumerate() {
        let (code, needed) = (need.code.as_str(), need.level_min);
        match level(at) {
            None => return Finding::SkillMissing { code, needed },
            Some(level) if level < needed => return Finding::SkillTooLow { code, level, needed },
            Some(level) => held = held.or(Some(Finding::SkillHeld { code, level, needed })),
        }
    }
    held.unwrap_or(Finding::SkillNotNeeded)
}
