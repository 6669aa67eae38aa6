//! The forecast by month, with the technician-days by territory and skill.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::expiring::{Expiring, ExpiringForecast, HORIZON_MONTHS};
use super::facts::{ContractFacts, Use};
use super::learn::{Learned, learn};
use super::play::{Dice, Month, Stage, months_ahead, play};
use super::spread::Spread;
use crate::books::months::month_of;
use crate::domain::ids::TerritoryId;

/// Runs through the months ahead: the 90th percentile then stands on forty of them.
pub const RUNS: usize = 400;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question {
    /// The forecast begins with this day.
    pub today: NaiveDate,
    /// Whole months after the rest of today's.
    pub months: usize,
    /// Minutes of work, with driving, in a technician's day.
    pub day_minutes: i64,
    pub runs: usize,
    pub seed: u64,
}

/// The months, the first of which is the rest of the running one, and what will expire unused before long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    pub months: Vec<MonthForecast>,
    pub expiring: Vec<ExpiringForecast>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MonthForecast {
    /// First day of the month.
    #[schemars(with = "String")]
    pub month: NaiveDate,
    /// First day that counts: of the running month, what is left of it.
    #[schemars(with = "String")]
    pub from: NaiveDate,
    pub issues: Spread,
    /// Units that those will use.
    pub units: Spread,
    /// Hours at the desk, on the way and in the field.
    pub hours: Spread,
    /// Days of driving and work in the field. Percentiles do not add up: nine of ten months of the sum lie below the sum
    /// of theirs.
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
pub fn forecast(contracts: &[ContractFacts], question: &Question) -> Forecast {
    forecast_by(&learn(contracts, question.today), contracts, question)
}

/// The same by what was learned elsewhere.
pub(super) fn forecast_by(learned: &Learned, contracts: &[ContractFacts], question: &Question) -> Forecast {
    // What expires soon is told for so many days, however few months are asked for.
    let months = months_ahead(question.today, question.months.max(HORIZON_MONTHS));
    let stage = Stage {
        contracts,
        posteriors: contracts.iter().map(|contract| learned.posterior(contract, question.today)).collect(),
        learned,
        usual: contracts.iter().flat_map(|contract| &contract.uses).collect::<Vec<&Use>>(),
        months,
    };
    let mut sums = vec![Sums::default(); question.months + 1];
    let mut expiring = Expiring::of(contracts, question.today);
    for run in 0..question.runs {
        let (months, unused) = play(&stage, Dice { seed: question.seed, run });
        for (sum, month) in sums.iter_mut().zip(&months) {
            sum.add(month, question.day_minutes);
        }
        expiring.add(contracts, &unused);
    }
    let months = sums.into_iter().zip(&stage.months);
    Forecast {
        months: months.map(|(sum, span)| sum.shown(span.from, question.runs)).collect(),
        expiring: expiring.shown(),
    }
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
    fn add(&mut self, month: &Month<'_>, day_minutes: i64) {
        let minutes = |used: &Use| (used.minutes + used.travel) as f64;
        self.issues.push(month.issues.len() as f64);
        self.units.push(month.units as f64);
        self.hours.push(month.issues.iter().map(|issue| minutes(issue.what) / 60.0).sum());
        self.expiring.push(month.expired as f64);
        let mut crews = BTreeMap::<Crew, f64>::new();
        for issue in &month.issues {
            let Some(skill) = &issue.what.skill else { continue };
            let crew = (issue.territory, Arc::clone(skill));
            *crews.entry(crew).or_default() += minutes(issue.what) / day_minutes.max(1) as f64;
        }
        for (crew, days) in crews {
            self.crews.entry(crew).or_default().push(days);
        }
    }

    fn shown(self, from: NaiveDate, runs: usize) -> MonthForecast {
        let crews = self.crews.into_iter().map(|((territory, skill), mut days)| {
            days.resize(runs, 0.0);
            CrewForecast { territory, skill: skill.to_string(), days: Spread::of(days).rounded(1) }
        });
        MonthForecast {
            month: month_of(from),
            from,
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
    use super::super::facts::testing::{self, day, territory};
    use super::super::facts::{OpenLot, Place, Span};
    use super::*;

    const QUESTION: Question = Question { today: NaiveDate::MIN, months: 3, day_minutes: 400, runs: 200, seed: 7 };

    /// Calls twice a month, each a visit of 170 minutes after a drive of 30.
    fn contract(open: Vec<OpenLot>) -> ContractFacts {
        let months = (1..=12).flat_map(|month| [5, 20].map(|d| NaiveDate::from_ymd_opt(2025, month, d)));
        let skill: Arc<str> = "boiler".into();
        let visit = |day| Use { minutes: 170, travel: 30, skill: Some(Arc::clone(&skill)), ..testing::used(day) };
        testing::contract("2025-01-01", months.flatten().map(visit).collect(), open)
    }

    fn lot(units: i64, last: Option<&str>) -> OpenLot {
        OpenLot { units, bought_on: day("2024-01-01"), expires_on: last.map(day) }
    }

    fn endless(units: i64) -> OpenLot {
        lot(units, None)
    }

    fn ask_on(today: &str, contracts: &[ContractFacts]) -> Forecast {
        forecast(contracts, &Question { today: day(today), ..QUESTION })
    }

    fn ask(contracts: &[ContractFacts]) -> Vec<MonthForecast> {
        ask_on("2026-02-01", contracts).months
    }

    #[test]
    fn plenty_of_tickets_bring_the_work_of_the_past() {
        let contracts: Vec<_> = (0..20).map(|_| contract(vec![endless(1_000)])).collect();
        let february = &ask(&contracts)[0];
        assert_eq!((february.month, february.from), (day("2026-02-01"), day("2026-02-01")));
        assert!((33.0..47.0).contains(&february.issues.p50), "{:?}", february.issues);
        assert!(february.issues.p90 > february.issues.p50);
        let crew = &february.technician_days[0];
        assert_eq!(crew.skill, "boiler");
        assert!((crew.days.p50 - february.issues.p50 / 2.0).abs() < 1.0, "driving is work too: {crew:?}");
        assert_eq!(february.expiring, Spread::default());
    }

    #[test]
    fn the_rest_of_the_running_month_comes_first() {
        let contracts: Vec<_> = (0..20).map(|_| contract(vec![endless(1_000)])).collect();
        let months = ask_on("2026-02-22", &contracts).months;
        assert_eq!((months.len(), months[0].from, months[1].from), (4, day("2026-02-22"), day("2026-03-01")));
        assert!((5.0..15.0).contains(&months[0].issues.p50), "a quarter of February: {:?}", months[0].issues);
    }

    /// Asked on 5 November about a lot whose last day is 30 November.
    #[test]
    fn a_lot_that_ends_with_this_month_pays_nothing_in_the_next_one() {
        let months = ask_on("2026-11-05", &[contract(vec![lot(50, Some("2026-11-30"))])]).months;
        assert!(months[0].issues.p90 > 0.0, "{:?}", months[0]);
        assert!((43.0..50.0).contains(&months[0].expiring.p50), "{:?}", months[0].expiring);
        assert_eq!((months[1].issues, months[1].expiring), (Spread::default(), Spread::default()));
    }

    #[test]
    fn nobody_uses_more_than_is_left() {
        let months = ask(&[contract(vec![endless(2)])]);
        let most: f64 = months.iter().map(|month| month.units.p90).sum();
        assert!(most <= 2.0 * 4.0 && months.iter().all(|month| month.units.p90 <= 2.0), "{months:?}");
    }

    #[test]
    fn what_is_too_much_for_the_time_left_will_expire() {
        let months = ask(&[contract(vec![lot(50, Some("2026-03-31"))])]);
        assert_eq!(months[0].expiring, Spread::default());
        assert!((38.0..50.0).contains(&months[1].expiring.p50), "{:?}", months[1].expiring);
        assert_eq!(months[2].issues, Spread::default(), "nothing is left to be used in April");
    }

    #[test]
    fn nobody_calls_after_the_end_of_his_contract() {
        let term = Span { from: day("2025-01-01"), to: day("2026-03-16") };
        let over = ContractFacts { term, ..contract(vec![endless(1_000)]) };
        let months = ask(&vec![over; 20]);
        assert!((13.0..27.0).contains(&months[1].issues.p50), "half of March: {:?}", months[1].issues);
        assert_eq!(months[2].issues, Spread::default());
    }

    #[test]
    fn the_work_lies_where_the_assets_stand() {
        let mut both = contract(vec![endless(1_000)]);
        both.places =
            [(1, 0.25), (2, 0.75)].map(|(number, share)| Place { territory: territory(number), share }).into();
        let february = &ask(&vec![both; 20])[0];
        let days = |number| {
            let crews = february.technician_days.iter();
            crews.filter(|crew| crew.territory == territory(number)).map(|crew| crew.days.p50).sum::<f64>()
        };
        let ratio = days(2) / days(1);
        assert!((2.0..4.5).contains(&ratio), "{:?}", february.technician_days);
    }

    #[test]
    fn the_first_months_are_the_same_however_many_are_asked_for() {
        let contracts = [contract(vec![endless(30)]), contract(vec![endless(1_000)])];
        let of = |months| forecast(&contracts, &Question { today: day("2026-02-01"), months, ..QUESTION }).months;
        let (few, many) = (of(6), of(24));
        assert_eq!(few[..], many[..few.len()]);
    }

    #[test]
    fn the_same_question_has_the_same_answer() {
        let contracts = [contract(vec![endless(30)])];
        assert_eq!(ask(&contracts), ask(&contracts));
    }
}
