//! Whether the forecast keeps its word: years of fictional companies whose true habits are known are played, the
//! forecast is asked in between, and what came is held against it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, Days, Months, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Gamma, LogNormal, Poisson};

use super::facts::{ContractFacts, OpenLot, Place, Span, Use, in_rush, month_number, stocked};
use super::months::{Question, forecast};
use super::play::months_ahead;
use crate::domain::ids::{Id, TerritoryId};

/// Months of history before the question, its own among them, and whole months that are then looked at.
const PAST: u32 = 24;
const AHEAD: usize = 6;
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

/// Plays so many companies, each with its own habits. They are asked on the last day of a month, in its middle and soon
/// after its beginning, in turn.
pub fn coverage(companies: u64, seed: u64, runs: usize) -> Coverage {
    let mut kept = [0_usize; 4];
    let mut months = 0;
    for company in 0..companies {
        let mut random = ChaCha8Rng::seed_from_u64(seed.wrapping_mul(1_000_003).wrapping_add(company));
        let today = asked_on(company);
        let (known, came) = company_year(today, &mut random);
        let question = Question { today, months: AHEAD, day_minutes: 400, runs, seed: company };
        for (told, (issues, hours)) in forecast(&known, &question).months.iter().zip(came) {
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

fn asked_on(company: u64) -> NaiveDate {
    let day = [31, 16, 5][(company % 3) as usize];
    NaiveDate::from_ymd_opt(2025, 12, day).unwrap_or_default()
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

/// A company's past before a day, and the issues and hours of the rest of its month and of each month that followed.
fn company_year(today: NaiveDate, random: &mut ChaCha8Rng) -> (Vec<ContractFacts>, Came) {
    let ahead = months_ahead(today, AHEAD);
    let mut came = vec![(0.0, 0.0); ahead.len()];
    let Some(habits) = Habits::draw(random) else { return (Vec::new(), came) };
    let played = PAST + ahead.len() as u32;
    let shocks: Vec<f64> = (0..played).map(|_| habits.shocks.sample(random)).collect();
    let contracts = (0..CONTRACTS).map(|_| {
        let mut life = Life::new(habits.rates.sample(random), today, random);
        for (month, shock) in (0..played).zip(&shocks) {
            for used in life.month(&habits, month, *shock, random) {
                if let Some(place) = ahead.iter().position(|span| span.holds(used.day)) {
                    came[place].0 += 1.0;
                    came[place].1 += (used.minutes + used.travel) as f64 / 60.0;
                }
            }
        }
        life.told()
    });
    let contracts = contracts.collect();
    (contracts, came)
}

/// A contract as it lives: it buys again in its past, and not once it was asked about.
struct Life {
    rate: f64,
    yearly: i64,
    today: NaiveDate,
    lots: Vec<OpenLot>,
    /// As they stood when the day of the question began.
    open: Option<Vec<OpenLot>>,
    uses: Vec<Use>,
    expiries: Vec<NaiveDate>,
    changes: BTreeMap<NaiveDate, i64>,
}

impl Life {
    fn new(rate: f64, today: NaiveDate, random: &mut ChaCha8Rng) -> Self {
        let yearly = ((rate * 12.0).ceil() as i64 + random.random_range(0..6)).max(3);
        let (lots, uses, expiries) = (Vec::new(), Vec::new(), Vec::new());
        Self { rate, yearly, today, lots, open: None, uses, expiries, changes: BTreeMap::new() }
    }

    /// The issues of a month, in their order.
    fn month(&mut self, habits: &Habits, month: u32, shock: f64, random: &mut ChaCha8Rng) -> Vec<Use> {
        let first = start(month);
        self.until(first);
        if first < self.today && (self.lots.is_empty() || month.is_multiple_of(12)) {
            self.buy(month, random);
        }
        let rush = in_rush(month_number(first), self.lots.iter().filter_map(|lot| lot.expires_on));
        let mean = self.rate * habits.season(first.month()) * if rush { habits.rush } else { 1.0 } * shock;
        let count = Poisson::new(mean.max(1e-9)).map_or(0.0, |counts| counts.sample(random)) as u32;
        let length = (start(month + 1) - first).num_days().unsigned_abs();
        let mut days: Vec<u64> = (0..count).map(|_| random.random_range(0..length)).collect();
        days.sort_unstable();
        let mut seen = Vec::new();
        for day in days.into_iter().map(|days| first + Days::new(days)) {
            self.until(day);
            let Some(lot) = self.lots.first_mut() else { continue };
            lot.units -= 1;
            self.lots.retain(|lot| lot.units > 0);
            *self.changes.entry(day).or_default() -= 1;
            seen.push(issue(day, random));
        }
        self.uses.extend(seen.iter().filter(|used| used.day < self.today).cloned());
        seen
    }

    /// Lots whose last day is over die. What is left when the question is asked is kept.
    fn until(&mut self, day: NaiveDate) {
        if day >= self.today && self.open.is_none() {
            self.until(self.today - Days::new(1));
            let over = |lot: &OpenLot| lot.expires_on.is_some_and(|last| last < self.today);
            self.open = Some(self.lots.iter().copied().filter(|lot| !over(lot)).collect());
        }
        let (changes, gone) = (&mut self.changes, |last: NaiveDate| last + Days::new(1));
        self.lots.retain(|lot| {
            let Some(last) = lot.expires_on.filter(|last| *last < day) else { return true };
            *changes.entry(gone(last)).or_default() -= lot.units;
            false
        });
    }

    fn buy(&mut self, month: u32, random: &mut ChaCha8Rng) {
        let last = start(month + random.random_range(9..18)) - Days::new(random.random_range(1..29));
        self.lots.push(OpenLot { units: self.yearly, expires_on: Some(last) });
        self.lots.sort_by_key(|lot| lot.expires_on);
        *self.changes.entry(start(month)).or_default() += self.yearly;
        self.expiries.push(last);
    }

    /// What is known of it when the question is asked.
    fn told(mut self) -> ContractFacts {
        self.until(self.today);
        let known: BTreeMap<NaiveDate, i64> =
            self.changes.range(..self.today).map(|(day, units)| (*day, *units)).collect();
        ContractFacts {
            places: vec![Place { territory: TerritoryId::from_uuid(uuid::Uuid::from_u128(1)), share: 1.0 }],
            term: Span { from: start(0), to: NaiveDate::MAX },
            stocked: stocked(&known, Span { from: start(0), to: NaiveDate::MAX }),
            open: self.open.unwrap_or_default(),
            uses: self.uses,
            expiries: self.expiries,
        }
    }
}

fn issue(day: NaiveDate, random: &mut ChaCha8Rng) -> Use {
    let visit = random.random_bool(0.6);
    let minutes = if visit { random.random_range(60..240) } else { random.random_range(5..40) };
    let travel = if visit { random.random_range(10..60) } else { 0 };
    let skill = visit.then(|| Arc::from("boiler"));
    Use { day, units: 1, minutes, travel, skill, territory: None }
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
        assert_eq!(found.months, 210);
        assert!((0.82..=0.96).contains(&found.issues_p90), "{found:?}");
        assert!((0.82..=0.96).contains(&found.hours_p90), "{found:?}");
        assert!((0.35..=0.65).contains(&found.issues_p50), "{found:?}");
    }
}
