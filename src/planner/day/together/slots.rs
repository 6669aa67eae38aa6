//! Ties turned into windows. Each member may begin within a slot, and slots are cut so that whatever begins within its
//! own keeps every tie: all of a crew begin at one second, and where one job follows another, the slot of the first ends
//! before that of the second opens. So routes stay independent of each other while they are searched.

use std::collections::BTreeMap;

use super::ties::Ties;
use crate::planner::day::model::Model;
use crate::planner::day::rules::window::Windows;
use crate::planner::day::rules::{NO_LATEST, TIME_MAX};

/// First and last second at which a member may begin; a member that is left out has none.
pub type Slots = BTreeMap<usize, (i32, i32)>;

/// Where the first of a member allows it to begin; `None` if the first is left out.
pub fn behind_first(ties: &Ties, model: &Model, slots: &Slots, member: usize) -> Option<(i32, i32)> {
    let Some(first) = ties.members[member].first else { return Some((NO_LATEST, TIME_MAX)) };
    let (from, to) = *slots.get(&first.member)?;
    let service = model.job(ties.members[first.member].jobs[0]).service;
    // Only a first that begins at one second has others follow it within a certain time.
    let last = if first.gap_max < TIME_MAX { (from + service + first.gap_max).min(TIME_MAX) } else { TIME_MAX };
    Some((to.saturating_add(service).saturating_add(first.gap_min), last))
}

/// Slots around a plan that begins its members at `starts`. Between the end of one and the begin of the next there may
/// be time to spare; `share` of it goes to the first.
pub fn around(ties: &Ties, model: &Model, starts: &BTreeMap<usize, i32>, share: f64) -> Slots {
    let mut slots = Slots::new();
    for member in ties.groups.iter().flatten() {
        let Some(start) = starts.get(member).copied() else { continue };
        let Some((from, to)) = behind_first(ties, model, &slots, *member) else { continue };
        if ties.rigid(*member) {
            slots.insert(*member, (start, start));
            continue;
        }
        let service = model.job(ties.members[*member].jobs[0]).service;
        let next = ties.members[*member].next.iter().filter_map(|n| {
            let first = ties.members[*n].first?;
            starts.get(n).map(|next| next - first.gap_min - service)
        });
        let last = next.min().map_or(to, |last| start + (f64::from((last - start).max(0)) * share) as i32);
        slots.insert(*member, (from, last.min(to)));
    }
    slots
}

/// The model in which members begin within their slots. A member that is left out cannot begin at all. Leaving one of a
/// crew out costs as much as leaving the crew out, and leaving out who is followed costs what follows too: a search that
/// looks at one job at a time should not tear them apart.
pub fn apply(ties: &Ties, plain: &Model, slots: &Slots, model: &mut Model) {
    let mut carried: BTreeMap<usize, i64> = BTreeMap::new();
    for group in &ties.groups {
        for member in group.iter().rev() {
            let one = &ties.members[*member];
            let Some((from, to)) = slots.get(member).copied() else {
                for j in &one.jobs {
                    model.jobs[*j as usize].windows = Windows::new(&[]);
                    model.jobs[*j as usize].penalty = plain.job(*j).penalty;
                }
                continue;
            };
            let behind: i64 = one.next.iter().filter_map(|n| carried.get(n)).sum();
            let penalty = plain.job(one.jobs[0]).penalty.saturating_add(behind);
            carried.insert(*member, penalty);
            for j in &one.jobs {
                model.jobs[*j as usize].windows = plain.job(*j).windows.within(from, to);
                model.jobs[*j as usize].penalty = penalty;
            }
        }
    }
}
