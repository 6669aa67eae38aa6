//! From the plan to the solution file. Starts are not written: the earliest possible time is what the format takes and
//! what the search counted with.

use std::collections::BTreeMap;

use super::build::Day;
use super::model::{Model, Technician};
use super::route::serve;
use super::rules::NEVER;
use super::rules::pause::Departure;
use super::search::Plan;
use super::wire::{Note, RouteOut, SOLUTION_FORMAT, Solution, StopOut};

/// The plan in the form of the file.
#[must_use]
pub fn solution(day: &Day, plan: &Plan) -> Solution {
    let name = |j: &u32| day.job_ids[*j as usize].clone();
    let mut routes = Vec::new();
    for (t, jobs) in plan.routes.iter().enumerate().filter(|(_, jobs)| !jobs.is_empty()) {
        let pause = break_position(&day.model, day.model.technician(t as u32), jobs, &plan.starts);
        let mut stops = Vec::with_capacity(jobs.len() + 1);
        for k in 0..=jobs.len() {
            if pause == Some(k) {
                stops.push(StopOut::Break { r#break: true });
            }
            stops.extend(
                jobs.get(k).map(|j| StopOut::Job { job: name(j), start: plan.starts.get(j).map(|at| i64::from(*at)) }),
            );
        }
        routes.push(RouteOut { tech: day.technician_ids[t].clone(), stops });
    }
    let absent = plan.absent.iter().filter(|j| (**j as usize) < day.ties.jobs);
    let unserved: Vec<String> = absent.map(name).chain(day.set_aside.iter().cloned()).collect();
    let notes = day.notes.iter().cloned().chain(apart(day, plan)).collect();
    Solution { format: SOLUTION_FORMAT.to_owned(), routes, unserved, notes }
}

/// Why tied jobs are not in the plan.
fn apart(day: &Day, plan: &Plan) -> Vec<Note> {
    let mut notes = Vec::new();
    let done = |member: usize| day.ties.members[member].jobs.iter().all(|j| plan.starts.contains_key(j));
    for member in (0..).zip(&day.ties.members).filter(|(k, _)| !done(*k)).map(|(_, member)| member) {
        let item = day.job_ids[member.jobs[0] as usize].clone();
        if day.notes.iter().any(|note| note.item == item) {
            continue;
        }
        let first = member.first.filter(|first| !done(first.member)).map(|first| &day.ties.members[first.member]);
        let (code, reason) = match first {
            Some(first) => {
                ("first_left_out", format!("it follows {}, which is left out", day.job_ids[first.jobs[0] as usize]))
            }
            None if member.jobs.len() > 1 => (
                "no_crew",
                format!("no second was found at which {} technicians could begin together", member.jobs.len()),
            ),
            None => continue,
        };
        notes.push(Note { item, code: code.to_owned(), reason });
    }
    notes
}

/// On which leg the break is taken so that the technician is home earliest; `None` if he takes none. Jobs in `fixed`
/// begin at that second.
pub(super) fn break_position(
    model: &Model,
    tech: &Technician,
    jobs: &[u32],
    fixed: &BTreeMap<u32, i32>,
) -> Option<usize> {
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
            at = match fixed.get(j) {
                None => serve(model.job(*j), arrive),
                Some(begin) => begin_at(*begin, model.job(*j).service, arrive),
            };
        }
        place = next;
    }
    (at.ahead > tech.pause.open).then_some(taken)
}

/// Departures from a service that begins at one second or not at all.
fn begin_at(begin: i32, service: i32, arrive: Departure) -> Departure {
    let done = |t: i32| if t <= begin { begin + service } else { NEVER };
    Departure { ahead: done(arrive.ahead), behind: done(arrive.behind) }
}
