//! Whether the forecast keeps its word: years of fictional companies whose true habits are known are played, the
//! forecast is asked in between, and what came is held against it.

mod fiction;

use std::collections::BTreeSet;

use chrono::{Datelike, Months, NaiveDate};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use self::fiction::{Came, company_year};
use super::expiring::HORIZONS;
use super::learn::{learn, learn_flat};
use super::months::{Forecast, Question, forecast_by};
use super::spread::Spread;

/// Whole months that are looked at after the rest of the running one.
const AHEAD: usize = 6;
/// Minutes of a technician's day.
const DAY_MINUTES: i64 = 400;

/// How often no more came than was said, and by how much the middle was missed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Kept {
    pub told: usize,
    at_p50: usize,
    at_p90: usize,
    missed: f64,
}

impl Kept {
    fn note(&mut self, came: f64, said: Spread) {
        // That nothing comes where nothing can is no merit.
        if came == 0.0 && said.p90 == 0.0 {
            return;
        }
        // What is said is rounded to a tenth.
        let within = |most: f64| usize::from(came <= most + 0.05);
        self.told += 1;
        self.at_p50 += within(said.p50);
        self.at_p90 += within(said.p90);
        self.missed += (came - said.p50).abs();
    }

    /// Share of all that came to at most the P50.
    pub fn p50(&self) -> f64 {
        self.at_p50 as f64 / self.told.max(1) as f64
    }

    pub fn p90(&self) -> f64 {
        self.at_p90 as f64 / self.told.max(1) as f64
    }

    /// Mean distance from the P50.
    pub fn error(&self) -> f64 {
        self.missed / self.told.max(1) as f64
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Coverage {
    /// Of a company in a month.
    pub issues: Kept,
    pub hours: Kept,
    /// Of a territory and skill in a month.
    pub technician_days: Kept,
    /// Units that a company lets expire in a month, and within each horizon.
    pub expired: Kept,
    pub expiring: [Kept; HORIZONS.len()],
}

/// Plays so many companies, each with its own habits. They are asked at the end of a month, in its middle and soon after
/// its beginning, in turn. The second answer is that of a forecast which learns nothing of how a lot's age and end
/// change its use.
pub fn coverage(companies: u64, seed: u64, runs: usize) -> (Coverage, Coverage) {
    let (mut curved, mut flat) = (Coverage::default(), Coverage::default());
    for company in 0..companies {
        let mut random = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(company));
        let today = asked_on(company);
        let (known, came) = company_year(today, AHEAD, &mut random);
        let question = Question { today, months: AHEAD, day_minutes: DAY_MINUTES, runs, seed: company };
        curved.note(&forecast_by(&learn(&known, today), &known, &question), &came);
        flat.note(&forecast_by(&learn_flat(&known, today), &known, &question), &came);
    }
    (curved, flat)
}

/// In every month of the year, or the season that happens to follow would decide about the middle.
fn asked_on(company: u64) -> NaiveDate {
    let (month, day) = (company / 3 % 12, [30, 16, 5][(company % 3) as usize]);
    let first = NaiveDate::from_ymd_opt(2025, 12, 1).unwrap_or_default() + Months::new(month as u32);
    first.with_day(day).or(first.with_day(28)).unwrap_or(first)
}

impl Coverage {
    fn note(&mut self, said: &Forecast, came: &Came) {
        for (said, came) in said.months.iter().zip(&came.months) {
            self.issues.note(came.issues, said.issues);
            self.hours.note(came.minutes as f64 / 60.0, said.hours);
            self.expired.note(came.expired as f64, said.expiring);
            let told = said.technician_days.iter().map(|crew| (crew.territory, crew.skill.as_str()));
            let crews: BTreeSet<_> =
                told.chain(came.crews.keys().map(|(territory, skill)| (*territory, &**skill))).collect();
            for (territory, skill) in crews {
                let mut said = said.technician_days.iter();
                let said = said.find(|crew| (crew.territory, crew.skill.as_str()) == (territory, skill));
                let worked = came.crews.get(&(territory, skill.into())).copied().unwrap_or_default();
                let days = worked as f64 / DAY_MINUTES as f64;
                self.technician_days.note(days, said.map(|crew| crew.days).unwrap_or_default());
            }
        }
        let whole = said.expiring.iter().filter(|line| line.territory.is_none());
        for ((kept, line), came) in self.expiring.iter_mut().zip(whole).zip(came.unused) {
            kept.note(came as f64, line.unused);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, found: Kept, p50: std::ops::RangeInclusive<f64>, p90: std::ops::RangeInclusive<f64>) {
        assert!(p50.contains(&found.p50()), "{name}: {} of {}", found.p50(), found.told);
        assert!(p90.contains(&found.p90()), "{name}: {} of {}", found.p90(), found.told);
    }

    /// Seven figures of one company hang together, so thirty companies are worth less than 210 months.
    #[test]
    fn nine_times_of_ten_no_more_comes_than_was_said() {
        let (found, flat) = coverage(30, 1, 120);
        assert_eq!((found.issues.told, found.expiring[0].told), (210, 30));
        check("issues", found.issues, 0.38..=0.62, 0.83..=0.96);
        check("hours", found.hours, 0.38..=0.62, 0.83..=0.96);
        check("technician-days", found.technician_days, 0.42..=0.58, 0.85..=0.95);
        check("expired", found.expired, 0.38..=0.66, 0.83..=0.97);
        for kept in found.expiring {
            check("expiring", kept, 0.28..=0.75, 0.76..=1.0);
        }
        let (curved, flat) = (found.expired.error(), flat.expired.error());
        assert!(curved < 0.95 * flat, "the curve of a lot is worth something: off by {curved}, without it by {flat}");
    }
}
