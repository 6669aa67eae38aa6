//! What past days taught: how long work takes, and how much slower the roads are by the hour.
//!
//! Thin data leans on the group above it: with n < 20 the own mean and variance have the weight n/20, the parent's the
//! rest. Work: (product, symptom, kind) leans on (product, kind), that on kind, that on the prior of the house. A technician
//! is told apart by how long he takes over what his work usually takes; with few visits he counts as usual.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::draw::Lognormal;
use crate::domain::ids::{ProductId, TechnicianId};
use crate::domain::time::Seconds;

/// With so many observations a group stands on its own.
const ENOUGH: f64 = 20.0;
/// Shorter or longer entries are forgotten taps, not work.
const WORK_MIN: Seconds = Seconds::minutes(1);
const WORK_MAX: Seconds = Seconds::hours(12);
const SIGMA_MIN: f64 = 0.15;
const SIGMA_MAX: f64 = 1.0;
/// Before anything is learned: half as long to twice as long in nine of ten cases.
const SIGMA_PRIOR: f64 = 0.45;
/// Beyond this it is the work that differs, not who does it.
const PACE_MIN: f64 = 0.6;
const PACE_MAX: f64 = 1.7;
/// A trip that took less than a third or more than three times its road time says nothing about traffic.
const RATIO_MIN: f64 = 1.0 / 3.0;
const RATIO_MAX: f64 = 3.0;

/// The kind of a visit's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    Repair,
    Revisit,
    Inspection,
}

impl WorkKind {
    fn prior(self) -> Lognormal {
        let minutes = match self {
            Self::Repair => 60,
            Self::Revisit => 50,
            Self::Inspection => 45,
        };
        Lognormal { median_s: Seconds::minutes(minutes).0 as f64, sigma: SIGMA_PRIOR }
    }
}

/// What work is told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WorkKey {
    pub product: ProductId,
    /// Symptom code.
    pub symptom: Option<String>,
    pub kind: WorkKind,
}

/// Count, sum and sum of squares of logarithms.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
struct Tally {
    count: u32,
    sum: f64,
    squares: f64,
}

impl Tally {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.squares += value * value;
    }

    fn weight(&self) -> f64 {
        (f64::from(self.count) / ENOUGH).min(1.0)
    }

    fn lean_on(&self, parent: Lognormal) -> Lognormal {
        if self.count == 0 {
            return parent;
        }
        let (count, own) = (f64::from(self.count), self.weight());
        let mean = self.sum / count;
        let variance = (self.squares / count - mean * mean).max(0.0);
        let log_mean = own * mean + (1.0 - own) * parent.median_s.ln();
        let sigma = (own * variance + (1.0 - own) * parent.sigma * parent.sigma).sqrt();
        Lognormal { median_s: log_mean.exp(), sigma: sigma.clamp(SIGMA_MIN, SIGMA_MAX) }
    }
}

/// Durations of work on site, learned from finished visits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Durations {
    exact: BTreeMap<WorkKey, Tally>,
    by_product: BTreeMap<(ProductId, WorkKind), Tally>,
    by_kind: BTreeMap<WorkKind, Tally>,
    by_technician: BTreeMap<TechnicianId, Tally>,
}

impl Durations {
    /// Learns from one finished visit; implausible lengths are left out.
    pub fn observe(&mut self, key: &WorkKey, spent: Seconds) {
        if !(WORK_MIN..=WORK_MAX).contains(&spent) {
            return;
        }
        let log = (spent.0 as f64).ln();
        self.exact.entry(key.clone()).or_default().add(log);
        self.by_product.entry((key.product, key.kind)).or_default().add(log);
        self.by_kind.entry(key.kind).or_default().add(log);
    }

    /// Learns how a technician's visit compares with what such work usually takes; after all visits were observed.
    pub fn observe_technician(&mut self, technician: TechnicianId, key: &WorkKey, spent: Seconds) {
        if !(WORK_MIN..=WORK_MAX).contains(&spent) {
            return;
        }
        let usual = self.work(key, None).median_s;
        self.by_technician.entry(technician).or_default().add((spent.0 as f64 / usual).ln());
    }

    /// How long the work takes this technician.
    pub fn work_of(&self, technician: TechnicianId, key: &WorkKey, catalog: Option<Seconds>) -> Lognormal {
        let usual = self.work(key, catalog);
        let even = Lognormal { median_s: 1.0, sigma: SIGMA_PRIOR };
        let pace = self.by_technician.get(&technician).map_or(1.0, |tally| tally.lean_on(even).median_s);
        Lognormal { median_s: usual.median_s * pace.clamp(PACE_MIN, PACE_MAX), ..usual }
    }

    /// How long the work takes. `catalog`: what the product's catalog says of this symptom; it stands for the parent
    /// as far as the product itself has too little data.
    pub fn work(&self, key: &WorkKey, catalog: Option<Seconds>) -> Lognormal {
        let tally = |found: Option<&Tally>| found.copied().unwrap_or_default();
        let kind = tally(self.by_kind.get(&key.kind)).lean_on(key.kind.prior());
        let product = tally(self.by_product.get(&(key.product, key.kind)));
        let learned = product.lean_on(kind);
        let parent = match catalog.filter(|said| said.0 > 0) {
            Some(said) => {
                let own = product.weight();
                let log = own * learned.median_s.ln() + (1.0 - own) * (said.0 as f64).ln();
                Lognormal { median_s: log.exp(), ..learned }
            }
            None => learned,
        };
        tally(self.exact.get(key)).lean_on(parent)
    }
}

