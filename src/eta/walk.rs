//! The draws of one chain side by side: what is left, drives, breaks and work, visit after visit.

use chrono::{Datelike, Timelike};
use chrono_tz::Tz;

use super::chain::{Chain, ChainVisit, Doing, EtaInterval, Fix, Word};
use super::draw::{DRAWS, Lognormal, Strata, Uniforms, normal_quantile};
use super::learned::HourFactors;
use crate::domain::eta::EtaSource;
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp};

/// A fix older than this is stale.
pub const STALE_AFTER: Seconds = Seconds(120);
const SILENCE_DOUBLES_S: f64 = 600.0;
const SILENCE_MAX: f64 = 4.0;

const TRAVEL_SIGMA: f64 = 0.15;
const TRAVEL_SIGMA_S: f64 = 90.0;
/// Shorter drives have the relative spread of this one.
const TRAVEL_SHORT_S: f64 = 300.0;

/// From the moment somebody may leave to his leaving. Half set out within the five minutes that the plan reckons before
/// it calls a departure overdue, nine in ten within a quarter of an hour. The tail is heavy on purpose: the longer an
/// overdue start goes without a word, the more is still to come.
const DEPARTURE: Lognormal = Lognormal { median_s: 300.0, sigma: 0.9 };

const WORD_SIGMA: f64 = 0.15;
const WORD_AGE_S: f64 = 6_000.0;
const WORD_NEWER_FIX_S: f64 = 1_200.0;
const WORD_OVERDUE_S: f64 = 600.0;
/// A word that has passed still means about now.
const WORD_LEFT_MIN_S: f64 = 60.0;

/// Distance of the 10th from the 90th percentile in standard deviations.
const TEN_TO_NINETY: f64 = 2.0 * 1.281_551_6;

/// Seconds from `now` to `at`, 0 when it has passed.
pub(super) fn after(now: Timestamp, at: Timestamp) -> f64 {
    at.since(now).max_zero().0 as f64
}

/// Spread of the logarithm of a drive of so many seconds.
pub fn travel_sigma(length_s: f64) -> f64 {
    TRAVEL_SIGMA + TRAVEL_SIGMA_S / length_s.max(TRAVEL_SHORT_S)
}

/// All draws side by side; times are seconds from now.
pub(super) struct Walk<'a> {
    chain: &'a Chain<'a>,
    strata: Strata,
    /// When he is free.
    pub free: [f64; DRAWS],
    rested: [bool; DRAWS],
    source: EtaSource,
    basis_at: Timestamp,
    clock: LocalClock,
}

/// The local hour and day so many seconds from now, by one look at the zone.
struct LocalClock {
    second_of_day: i64,
    weekday: i64,
}

impl LocalClock {
    fn at(now: Timestamp, zone: Tz) -> Self {
        let local = now.utc().with_timezone(&zone);
        Self {
            second_of_day: i64::from(local.num_seconds_from_midnight()),
            weekday: i64::from(local.weekday().num_days_from_monday()),
        }
    }

    fn factor(&self, hours: &HourFactors, in_s: f64) -> f64 {
        let second = self.second_of_day + in_s as i64;
        let weekday = (self.weekday + second.div_euclid(86_400)).rem_euclid(7);
        hours.factor(second.rem_euclid(86_400) as usize / 3_600, weekday >= 5)
    }
}

impl<'a> Walk<'a> {
    pub fn new(chain: &'a Chain<'a>) -> Self {
        Self {
            chain,
            strata: Strata::new(chain.seed),
            free: [0.0; DRAWS],
            rested: [chain.break_due.is_none(); DRAWS],
            source: EtaSource::Planned,
            basis_at: chain.known_at,
            clock: LocalClock::at(chain.now, chain.zone),
        }
    }

    fn road_s(&self, from: Position, to: Position) -> f64 {
        self.chain.travel.seconds(from, to).seconds.0 as f64
    }

    /// What is left of the running work.
    pub fn finish_work(&mut self, visit: &ChainVisit, elapsed: Seconds) {
        let shares = self.strata.uniforms();
        let mut left = shares.map(|share| visit.service.left(elapsed.0 as f64, share));
        self.weigh_word(&mut left, None);
        self.free = left;
    }

