//! Fictional companies: how their customers truly call, told as facts up to a day, and as what came after it.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, Days, Months, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma, LogNormal, Poisson};

use crate::domain::ids::{Id, TerritoryId};
use crate::forecast::curve::in_order;
use crate::forecast::expiring::HORIZONS;
use crate::forecast::facts::{ContractFacts, LotLife, OpenLot, Place, Span, Use, stocked};
use crate::forecast::play::months_ahead;

/// First month of every history: it is two to three years long.
const FIRST: (i32, u32) = (2024, 1);
const CONTRACTS: usize = 60;
const TERRITORIES: u128 = 2;
const SKILLS: [&str; 2] = ["boiler", "compressor"];

/// What every contract of a fictional company has in common.
struct Habits {
    rates: Gamma<f64>,
    summer: f64,
    /// Factor of the last two months of a lot.
    rush: f64,
    /// What a lot that was just bought adds or takes, and the months in which that fades.
    fresh: f64,
    fading: f64,
    shocks: LogNormal<f64>,
}

impl Habits {
    fn draw(random: &mut ChaCha8Rng) -> Option<Self> {
        let mean = random.random_range(0.3..1.5);
        let shape = random.random_range(0.8..4.0);
        let sigma: f64 = random.random_range(0.0..0.25);
        Some(Self {
            rates: Gamma::new(shape, mean / shape).ok()?,
            summer: random.random_range(0.0..0.5),
            rush: random.random_range(1.0..2.2),
            fresh: random.random_range(-0.4..1.6),
            fading: random.random_range(1.0..5.0),
            shocks: LogNormal::new(-sigma * sigma / 2.0, sigma).ok()?,
        })
    }

    fn season(&self, month: u32) -> f64 {
        1.0 + self.summer * ((f64::from(month) - 8.0) * std::f64::consts::TAU / 12.0).cos()
    }

    /// Of the lot that is used next.
    fn stage(&self, first: NaiveDate, lot: Option<&OpenLot>) -> f64 {
        let Some(lot) = lot else { return 1.0 };
        let months = |from: NaiveDate, to: NaiveDate| {
            (to.year() - from.year()) * 12 + (to.month0() as i32 - from.month0() as i32)
        };
        let age = f64::from(months(lot.bought_on, first).max(0));
        let ending = lot.expires_on.is_some_and(|last| months(first, last) < 2);
        (1.0 + self.fresh * (-age / self.fading).exp()) * if ending { self.rush } else { 1.0 }
    }
}

/// What came after the question.
pub(super) struct Came {
    pub months: Vec<Month>,
    /// Units that were unused on their last day, within each horizon.
    pub unused: [i64; HORIZONS.len()],
}

#[derive(Debug, Clone, Default)]
pub(super) struct Month {
    pub issues: f64,
    pub minutes: i64,
    pub expired: i64,
    /// Minutes of each crew.
    pub crews: BTreeMap<(TerritoryId, Arc<str>), i64>,
}

impl Came {
    fn used(&mut self, ahead: &[Span], used: &Use) {
        let Some(place) = ahead.iter().position(|span| span.holds(used.day)) else { return };
        let (month, minutes) = (&mut self.months[place], used.minutes + used.travel);
        month.issues += 1.0;
        month.minutes += minutes;
        if let (Some(territory), Some(skill)) = (used.territory, &used.skill) {
            *month.crews.entry((territory, Arc::clone(skill))).or_default() += minutes;
        }
    }

    fn died(&mut self, ahead: &[Span], today: NaiveDate, (last, units): (NaiveDate, i64)) {
        if let Some(place) = ahead.iter().position(|span| span.holds(last)) {
            self.months[place].expired += units;
        }
        let left = (last - today).num_days();
        for (sum, days) in self.unused.iter_mut().zip(HORIZONS) {
            *sum += if (0..=days.cast_signed()).contains(&left) { units } else { 0 };
        }
    }
}

/// A company's past before a day, and what came in the rest of its month and in so many months that followed.
pub(super) fn company_year(today: NaiveDate, months: usize, random: &mut ChaCha8Rng) -> (Vec<ContractFacts>, Came) {
    let ahead = months_ahead(today, months);
    let mut came = Came { months: vec![Month::default(); ahead.len()], unused: [0; HORIZONS.len()] };
    let Some(habits) = Habits::draw(random) else { return (Vec::new(), came) };
    let before = (today.year() - FIRST.0).unsigned_abs() * 12 + today.month() - FIRST.1;
    let played = before + ahead.len() as u32;
    let shocks: Vec<f64> = (0..played).map(|_| habits.shocks.sample(random)).collect();
    let contracts = (0..CONTRACTS).map(|_| {
        let mut life = Life::new(habits.rates.sample(random), today, random);
        for (month, shock) in (0..played).zip(&shocks) {
            life.month(&habits, month, *shock, random).iter().for_each(|used| came.used(&ahead, used));
        }
        life.until(start(played));
        life.died.iter().for_each(|lot| came.died(&ahead, today, *lot));
        life.told()
    });
    let contracts = contracts.collect();
    (contracts, came)
}

