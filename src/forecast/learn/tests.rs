//! What is learned of companies whose habits are known.

use chrono::Days;

use super::*;
use crate::forecast::facts::testing::{self, day, used};
use crate::forecast::facts::{LotLife, Span};

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
    known.mean()
}

#[test]
fn summers_of_broken_air_conditioners_are_expected_again() {
    let contracts: Vec<_> = (0..40).map(|_| contract(|month| if month == 8 { 4 } else { 1 })).collect();
    let learned = learn(&contracts, day("2026-01-15"));
    let ratio = learned.factors.season[7].mean() / learned.factors.season[3].mean();
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
    let prior = learned.prior.mean();
    assert!((0.9..1.2).contains(&prior), "{prior}");
    assert!((0.8..1.4).contains(&mean(&learned, &contracts[1])), "{}", mean(&learned, &contracts[1]));
}

/// A lot a year from each contract's own month on; calls by the months since it was bought.
fn by_age(calls: impl Fn(i32) -> usize) -> Vec<ContractFacts> {
    let last = |bought: i32| month_span(bought + 11).to - Days::new(1);
    let one = |nth: i32| {
        let first = month_number(day("2024-01-01"));
        let bought = |month: i32| first + (month - first - nth % 12).div_euclid(12) * 12 + nth % 12;
        let months = first..month_number(day("2026-01-01"));
        let calls = |month: i32| vec![used(month_span(month).from + Days::new(9)); calls(month - bought(month))];
        let lots = [-12, 0, 12].map(|years| first + nth % 12 + years).map(|month| LotLife {
            bought_on: month_span(month).from,
            expires_on: Some(last(month)),
            emptied_on: None,
        });
        let uses = months.flat_map(calls).collect();
        ContractFacts { lots: lots.into(), ..testing::contract("2024-01-01", uses, Vec::new()) }
    };
    (0..48).map(one).collect()
}

#[test]
fn people_hurry_before_their_tickets_expire() {
    let learned = learn(&by_age(|age| if age >= 10 { 3 } else { 1 }), day("2026-01-15"));
    let Factors { age, left, .. } = learned.factors.means();
    let hurry = age[3] * left[0] / (age[3] * left[3]);
    assert!((2.3..3.6).contains(&hurry), "{left:?}");
    assert!(age.iter().all(|factor| (0.6..1.4).contains(factor)), "{age:?}");
}

#[test]
fn a_lot_that_was_just_bought_is_used_more() {
    let learned = learn(&by_age(|age| if age < 3 { 3 } else { 1 }), day("2026-01-15"));
    let Factors { age, season, .. } = learned.factors.means();
    let fresh = age[1] / age[3];
    assert!((2.3..3.3).contains(&fresh), "{age:?}");
    assert!(season.iter().all(|factor| (0.85..1.15).contains(factor)), "{season:?}");
}

#[test]
fn a_habit_of_which_little_was_seen_is_hardly_believed() {
    let all = by_age(|age| if age < 3 { 2 } else { 1 });
    let fresh = |contracts: &[ContractFacts]| {
        let Factors { age, .. } = learn(contracts, day("2026-01-15")).factors.means();
        age[1] / age[3]
    };
    let (few, many) = (fresh(&all[47..]), fresh(&all));
    assert!(1.0 < few && few < 0.9 * many, "{few} of one contract, {many} of all");
}

#[test]
fn a_company_without_a_past_has_a_forecast_too() {
    let learned = learn(&[], day("2026-01-15"));
    assert!(learned.prior.mean() > 0.0);
    assert_eq!(learned.factors.means(), Factors::NONE);
}
