//! From what the search found to a plan that keeps every tie: what is not complete is taken out, the members begin as
//! early as they can, and the whole is priced by the windows of the file.

use std::collections::BTreeMap;

use super::earliest;
use super::ties::Ties;
use crate::planner::day::model::Model;
use crate::planner::day::route::Route;
use crate::planner::day::rules::window::Windows;
use crate::planner::day::search::Plan;

/// A plan that keeps every tie.
#[derive(Debug, Clone, Default)]
pub struct Settled {
    pub plan: Plan,
    /// Begin of each member that is done.
    pub starts: BTreeMap<usize, i32>,
}

/// Settles the routes of a plan that was found under the windows of `model`.
pub fn settle(ties: &Ties, plain: &Model, model: &Model, mut routes: Vec<Vec<u32>>) -> Settled {
    loop {
        complete(ties, plain, &mut routes);
        let broken = match earliest::starts(ties, plain, model, &routes) {
            Err(route) => route,
            Ok(starts) => match priced(ties, plain, &starts, &routes) {
                Err(route) => route,
                Ok(cost) => return done(ties, plain, starts, routes, cost),
            },
        };
        // The way by a third place was shorter than the direct one, and its visit is gone.
        routes[broken].pop();
    }
}

fn done(ties: &Ties, plain: &Model, starts: BTreeMap<usize, i32>, routes: Vec<Vec<u32>>, cost: i64) -> Settled {
    let mut served = vec![false; plain.jobs.len()];
    routes.iter().flatten().for_each(|j| served[*j as usize] = true);
    let absent: Vec<u32> = (0..plain.jobs.len() as u32).filter(|j| !served[*j as usize]).collect();
    let left: i64 = absent.iter().map(|j| plain.job(*j).penalty).sum();
    let told = starts.iter().flat_map(|(m, at)| ties.members[*m].jobs.iter().map(|j| (*j, *at))).collect();
    Settled { plan: Plan { routes, absent, cost: cost + left, starts: told }, starts }
}

/// Takes out what does not have its crew, or whose first is not done.
fn complete(ties: &Ties, model: &Model, routes: &mut [Vec<u32>]) {
    let mut served = vec![false; model.jobs.len()];
    routes.iter().flatten().for_each(|j| served[*j as usize] = true);
    let mut whole = vec![false; ties.members.len()];
    let mut gone = vec![false; model.jobs.len()];
    for (k, member) in ties.members.iter().enumerate() {
        whole[k] = member.jobs.iter().all(|j| served[*j as usize]);
    }
    for k in ties.groups.iter().flatten() {
        whole[*k] &= ties.members[*k].first.is_none_or(|first| whole[first.member]);
    }
    for (member, _) in ties.members.iter().zip(&whole).filter(|(_, whole)| !**whole) {
        member.jobs.iter().for_each(|j| gone[*j as usize] = true);
    }
    routes.iter_mut().for_each(|jobs| jobs.retain(|j| !gone[*j as usize]));
}

/// What the routes cost when the members begin at `starts`, or a route that does not hold.
fn priced(ties: &Ties, plain: &Model, starts: &BTreeMap<usize, i32>, routes: &[Vec<u32>]) -> Result<i64, usize> {
    let mut fixed = plain.clone();
    for (member, at) in starts {
        for j in &ties.members[*member].jobs {
            fixed.jobs[*j as usize].windows = Windows::new(&[(*at, *at)]);
        }
    }
    let mut cost = 0;
    for (t, jobs) in routes.iter().enumerate() {
        let route = timed(&fixed, t as u32, jobs);
        if !route.holds {
            return Err(t);
        }
        cost += route.cost;
    }
    Ok(cost)
}

/// The route of a technician.
pub fn timed(model: &Model, technician: u32, jobs: &[u32]) -> Route {
    let mut route = Route::empty(model, technician);
    for (k, job) in jobs.iter().enumerate() {
        route.insert(model, k, *job);
    }
    route.retime(model, technician);
    route
}
