//! One run through the days ahead.

use chrono::{Days, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Poisson};

use super::curve::{Stage as LotStage, in_order};
use super::facts::{ContractFacts, OpenLot, Span, Use, month_number, month_span};
use super::learn::{Gamma, Learned};
use crate::domain::ids::TerritoryId;

/// Issues of one contract in a month: more is a broken model, not a month.
const ISSUES_MAX: f64 = 500.0;

/// A month of one run, or what is left of one.
#[derive(Debug, Clone, Default)]
pub struct Month<'a> {
    pub issues: Vec<Played<'a>>,
    pub units: i64,
    /// Units whose last day was in it.
    pub expired: i64,
}

/// An issue, and where it was.
#[derive(Debug, Clone, Copy)]
pub struct Played<'a> {
    pub what: &'a Use,
    pub territory: TerritoryId,
}

/// Units of a contract that nobody had used on their last day.
#[derive(Debug, Clone, Copy)]
pub struct Unused {
    pub contract: usize,
    pub last_day: NaiveDate,
    pub units: i64,
}

/// What every run shares.
pub struct Stage<'a> {
    pub contracts: &'a [ContractFacts],
    pub posteriors: Vec<Gamma>,
    pub learned: &'a Learned,
    /// What an issue can be, where a contract has no past of its own.
    pub usual: Vec<&'a Use>,
    /// The first one begins on the day of the question, the others with their month.
    pub months: Vec<Span>,
}

/// The random numbers of one run. What it believes, the shocks and every contract have a stream of their own that goes
/// from month to month, so that the first months are the same however many are asked for.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    pub seed: u64,
    pub run: usize,
}

impl Dice {
    fn belief(self) -> ChaCha8Rng {
        self.stream(0)
    }

    fn shocks(self) -> ChaCha8Rng {
        self.stream(1)
    }

    fn contract(self, index: usize) -> ChaCha8Rng {
        self.stream(2 + index as u64)
    }

    fn stream(self, number: u64) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(((self.run as u64) << 32) | number);
        random
    }
}

/// From a day to the end of its month, and so many whole months after it.
pub fn months_ahead(today: NaiveDate, months: usize) -> Vec<Span> {
    let first = month_number(today);
    let spans = (first..).take(months + 1).map(month_span);
    spans.map(|span| Span { from: span.from.max(today), ..span }).collect()
}

/// The part of its month that a span is.
pub(super) fn part_of_month(span: Span) -> f64 {
    let whole = month_span(month_number(span.from));
    (span.to - span.from).num_days().max(0) as f64 / (whole.to - whole.from).num_days().max(1) as f64
}

pub fn play<'a>(stage: &'a Stage<'a>, dice: Dice) -> (Vec<Month<'a>>, Vec<Unused>) {
    let belief = stage.learned.believe(&mut dice.belief());
    let mut shocking = dice.shocks();
    let shocks: Vec<f64> = stage.months.iter().map(|_| belief.shock(&mut shocking)).collect();
    let mut months = vec![Month::default(); stage.months.len()];
    let mut unused = Vec::new();
    for (index, contract) in stage.contracts.iter().enumerate() {
        let random = &mut dice.contract(index);
        let rate = stage.posteriors[index].draw(random);
        let mut lots = contract.open.clone();
        in_order(&mut lots);
        let mut draw = Draw::of(contract, &stage.usual);
        for ((month, span), shock) in months.iter_mut().zip(&stage.months).zip(&shocks) {
            if lots.is_empty() {
                break;
            }
            let number = month_number(span.from);
            let factor = belief.factors.of(number, LotStage::ahead(number, &lots));
            let in_force = Span { from: span.from.max(contract.term.from), to: span.to.min(contract.term.to) };
            let mean = rate * factor * shock * part_of_month(in_force);
            for day in draw_days(in_force, mean, random) {
                month.expired += die(&mut lots, day, index, &mut unused);
                let Some(used) = draw.next(random) else { break };
                if !pay(&mut lots, used.units) {
                    continue;
                }
                month.units += used.units;
                let place = draw_place(contract, used, random);
                month.issues.extend(place.map(|territory| Played { what: used, territory }));
            }
            month.expired += die(&mut lots, span.to, index, &mut unused);
        }
    }
    (months, unused)
}

