//! What holds for the books of a whole company, whatever its wallets do to each other.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::base_date::Unused;
use super::ledger::{Line, book, lapsed};
use super::lot::LotFacts;
use super::lot::testing::{day, lot, lot_id};
use super::months::{MonthLine, Months, month_of, next_month};
use crate::domain::ids::LotId;
use crate::domain::wallet::account::{Account, Movement};

/// So that every part of a price is whole.
const YEN: i64 = 5_000;

const FIRST: &str = "2026-04-01";

/// A lot as it stands on the test's own slate.
#[derive(Clone)]
struct Standing {
    facts: LotFacts,
    wallet: usize,
    available: i64,
}

impl Standing {
    fn last_day(&self) -> NaiveDate {
        self.facts.last_day.expect("every lot of the test ends")
    }
}

/// Three wallets of one group with what was posted to each.
struct Company {
    today: NaiveDate,
    lots: Vec<Standing>,
    posted: [Vec<Line>; 3],
    /// Units that could still be used at the end of each month that is over.
    open: BTreeMap<NaiveDate, i64>,
}

impl Company {
    fn new() -> Self {
        Self { today: day(FIRST), lots: Vec::new(), posted: Default::default(), open: BTreeMap::new() }
    }

    fn pass(&mut self, days: u64) {
        for _ in 0..days {
            let tomorrow = self.today + Days::new(1);
            if month_of(tomorrow) != month_of(self.today) {
                let usable = self.lots.iter().filter(|lot| lot.last_day() > self.today);
                self.open.insert(month_of(self.today), usable.map(|lot| lot.available).sum());
            }
            self.today = tomorrow;
        }
    }

    fn add(&mut self, wallet: usize, facts: LotFacts) -> LotId {
        let lot = lot_id(self.lots.len() as u128 + 1);
        let facts = LotFacts { lot, price_yen: facts.units * YEN, ..facts };
        self.lots.push(Standing { available: facts.units, facts, wallet });
        lot
    }

    fn post(&mut self, wallet: usize, lot: LotId, movement: Movement, [from, to]: [Account; 2], units: i64) {
        let line = Line { lot: Some(lot), issue: None, movement, from, to, units, day: self.today };
        self.posted[wallet].push(line);
    }

    fn sell(&mut self, wallet: usize, units: i64, life: u64) {
        let (entered_on, last_day) = (self.today, Some(self.today + Days::new(life)));
        let id = self.add(wallet, LotFacts { units, entered_on, last_day, ..lot() });
        self.post(wallet, id, Movement::Purchase, [Account::Source, Account::Available], units);
    }

    /// The index of a lot that somebody can still use.
    fn usable(&self, choice: usize) -> Option<usize> {
        let alive = |lot: &Standing| lot.available > 0 && lot.last_day() >= self.today;
        let alive: Vec<usize> = (0..self.lots.len()).filter(|at| alive(&self.lots[*at])).collect();
        alive.get(choice % alive.len().max(1)).copied()
    }

    fn spend(&mut self, choice: usize, units: i64) {
        let Some(at) = self.usable(choice) else { return };
        let (lot, wallet, units) = (self.lots[at].facts.lot, self.lots[at].wallet, units.min(self.lots[at].available));
        self.lots[at].available -= units;
        self.post(wallet, lot, Movement::Capture, [Account::Held, Account::Consumed], units);
    }

    fn give(&mut self, choice: usize, units: i64) {
        let Some(at) = self.usable(choice) else { return };
        let Standing { facts, wallet, available } = self.lots[at].clone();
        let (units, to) = (units.min(available), (wallet + 1 + choice % 2) % 3);
        self.lots[at].available -= units;
        self.post(wallet, facts.lot, Movement::Transfer, [Account::Available, Account::Source], units);
        // The received lot keeps the day of its sale.
        let received = self.add(to, LotFacts { units, received: true, ..facts });
        self.post(to, received, Movement::Transfer, [Account::Source, Account::Available], units);
    }

    /// The run of a night, which may be missing for weeks.
    fn expire(&mut self) {
        for at in 0..self.lots.len() {
            let Standing { facts, wallet, available } = self.lots[at].clone();
            if available > 0 && self.lots[at].last_day() < self.today {
                self.lots[at].available = 0;
                self.post(wallet, facts.lot, Movement::Expire, [Account::Available, Account::Expired], available);
            }
        }
    }

    /// The months that are over, and what the report of a base date says of the end of each.
    fn books(&self) -> Vec<(MonthLine, i64)> {
        let (mut months, mut unused) = (Months::default(), BTreeMap::<NaiveDate, Unused>::new());
        for (wallet, lines) in self.posted.iter().enumerate() {
            let own: Vec<&Standing> = self.lots.iter().filter(|lot| lot.wallet == wallet).collect();
            let mut lots: Vec<LotFacts> = own.iter().map(|lot| lot.facts.clone()).collect();
            let mut turns = book(&mut lots, lines);
            turns.extend(own.iter().filter_map(|lot| lapsed(&lot.facts, lot.available, self.today)));
            months.add(&lots, &turns);
            for month in self.open.keys() {
                let last = next_month(*month) - Days::new(1);
                unused.entry(*month).or_default().add(&lots, &turns, last);
            }
        }
        let Some((last, _)) = self.open.last_key_value() else { return Vec::new() };
        let lines = months.lines(day(FIRST), *last);
        lines.into_iter().map(|line| (line, unused[&line.month].report(line.month).b2b_exempt_yen)).collect()
    }
}

proptest! {
    /// In every month: what one wallet gave another received, and the liability at its end is the price of what could
    /// still be used, which is what the report of a base date would say of that day.
    #[test]
    fn every_month_owes_each_unit_once(
        moves in prop::collection::vec((0..8_u8, 0..7_usize, 1..12_i64, 0..40_u64), 1..40),
    ) {
        let mut company = Company::new();
        for (kind, choice, units, days) in moves {
            company.pass(days);
            match kind {
                0 | 1 => company.sell(choice % 3, units, 20 + 13 * days),
                2 | 3 => company.spend(choice, units),
                4..=6 => company.give(choice, units),
                _ => company.expire(),
            }
        }
        company.pass(31);
        for (line, unused_yen) in company.books() {
            let owed = company.open[&line.month] * YEN;
            prop_assert_eq!((line.given, line.closing, unused_yen), (line.received, owed, owed), "{:?}", line);
        }
    }
}
