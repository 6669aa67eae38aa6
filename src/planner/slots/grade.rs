//! How good a slot is; the head of the room says from what to what.

use super::fit::Fit;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::planner::goals::{detour, line};
use crate::planner::problem::Job;

const TIME: u32 = 40;
const DRIVING: u32 = 25;
const SLACK: u32 = 20;
const CHOICE: u32 = 15;

/// Behind a wish, or before it, until nothing is left of the grade.
const FROM_WISH: Seconds = Seconds::hours(48);
/// Behind the arrival due, the same.
const PAST_DUE: Seconds = Seconds::hours(72);
/// An hour's slack swallows what goes wrong on a usual day.
const SLACK_ENOUGH: Seconds = Seconds::hours(1);

pub(super) fn grade(job: &Job, window: Window, fit: &Fit, now: Timestamp) -> u8 {
    let choice = match fit.technicians {
        0 | 1 => 34,
        2 => 67,
        _ => 100,
    };
    let slack = line(fit.slack.0, (0, 0), (SLACK_ENOUGH.0, 100));
    let parts = [
        (TIME, timely(job, window, now)),
        (DRIVING, detour::grade(fit.detour).grade()),
        (SLACK, slack),
        (CHOICE, choice),
    ];
    let sum: u32 = parts.iter().map(|(weight, grade)| weight * u32::from(*grade)).sum();
    let weights: u32 = parts.iter().map(|(weight, _)| weight).sum();
    u8::try_from((sum + weights / 2) / weights).unwrap_or(100)
}

fn timely(job: &Job, window: Window, now: Timestamp) -> u8 {
    if let Some(wish) = job.wish {
        if wish.overlaps(&window) {
            return 100;
        }
        let away = window.from.since(wish.to).0.max(wish.from.since(window.to).0);
        return line(away, (0, 60), (FROM_WISH.0, 0));
    }
    let due = job.arrive_by.unwrap_or(now + PAST_DUE);
    let until_due = due.since(now).0.max(1);
    match window.to.since(due).0 {
        late if late > 0 => line(late, (0, 50), (PAST_DUE.0, 0)),
        _ => line(window.from.since(now).0, (0, 100), (until_due, 50)),
    }
}