    /// What is left of the running drive, from the last fix or from when he left.
    pub fn finish_drive(
        &mut self,
        visit: &ChainVisit,
        from: Position,
        left_at: Timestamp,
        fix: Option<Fix>,
    ) -> [f64; DRAWS] {
        let (road, since) = match fix {
            Some(fix) => (self.chain.travel.remaining(from, fix.position, visit.position), fix.at),
            None => (self.chain.travel.seconds(from, visit.position), left_at),
        };
        let age_s = after(since, self.chain.now);
        let median_s = (road.seconds.0 as f64 * self.clock.factor(self.chain.hours, -age_s)).max(1.0);
        let silence = (age_s - STALE_AFTER.0 as f64).max(0.0) / SILENCE_DOUBLES_S;
        let wider = if fix.is_some() { (1.0 + silence).min(SILENCE_MAX) } else { 1.0 };
        let trip = Lognormal { median_s, sigma: travel_sigma(median_s) * wider };
        self.basis_at = since;
        self.source = if fix.is_some() { EtaSource::Gps } else { EtaSource::Planned };
        let shares = self.strata.uniforms();
        let mut left = shares.map(|share| trip.left(age_s, share));
        self.weigh_word(&mut left, fix);
        self.wait_for_promise(visit, &mut left);
        left
    }

    /// Who comes before the promised start waits outside.
    pub fn wait_for_promise(&self, visit: &ChainVisit, door: &mut [f64; DRAWS]) {
        let floor = self.door_opens(visit);
        for at in door {
            *at = at.max(floor);
        }
    }

    /// Weighs the technician's word against the model: both as lognormals of what is left, by precision.
    pub fn weigh_word(&mut self, left: &mut [f64; DRAWS], fix: Option<Fix>) {
        let Some(word) = self.chain.word else {
            return;
        };
        let mut sorted = *left;
        sorted.sort_by(f64::total_cmp);
        let log_at = |share| percentile(&sorted, share).max(1.0).ln();
        let model_mean = log_at(0.5);
        let model_sigma = ((log_at(0.9) - log_at(0.1)) / TEN_TO_NINETY).max(0.02);
        let (word_mean, word_sigma) = self.said(&word, fix);
        let (model, said) = (model_sigma.powi(-2), word_sigma.powi(-2));
        let trust = said / (model + said);
        let mean = trust * word_mean + (1.0 - trust) * model_mean;
        let sigma = (model + said).powf(-0.5);
        let shares = self.strata.uniforms();
        for (value, share) in left.iter_mut().zip(shares) {
            *value = (mean + sigma * normal_quantile(share)).exp();
        }
        if trust >= 0.5 {
            (self.source, self.basis_at) = (EtaSource::Declared, word.said_at);
        }
    }

    /// Mean and spread of the logarithm of what is left by the technician's word.
    fn said(&self, word: &Word, fix: Option<Fix>) -> (f64, f64) {
        let (now, meant_s) = (self.chain.now, after(word.said_at, word.expected) * word.bias);
        let age_s = after(word.said_at, now);
        let newer_fix_s = fix.map_or(0.0, |fix| after(word.said_at, fix.at));
        let overdue_s = (age_s - meant_s).max(0.0);
        let sigma = WORD_SIGMA + age_s / WORD_AGE_S + newer_fix_s / WORD_NEWER_FIX_S + overdue_s / WORD_OVERDUE_S;
        ((meant_s - age_s).max(WORD_LEFT_MIN_S).ln(), sigma)
    }

    /// Not before the promised start, unless the customer agreed.
    fn door_opens(&self, visit: &ChainVisit) -> f64 {
        let promised = visit.promised.filter(|_| !visit.early_ok);
        promised.map_or(0.0, |promised| after(self.chain.now, promised.from))
    }

