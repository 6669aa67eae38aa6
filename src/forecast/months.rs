//! The forecast by month, with the technician-days by territory and skill.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Months, NaiveDate};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::facts::{ContractFacts, Use, month_number};
use super::learn::learn;
use super::play::{Month, Stage, play};
use super::spread::Spread;
use crate::domain::ids::TerritoryId;

/// Runs through the months ahead: the 90th percentile then stands on forty of them.
pub const RUNS: usize = 400;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The forecast begins with the month after this day's.
    pub today: NaiveDate,
    pub months: usize,
    /// Minutes of work, with driving, in a technician's day.
    pub day_minutes: i64,
    pub runs: usize,
    pub seed: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MonthForecast {
    /// First day of the month.
    #[schemars(with = "String")]
    pub month: NaiveDate,
    pub issues: Spread,
    /// Units that those will use.
    pub units: Spread,
    /// Hours of work at the desk and in the field.
    pub hours: Spread,
    /// Days of work in the field. Percentiles do not add up: nine of ten months of the sum lie below the sum of theirs.
    pub technician_days: Vec<CrewForecast>,
    /// Units whose last day is in this month and that will not have been used.
    pub expiring: Spread,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CrewForecast {
    pub territory: TerritoryId,
    pub skill: String,
    pub days: Spread,
}

type Crew = (TerritoryId, Arc<str>);

/// The same question about the same past always has the same answer.
pub fn forecast(contracts: &[ContractFacts], question: &Question) -> Vec<MonthForecast> {
    let learned = learn(contracts, question.today);
    let stage = Stage {
        contracts,
        posteriors: contracts.iter().map(|contract| learned.posterior(contract, question.today)).collect(),
        learned: &learned,
        usual: contracts.iter().flat_map(|contract| &contract.uses).collect::<Vec<&Use>>(),
        first: month_number(question.today) + 1,
        months: question.months,
    };
    let mut random = ChaCha8Rng::seed_from_u64(question.seed);
    let mut sums = vec![Sums::default(); question.months];
    for _ in 0..question.runs {
        for (sum, month) in sums.iter_mut().zip(play(&stage, &mut random)) {
            sum.add(contracts, &month, question.day_minutes);
        }
    }
    let months = sums.into_iter().enumerate();
    months.map(|(ahead, sum)| sum.shown(month_ahead(question.today, ahead), question.runs)).collect()
}

fn month_ahead(today: NaiveDate, ahead: usize) -> NaiveDate {
    let ahead = Months::new(u32::try_from(ahead + 1).unwrap_or(u32::MAX));
    crate::books::months::month_of(today).checked_add_months(ahead).unwrap_or(NaiveDate::MAX)
}

/// One month over all runs.
#[derive(Debug, Clone, Default)]
struct Sums {
    issues: Vec<f64>,
    units: Vec<f64>,
    hours: Vec<f64>,
    expiring: Vec<f64>,
    /// Runs in which a crew had nothing to do are not listed.
    crews: BTreeMap<Crew, Vec<f64>>,
}

impl Sums {
    fn add(&mut self, contracts: &[ContractFacts], month: &Month<'_>, day_minutes: i64) {
        self.issues.push(month.issues.len() as f64);
        self.units.push(month.units as f64);
        self.hours.push(month.issues.iter().map(|(_, used)| used.minutes as f64 / 60.0).sum());
        self.expiring.push(month.expired as f64);
        let mut crews = BTreeMap::<Crew, f64>::new();
        for (contract, used) in &month.issues {
            let Some(skill) = &used.skill else { continue };
            let crew = (contracts[*contract].territory, Arc::clone(skill));
            *crews.entry(crew).or_default() += used.minutes as f64 / day_minutes.max(1) as f64;
        }
        for (crew, days) in crews {
            self.crews.entry(crew).or_default().push(days);
        }
    }

    fn shown(self, month: NaiveDate, runs: usize) -> MonthForecast {
        let crews = self.crews.into_iter().map(|((territory, skill), mut days)| {
            days.resize(runs, 0.0);
            CrewForecast { territory, skill: skill.to_string(), days: Spread::of(days).rounded(1) }
        });
        MonthForecast {
            month,
            issues: Spread::of(self.issues),
            units: Spread::of(self.units),
            hours: Spread::of(self.hours).rounded(1),
            technician_days: crews.collect(),
            expiring: Spread::of(self.expiring),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::facts::OpenLot;
    use super::*;
    use crate::domain::ids::Id;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of the test")
    }

    const QUESTION: Question = Question { today: NaiveDate::MIN, months: 3, day_minutes: 400, runs: 200, seed: 7 };

    /// Calls twice a month, each a visit of 200 minutes.
    fn contract(open: Vec<OpenLot>) -> ContractFacts {
        let months = (1..=12).flat_map(|month| [5, 20].map(|d| NaiveDate::from_ymd_opt(2025, month, d)));
        let skill: Arc<str> = "boiler".into();
        let uses = months.flatten().map(|day| Use { day, units: 1, minutes: 200, skill: Some(Arc::clone(&skill)) });
        ContractFacts {
            territory: TerritoryId::from_uuid(Uuid::from_u128(1)),
            since: day("2024-12-01"),
            uses: uses.collect(),
            open,
            expiries: Vec::new(),
        }
    }

    fn ask(contracts: &[ContractFacts]) -> Vec<MonthForecast> {
        forecast(contracts, &Question { today: day("2026-01-15"), ..QUESTION })
    }

    #[test]
    fn plenty_of_tickets_bring_the_work_of_the_past() {
        let plenty = OpenLot { units: 1_000, expires_on: None };
        let contracts: Vec<_> = (0..20).map(|_| contract(vec![plenty])).collect();
        let february = &ask(&contracts)[0];
        assert_eq!(february.month, day("2026-02-01"));
        assert!((33.0..47.0).contains(&february.issues.p50), "{:?}", february.issues);
        assert!(february.issues.p90 > february.issues.p50);
        let crew = &february.technician_days[0];
        assert_eq!(crew.skill, "boiler");
        assert!((crew.days.p50 - february.issues.p50 / 2.0).abs() < 1.0, "{crew:?}");
        assert_eq!(february.expiring, Spread::default());
    }

    #[test]
    fn nobody_uses_more_than_is_left() {
        let months = ask(&[contract(vec![OpenLot { units: 2, expires_on: None }])]);
        let most: f64 = months.iter().map(|month| month.units.p90).sum();
        assert!(most <= 2.0 * 3.0 && months.iter().all(|month| month.units.p90 <= 2.0), "{months:?}");
    }

    #[test]
    fn what_is_too_much_for_the_time_left_will_expire() {
        let lot = OpenLot { units: 50, expires_on: Some(day("2026-03-31")) };
        let months = ask(&[contract(vec![lot])]);
        assert_eq!(months[0].expiring, Spread::default());
        assert!((38.0..50.0).contains(&months[1].expiring.p50), "{:?}", months[1].expiring);
        assert_eq!(months[2].issues, Spread::default(), "nothing is left to be used in April");
    }

    #[test]
    fn the_same_question_has_the_same_answer() {
        let contracts = [contract(vec![OpenLot { units: 30, expires_on: None }])];
        assert_eq!(ask(&contracts), ask(&contracts));
    }
}
