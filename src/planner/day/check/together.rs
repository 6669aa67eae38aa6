//! Crews and pairs: rules between routes.

use std::collections::BTreeMap;

use super::{Card, Visit};
use crate::planner::day::wire::Job;

/// Everybody of a crew is there from the same second on, and a job that follows another begins in the gap behind it.
pub(super) fn check(jobs: &BTreeMap<&str, &Job>, visits: &BTreeMap<&str, Vec<Visit>>, card: &mut Card) {
    for (id, there) in visits {
        let Some(job) = jobs.get(id) else { continue };
        let crew = job.crew.unwrap_or(1).max(1) as usize;
        if there.len() != crew {
            card.broken.push(format!("{id}: {} technicians, not {crew}", there.len()));
        }
        if there.iter().any(|one| one.start != there[0].start) {
            card.broken.push(format!("{id}: the crew does not begin together"));
        }
        if there.iter().enumerate().any(|(k, one)| there[..k].iter().any(|other| other.tech == one.tech)) {
            card.broken.push(format!("{id}: twice on one route"));
        }
        let Some(after) = &job.after else { continue };
        let Some(first) = jobs.get(after.job.as_str()).zip(visits.get(after.job.as_str())) else {
            card.broken.push(format!("{id}: follows {}, which is not done", after.job));
            continue;
        };
        let gap = there[0].start - (first.1[0].start + first.0.service);
        if gap < after.gap_min.unwrap_or(0) || after.gap_max.is_some_and(|most| gap > most) {
            card.broken.push(format!("{id}: begins {gap} s after {} ends", after.job));
        }
    }
}
