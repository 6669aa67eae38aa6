//! How far a planned arrival may be off: the plan's own interval, before anybody is on the way.
//!
//! Spreads of drives and of work before it add as variances; waiting at a door swallows spread. Late tails are longer
//! than early ones, so the interval reaches 1.0 standard deviation before and 1.28 behind the planned arrival: about
//! the 10th to the 90th percentile of a lognormal chain. The live figure of `eta` replaces it once the day runs.

use crate::domain::time::{Seconds, Timestamp};

use super::insert::Trial;
use super::route::Route;

/// Share of the planned work that is one standard deviation.
const SERVICE_SPREAD: f64 = 0.35;
/// Share of the planned drive, and a fixed part for parking and lights.
const TRAVEL_SPREAD: f64 = 0.15;
const TRAVEL_SPREAD_S: f64 = 60.0;
const EARLY_SIGMAS: f64 = 1.0;
const LATE_SIGMAS: f64 = 1.28;

fn drive_variance(leg: Seconds) -> f64 {
    if leg.0 == 0 {
        return 0.0;
    }
    let sigma = TRAVEL_SPREAD * leg.0 as f64 + TRAVEL_SPREAD_S;
    sigma * sigma
}

/// Earliest and latest arrival of a tried insertion, rounded outward to whole minutes.
pub(crate) fn around(route: &Route, trial: &Trial, leg_in: Seconds) -> (Timestamp, Timestamp) {
    let mut variance = 0.0_f64;
    for (index, stop) in route.technician.stops.iter().enumerate().take(trial.position) {
        let step = &route.steps[index];
        let drive = if stop.begun { 0.0 } else { drive_variance(route.legs[index]) };
        let waited = step.start.since(step.arrive).0 as f64;
        let left = ((variance + drive).sqrt() - waited).max(0.0);
        let work = SERVICE_SPREAD * stop.service.0 as f64;
        variance = left * left + work * work;
    }
    let sigma = (variance + drive_variance(leg_in)).sqrt();
    let leave_at = route.cursors[trial.position].free;
    let early = trial.step.arrive - Seconds((sigma * EARLY_SIGMAS) as i64);
    let late = trial.step.arrive + Seconds((sigma * LATE_SIGMAS) as i64);
    (minute_down(early.max(leave_at.min(trial.step.arrive))), minute_up(late))
}

fn minute_down(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.seconds().div_euclid(60) * 60)
}

fn minute_up(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds((at.seconds() + 59).div_euclid(60) * 60)
}
