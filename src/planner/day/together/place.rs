//! Where and when a group of tied jobs costs least beside the routes as they are: times are drawn, the members put one
//! after the other where each costs least, and the best draw is kept.

use std::collections::BTreeMap;

use super::slots::{Slots, behind_first};
use super::ties::Ties;
use crate::planner::day::chance::Chance;
use crate::planner::day::insertion::{NOWHERE, Spot, best_spot};
use crate::planner::day::model::Model;
use crate::planner::day::route::Route;
use crate::planner::day::rules::window::Windows;
use crate::planner::day::rules::{NEVER, TIME_MAX};

/// Chance that a draw leaves out a member that follows another.
const LEFT_OUT: f64 = 0.1;
/// Chance that a technician is overlooked: the cheapest for one member may be the only one for another.
const OVERLOOKED: f64 = 0.2;
/// Chance that the time of a member is drawn from the time of one that follows it.
const IN_TIME: f64 = 0.4;

/// What is planned around a group.
pub struct Placing<'a> {
    pub ties: &'a Ties,
    /// The windows of the file.
    pub plain: &'a Model,
    /// Windows under search: those of the members change from draw to draw.
    pub model: &'a mut Model,
    pub routes: &'a mut Vec<Route>,
    pub chance: &'a mut Chance,
}

/// One draw: routes that change, slots, and what it costs more than leaving the group out.
#[derive(Default)]
struct Draw {
    routes: BTreeMap<u32, Route>,
    slots: Slots,
    value: i64,
}

impl Placing<'_> {
    /// Puts the group in, if that is better than leaving it out. `before` says when its members began until now: the
    /// first draw tries these.
    pub fn place(&mut self, group: &[usize], draws: usize, before: &BTreeMap<usize, i32>) -> Slots {
        let mut best = Draw::default();
        for k in 0..draws {
            let none = BTreeMap::new();
            let draw = self.draw(group, if k == 0 { before } else { &none });
            if draw.value < best.value {
                best = draw;
            }
        }
        for (member, (from, to)) in &best.slots {
            for j in &self.ties.members[*member].jobs {
                self.model.jobs[*j as usize].windows = self.plain.job(*j).windows.within(*from, *to);
            }
        }
        for (t, mut route) in best.routes {
            route.retime(self.model, t);
            self.routes[t as usize] = route;
        }
        best.slots
    }

    fn draw(&mut self, group: &[usize], before: &BTreeMap<usize, i32>) -> Draw {
        let mut draw = Draw::default();
        for member in group {
            let follows = self.ties.members[*member].first.is_some();
            if follows && before.is_empty() && self.chance.hit(LEFT_OUT) {
                continue;
            }
            let Some((from, to)) = behind_first(self.ties, self.plain, &draw.slots, *member) else { continue };
            let free = self.plain.job(self.ties.members[*member].jobs[0]).windows.within(from, to);
            let slot = if self.ties.rigid(*member) || !self.ties.members[*member].next.is_empty() {
                let at = before.get(member).copied().or_else(|| self.draw_time(*member, &free));
                at.map(|at| (if self.ties.rigid(*member) { at } else { from }, at))
            } else {
                Some((from, to))
            };
            if let Some(slot) = slot {
                self.put(*member, slot, &mut draw);
            }
        }
        for member in group {
            self.widen(*member, &mut draw.slots);
        }
        draw
    }

    /// Whom nobody follows now may begin when it likes.
    fn widen(&self, member: usize, slots: &mut Slots) {
        let followed = self.ties.members[member].next.iter().any(|n| slots.contains_key(n));
        if followed || self.ties.members[member].jobs.len() > 1 || !slots.contains_key(&member) {
            return;
        }
        slots.extend(behind_first(self.ties, self.plain, slots, member).map(|slot| (member, slot)));
    }

    /// Puts all of one member in, or none.
    fn put(&mut self, member: usize, slot: (i32, i32), draw: &mut Draw) {
        let jobs = &self.ties.members[member].jobs;
        let windows = self.plain.job(jobs[0]).windows.within(slot.0, slot.1);
        let mut routes = draw.routes.clone();
        let mut value = -self.plain.job(jobs[0]).penalty;
        for j in jobs {
            self.model.jobs[*j as usize].windows = windows.clone();
        }
        for j in jobs {
            let Some((t, spot)) = self.cheapest(*j, &routes) else { return };
            let route = routes.entry(t).or_insert_with(|| self.routes[t as usize].clone());
            if !route.put(self.model, t, spot.position as usize, *j) {
                return;
            }
            value += spot.delta;
        }
        draw.routes = routes;
        draw.value += value;
        draw.slots.insert(member, slot);
    }

    fn cheapest(&mut self, job: u32, changed: &BTreeMap<u32, Route>) -> Option<(u32, Spot)> {
        let mut best: Option<(u32, Spot)> = None;
        for t in &self.plain.job(job).able {
            if self.chance.hit(OVERLOOKED) {
                continue;
            }
            let route = changed.get(t).unwrap_or(&self.routes[*t as usize]);
            let spot = best_spot(self.model, *t, route, job, u32::MAX);
            if spot != NOWHERE && best.is_none_or(|b| spot.delta < b.1.delta) {
                best = Some((*t, spot));
            }
        }
        best
    }

    /// A second at which the member might begin: in time for who follows it, when it may at the earliest, when somebody
    /// could be there from where he is, or any.
    fn draw_time(&mut self, member: usize, free: &Windows) -> Option<i32> {
        let next = &self.ties.members[member].next;
        if !next.is_empty() && self.chance.hit(IN_TIME) {
            let follows = next[self.chance.below(next.len())];
            let begin = self.in_time_for(member, follows).map(|at| free.begin(at)).filter(|at| *at < NEVER);
            if begin.is_some() {
                return begin;
            }
        }
        let job = self.plain.job(self.ties.members[member].jobs[0]);
        let open = free.begin(-NEVER);
        if open >= NEVER {
            return None;
        }
        let at = match self.chance.below(5) {
            0 => open,
            1 => open + self.chance.below((free.last() - open) as usize + 1) as i32,
            _ => {
                if job.able.is_empty() {
                    return None;
                }
                let route = &self.routes[job.able[self.chance.below(job.able.len())] as usize];
                let stop = &route.stops[self.chance.below(route.stops.len() - 1)];
                let ready = stop.depart.ahead.min(stop.depart.behind);
                ready.saturating_add(self.plain.travel.seconds(stop.place, job.place)).min(NEVER)
            }
        };
        let begin = free.begin(at);
        (begin < NEVER).then_some(begin)
    }

    /// When a member begins whom another follows as late as it may.
    fn in_time_for(&mut self, member: usize, follows: usize) -> Option<i32> {
        let first = self.ties.members[follows].first?;
        let windows = self.plain.job(self.ties.members[follows].jobs[0]).windows.clone();
        let begin = self.draw_time(follows, &windows)?;
        let gap = if first.gap_max < TIME_MAX { first.gap_max } else { first.gap_min };
        Some(begin - gap - self.plain.job(self.ties.members[member].jobs[0]).service)
    }
}
