//! How far a planned arrival may be off: the plan's own interval, before anybody is on the way.
//!
//! Spreads of drives and of work before it add as variances; waiting at a door swallows spread. Late tails are longer
//! than early ones, so the interval reaches 1.0 standard deviation before and 1.28 behind the planned arrival: about
//! the 10th to the 90th percentile of a lognormal chain. The live figure of `eta` replaces it once the day runs.

use crate::domain::time::{Seconds, Timestamp};

use super::route::Step;

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

/// A stop that he serves before the one in question.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passed {
    pub begun: bool,
    pub service: Seconds,
    /// Driving to it.
    pub leg: Seconds,
    pub step: Step,
}

/// Earliest and latest of a planned arrival, rounded outward to whole minutes, after the stops `before` it and a drive
/// of `leg_in` that begins at `leave_at`.
pub(crate) fn around(
    before: impl Iterator<Item = Passed>,
    leave_at: Timestamp,
    arrive: Timestamp,
    leg_in: Seconds,
) -> (Timestamp, Timestamp) {
    let mut variance = 0.0_f64;
    for passed in before {
        let drive = if passed.begun { 0.0 } else { drive_variance(passed.leg) };
        let waited = passed.step.start.since(passed.step.arrive).0 as f64;
        let left = ((variance + drive).sqrt() - waited).max(0.0);
        let work = SERVICE_SPREAD * passed.service.0 as f64;
        variance = left * left + work * work;
    }
    let sigma = (variance + drive_variance(leg_in)).sqrt();
    let early = arrive - Seconds((sigma * EARLY_SIGMAS) as i64);
    let late = arrive + Seconds((sigma * LATE_SIGMAS) as i64);
    (minute_down(early.max(leave_at.min(arrive))), minute_up(late))
}

fn minute_down(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds(at.seconds().div_euclid(60) * 60)
}

fn minute_up(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds((at.seconds() + 59).div_euclid(60) * 60)
}
