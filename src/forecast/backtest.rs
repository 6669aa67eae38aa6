//! Whether the forecast keeps its word: years of fictional companies whose true habits are known are played, the
//! forecast is asked in the middle, and what came is held against it.

use std::sync::Arc;

use chrono::{Datelike, Days, Months, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Gamma, LogNormal, Poisson};

use super::facts::{ContractFacts, OpenLot, Use, in_rush, month_number};
use super::months::{Question, forecast};
use crate::domain::ids::{Id, TerritoryId};

/// Months of history before the question, and months that are then looked at.
const PAST: u32 = 24;
const AHEAD: u32 = 6;
const CONTRACTS: usize = 60;

/// Share of the months in which no more came than the forecast said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coverage {
    pub months: usize,
    pub issues_p50: f64,
    pub issues_p90: f64,
    pub hours_p50: f64,
    pub hours_p90: f64,
}

/// Plays so many companies, each with its own habits.
pub fn coverage(companies: u64, seed: u64, runs: usize) -> Coverage {
    let mut kept = [0_usize; 4];
    let mut months = 0;
    for company in 0..companies {
        let mut random = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(company));
        let (known, came) = company_year(&mut random);
        let question = Question { today: today(), months: AHEAD as usize, day_minutes: 400, runs, seed: company };
        for (told, (issues, hours)) in forecast(&known, &question).iter().zip(came) {
            months += 1;
            let checks = [
                (issues, told.issues.p50),
                (issues, told.issues.p90),
                (hours, told.hours.p50),
                (hours, told.hours.p90),
            ];
            for (count, (seen, at_most)) in kept.iter_mut().zip(checks) {
                *count += usize::from(seen <= at_most + 0.05);
            }
        }
    }
    let [issues_p50, issues_p90, hours_p50, hours_p90] = kept.map(|count| count as f64 / months.max(1) as f64);
    Coverage { months, issues_p50, issues_p90, hours_p50, hours_p90 }
}

/// The day on which the forecast is asked, the last of a month.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 12, 31).unwrap_or_default()
}

/// What every contract of a fictional company has in common.
struct Habits {
    rates: Gamma<f64>,
    summer: f64,
    rush: f64,
    shocks: LogNormal<f64>,
}

impl Habits {
    fn draw(random: &mut ChaCha8Rng) -> Option<Self> {
        let mean = random.random_range(0.3..1.5);
        let shape = random.random_range(0.8..4.0);
        let sigma: f64 = random.random_range(0.0..0.25);
        Some(Self {
            rates: Gamma::new(shape, mean / shape).ok()?,
            summer: random.random_range(0.0..0.5),
            rush: random.random_range(1.0..2.2),
            shocks: LogNormal::new(-sigma * sigma / 2.0, sigma).ok()?,
        })
    }

    fn season(&self, month: u32) -> f64 {
        1.0 + self.summer * ((f64::from(month) - 8.0) * std::f64::consts::TAU / 12.0).cos()
    }
}

type Came = Vec<(f64, f64)>;

/// A company's past, and the issues and hours of each month that followed.
fn company_year(random: &mut ChaCha8Rng) -> (Vec<ContractFacts>, Came) {
    let mut came = vec![(0.0, 0.0); AHEAD as usize];
    let Some(habits) = Habits::draw(random) else { return (Vec::new(), came) };
    let shocks: Vec<f64> = (0..PAST + AHEAD).map(|_| habits.shocks.sample(random)).collect();
    let contracts = (0..CONTRACTS).map(|_| {
        let mut life = Life::new(habits.rates.sample(random), random);
        for (month, shock) in (0..PAST + AHEAD).zip(&shocks) {
            let ahead = month.checked_sub(PAST);
            let (issues, hours) = life.month(&habits, month, *shock, random);
            if let Some(sum) = ahead.and_then(|ahead| came.get_mut(ahead as usize)) {
                sum.0 += issues;
                sum.1 += hours;
            }
        }
        life.known
    });
    let contracts = contracts.collect();
    (contracts, came)
}

/// A contract as it lives: it buys again in its past, and not after the question.
struct Life {
    rate: f64,
    yearly: i64,
    lots: Vec<OpenLot>,
    known: ContractFacts,
}

impl Life {
    fn new(rate: f64, random: &mut ChaCha8Rng) -> Self {
        let known = ContractFacts {
            territory: TerritoryId::from_uuid(uuid::Uuid::from_u128(1)),
            since: start(0) - Days::new(1),
            open: Vec::new(),
            uses: Vec::new(),
            expiries: Vec::new(),
        };
        let yearly = ((rate * 12.0).ceil() as i64 + random.random_range(0..6)).max(3);
        Self { rate, yearly, lots: Vec::new(), known }
    }

    fn month(&mut self, habits: &Habits, month: u32, shock: f64, random: &mut ChaCha8Rng) -> (f64, f64) {
        if month < PAST && (self.lots.is_empty() || month.is_multiple_of(12)) {
            self.buy(month, random);
        }
        if month == PAST {
            self.known.open = self.lots.clone();
        }
        let first = start(month);
        let rush = in_rush(month_number(first), self.lots.iter().filter_map(|lot| lot.expires_on));
        let mean = self.rate * habits.season(first.month()) * if rush { habits.rush } else { 1.0 } * shock;
        let count = Poisson::new(mean.max(1e-9)).map_or(0.0, |counts| counts.sample(random)) as u32;
        let mut seen = (0.0, 0.0);
        for _ in 0..count {
            let Some(lot) = self.lots.first_mut() else { break };
            lot.units -= 1;
            self.lots.retain(|lot| lot.units > 0);
            let used = issue(first, random);
            seen = (seen.0 + 1.0, seen.1 + used.minutes as f64 / 60.0);
            if month < PAST {
                self.known.uses.push(used);
            }
        }
        self.lots.retain(|lot| lot.expires_on.is_none_or(|last| month_number(last) > month_number(first)));
        seen
    }

    fn buy(&mut self, month: u32, random: &mut ChaCha8Rng) {
        let last = start(month + random.random_range(9..18)) - Days::new(1);
        self.lots.push(OpenLot { units: self.yearly, expires_on: Some(last) });
        self.lots.sort_by_key(|lot| lot.expires_on);
        self.known.expiries.push(last);
    }
}

fn issue(first: NaiveDate, random: &mut ChaCha8Rng) -> Use {
    let visit = random.random_bool(0.6);
    let minutes = if visit { random.random_range(60..240) } else { random.random_range(5..40) };
    let skill = visit.then(|| Arc::from("boiler"));
    Use { day: first + Days::new(random.random_range(0..28)), units: 1, minutes, skill }
}

fn start(month: u32) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap_or_default();
    first.checked_add_months(Months::new(month)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_months_of_ten_bring_no_more_than_was_said() {
        let found = coverage(30, 1, 120);
        assert_eq!(found.months, 180);
        assert!((0.82..=0.96).contains(&found.issues_p90), "{found:?}");
        assert!((0.82..=0.96).contains(&found.hours_p90), "{found:?}");
        assert!((0.35..=0.65).contains(&found.issues_p50), "{found:?}");
    }
}
