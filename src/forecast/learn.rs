//! What the past says of the months ahead.

use chrono::NaiveDate;

use super::facts::{ContractFacts, in_rush, month_number, month_span};

/// Issues that a factor must have seen before it is believed as much as no factor at all.
const FACTOR_WEIGHT: f64 = 20.0;
/// Months of history that a season needs: with less, every month was seen once at most and says little.
const SEASON_MONTHS: i32 = 12;
/// What months are thought to differ by before any was seen (variance of their factor), and how many months it takes to
/// be believed half.
const SHOCK_VARIANCE: f64 = 0.03;
const SHOCK_MONTHS: f64 = 6.0;

/// A rate of issues a month, known as well as a gamma distribution says: mean `shape / rate`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gamma {
    pub shape: f64,
    pub rate: f64,
}

/// Everything learned from all contracts.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    pub prior: Gamma,
    /// Factor of each calendar month, January first.
    pub season: [f64; 12],
    /// Factor of the months before an expiry.
    pub rush: f64,
    /// Spread of the logarithm of what hits all contracts in the same month.
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
    rush: bool,
}

/// Learns from the whole months before `today`'s.
pub fn learn(contracts: &[ContractFacts], today: NaiveDate) -> Learned {
    let cells = cells(contracts, month_number(today));
    let mut learned =
        Learned { prior: Gamma { shape: 1.0, rate: 1.0 }, season: [1.0; 12], rush: 1.0, shock_sigma: 0.0 };
    let rates = flat_rates(contracts.len(), &cells);
    // Each factor is seen through the others, so a second round cleans what the first one mixed.
    for _ in 0..2 {
        let season = factors(
            &cells,
            12,
            |cell| Some(calendar(cell.month)),
            |cell| rates[cell.contract] * if cell.rush { learned.rush } else { 1.0 },
        );
        if span(&cells) >= SEASON_MONTHS {
            learned.season.copy_from_slice(&season);
        }
        let rush = factors(
            &cells,
            2,
            |cell| Some(usize::from(cell.rush)),
            |cell| rates[cell.contract] * learned.season[calendar(cell.month)],
        );
        learned.rush = (rush[1] / rush[0]).clamp(0.5, 5.0);
    }
    learned.shock_sigma = shock(&cells, &rates, &learned);
    learned.prior = prior(&exposures(contracts.len(), &cells, &learned));
    learned
}

impl Learned {
    pub fn factor(&self, month: i32, rush: bool) -> f64 {
        self.season[calendar(month)] * if rush { self.rush } else { 1.0 }
    }

    /// What is known of one contract's rate after its own past.
    pub fn posterior(&self, contract: &ContractFacts, today: NaiveDate) -> Gamma {
        let cells = cells(std::slice::from_ref(contract), month_number(today));
        let (issues, exposure) = exposures(1, &cells, self)[0];
        Gamma { shape: self.prior.shape + issues, rate: self.prior.rate + exposure }
    }
}

fn calendar(month: i32) -> usize {
    usize::try_from(month.rem_euclid(12)).unwrap_or_default()
}

fn cells(contracts: &[ContractFacts], before: i32) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (index, contract) in contracts.iter().enumerate() {
        let Some(first) = contract.stocked.first().map(|span| month_number(span.from)) else { continue };
        let mut counts = std::collections::BTreeMap::<i32, f64>::new();
        for used in contract.uses.iter().filter(|used| contract.stocked.iter().any(|span| span.holds(used.day))) {
            *counts.entry(month_number(used.day)).or_default() += 1.0;
        }
        for month in first..before {
            let whole = month_span(month);
            let days: i64 = contract.stocked.iter().map(|span| span.shared(whole)).sum();
            if days > 0 {
                let open = days as f64 / (whole.to - whole.from).num_days() as f64;
                let issues = counts.get(&month).copied().unwrap_or_default();
                let rush = in_rush(month, contract.expiries.iter().copied());
                cells.push(Cell { contract: index, month, open, issues, rush });
            }
        }
    }
    cells
}

fn span(cells: &[Cell]) -> i32 {
    let months = cells.iter().map(|cell| cell.month);
    months.clone().max().unwrap_or_default() - months.min().unwrap_or_default() + i32::from(!cells.is_empty())
}

/// Issues a month of each contract, without any factor.
fn flat_rates(count: usize, cells: &[Cell]) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); count];
    for cell in cells {
        sums[cell.contract].0 += cell.issues;
        sums[cell.contract].1 += cell.open;
    }
    sums.into_iter().map(|(issues, months)| if months > 0.0 { issues / months } else { 0.0 }).collect()
}

/// Seen over expected in each class, drawn towards 1 where little was seen.
fn factors(
    cells: &[Cell],
    classes: usize,
    class: impl Fn(&Cell) -> Option<usize>,
    expected: impl Fn(&Cell) -> f64,
) -> Vec<f64> {
    let mut sums = vec![(FACTOR_WEIGHT, FACTOR_WEIGHT); classes];
    for cell in cells {
        if let Some(sum) = class(cell).and_then(|class| sums.get_mut(class)) {
            sum.0 += cell.issues;
            sum.1 += cell.open * expected(cell);
        }
    }
    sums.into_iter().map(|(seen, expected)| seen / expected).collect()
}

