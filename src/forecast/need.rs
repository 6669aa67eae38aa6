//! What one contract will need: how many units it will use until a day, how many of those at hand will expire before
//! they are used, and how many it will be short of. The same model as the forecast of all work; here nobody stops
//! calling when his units are used up.

use chrono::{Datelike, Months, NaiveDate};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::curve::{Stage, in_order};
use super::facts::{ContractFacts, OpenLot, Use, month_number};
use super::learn::Learned;
use super::play::{Draw, draw_count, expire};
use super::spread::Spread;

/// Runs: the 90th percentile then stands on a hundred of them.
const RUNS: usize = 1_000;

/// In units of the wallet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Need {
    pub uses: Spread,
    /// Of the units at hand, those that will expire unused.
    pub lost: Spread,
    /// Uses for which no unit will be at hand.
    pub short: Spread,
}

/// What is known of everybody, learned once for all contracts.
pub struct Known<'a> {
    pub learned: &'a Learned,
    /// What an issue can be, where a contract has little past of its own.
    pub usual: &'a [Use],
}

/// From `today` until the last day `until`. The same question on the same day has the same answer.
pub fn need(contract: &ContractFacts, known: &Known<'_>, today: NaiveDate, until: NaiveDate) -> Need {
    let months = months(today, until);
    let posterior = known.learned.posterior(contract, today);
    let usual: Vec<&Use> = known.usual.iter().collect();
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(today.to_epoch_days().unsigned_abs()));
    let (mut uses, mut lost, mut short) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let belief = known.learned.believe(&mut random);
        let rate = posterior.draw(&mut random);
        let mut run = Run::of(contract);
        let mut draw = Draw::of(contract, &usual);
        for (month, part) in &months {
            let factor = belief.factors.of(*month, Stage::ahead(*month, &run.lots)) * belief.shock(&mut random);
            for _ in 0..draw_count(rate * factor * part, &mut random) {
                run.take(draw.next(&mut random).map_or(1, |used| used.units));
            }
            run.lost += expire(&mut run.lots, *month);
        }
        uses.push(run.uses as f64);
        lost.push(run.lost as f64);
        short.push(run.short as f64);
    }
    Need { uses: Spread::of(uses), lost: Spread::of(lost), short: Spread::of(short) }
}

/// The months from one day to another, each with the part of it that lies between them.
fn months(today: NaiveDate, until: NaiveDate) -> Vec<(i32, f64)> {
    let first = today.with_day(1).unwrap_or(today);
    let begins = (0..).map_while(|ahead| first.checked_add_months(Months::new(ahead))).take_while(|day| *day <= until);
    let part = |begin: NaiveDate| {
        let next = begin.checked_add_months(Months::new(1)).unwrap_or(begin);
        let whole = (next - begin).num_days().max(1) as f64;
        let last = until.succ_opt().unwrap_or(until).min(next);
        (month_number(begin), (last - begin.max(today)).num_days().max(0) as f64 / whole)
    };
    begins.map(part).collect()
}

struct Run {
    lots: Vec<OpenLot>,
    uses: i64,
    lost: i64,
    short: i64,
}

impl Run {
    fn of(contract: &ContractFacts) -> Self {
        let mut lots = contract.open.clone();
        in_order(&mut lots);
        Self { lots, uses: 0, lost: 0, short: 0 }
    }

    fn take(&mut self, units: i64) {
        self.uses += units;
        let mut due = units;
        for lot in &mut self.lots {
            let part = due.min(lot.units);
            lot.units -= part;
            due -= part;
        }
        self.lots.retain(|lot| lot.units > 0);
        self.short += due;
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::testing::{self, day};
    use super::*;
    use crate::forecast::learn::learn;

    /// Calls twice a month, a unit each.
    fn contract(open: Vec<OpenLot>) -> ContractFacts {
        let months = (1..=12).flat_map(|month| [5, 20].map(|d| NaiveDate::from_ymd_opt(2025, month, d)));
        testing::contract("2025-01-01", months.flatten().map(testing::used).collect(), open)
    }

    fn lot(units: i64, last: Option<&str>) -> OpenLot {
        OpenLot { units, bought_on: day("2024-01-01"), expires_on: last.map(day) }
    }

    fn ask(contract: &ContractFacts, until: &str) -> Need {
        let everybody: Vec<ContractFacts> = (0..20).map(|_| contract.clone()).collect();
        let learned = learn(&everybody, day("2026-01-01"));
        need(contract, &Known { learned: &learned, usual: &[] }, day("2026-01-01"), day(until))
    }

    #[test]
    fn half_a_year_of_two_calls_a_month_needs_about_twelve() {
        let found = ask(&contract(vec![lot(5, None)]), "2026-06-30");
        assert!((10.0..14.5).contains(&found.uses.p50), "{found:?}");
        assert!((found.uses.p50 - found.short.p50 - 5.0).abs() < 1.1, "{found:?}");
        assert_eq!(found.lost, Spread::default());
        assert!(found.short.p90 > found.short.p50);
    }

    #[test]
    fn units_that_die_before_they_are_used_help_nobody() {
        let dying = lot(30, Some("2026-01-31"));
        let found = ask(&contract(vec![dying]), "2026-06-30");
        assert!((25.0..30.0).contains(&found.lost.p50), "{found:?}");
        assert!(found.short.p50 > 6.0, "{found:?}");
    }

    #[test]
    fn enough_is_enough() {
        let found = ask(&contract(vec![lot(100, None)]), "2026-06-30");
        assert_eq!(found.short, Spread::default());
    }

    #[test]
    fn a_part_of_a_month_counts_as_a_part() {
        let parts = months(day("2026-01-17"), day("2026-02-14"));
        let shown: Vec<String> = parts.iter().map(|(_, part)| format!("{part:.2}")).collect();
        assert_eq!(shown, ["0.48", "0.50"]);
    }
}
