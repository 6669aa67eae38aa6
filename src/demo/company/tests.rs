use std::collections::BTreeMap;

use super::*;
use crate::company::{Contract, Origin, Role, validate};
use crate::demo::{DEMO_SEED, base_date, city::city, demo_center, sample};

fn demo() -> &'static CompanyFile {
    &sample().company
}

fn contracts(company: &CompanyFile) -> Vec<&Contract> {
    company.customers.iter().flat_map(|customer| &customer.contracts).collect()
}

#[test]
fn the_company_has_no_fault() {
    assert_eq!(validate::check(demo()), vec![]);
}

#[test]
fn the_company_has_its_volumes() {
    let company = demo();
    assert_eq!((company.technicians.len(), company.territories.len(), contracts(company).len()), (12, 3, 200));
    let assets: usize = contracts(company).iter().map(|contract| contract.assets.len()).sum();
    assert!((350..900).contains(&assets), "{assets} assets");
    assert!((500..2_000).contains(&company.history.len()), "{} repairs", company.history.len());
    for role in [Role::Operator, Role::Dispatcher, Role::Technician, Role::Customer, Role::Admin] {
        assert!(company.users.iter().any(|user| user.role == role), "{role:?}");
    }
}

#[test]
fn the_same_seed_and_day_make_the_same_company() {
    assert_eq!(*demo(), company(&city(DEMO_SEED, demo_center()), DEMO_SEED, base_date()));
}

#[test]
fn wallets_differ_as_they_do_in_life() {
    let company = demo();
    let contracts = contracts(company);
    let left = |contract: &&&Contract| contract.lots.iter().map(|lot| lot.count - lot.used).sum::<u32>();
    let several = contracts.iter().filter(|contract| contract.lots.len() > 1).count();
    let empty = contracts.iter().filter(|contract| left(contract) == 0).count();
    let lots = || contracts.iter().flat_map(|contract| &contract.lots);
    let soon =
        lots().filter(|lot| lot.used < lot.count && lot.expires_on.is_some_and(|on| (on - base_date()).num_days() < 8));
    assert!(several > 60 && empty > 5 && soon.count() > 8);
    assert!(lots().any(|lot| lot.origin == Origin::Promotional));
    assert!(contracts.iter().any(|c| c.ends_on < base_date()) && contracts.iter().any(|c| c.starts_on > base_date()));
}

/// Every ticket that was used has its day within its lot and its contract, and every repair of a use is in the history.
#[test]
fn the_company_has_years_behind_it() {
    let company = demo();
    let repairs: BTreeMap<(&str, NaiveDate), usize> =
        company.history.iter().enumerate().map(|(at, repair)| ((repair.serial.as_str(), repair.on), at)).collect();
    let (mut days, mut visits) = (Vec::new(), 0);
    for contract in contracts(company).iter().filter(|contract| contract.starts_on <= base_date()) {
        for lot in &contract.lots {
            assert_eq!(lot.uses.len(), lot.used as usize, "{}", lot.number);
            let within = |on| lot.issued_on.max(contract.starts_on) <= on && Some(on) <= lot.expires_on;
            assert!(lot.uses.iter().all(|used| within(used.on) && used.on < base_date()), "{}", lot.number);
            for used in &lot.uses {
                let known = |serial: &String| repairs.contains_key(&(serial.as_str(), used.on));
                assert!(used.repair.as_ref().is_none_or(known), "{used:?}");
                visits += usize::from(used.repair.is_some());
                days.push(used.on);
            }
        }
    }
    assert!(days.len() > 2_000 && days.iter().any(|on| (base_date() - *on).num_days() > 730), "{} uses", days.len());
    assert!((0.25..0.55).contains(&(visits as f64 / days.len() as f64)), "{visits} of {} for repairs", days.len());
}

#[test]
fn some_customers_share_a_telephone() {
    let company = demo();
    let mut phones: BTreeMap<&str, usize> = BTreeMap::new();
    for phone in company.customers.iter().flat_map(|customer| &customer.phones) {
        *phones.entry(phone).or_default() += 1;
    }
    assert!(phones.values().filter(|count| **count == 2).count() >= 4);
}

#[test]
fn every_visit_finds_an_able_technician() {
    let company = demo();
    for product in &company.products {
        for symptom in &product.symptoms {
            let able = company.technicians.iter().any(|technician| {
                let skilled = |s: &crate::company::SkillLevel| s.code == product.skill && s.level >= symptom.level_min;
                let held = |code: &String| technician.qualifications.iter().any(|q| q.code == *code);
                technician.skills.iter().any(skilled) && symptom.qualification.iter().all(held)
            });
            assert!(able, "{} {}", product.code, symptom.code);
        }
    }
}

#[test]
fn a_demo_on_a_sunday_has_people() {
    let sunday = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
    let company = company(&city(DEMO_SEED, demo_center()), DEMO_SEED, sunday);
    let today = crate::company::Weekday::Sunday;
    assert!(company.technicians.iter().all(|t| t.shifts.iter().any(|shift| shift.weekday == today)));
    assert_eq!(validate::check(&company), vec![]);
}
