//! What the past says of the months ahead, and how well it is known.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rand_chacha::ChaCha8Rng;
use rand_distr::{ChiSquared, Distribution, Gamma as GammaDistribution, LogNormal};

use super::curve::{AGES, LEFTS, Stage};
use super::facts::{ContractFacts, month_number, month_span};

/// What the classes of a factor are thought to differ by before any was seen (variance): seasons are mostly mild, how
/// people use a lot differs more. And how many classes it takes to be believed half.
const SEASON_VARIANCE: f64 = 0.05;
const CURVE_VARIANCE: f64 = 0.1;
const CLASSES: f64 = 4.0;
/// Months of history that a season needs: with less, every month was seen once at most and says little.
const SEASON_MONTHS: i32 = 12;
/// What months are thought to differ by before any was seen (variance of their factor), and how many months it takes to
/// be believed half.
const SHOCK_VARIANCE: f64 = 0.03;
const SHOCK_MONTHS: f64 = 6.0;
/// Each factor is seen through the others, so every round cleans what the one before mixed.
const ROUNDS: usize = 6;

/// A rate of issues a month, or a factor of one, known as well as a gamma distribution says: mean `shape / rate`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    pub shape: f64,
    pub rate: f64,
}

impl Gamma {
    /// A factor of which nothing was seen.
    const fn unseen(variance: f64) -> Self {
        Self { shape: 1.0 / variance, rate: 1.0 / variance }
    }

    /// A factor that is taken for none.
    const NONE: Self = Self::unseen(1e-12);

    pub fn mean(self) -> f64 {
        self.shape / self.rate
    }

    pub fn draw(self, random: &mut ChaCha8Rng) -> f64 {
        GammaDistribution::new(self.shape, 1.0 / self.rate).map_or(self.mean(), |values| values.sample(random))
    }
}

/// What changes a contract's rate in a month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Factors<T> {
    /// Of each calendar month, January first.
    pub season: [T; 12],
    /// Of the age of the lot in use, and of the months until its end: together the curve along which a lot is used.
    pub age: [T; AGES],
    pub left: [T; LEFTS],
}

impl Factors<f64> {
    const NONE: Self = Self { season: [1.0; 12], age: [1.0; AGES], left: [1.0; LEFTS] };

    pub fn of(&self, month: i32, stage: Option<Stage>) -> f64 {
        self.season[calendar(month)] * stage.map_or(1.0, |stage| self.age[stage.age] * self.left[stage.left])
    }
}

/// Everything learned from all contracts.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    pub prior: Gamma,
    pub factors: Factors<Gamma>,
    /// Spread of the logarithm of what hits all contracts in the same month.
    pub shock_sigma: f64,
    /// Months that it stands on, and years that each season does.
    shock_months: f64,
    years: f64,
}

/// What one run takes for true: what is known only so well differs from run to run.
#[derive(Debug, Clone)]
pub struct Belief {
    pub factors: Factors<f64>,
    pub shock_sigma: f64,
}

/// A month in which a contract could have called. Days on which it had nothing to use, or was not in force, do not count:
/// nobody calls who has nothing to pay with, and that he did not says nothing of his faults.
struct Cell {
    contract: usize,
    month: i32,
    /// Part of the month in which it could have.
    open: f64,
    issues: f64,
    stage: Option<Stage>,
}

/// Learns from the whole months before `today`'s.
pub fn learn(contracts: &[ContractFacts], today: NaiveDate) -> Learned {
    learn_by(contracts, today, true)
}

/// The same without the curve along which a lot is used, to see what that is worth.
pub(super) fn learn_flat(contracts: &[ContractFacts], today: NaiveDate) -> Learned {
    learn_by(contracts, today, false)
}

