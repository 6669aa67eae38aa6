//! When the members of a plan begin at the earliest: routes stay as they are, each break on its leg, and everybody waits
//! for whom he must. Waiting only ever moves later, so the times are found by telling each other until nobody moves.

use std::collections::BTreeMap;

use super::ties::Ties;
use crate::planner::day::model::Model;
use crate::planner::day::rules::NEVER;
use crate::planner::day::write::break_position;

/// Rounds of telling each other; a plan that holds needs about as many as one job waits for another in a row.
const ROUNDS_MAX: usize = 500;

/// Begin of every member of the plan, or a route that cannot keep its windows. `model` has the windows under which the
/// plan was found, which say where breaks are; `plain` those of the file.
pub fn starts(ties: &Ties, plain: &Model, model: &Model, routes: &[Vec<u32>]) -> Result<BTreeMap<usize, i32>, usize> {
    let member: BTreeMap<u32, usize> =
        ties.members.iter().enumerate().flat_map(|(k, m)| m.jobs.iter().map(move |j| (*j, k))).collect();
    let tied = |jobs: &&Vec<u32>| jobs.iter().any(|j| member.contains_key(j));
    let walks: Vec<(usize, Option<usize>)> = (0..routes.len())
        .filter(|t| tied(&&routes[*t]))
        .map(|t| (t, break_position(model, model.technician(t as u32), &routes[t], &BTreeMap::new())))
        .collect();
    let mut begin: BTreeMap<usize, i32> = BTreeMap::new();
    for _ in 0..ROUNDS_MAX {
        let before = begin.clone();
        for (t, pause) in &walks {
            walk(plain, *t as u32, &routes[*t], *pause, &member, &mut begin).ok_or(*t)?;
        }
        wait(ties, plain, &mut begin);
        if begin == before {
            return Ok(begin);
        }
    }
    Err(walks.first().map_or(0, |walk| walk.0))
}

/// One route, each member at the earliest where it is known to wait; raises what it learns.
fn walk(
    model: &Model,
    technician: u32,
    jobs: &[u32],
    pause: Option<usize>,
    member: &BTreeMap<u32, usize>,
    begin: &mut BTreeMap<usize, i32>,
) -> Option<()> {
    let tech = model.technician(technician);
    let (mut at, mut place) = (tech.shift.start, tech.start);
    for (k, j) in jobs.iter().enumerate() {
        let job = model.job(*j);
        let leg = model.travel.seconds(place, job.place);
        at = if pause == Some(k) { tech.pause.on_leg(at, leg) } else { at + leg };
        let tied = member.get(j);
        let waits = tied.and_then(|m| begin.get(m)).copied().unwrap_or(at);
        at = job.windows.begin(at.max(waits));
        if at >= NEVER {
            return None;
        }
        if let Some(m) = tied {
            begin.insert(*m, at);
        }
        at += job.service;
        place = job.place;
    }
    Some(())
}

/// Who follows waits for the end of the first, and the first waits if the other cannot come soon enough after it.
fn wait(ties: &Ties, model: &Model, begin: &mut BTreeMap<usize, i32>) {
    for (k, member) in ties.members.iter().enumerate() {
        let Some((first, own)) = member.first.zip(begin.get(&k).copied()) else { continue };
        let Some(before) = begin.get(&first.member).copied() else { continue };
        let service = model.job(ties.members[first.member].jobs[0]).service;
        begin.insert(k, own.max(before + service + first.gap_min));
        begin.insert(first.member, before.max(own - first.gap_max - service));
    }
}