/// A contract as it lives: it buys again in its past, and not once it was asked about.
struct Life {
    rate: f64,
    yearly: i64,
    /// The month in which it buys every year.
    renewal: u32,
    /// Issues that need a visit, of a hundred; and where its assets stand.
    visits: u32,
    places: Vec<Place>,
    today: NaiveDate,
    lots: Vec<OpenLot>,
    /// As they stood when the day of the question began.
    open: Option<Vec<OpenLot>>,
    lives: Vec<LotLife>,
    uses: Vec<Use>,
    changes: BTreeMap<NaiveDate, i64>,
    /// Last days of lots, with what was left.
    died: Vec<(NaiveDate, i64)>,
}

impl Life {
    fn new(rate: f64, today: NaiveDate, random: &mut ChaCha8Rng) -> Self {
        let first: u128 = random.random_range(1..=TERRITORIES);
        let both = random.random_bool(0.2);
        let place = |number, share| Place { territory: TerritoryId::from_uuid(uuid::Uuid::from_u128(number)), share };
        let places =
            if both { (1..=TERRITORIES).map(|number| place(number, 0.5)).collect() } else { vec![place(first, 1.0)] };
        Self {
            rate,
            yearly: ((rate * 12.0).ceil() as i64 + random.random_range(0..6)).max(3),
            renewal: random.random_range(0..12),
            visits: random.random_range(40..80),
            places,
            today,
            lots: Vec::new(),
            open: None,
            lives: Vec::new(),
            uses: Vec::new(),
            changes: BTreeMap::new(),
            died: Vec::new(),
        }
    }

    /// The issues of a month, in their order.
    fn month(&mut self, habits: &Habits, month: u32, shock: f64, random: &mut ChaCha8Rng) -> Vec<Use> {
        let first = start(month);
        self.until(first);
        if first < self.today && (self.lots.is_empty() || month % 12 == self.renewal) {
            self.buy(month, random);
        }
        let mean = self.rate * habits.season(first.month()) * habits.stage(first, self.lots.first()) * shock;
        let count = Poisson::new(mean.max(1e-9)).map_or(0.0, |counts| counts.sample(random)) as u32;
        let length = (start(month + 1) - first).num_days().unsigned_abs();
        let mut days: Vec<u64> = (0..count).map(|_| random.random_range(0..length)).collect();
        days.sort_unstable();
        let mut seen = Vec::new();
        for day in days.into_iter().map(|days| first + Days::new(days)) {
            self.until(day);
            if self.take(day) {
                seen.push(self.issue(day, random));
            }
        }
        self.uses.extend(seen.iter().filter(|used| used.day < self.today).cloned());
        seen
    }

    fn take(&mut self, day: NaiveDate) -> bool {
        let Some(lot) = self.lots.first_mut() else { return false };
        lot.units -= 1;
        *self.changes.entry(day).or_default() -= 1;
        if lot.units == 0 {
            let empty = self.lots.remove(0);
            let of = |life: &&mut LotLife| (life.bought_on, life.expires_on) == (empty.bought_on, empty.expires_on);
            self.lives
                .iter_mut()
                .filter(of)
                .for_each(|life| life.emptied_on = Some(day).filter(|day| *day < self.today));
        }
        true
    }

    fn issue(&self, day: NaiveDate, random: &mut ChaCha8Rng) -> Use {
        let visit = random.random_ratio(self.visits, 100);
        let minutes = if visit { random.random_range(60..240) } else { random.random_range(5..40) };
        let travel = if visit { random.random_range(10..60) } else { 0 };
        let skill = visit.then(|| Arc::from(SKILLS[usize::from(random.random_bool(0.4))]));
        let territory = Some(self.places[random.random_range(0..self.places.len())].territory);
        Use { day, units: 1, minutes, travel, skill, territory }
    }

    /// Lots whose last day is over die. What is left when the question is asked is kept.
    fn until(&mut self, day: NaiveDate) {
        if day >= self.today && self.open.is_none() {
            self.until(self.today - Days::new(1));
            let over = |lot: &OpenLot| lot.expires_on.is_some_and(|last| last < self.today);
            self.open = Some(self.lots.iter().copied().filter(|lot| !over(lot)).collect());
        }
        let (changes, died) = (&mut self.changes, &mut self.died);
        self.lots.retain(|lot| {
            let Some(last) = lot.expires_on.filter(|last| *last < day) else { return true };
            *changes.entry(last + Days::new(1)).or_default() -= lot.units;
            died.push((last, lot.units));
            false
        });
    }

    fn buy(&mut self, month: u32, random: &mut ChaCha8Rng) {
        let (bought_on, last) = (start(month), start(month + random.random_range(9..18)));
        let expires_on = Some(last - Days::new(random.random_range(1..29)));
        self.lots.push(OpenLot { units: self.yearly, bought_on, expires_on });
        in_order(&mut self.lots);
        *self.changes.entry(bought_on).or_default() += self.yearly;
        self.lives.push(LotLife { bought_on, expires_on, emptied_on: None });
    }

    /// What is known of it when the question is asked.
    fn told(self) -> ContractFacts {
        let known: BTreeMap<NaiveDate, i64> =
            self.changes.range(..self.today).map(|(day, units)| (*day, *units)).collect();
        let term = Span { from: start(0), to: NaiveDate::MAX };
        ContractFacts {
            places: self.places,
            term,
            stocked: stocked(&known, term),
            open: self.open.unwrap_or_default(),
            uses: self.uses,
            lots: self.lives,
        }
    }
}

fn start(month: u32) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(FIRST.0, FIRST.1, 1).unwrap_or_default();
    first.checked_add_months(Months::new(month)).unwrap_or(NaiveDate::MAX)
}