fn learn_by(contracts: &[ContractFacts], today: NaiveDate, curved: bool) -> Learned {
    let mut cells = cells(contracts, month_number(today));
    if !curved {
        cells.iter_mut().for_each(|cell| cell.stage = None);
    }
    let months = span(&cells);
    let mut known =
        Factors { season: [Gamma::unseen(SEASON_VARIANCE); 12], age: [Gamma::NONE; AGES], left: [Gamma::NONE; LEFTS] };
    let mut means = Factors::NONE;
    let age = |cell: &Cell| cell.stage.map(|stage| stage.age);
    let left = |cell: &Cell| cell.stage.map(|stage| stage.left);
    let mut shocked = (SHOCK_VARIANCE.sqrt(), SHOCK_MONTHS);
    for _ in 0..ROUNDS {
        let own = rates(contracts.len(), &cells, &means);
        let base = |cell: &Cell| own[cell.contract] * means.of(cell.month, cell.stage);
        let at = |cell: &Cell| calendar(cell.month);
        if months >= SEASON_MONTHS {
            let noise = shocked.0.powi(2) / years(months);
            known.season = factors(
                (SEASON_VARIANCE, noise),
                &cells,
                |cell| Some(at(cell)),
                |cell| base(cell) / means.season[at(cell)],
            );
        }
        if curved {
            known.age = factors((CURVE_VARIANCE, 0.0), &cells, age, |cell| {
                base(cell) / age(cell).map_or(1.0, |age| means.age[age])
            });
            known.left = factors((CURVE_VARIANCE, 0.0), &cells, left, |cell| {
                base(cell) / left(cell).map_or(1.0, |left| means.left[left])
            });
        }
        means = known.means();
        shocked = shock(&cells, &rates(contracts.len(), &cells, &means), &means);
    }
    let (shock_sigma, shock_months) = shocked;
    let prior = prior(&exposures(contracts.len(), &cells, &means));
    Learned { prior, factors: known, shock_sigma, shock_months, years: years(months) }
}

impl Factors<Gamma> {
    pub fn means(&self) -> Factors<f64> {
        let Self { season, age, left } = self;
        Factors { season: season.map(Gamma::mean), age: age.map(Gamma::mean), left: left.map(Gamma::mean) }
    }
}

impl Learned {
    /// What is known of one contract's rate after its own past.
    pub fn posterior(&self, contract: &ContractFacts, today: NaiveDate) -> Gamma {
        let cells = cells(std::slice::from_ref(contract), month_number(today));
        let (issues, exposure) = exposures(1, &cells, &self.factors.means())[0];
        Gamma { shape: self.prior.shape + issues, rate: self.prior.rate + exposure }
    }

    /// What could as well be true. A season was learned from a few months, each of which was hit by its own shock; and
    /// how hard months are hit was learned from as few.
    pub fn believe(&self, random: &mut ChaCha8Rng) -> Belief {
        let hit = self.shock_sigma / self.years.sqrt();
        let season = self.factors.season.map(|factor| factor.draw(random) * lognormal(hit, random));
        let age = self.factors.age.map(|factor| factor.draw(random));
        let left = self.factors.left.map(|factor| factor.draw(random));
        let scale = ChiSquared::new(self.shock_months).map_or(1.0, |spread| self.shock_months / spread.sample(random));
        Belief { factors: Factors { season, age, left }, shock_sigma: self.shock_sigma * scale.sqrt() }
    }
}

impl Belief {
    /// What hits all contracts in the same month.
    pub fn shock(&self, random: &mut ChaCha8Rng) -> f64 {
        lognormal(self.shock_sigma, random)
    }
}

/// Mean 1, so that it moves the spread and not the forecast.
fn lognormal(sigma: f64, random: &mut ChaCha8Rng) -> f64 {
    LogNormal::new(-sigma * sigma / 2.0, sigma).map_or(1.0, |values| values.sample(random))
}

fn calendar(month: i32) -> usize {
    usize::try_from(month.rem_euclid(12)).unwrap_or_default()
}

fn cells(contracts: &[ContractFacts], before: i32) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (index, contract) in contracts.iter().enumerate() {
        let Some(first) = contract.stocked.first().map(|span| month_number(span.from)) else { continue };
        let mut counts = BTreeMap::<i32, f64>::new();
        for used in contract.uses.iter().filter(|used| contract.stocked.iter().any(|span| span.holds(used.day))) {
            *counts.entry(month_number(used.day)).or_default() += 1.0;
        }
        for month in first..before {
            let whole = month_span(month);
            let days: i64 = contract.stocked.iter().map(|span| span.shared(whole)).sum();
            if days > 0 {
                let open = days as f64 / (whole.to - whole.from).num_days() as f64;
                let issues = counts.get(&month).copied().unwrap_or_default();
                let stage = Stage::past(month, &contract.lots);
                cells.push(Cell { contract: index, month, open, issues, stage });
            }
        }
    }
    cells
}

fn span(cells: &[Cell]) -> i32 {
    let months = cells.iter().map(|cell| cell.month);
    months.clone().max().unwrap_or_default() - months.min().unwrap_or_default() + i32::from(!cells.is_empty())
}

