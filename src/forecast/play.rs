//! One run through the months ahead.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma as GammaDistribution, LogNormal, Poisson};

use super::facts::{ContractFacts, OpenLot, Use, in_rush, month_number};
use super::learn::{Gamma, Learned};

/// Issues of one contract in a month: more is a broken model, not a month.
const ISSUES_MAX: f64 = 500.0;

/// A month of one run.
#[derive(Debug, Clone, Default)]
pub struct Month<'a> {
    /// Each issue, with the contract it came from.
    pub issues: Vec<(usize, &'a Use)>,
    pub units: i64,
    /// Units whose last day was in this month.
    pub expired: i64,
}

/// What every run shares.
pub struct Stage<'a> {
    pub contracts: &'a [ContractFacts],
    pub posteriors: Vec<Gamma>,
    pub learned: &'a Learned,
    /// What an issue can be, where a contract has no past of its own.
    pub usual: Vec<&'a Use>,
    /// First month, as `month_number` counts.
    pub first: i32,
    pub months: usize,
}

pub fn play<'a>(stage: &Stage<'a>, random: &mut ChaCha8Rng) -> Vec<Month<'a>> {
    let shocks: Vec<f64> = (0..stage.months).map(|_| shock(stage.learned.shock_sigma, random)).collect();
    let mut months = vec![Month::default(); stage.months];
    for (index, contract) in stage.contracts.iter().enumerate() {
        let rate = draw_rate(stage.posteriors[index], random);
        let mut lots = contract.open.clone();
        // Those that expire first are used first.
        lots.sort_by_key(|lot| lot.expires_on.unwrap_or(chrono::NaiveDate::MAX));
        for (ahead, month) in months.iter_mut().enumerate() {
            if lots.is_empty() {
                break;
            }
            let number = stage.first + i32::try_from(ahead).unwrap_or(i32::MAX);
            let rush = in_rush(number, lots.iter().filter_map(|lot| lot.expires_on));
            let mean = rate * stage.learned.factor(number, rush) * shocks[ahead];
            for _ in 0..draw_count(mean, random) {
                let Some(used) = draw_use(contract, &stage.usual, random) else { break };
                if !pay(&mut lots, used.units) {
                    break;
                }
                month.units += used.units;
                month.issues.push((index, used));
            }
            month.expired += expire(&mut lots, number);
        }
    }
    months
}

/// Mean 1, so that a shock moves the spread and not the forecast.
pub(super) fn shock(sigma: f64, random: &mut ChaCha8Rng) -> f64 {
    LogNormal::new(-sigma * sigma / 2.0, sigma).map_or(1.0, |shocks| shocks.sample(random))
}

pub(super) fn draw_rate(known: Gamma, random: &mut ChaCha8Rng) -> f64 {
    let mean = known.shape / known.rate;
    GammaDistribution::new(known.shape, 1.0 / known.rate).map_or(mean, |rates| rates.sample(random))
}

pub(super) fn draw_count(mean: f64, random: &mut ChaCha8Rng) -> usize {
    let counts = Poisson::new(mean.min(ISSUES_MAX));
    counts.map_or(0, |counts| counts.sample(random).min(ISSUES_MAX) as usize)
}

/// Something that happened before: the contract's own past, or anybody's where it has little.
pub(super) fn draw_use<'a>(contract: &'a ContractFacts, usual: &[&'a Use], random: &mut ChaCha8Rng) -> Option<&'a Use> {
    const ENOUGH: usize = 5;
    if contract.uses.len() >= ENOUGH || usual.is_empty() {
        let own = contract.uses.len();
        return (own > 0).then(|| &contract.uses[random.random_range(0..own)]);
    }
    Some(usual[random.random_range(0..usual.len())])
}

/// Takes units from the lots in their order; false, with nothing taken, when there are not enough.
fn pay(lots: &mut Vec<OpenLot>, units: i64) -> bool {
    if lots.iter().map(|lot| lot.units).sum::<i64>() < units {
        return false;
    }
    let mut due = units;
    for lot in lots.iter_mut() {
        let part = due.min(lot.units);
        lot.units -= part;
        due -= part;
    }
    lots.retain(|lot| lot.units > 0);
    true
}

pub(super) fn expire(lots: &mut Vec<OpenLot>, month: i32) -> i64 {
    let over = |lot: &OpenLot| lot.expires_on.is_some_and(|last| month_number(last) <= month);
    let expired = lots.iter().filter(|lot| over(lot)).map(|lot| lot.units).sum();
    lots.retain(|lot| !over(lot));
    expired
}