/// What months differ by beyond chance: the variance of seen over expected, less the Poisson part.
fn shock(cells: &[Cell], rates: &[f64], learned: &Learned) -> f64 {
    let mut months = std::collections::BTreeMap::<i32, (f64, f64)>::new();
    for cell in cells {
        let sum = months.entry(cell.month).or_default();
        sum.0 += cell.issues;
        sum.1 += cell.open * rates[cell.contract] * learned.factor(cell.month, cell.rush);
    }
    let months: Vec<(f64, f64)> = months.into_values().filter(|(_, expected)| *expected > 0.0).collect();
    let beyond = months.iter().map(|(seen, expected)| (seen / expected - 1.0).powi(2) - 1.0 / expected).sum::<f64>();
    // The season took a part of what differs along, one month's worth a year; and each month's season was itself
    // learned from months that were hit.
    let years = (months.len() as f64 / 12.0).max(1.0);
    let free = months.len() as f64 * (1.0 - 1.0 / years).max(0.25);
    let variance = (beyond.max(0.0) + SHOCK_VARIANCE * SHOCK_MONTHS) / (free + SHOCK_MONTHS) * (1.0 + 1.0 / years);
    variance.min(1.0).ln_1p().sqrt()
}

/// Issues and the months they had, with each month counted as heavy as its factors make it.
fn exposures(count: usize, cells: &[Cell], learned: &Learned) -> Vec<(f64, f64)> {
    let mut sums = vec![(0.0, 0.0); count];
    for cell in cells {
        sums[cell.contract].0 += cell.issues;
        sums[cell.contract].1 += cell.open * learned.factor(cell.month, cell.rush);
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
mod tests {
    use super::super::facts::Span;
    use super::super::facts::testing::{self, day, used};
    use super::*;

    /// A contract since January 2024 that calls so often in each month of each year.
    fn contract(calls: impl Fn(u32) -> usize) -> ContractFacts {
        let mut uses = Vec::new();
        for year in [2024, 2025] {
            for month in 1..=12 {
                let day = NaiveDate::from_ymd_opt(year, month, 10).expect("a date of the test");
                uses.extend((0..calls(month)).map(|_| used(day)));
            }
        }
        testing::contract("2024-01-01", uses, Vec::new())
    }

    fn mean(learned: &Learned, contract: &ContractFacts) -> f64 {
        let known = learned.posterior(contract, day("2026-01-15"));
        known.shape / known.rate
    }

    #[test]
    fn summers_of_broken_air_conditioners_are_expected_again() {
        let contracts: Vec<_> = (0..40).map(|_| contract(|month| if month == 8 { 4 } else { 1 })).collect();
        let learned = learn(&contracts, day("2026-01-15"));
        let ratio = learned.season[7] / learned.season[3];
        assert!((3.0..4.5).contains(&ratio), "{ratio}");
        assert!(learned.shock_sigma < 0.15, "{}", learned.shock_sigma);
    }

    #[test]
    fn a_contract_is_believed_the_more_the_longer_it_is_known() {
        let mut contracts: Vec<_> = (0..30).map(|_| contract(|_| 1)).collect();
        contracts.push(contract(|_| 5));
        let learned = learn(&contracts, day("2026-01-15"));
        assert!((mean(&learned, &contracts[30]) - 5.0).abs() < 0.5);
        let unknown = testing::contract("2026-01-05", Vec::new(), Vec::new());
        assert!((0.8..1.6).contains(&mean(&learned, &unknown)), "{}", mean(&learned, &unknown));
    }

    /// Half of them call once a month; the others called as often until their tickets were used up in March 2024, or
    /// until their contract was over.
    #[test]
    fn silence_of_those_who_had_nothing_to_call_with_is_no_peace() {
        let loud = || contract(|_| 1);
        let brief = || {
            let mut contract = contract(|_| 1);
            contract.uses.truncate(3);
            contract.stocked = vec![Span { from: day("2024-01-01"), to: day("2024-03-11") }];
            contract
        };
        let contracts: Vec<_> = (0..20).flat_map(|_| [loud(), brief()]).collect();
        let learned = learn(&contracts, day("2026-01-15"));
        let prior = learned.prior.shape / learned.prior.rate;
        assert!((0.9..1.2).contains(&prior), "{prior}");
        assert!((0.8..1.4).contains(&mean(&learned, &contracts[1])), "{}", mean(&learned, &contracts[1]));
    }

    #[test]
    fn people_hurry_before_their_tickets_expire() {
        let contracts: Vec<_> = (0..40)
            .map(|_| ContractFacts {
                expiries: vec![day("2024-06-30"), day("2025-06-30")],
                ..contract(|month| if [5, 6].contains(&month) { 3 } else { 1 })
            })
            .collect();
        let learned = learn(&contracts, day("2026-01-15"));
        // In such a past the season and the rush explain the same months; together they must.
        let together = learned.factor(month_number(day("2026-06-01")), true)
            / learned.factor(month_number(day("2026-03-01")), false);
        assert!((2.3..3.6).contains(&together), "{together}");
    }

    #[test]
    fn a_company_without_a_past_has_a_forecast_too() {
        let learned = learn(&[], day("2026-01-15"));
        assert!(learned.prior.shape > 0.0 && learned.prior.rate > 0.0 && learned.rush == 1.0);
    }
}
