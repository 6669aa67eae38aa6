mod laws;
mod promised;
mod stories;

use super::{Book, Commitment, Day};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::planner::kit::*;
use crate::planner::problem::{Job, TechnicianState};

/// So many days after the day of the tests, at a clock face.
pub fn on(day: i64, hour: i64) -> Timestamp {
    at(hour, 0) + Seconds::hours(24 * day)
}

pub fn slot(day: i64, hour: i64) -> Window {
    Window { from: on(day, hour), to: on(day, hour + 2) }
}

/// A day of these technicians: today with their routes, or a later one with their shifts alone.
pub fn day(number: i64, technicians: &[TechnicianState]) -> Day {
    let later = |technician: &TechnicianState| {
        let shift = technician.shift.map(|shift| Window {
            from: shift.from + Seconds::hours(24 * number),
            to: shift.to + Seconds::hours(24 * number),
        });
        TechnicianState {
            shift,
            stops: Vec::new(),
            break_plan: None,
            free_at: shift.map_or(on(number, 0), |shift| shift.from),
            free_position: technician.home,
            ..technician.clone()
        }
    };
    let technicians = match number {
        0 => technicians.to_vec(),
        _ => technicians.iter().map(later).collect(),
    };
    let now = if number == 0 { scene().now } else { on(number, 0) };
    Day { date: on(number, 12).day(TOKYO), now, technicians }
}

pub fn book(days: i64, technicians: &[TechnicianState]) -> Book {
    Book { days: (0..days).map(|number| day(number, technicians)).collect(), ..Book::default() }
}

/// Somebody holds a slot.
pub fn held(number: u128, house_minutes: i64, window: Window) -> Commitment {
    let job = Job { work_order: id(number), promised: Some(window), ..job(house_minutes) };
    Commitment { job, hint: None }
}
