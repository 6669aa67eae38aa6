//! Units whose last day is near, by territory: customers who see them go call all at once, or feel cheated.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::facts::ContractFacts;
use super::play::Unused;
use super::spread::Spread;
use crate::domain::ids::TerritoryId;

/// Days ahead that are looked at.
pub const HORIZONS: [u64; 3] = [30, 60, 90];
/// Months after the running one in which the longest horizon lies.
pub const HORIZON_MONTHS: usize = 4;

/// Units whose last day comes within so many days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ExpiringForecast {
    pub days: u64,
    /// The last day that counts.
    #[schemars(with = "String")]
    pub until: NaiveDate,
    /// Where the assets stand that they were bought for; of a contract with assets in several places each has its part.
    /// None: the whole company.
    pub territory: Option<TerritoryId>,
    /// Unused today.
    pub units: f64,
    /// Of those, what nobody will have used.
    pub unused: Spread,
}

type Cell = (u64, Option<TerritoryId>);

/// Sums over all runs.
pub(super) struct Expiring {
    today: NaiveDate,
    runs: usize,
    units: BTreeMap<Cell, f64>,
    unused: BTreeMap<Cell, Vec<f64>>,
}

impl Expiring {
    pub fn of(contracts: &[ContractFacts], today: NaiveDate) -> Self {
        let mut units = BTreeMap::new();
        for contract in contracts {
            for lot in &contract.open {
                let Some(last_day) = lot.expires_on else { continue };
                add(&mut units, contract, today, last_day, lot.units);
            }
        }
        for days in HORIZONS {
            units.entry((days, None)).or_default();
        }
        Self { today, runs: 0, units, unused: BTreeMap::new() }
    }

    /// What one run left unused.
    pub fn add(&mut self, contracts: &[ContractFacts], unused: &[Unused]) {
        let mut sums = BTreeMap::new();
        for one in unused {
            add(&mut sums, &contracts[one.contract], self.today, one.last_day, one.units);
        }
        self.runs += 1;
        for (cell, units) in sums {
            self.unused.entry(cell).or_default().push(units);
        }
    }

    /// By horizon, the whole company first.
    pub fn shown(mut self) -> Vec<ExpiringForecast> {
        let (today, runs) = (self.today, self.runs);
        let cells = std::mem::take(&mut self.units).into_iter();
        let shown = cells.map(|((days, territory), units)| {
            let mut unused = self.unused.remove(&(days, territory)).unwrap_or_default();
            unused.resize(runs, 0.0);
            ExpiringForecast {
                days,
                until: today + Days::new(days),
                territory,
                units: (units * 10.0).round() / 10.0,
                unused: Spread::of(unused).rounded(1),
            }
        });
        shown.collect()
    }
}

/// Adds units to every horizon in which their last day lies, for the company and for each place of the contract.
fn add(sums: &mut BTreeMap<Cell, f64>, contract: &ContractFacts, today: NaiveDate, last_day: NaiveDate, units: i64) {
    let left = (last_day - today).num_days();
    for days in HORIZONS.into_iter().filter(|days| (0..=days.cast_signed()).contains(&left)) {
        *sums.entry((days, None)).or_default() += units as f64;
        for place in &contract.places {
            *sums.entry((days, Some(place.territory))).or_default() += units as f64 * place.share;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::testing::{contract, day, territory};
    use super::super::facts::{OpenLot, Place};
    use super::super::months::{Question, forecast};
    use super::*;

    fn lot(units: i64, last: &str) -> OpenLot {
        OpenLot { units, bought_on: day("2026-01-01"), expires_on: Some(day(last)) }
    }

    fn check(contracts: &[ContractFacts], expected: &[(u64, Option<TerritoryId>, f64)]) {
        let question = Question { today: day("2026-11-05"), months: 1, day_minutes: 420, runs: 50, seed: 1 };
        let told = forecast(contracts, &question).expiring;
        let found: Vec<_> = told.iter().map(|line| (line.days, line.territory, line.units)).collect();
        assert_eq!(found, expected);
        assert!(told.iter().all(|line| line.unused.p50 <= line.units), "{told:?}");
    }

    #[test]
    fn what_dies_within_a_quarter_is_told_where_it_was_bought_for() {
        let (north, south) = (territory(1), territory(2));
        let mut two = contract("2026-01-01", Vec::new(), vec![lot(8, "2027-02-03"), lot(99, "2027-02-04")]);
        two.places = vec![Place { territory: north, share: 0.25 }, Place { territory: south, share: 0.75 }];
        let soon = contract("2026-01-01", Vec::new(), vec![lot(4, "2026-11-05"), lot(3, "2026-12-20")]);
        let expected = [
            (30, None, 4.0),
            (30, Some(north), 4.0),
            (60, None, 7.0),
            (60, Some(north), 7.0),
            (90, None, 15.0),
            (90, Some(north), 9.0),
            (90, Some(south), 6.0),
        ];
        check(&[two, soon], &expected);
        check(&[], &[(30, None, 0.0), (60, None, 0.0), (90, None, 0.0)]);
    }
}