    /// When he sets out who has not: half before and half after `due_at`, some minutes after `heard_at` where that is
    /// later; not before he is free. What has passed of the delay without his leaving is known.
    pub fn departure(&mut self, due_at: Timestamp, heard_at: Timestamp) -> [f64; DRAWS] {
        let now = self.chain.now;
        let may_leave = (due_at - Seconds(DEPARTURE.median_s as i64)).max(heard_at);
        let (ahead_s, passed_s) = (after(now, may_leave), after(may_leave, now));
        let mut leave = self.strata.uniforms().map(|share| ahead_s + DEPARTURE.left(passed_s, share));
        for (at, free) in leave.iter_mut().zip(self.free) {
            *at = at.max(free);
        }
        leave
    }

    /// Drives to a visit, leaving at `departure` or later; the break on the way where the plan has it, from when he is
    /// free. Ready at the door.
    pub fn drive(&mut self, visit: &ChainVisit, from: Position, departure: &[f64; DRAWS]) -> [f64; DRAWS] {
        let road_s = self.road_s(from, visit.position);
        let floor = self.door_opens(visit);
        let shares: Uniforms = self.strata.uniforms();
        let mut door = [0.0; DRAWS];
        for draw in 0..DRAWS {
            let leave = departure[draw];
            let median_s = road_s * self.clock.factor(self.chain.hours, leave);
            let drive = Lognormal { median_s, sigma: travel_sigma(median_s) };
            let trip_s = if median_s > 0.0 { drive.quantile(shares[draw]) } else { 0.0 };
            let rest = self.rest_before(draw, leave + median_s, floor, visit.service.median_s);
            let ready = match rest {
                Some((from_s, long_s)) if from_s < leave => leave.max(from_s + long_s) + trip_s,
                Some((from_s, long_s)) if from_s < leave + trip_s => leave + trip_s + long_s,
                Some((from_s, long_s)) => from_s + long_s,
                None => leave + trip_s,
            };
            self.rested[draw] |= rest.is_some();
            door[draw] = ready.max(floor);
        }
        door
    }

    /// Start and length of the break when it is taken before a visit expected at `arrive`.
    fn rest_before(&self, draw: usize, arrive: f64, floor: f64, service_s: f64) -> Option<(f64, f64)> {
        let plan = self.chain.break_due.filter(|_| !self.rested[draw])?;
        let (opens, closes) = (after(self.chain.now, plan.window.from), after(self.chain.now, plan.window.to));
        let (from, long) = (self.free[draw].max(opens), plan.duration.0 as f64);
        let last_chance = arrive.max(floor) + service_s > closes;
        let costs_nothing = from <= closes && arrive.max(from) + long <= arrive.max(floor);
        (last_chance || costs_nothing).then_some((from, long))
    }

    pub fn work(&mut self, visit: &ChainVisit, door: &[f64; DRAWS]) {
        let shares = self.strata.uniforms();
        for draw in 0..DRAWS {
            self.free[draw] = door[draw] + visit.service.quantile(shares[draw]);
        }
    }

    pub fn interval(&self, visit: &ChainVisit, stops_before: u32, door: &[f64; DRAWS]) -> EtaInterval {
        let mut sorted = *door;
        sorted.sort_by(f64::total_cmp);
        let at = |share| self.chain.now + Seconds(percentile(&sorted, share).round() as i64);
        let late_risk = visit.promised.map(|promised| {
            let limit = promised.to.since(self.chain.now).0 as f64;
            door.iter().filter(|&&at| at > limit).count() as f64 / DRAWS as f64
        });
        EtaInterval {
            visit: visit.visit,
            earliest: at(0.1),
            likely: at(0.5),
            p80: at(0.8),
            latest: at(0.9),
            source: self.source,
            basis_at: self.basis_at,
            stops_before,
            under_way: stops_before == 0 && matches!(self.chain.doing, Doing::Driving { .. }),
            floor: self.chain.now + Seconds(self.door_opens(visit) as i64),
            late_risk,
        }
    }
}

/// The value at a share of sorted draws, between neighbours in proportion.
fn percentile(sorted: &[f64; DRAWS], share: f64) -> f64 {
    let place = share * (DRAWS - 1) as f64;
    let low = place.floor() as usize;
    let high = (low + 1).min(DRAWS - 1);
    sorted[low] + (sorted[high] - sorted[low]) * (place - low as f64)
}
