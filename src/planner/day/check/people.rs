//! May this technician do the job, and what does it cost that it is he?

use std::collections::BTreeMap;

use crate::planner::day::wire::{Job, Problem, Technician};

/// Skill, level, qualification, exclusion, pin and lending.
pub(super) fn check(problem: &Problem, tech: &Technician, job: &Job, say: &mut impl FnMut(String)) {
    let named = |skill: &String| tech.skills.iter().flatten().any(|held| held == skill);
    let level = |skill: &String| tech.levels.get(skill).copied().max(named(skill).then_some(1));
    let lacks = |skill: &String, least: i64| level(skill).is_none_or(|held| held < least);
    if job.skills.iter().flatten().any(|s| lacks(s, 1)) || job.levels.iter().any(|(s, least)| lacks(s, *least)) {
        say(format!("job {} needs another skill", job.id));
    }
    let valid = |name: &String| {
        let held = tech.qualifications.iter().filter(|q| q.name == *name);
        held.map(|q| q.until.is_none_or(|last| problem.date.is_some_and(|day| last >= day))).any(|valid| valid)
    };
    if !job.qualifications.iter().all(valid) {
        say(format!("job {} needs a valid qualification", job.id));
    }
    if job.excluded.contains(&tech.id) && job.excluded_cost.is_none() {
        say(format!("job {} excludes him", job.id));
    }
    if job.pinned.as_ref().is_some_and(|only| *only != tech.id) {
        say(format!("job {} is pinned to another", job.id));
    }
    if tech.lent == Some(false) && foreign(tech, job) {
        say(format!("job {} is outside his territory", job.id));
    }
}

fn foreign(tech: &Technician, job: &Job) -> bool {
    matches!((&tech.territory, &job.territory), (Some(own), Some(other)) if own != other)
}

/// Wishes that are not met by this technician.
pub(super) fn price(problem: &Problem, techs: &BTreeMap<&str, &Technician>, job: &Job, tech: &Technician) -> i64 {
    let costs = &problem.objective;
    let mut price = 0;
    if job.usual.iter().any(|id| techs.contains_key(id.as_str())) && !job.usual.contains(&tech.id) {
        price += costs.usual_cost.unwrap_or(600);
    }
    if job.excluded.contains(&tech.id) {
        price += job.excluded_cost.unwrap_or(0);
    }
    if foreign(tech, job) {
        price += costs.borrow_cost.unwrap_or(1_800);
    }
    let told = job.told.as_ref().and_then(|told| told.tech.as_ref()).filter(|id| techs.contains_key(id.as_str()));
    if told.is_some_and(|id| *id != tech.id) {
        price += costs.told_cost.unwrap_or(900);
    }
    price
}