/// How much longer a drive takes than its road time, by the local hour of leaving, on weekdays and at weekends.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HourFactors {
    weekday: [f64; 24],
    weekend: [f64; 24],
}

impl HourFactors {
    pub const FLAT: Self = Self { weekday: [1.0; 24], weekend: [1.0; 24] };

    /// From past trips: (local hour of leaving, weekend, time taken over road time). Hours lean on 1.
    pub fn learn(trips: impl IntoIterator<Item = (u8, bool, f64)>) -> Self {
        let mut tallies = [[Tally::default(); 24]; 2];
        for (hour, weekend, ratio) in trips {
            if hour < 24 && (RATIO_MIN..=RATIO_MAX).contains(&ratio) {
                tallies[usize::from(weekend)][usize::from(hour)].add(ratio.ln());
            }
        }
        let even = Lognormal { median_s: 1.0, sigma: SIGMA_PRIOR };
        let [weekday, weekend] = tallies.map(|hours| hours.map(|tally| tally.lean_on(even).median_s));
        Self { weekday, weekend }
    }

    /// `hour` 0 to 23.
    pub fn factor(&self, hour: usize, weekend: bool) -> f64 {
        if weekend { self.weekend[hour % 24] } else { self.weekday[hour % 24] }
    }
}

impl Default for HourFactors {
    fn default() -> Self {
        Self::FLAT
    }
}

/// How long things take a technician over what he says ("15 more minutes"), from past words: (said, taken). Leans
/// on 1, and stays between half and double.
pub fn word_bias(words: impl IntoIterator<Item = (Seconds, Seconds)>) -> f64 {
    let mut tally = Tally::default();
    for (said, taken) in words.into_iter().filter(|(said, taken)| said.0 > 0 && taken.0 > 0) {
        tally.add((taken.0 as f64 / said.0 as f64).ln());
    }
    tally.lean_on(Lognormal { median_s: 1.0, sigma: SIGMA_PRIOR }).median_s.clamp(0.5, 2.0)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::Id;

    fn key(product: u128, symptom: &str) -> WorkKey {
        WorkKey {
            product: ProductId::from_uuid(Uuid::from_u128(product)),
            symptom: Some(symptom.into()),
            kind: WorkKind::Repair,
        }
    }

    fn taught(count: u32, minutes: i64) -> Durations {
        let mut durations = Durations::default();
        for _ in 0..count {
            durations.observe(&key(1, "leak"), Seconds::minutes(minutes));
        }
        durations
    }

    fn check(durations: &Durations, key: &WorkKey, catalog: Option<i64>, minutes: f64) {
        let got = durations.work(key, catalog.map(Seconds::minutes)).median_s / 60.0;
        assert!((got - minutes).abs() < 0.5, "{got} minutes, expected {minutes}");
    }

    #[test]
    fn untaught_the_catalog_counts_and_without_it_the_prior() {
        check(&Durations::default(), &key(1, "leak"), Some(90), 90.0);
        check(&Durations::default(), &key(1, "leak"), None, 60.0);
    }

    #[test]
    fn thin_data_leans_on_the_group_above() {
        // Half the weight to the own 120 minutes at each of three levels above a prior of 60.
        check(&taught(10, 120), &key(1, "leak"), None, 60.0 * 2f64.powf(0.875));
        check(&taught(20, 120), &key(1, "leak"), Some(30), 120.0);
        check(&taught(200, 120), &key(1, "noise"), None, 120.0);
        check(&taught(200, 120), &key(2, "noise"), Some(30), 30.0);
    }

    #[test]
    fn who_works_faster_than_usual_is_expected_to() {
        let (quick, new) = (TechnicianId::from_uuid(Uuid::from_u128(1)), TechnicianId::from_uuid(Uuid::from_u128(2)));
        let mut durations = taught(40, 60);
        for _ in 0..40 {
            durations.observe_technician(quick, &key(1, "leak"), Seconds::minutes(45));
            durations.observe_technician(new, &key(1, "leak"), Seconds(5));
        }
        let minutes = |who| durations.work_of(who, &key(1, "leak"), None).median_s / 60.0;
        assert!((minutes(quick) - 45.0).abs() < 0.1 && (minutes(new) - 60.0).abs() < 0.1);
    }

    #[test]
    fn forgotten_taps_teach_nothing() {
        let mut durations = Durations::default();
        durations.observe(&key(1, "leak"), Seconds(5));
        durations.observe(&key(1, "leak"), Seconds::hours(30));
        assert_eq!(durations, Durations::default());
    }

    #[test]
    fn the_spread_is_learned_and_never_vanishes() {
        assert_eq!(taught(100, 60).work(&key(1, "leak"), None).sigma, SIGMA_MIN);
        assert_eq!(Durations::default().work(&key(1, "leak"), None).sigma, SIGMA_PRIOR);
    }

    #[test]
    fn an_optimist_is_believed_less_the_more_is_known_of_him() {
        let said = |count| word_bias((0..count).map(|_| (Seconds::minutes(10), Seconds::minutes(15))));
        assert_eq!(said(0), 1.0);
        assert!((said(10) - 1.5f64.sqrt()).abs() < 1e-9 && (said(40) - 1.5).abs() < 1e-9);
    }

    #[test]
    fn the_rush_hour_is_learned_by_hour_and_weekend() {
        let trips = (0..40).map(|_| (8, false, 1.5)).chain([(9, false, 50.0), (8, true, 1.1)]);
        let hours = HourFactors::learn(trips);
        assert!((hours.factor(8, false) - 1.5).abs() < 1e-9);
        assert_eq!(hours.factor(9, false), 1.0);
        assert!((1.0..1.01).contains(&hours.factor(8, true)));
    }
}