pub(super) fn draw_count(mean: f64, random: &mut ChaCha8Rng) -> usize {
    let counts = Poisson::new(mean.min(ISSUES_MAX));
    counts.map_or(0, |counts| counts.sample(random).min(ISSUES_MAX) as usize)
}

/// The days of the issues of a span, in their order: any day is as likely as another.
fn draw_days(span: Span, mean: f64, random: &mut ChaCha8Rng) -> Vec<NaiveDate> {
    let length = (span.to - span.from).num_days();
    if length <= 0 {
        return Vec::new();
    }
    let count = draw_count(mean, random);
    let mut days: Vec<u64> = (0..count).map(|_| random.random_range(0..length.unsigned_abs())).collect();
    days.sort_unstable();
    days.into_iter().map(|days| span.from + Days::new(days)).collect()
}

/// Draws something that happened before: of the contract's own past, and of anybody's where it has little. What was
/// drawn in a run is more likely to come again in it: a past shows only so well how often each thing happens.
pub(super) struct Draw<'a> {
    own: &'a [Use],
    usual: &'a [&'a Use],
    drawn: Vec<&'a Use>,
}

impl<'a> Draw<'a> {
    /// Uses from which on a contract's own past is enough; until then others' counts as many.
    const ENOUGH: usize = 5;

    pub fn of(contract: &'a ContractFacts, usual: &'a [&'a Use]) -> Self {
        let own = contract.uses.as_slice();
        Self { own, usual: if own.len() < Self::ENOUGH { usual } else { &[] }, drawn: Vec::new() }
    }

    pub fn next(&mut self, random: &mut ChaCha8Rng) -> Option<&'a Use> {
        let (own, drawn) = (self.own.len(), self.drawn.len());
        let others = if self.usual.is_empty() { 0 } else { Self::ENOUGH };
        if own + others == 0 {
            return None;
        }
        let next = match random.random_range(0..own + drawn + others) {
            at if at < own => &self.own[at],
            at if at < own + drawn => self.drawn[at - own],
            _ => self.usual[random.random_range(0..self.usual.len())],
        };
        self.drawn.push(next);
        Some(next)
    }
}

/// Where it was before, if that is one of the contract's places; else one of them, as its assets stand.
fn draw_place(contract: &ContractFacts, used: &Use, random: &mut ChaCha8Rng) -> Option<TerritoryId> {
    let chance: f64 = random.random();
    let own = |territory: &TerritoryId| contract.places.iter().any(|place| place.territory == *territory);
    if let Some(territory) = used.territory.filter(own) {
        return Some(territory);
    }
    let mut left = chance;
    let drawn = contract.places.iter().find(|place| {
        left -= place.share;
        left < 0.0
    });
    drawn.or(contract.places.last()).map(|place| place.territory)
}

/// Takes units from the lots in their order; false, with nothing taken, when there are not enough.
fn pay(lots: &mut Vec<OpenLot>, units: i64) -> bool {
    if lots.iter().map(|lot| lot.units).sum::<i64>() < units {
        return false;
    }
    let mut due = units;
    for lot in lots.iter_mut() {
        let part = due.min(lot.units);
        lot.units -= part;
        due -= part;
    }
    lots.retain(|lot| lot.units > 0);
    true
}

/// Lots whose last day lies before `day` die. Returns the units that nobody used.
fn die(lots: &mut Vec<OpenLot>, day: NaiveDate, contract: usize, unused: &mut Vec<Unused>) -> i64 {
    let mut dead = 0;
    lots.retain(|lot| {
        let Some(last_day) = lot.expires_on.filter(|last| *last < day) else { return true };
        dead += lot.units;
        unused.push(Unused { contract, last_day, units: lot.units });
        false
    });
    dead
}

/// The same by the month, for sums that do not look at days.
pub(super) fn expire(lots: &mut Vec<OpenLot>, month: i32) -> i64 {
    let over = |lot: &OpenLot| lot.expires_on.is_some_and(|last| month_number(last) <= month);
    let expired = lots.iter().filter(|lot| over(lot)).map(|lot| lot.units).sum();
    lots.retain(|lot| !over(lot));
    expired
}