fn years(months: i32) -> f64 {
    (f64::from(months) / 12.0).max(1.0)
}

/// Issues a month of each contract, the factors taken out.
fn rates(count: usize, cells: &[Cell], means: &Factors<f64>) -> Vec<f64> {
    let sums = exposures(count, cells, means).into_iter();
    sums.map(|(issues, months)| if months > 0.0 { issues / months } else { 0.0 }).collect()
}

/// Seen against expected in each class, drawn towards 1 where little was seen: the more, the less the classes differ
/// beyond chance, beyond what is `noise`, and beyond the `usual` variance where there are few.
fn factors<const N: usize>(
    (usual, noise): (f64, f64),
    cells: &[Cell],
    class: impl Fn(&Cell) -> Option<usize>,
    expected: impl Fn(&Cell) -> f64,
) -> [Gamma; N] {
    let mut sums = [(0.0, 0.0); N];
    for cell in cells {
        if let Some(sum) = class(cell).and_then(|class| sums.get_mut(class)) {
            sum.0 += cell.issues;
            sum.1 += cell.open * expected(cell);
        }
    }
    let known: Vec<&(f64, f64)> = sums.iter().filter(|(_, expected)| *expected > 1.0).collect();
    let beyond = known.iter().map(|(seen, expected)| (seen / expected - 1.0).powi(2) - 1.0 / expected - noise);
    let variance = (beyond.sum::<f64>().max(0.0) + usual * CLASSES) / (known.len() as f64 + CLASSES);
    sums.map(|(seen, expected)| Gamma { shape: 1.0 / variance + seen, rate: 1.0 / variance + expected })
}

/// What months differ by beyond chance: the variance of seen over expected, less the Poisson part. And the months on
/// which that stands.
fn shock(cells: &[Cell], rates: &[f64], means: &Factors<f64>) -> (f64, f64) {
    let mut months = BTreeMap::<i32, (f64, f64)>::new();
    for cell in cells {
        let sum = months.entry(cell.month).or_default();
        sum.0 += cell.issues;
        sum.1 += cell.open * rates[cell.contract] * means.of(cell.month, cell.stage);
    }
    let months: Vec<(f64, f64)> = months.into_values().filter(|(_, expected)| *expected > 0.0).collect();
    let beyond = months.iter().map(|(seen, expected)| (seen / expected - 1.0).powi(2) - 1.0 / expected).sum::<f64>();
    // The season took a part of what differs along, one month's worth a year.
    let years = (months.len() as f64 / 12.0).max(1.0);
    let free = months.len() as f64 * (1.0 - 1.0 / years).max(0.25);
    let variance = (beyond.max(0.0) + SHOCK_VARIANCE * SHOCK_MONTHS) / (free + SHOCK_MONTHS);
    // A month with few issues says little of what hit it: chance alone moves it as much.
    let chance = months.iter().map(|(_, expected)| 1.0 / expected).sum::<f64>() / months.len().max(1) as f64;
    let telling = free * (variance / (variance + chance)).powi(2);
    (variance.min(1.0).ln_1p().sqrt(), telling + SHOCK_MONTHS)
}

/// Issues and the months they had, with each month counted as heavy as its factors make it.
fn exposures(count: usize, cells: &[Cell], means: &Factors<f64>) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); count];
    for cell in cells {
        sums[cell.contract].0 += cell.issues;
        sums[cell.contract].1 += cell.open * means.of(cell.month, cell.stage);
    }
    sums
}

/// Gamma prior by moments over the contracts: their mean, and how they differ beyond chance.
fn prior(exposures: &[(f64, f64)]) -> Gamma {
    let known: Vec<(f64, f64)> = exposures.iter().copied().filter(|(_, months)| *months > 0.0).collect();
    let months: f64 = known.iter().map(|(_, months)| months).sum();
    if months <= 0.0 {
        return Gamma { shape: 0.5, rate: 5.0 };
    }
    // Half an issue, so that a company without any still expects to hear of somebody.
    let mean = (known.iter().map(|(issues, _)| issues).sum::<f64>() + 0.5) / months;
    let spread: f64 = known.iter().map(|(issues, m)| m * (issues / m - mean).powi(2)).sum::<f64>() / months;
    let chance = mean * known.len() as f64 / months;
    let variance = (spread - chance).max(mean * mean * 0.05);
    Gamma { shape: mean * mean / variance, rate: mean / variance }
}

#[cfg(test)]
mod tests;
