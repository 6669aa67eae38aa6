//! From the plan to the solution file. Starts are not written: the earliest possible time is what the format takes and
//! what the search counted with.

use super::build::Day;
use super::model::{Model, Technician};
use super::route::serve;
use super::rules::pause::Departure;
use super::search::Plan;
use super::wire::{RouteOut, SOLUTION_FORMAT, Solution, StopOut};

/// The plan in the form of the file.
#[must_use]
pub fn solution(day: &Day, plan: &Plan) -> Solution {
    let name = |j: &u32| day.job_ids[*j as usize].clone();
    let mut routes = Vec::new();
    for (t, jobs) in plan.routes.iter().enumerate().filter(|(_, jobs)| !jobs.is_empty()) {
        let pause = break_position(&day.model, day.model.technician(t as u32), jobs);
        let mut stops = Vec::with_capacity(jobs.len() + 1);
        for k in 0..=jobs.len() {
            if pause == Some(k) {
                stops.push(StopOut::Break { r#break: true });
            }
            stops.extend(jobs.get(k).map(|j| StopOut::Job { job: name(j), start: None }));
        }
        routes.push(RouteOut { tech: day.technician_ids[t].clone(), stops });
    }
    let unserved = plan.absent.iter().map(name).chain(day.set_aside.iter().cloned()).collect();
    Solution { format: SOLUTION_FORMAT.to_owned(), routes, unserved, notes: day.notes.clone() }
}

/// On which leg the break is taken so that the technician is home earliest; `None` if he takes none.
fn break_position(model: &Model, tech: &Technician, jobs: &[u32]) -> Option<usize> {
    if !tech.pause.is_some() {
        return None;
    }
    let mut at = tech.pause.at_start(tech.shift.start);
    let mut place = tech.start;
    let mut taken = 0;
    for (k, job) in jobs.iter().map(Some).chain([None]).enumerate() {
        let next = job.map_or(tech.end, |j| model.job(*j).place);
        let leg = model.travel.seconds(place, next);
        if tech.pause.on_leg(at.ahead, leg) < at.behind + leg {
            taken = k;
        }
        at = tech.pause.drive(at, leg);
        if let Some(j) = job {
            let arrive: Departure = at;
            at = serve(model.job(*j), arrive);
        }
        place = next;
    }
    (at.ahead > tech.pause.open).then_some(taken)
}
