//! Repairs before the demo day, some so recent that the same fault again costs nothing.

use chrono::NaiveDate;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::company::{Asset, Customer, PastRepair, Product, Symptom, Technician};
use crate::demo::dice::{days_from, pick, pick_weighted};
use crate::demo::words::{catalogue, words};

/// Days ago of the repair that the first customer's call refers to.
const FIRST_DAYS_AGO: i64 = 12;

pub fn history(
    customers: &[Customer],
    technicians: &[Technician],
    base: NaiveDate,
    rng: &mut ChaCha8Rng,
) -> Vec<PastRepair> {
    let mut repairs = Vec::new();
    let assets = customers.iter().flat_map(|customer| customer.contracts.iter().flat_map(|c| &c.assets));
    for (nth, asset) in assets.enumerate() {
        let Some(product) = catalogue().products.iter().find(|p| p.code == asset.product) else { continue };
        let times = if nth == 0 { 2 } else { pick_weighted(rng, &[62, 26, 9, 3]) };
        let mut days_ago = if rng.random_bool(0.22) { rng.random_range(4..26) } else { rng.random_range(30..420) };
        for time in 0..times {
            let first = nth == 0 && time == 0;
            let on = days_from(base, if first { -FIRST_DAYS_AGO } else { -days_ago });
            let visits = visits(product);
            let symptom = if first { visits[0] } else { pick(rng, &visits) };
            repairs.push(repair(asset, product, symptom, on, technicians, rng));
            days_ago += rng.random_range(20..160);
        }
    }
    repairs.sort_by(|a, b| (a.on, &a.serial).cmp(&(b.on, &b.serial)));
    repairs
}

/// What somebody comes for.
pub fn visits(product: &Product) -> Vec<&Symptom> {
    product.symptoms.iter().filter(|symptom| symptom.needs_visit).collect()
}

pub fn repair(
    asset: &Asset,
    product: &Product,
    symptom: &Symptom,
    on: NaiveDate,
    technicians: &[Technician],
    rng: &mut ChaCha8Rng,
) -> PastRepair {
    let remedy = pick(rng, &words().remedies);
    let skilled = |technician: &&Technician| {
        technician.skills.iter().any(|skill| skill.code == product.skill && skill.level >= symptom.level_min)
    };
    let able: Vec<&Technician> = technicians.iter().filter(skilled).collect();
    let technician = (!able.is_empty()).then(|| pick(rng, &able).code.clone());
    PastRepair {
        serial: asset.serial.clone(),
        on: on.max(asset.installed_on),
        symptom: symptom.code.clone(),
        cause: remedy.cause.clone(),
        remedy: remedy.text.clone(),
        minutes: (f64::from(symptom.service_minutes) * rng.random_range(0.7..1.5)) as u32 / 5 * 5,
        technician,
    }
}
