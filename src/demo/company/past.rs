//! The years before the demo day: the lots that were used up in them, and when tickets were used, for which repairs.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::history::{repair, visits};
use crate::company::{Asset, Contract, Customer, Lot, Origin, PastRepair, PastUse, Technician};
use crate::demo::dice::{days_from, pick};
use crate::demo::words::catalogue;

/// Days before the demo day in which lots were bought that are over by now.
const YEARS_BACK: i64 = 1_095;
/// Of the uses that no repair explains yet, those for which somebody went.
const VISIT_SHARE: f64 = 0.4;
/// Days before the demo day without further repairs: a fault that comes back after so long is a new one.
const QUIET_DAYS: i64 = 61;
/// Calls of each calendar month against the mean, January first: heating in winter, cooling in summer.
const SEASON: [f64; 12] = [1.15, 1.05, 0.9, 0.85, 0.85, 1.0, 1.25, 1.3, 1.0, 0.85, 0.85, 0.95];

/// Gives every contract its past. Repairs that are known already used tickets like all others.
pub fn fill(
    customers: &mut [Customer],
    history: &mut Vec<PastRepair>,
    technicians: &[Technician],
    base: NaiveDate,
    rng: &mut ChaCha8Rng,
) {
    let mut number = 1_000;
    for contract in customers.iter_mut().flat_map(|customer| &mut customer.contracts) {
        if contract.starts_on > base {
            continue;
        }
        earlier_lots(contract, base, &mut number, rng);
        let mut known = repairs_of(contract, history);
        let (mut lots, assets) = (std::mem::take(&mut contract.lots), &contract.assets);
        let last = days_from(base, -1).min(contract.ends_on);
        for lot in &mut lots {
            use_up(lot, last, assets, &mut known, history, technicians, (base, rng));
        }
        contract.lots = lots;
    }
    history.sort_by(|a, b| (a.on, &a.serial).cmp(&(b.on, &b.serial)));
}

/// The contract has run since its first lot at least; in the years before, it bought one each year.
fn earlier_lots(contract: &mut Contract, base: NaiveDate, number: &mut u32, rng: &mut ChaCha8Rng) {
    let Some(model) = contract.lots.iter().filter(|lot| lot.origin == Origin::Paid).min_by_key(|lot| lot.issued_on)
    else {
        return;
    };
    let model = model.clone();
    contract.starts_on = contract.starts_on.min(model.issued_on);
    let mut lots = Vec::new();
    let mut issued_on = days_from(model.issued_on, -365);
    while issued_on >= contract.starts_on.max(days_from(base, -YEARS_BACK)) {
        *number += rng.random_range(1..5);
        lots.push(Lot {
            number: format!("TK-{}-{number:06}", issued_on.year()),
            issued_on,
            expires_on: Some(days_from(issued_on, 364)),
            used: (f64::from(model.count) * rng.random_range(0.55..1.0)).round() as u32,
            ..model.clone()
        });
        issued_on = days_from(issued_on, -365);
    }
    lots.reverse();
    lots.append(&mut contract.lots);
    contract.lots = lots;
}

/// The days on which each asset of the contract was repaired.
fn repairs_of(contract: &Contract, history: &[PastRepair]) -> BTreeMap<NaiveDate, BTreeSet<String>> {
    let own: BTreeSet<&str> = contract.assets.iter().map(|asset| asset.serial.as_str()).collect();
    let mut found: BTreeMap<NaiveDate, BTreeSet<String>> = BTreeMap::new();
    for repair in history.iter().filter(|repair| own.contains(repair.serial.as_str())) {
        found.entry(repair.on).or_default().insert(repair.serial.clone());
    }
    found
}

/// Says when the used tickets of a lot were used: first for the repairs in its time, then for further ones and for what
/// was settled at the desk.
fn use_up(
    lot: &mut Lot,
    last: NaiveDate,
    assets: &[Asset],
    known: &mut BTreeMap<NaiveDate, BTreeSet<String>>,
    history: &mut Vec<PastRepair>,
    technicians: &[Technician],
    (base, rng): (NaiveDate, &mut ChaCha8Rng),
) {
    let last = lot.expires_on.map_or(last, |over| over.min(last));
    if last < lot.issued_on {
        lot.used = 0;
    }
    if lot.used == 0 {
        return;
    }
    let in_time: Vec<(NaiveDate, String)> = known
        .range(lot.issued_on..=last)
        .flat_map(|(on, serials)| serials.iter().map(|serial| (*on, serial.clone())))
        .take(lot.used as usize)
        .collect();
    let mut uses: Vec<PastUse> = Vec::new();
    for (on, serial) in in_time {
        known.entry(on).or_default().remove(&serial);
        uses.push(PastUse { on, units: 1, repair: Some(serial) });
    }
    while uses.len() < lot.used as usize {
        let on = day_of_use(lot.issued_on, last, rng);
        let repaired = if (base - on).num_days() < QUIET_DAYS || !rng.random_bool(VISIT_SHARE) {
            None
        } else {
            further_repair(on, assets, &uses, technicians, rng)
        };
        let serial = repaired.as_ref().map(|repair| repair.serial.clone());
        history.extend(repaired);
        uses.push(PastUse { on, units: 1, repair: serial });
    }
    uses.sort_by(|a, b| (a.on, &a.repair).cmp(&(b.on, &b.repair)));
    lot.uses = uses;
}

/// Any day, those of a busy month rather than others.
fn day_of_use(first: NaiveDate, last: NaiveDate, rng: &mut ChaCha8Rng) -> NaiveDate {
    let length = (last - first).num_days();
    loop {
        let day = days_from(first, rng.random_range(0..=length));
        if rng.random::<f64>() * 1.3 < SEASON[day.month0() as usize] {
            return day;
        }
    }
}

/// A repair of one of the assets that stood by then; none when there was none, or when it was repaired on that day.
fn further_repair(
    on: NaiveDate,
    assets: &[Asset],
    uses: &[PastUse],
    technicians: &[Technician],
    rng: &mut ChaCha8Rng,
) -> Option<PastRepair> {
    let taken = |asset: &Asset| uses.iter().any(|used| used.on == on && used.repair.as_ref() == Some(&asset.serial));
    let standing: Vec<&Asset> = assets.iter().filter(|asset| asset.installed_on <= on && !taken(asset)).collect();
    if standing.is_empty() {
        return None;
    }
    let asset = pick(rng, &standing);
    let product = catalogue().products.iter().find(|product| product.code == asset.product)?;
    let symptom = *pick(rng, &visits(product));
    Some(repair(asset, product, symptom, on, technicians, rng))
}
