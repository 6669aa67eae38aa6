//! What holds of every timetable and every set of routes. Pure; used in `debug_assert!`, in property tests and when a
//! stored day is verified.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use crate::domain::ids::{VisitId, WorkOrderId};
use crate::domain::time::{Seconds, Timestamp, Window};

use super::problem::{Job, Stop, TechnicianState};
use super::route::{Schedule, StopTimes, first_free};
use super::rules;

/// A broken invariant and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    #[error("the timetable has not exactly the stops of the route, in its order")]
    Order,
    #[error("{0} is reached before the drive can be over")]
    Travel(VisitId),
    #[error("{0} starts before the technician, its window, its promise or its earliest start allow")]
    TooEarly(VisitId),
    #[error("{0} does not last as long as its work")]
    Length(VisitId),
    #[error("{0} overlaps an absence")]
    Absence(VisitId),
    #[error("the break is missing, doubled, cut short, at a wrong time or overlaps work")]
    BreakTime,
    #[error("the day ends after shift end and allowed overtime")]
    Shift,
    #[error("a frozen stop moved")]
    Frozen,
    #[error("{0} is on two routes or twice on one")]
    Doubled(WorkOrderId),
    #[error("the technician may not do {0}")]
    Unfit(WorkOrderId),
}

type Held = Result<(), Violation>;

fn hold(condition: bool, broken: Violation) -> Held {
    if condition { Ok(()) } else { Err(broken) }
}

/// The timetable belongs to the route and is physically possible: order, drives, windows, absences, break.
pub fn keeps_time(technician: &TechnicianState, schedule: &Schedule, now: Timestamp) -> Held {
    let same_order = technician.stops.iter().map(|stop| stop.visit).eq(schedule.stops.iter().map(|times| times.visit));
    hold(same_order, Violation::Order)?;
    let begin = first_free(technician, now);
    let mut free = begin;
    for (stop, times) in technician.stops.iter().zip(&schedule.stops) {
        stop_keeps_time(technician, stop, times, free)?;
        free = times.end;
    }
    break_kept(technician, schedule, begin)
}

fn stop_keeps_time(technician: &TechnicianState, stop: &Stop, times: &StopTimes, free: Timestamp) -> Held {
    hold(times.arrive >= free + times.travel, Violation::Travel(stop.visit))?;
    hold(times.start >= times.arrive, Violation::TooEarly(stop.visit))?;
    hold(times.end == times.start + stop.service, Violation::Length(stop.visit))?;
    if !stop.begun {
        hold(may_start(stop, times.start), Violation::TooEarly(stop.visit))?;
    }
    let absent = technician.absences.iter().any(|away| away.from < times.end && times.start < away.to);
    let empty = stop.service == Seconds::ZERO;
    hold(stop.frozen || empty || !absent, Violation::Absence(stop.visit))
}

/// Inside a window, or behind the last one.
fn may_start(stop: &Stop, at: Timestamp) -> bool {
    let floor = stop.promised.map_or(stop.earliest, |promised| promised.from.max(stop.earliest));
    let open = stop.windows.iter().any(|slot| slot.window.from <= at && at <= slot.window.to);
    at >= floor && (open || stop.windows.iter().all(|slot| slot.window.to < at))
}

/// One break of full length inside its window, between two works, when the day reaches into the window. It may start
/// late only when a frozen stop, an absence or a late beginning leaves no other time.
fn break_kept(technician: &TechnicianState, schedule: &Schedule, begin: Timestamp) -> Held {
    let Some(plan) = technician.break_plan else {
        return hold(schedule.break_slot.is_none(), Violation::BreakTime);
    };
    let Some(slot) = schedule.break_slot else {
        let due = !technician.stops.is_empty() && schedule.home_at > plan.window.from;
        return hold(!due, Violation::BreakTime);
    };
    let began_late = begin > plan.window.to;
    let excused = began_late || technician.frozen_prefix() > 0 || !technician.absences.is_empty();
    let full = slot.to.since(slot.from) == plan.duration;
    let in_window = slot.from >= plan.window.from && (excused || slot.from <= plan.window.to);
    hold(full && in_window && fits_between(schedule, slot, begin), Violation::BreakTime)
}

/// The break overlaps no work, and beside it the whole drive fits between the works around it.
fn fits_between(schedule: &Schedule, slot: Window, first_free: Timestamp) -> bool {
    let mut free = first_free;
    let mut inside = false;
    for times in &schedule.stops {
        if slot.from < times.end && times.start < slot.to {
            return false;
        }
        if free <= slot.from && slot.to <= times.start {
            inside = true;
            if times.start.since(free) < times.travel + slot.to.since(slot.from) {
                return false;
            }
        }
        free = times.end;
    }
    inside || (free <= slot.from && slot.to <= schedule.home_at)
}

/// Home by shift end and allowed overtime. Holds for a route to which a job was just added; a day that runs late
/// may lose it.
pub fn within_shift(technician: &TechnicianState, schedule: &Schedule) -> Held {
    let limit = technician.shift.map(|shift| shift.to + technician.overtime_max);
    hold(limit.is_some_and(|limit| schedule.home_at <= limit), Violation::Shift)
}

/// Nothing was put before or among the frozen stops, and they are the same.
pub fn frozen_kept(old: &TechnicianState, new: &TechnicianState) -> Held {
    let prefix = &old.stops[..old.frozen_prefix()];
    hold(new.stops.starts_with(prefix), Violation::Frozen)
}

/// No work order is on the routes twice.
pub fn served_once(technicians: &[TechnicianState]) -> Held {
    let mut seen = BTreeSet::new();
    let stops = technicians.iter().flat_map(|technician| &technician.stops);
    for stop in stops {
        hold(seen.insert(stop.work_order), Violation::Doubled(stop.work_order))?;
    }
    Ok(())
}

/// Skill, qualification on the day of the work, territory, wish of the customer.
pub fn may_serve(job: &Job, technician: &TechnicianState, start: Timestamp, zone: Tz) -> Held {
    let findings = rules::of_person(job, technician, start.day(zone));
    hold(findings.iter().all(rules::Finding::passed), Violation::Unfit(job.work_order))
}
