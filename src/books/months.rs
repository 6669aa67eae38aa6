//! The contract liability by month (契約負債の増減).

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lot::{Change, LotFacts, Turn, Units, Way};
use super::recognition::{Recognised, part_of_price, recognised};
use crate::domain::ids::LotId;

/// One month of the books, in yen. `opening + sold + received - given - refunded - withdrawn - used - breakage =
/// closing`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MonthLine {
    /// `2026-11-01` stands for November.
    #[schemars(with = "String")]
    pub month: NaiveDate,
    /// Liability at the month's first moment.
    pub opening: i64,
    /// Paid by customers.
    pub sold: i64,
    /// Taken over from other wallets of the same customers; over the whole company this equals `given` in every month.
    pub received: i64,
    pub given: i64,
    /// Paid back to customers.
    pub refunded: i64,
    /// Sales that were undone: void lots and adjustments downwards.
    pub withdrawn: i64,
    /// Revenue for units that were used, less what reversals took back.
    pub used: i64,
    /// Revenue for units that nobody will use.
    pub breakage: i64,
    /// Liability at the month's last moment.
    pub closing: i64,
}

/// The months from `first` to `last` (any of their days), without gaps.
pub fn by_month(lots: &[LotFacts], turns: &[Turn], first: NaiveDate, last: NaiveDate) -> Vec<MonthLine> {
    let mut months = Months::default();
    months.add(lots, turns);
    months.lines(first, last)
}

/// The books as they grow wallet by wallet, so that those of a whole company need no more room than its months.
#[derive(Debug, Default)]
pub struct Months(BTreeMap<NaiveDate, MonthLine>);

impl Months {
    /// Adds lots with all that happened to them.
    pub fn add(&mut self, lots: &[LotFacts], turns: &[Turn]) {
        let mut by_lot: BTreeMap<LotId, Vec<&Turn>> = BTreeMap::new();
        turns.iter().for_each(|turn| by_lot.entry(turn.lot).or_default().push(turn));
        for lot in lots {
            add_lot(&mut self.0, lot, by_lot.get(&lot.lot).map_or(&[], Vec::as_slice));
        }
    }

    /// The months from `first` to `last` (any of their days), without gaps.
    pub fn lines(&self, first: NaiveDate, last: NaiveDate) -> Vec<MonthLine> {
        let mut opening: i64 = self.0.range(..month_of(first)).map(|(_, line)| grown(line)).sum();
        let mut lines = Vec::new();
        let mut month = month_of(first);
        while month <= month_of(last) {
            let line = self.0.get(&month).copied().unwrap_or_default();
            let closing = opening + grown(&line);
            lines.push(MonthLine { month, opening, closing, ..line });
            opening = closing;
            month = next_month(month);
        }
        lines
    }

    /// The months in which something happened, without what they open and close with.
    pub fn known(&self) -> impl Iterator<Item = MonthLine> {
        self.0.iter().map(|(month, line)| MonthLine { month: *month, ..*line })
    }

    /// Everything that ever happened, as if it were one month.
    pub fn totals(&self) -> MonthLine {
        let mut all = MonthLine::default();
        for line in self.0.values() {
            all.sold += line.sold;
            all.received += line.received;
            all.given += line.given;
            all.refunded += line.refunded;
            all.withdrawn += line.withdrawn;
            all.used += line.used;
            all.breakage += line.breakage;
        }
        all.closing = grown(&all);
        all
    }
}

/// Everything that ever happened, as if it were one month.
pub fn totals(lots: &[LotFacts], turns: &[Turn]) -> MonthLine {
    let mut months = Months::default();
    months.add(lots, turns);
    months.totals()
}

fn add_lot(months: &mut BTreeMap<NaiveDate, MonthLine>, lot: &LotFacts, turns: &[&Turn]) {
    let sale = months.entry(month_of(lot.entered_on)).or_default();
    if lot.received {
        sale.received += lot.price_yen;
    } else {
        sale.sold += lot.price_yen;
    }
    let mut by_month: BTreeMap<NaiveDate, Vec<Change>> = BTreeMap::new();
    let mut left = 0;
    for turn in turns {
        let month = month_of(turn.happened_on(lot));
        by_month.entry(month).or_default().push(turn.change);
        // In the order of the ledger, whatever the days: each part has the price that it left with.
        if let Change::Left(way, units) = turn.change {
            let yen = part_of_price(lot.price_yen, lot.units, left, units);
            *months.entry(month).or_default().leaving(way) += yen;
            left += units;
        }
    }
    let (mut units, mut before) = (Units::default(), Recognised::default());
    for (month, changes) in by_month {
        changes.into_iter().for_each(|change| units.take(change));
        let now = recognised(lot, units);
        let line = months.entry(month).or_default();
        line.used += now.used - before.used;
        line.breakage += now.breakage - before.breakage;
        before = now;
    }
}

impl MonthLine {
    fn leaving(&mut self, way: Way) -> &mut i64 {
        match way {
            Way::Given => &mut self.given,
            Way::Refunded => &mut self.refunded,
            Way::Withdrawn => &mut self.withdrawn,
        }
    }
}

const fn grown(line: &MonthLine) -> i64 {
    line.sold + line.received - line.given - line.refunded - line.withdrawn - line.used - line.breakage
}

/// The first day of a day's month.
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

pub fn next_month(month: NaiveDate) -> NaiveDate {
    month.checked_add_months(chrono::Months::new(1)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::lot::testing::{day, lot, lot_id};
    use super::*;

    fn turn(on: &str, change: Change) -> Turn {
        Turn { lot: lot_id(1), day: day(on), change }
    }

    #[test]
    fn a_lot_sold_in_april_becomes_revenue_as_it_is_used() {
        let turns = [
            turn("2026-04-30", Change::Used(2)),
            turn("2026-06-01", Change::Used(3)),
            turn("2026-06-20", Change::Used(-1)),
            turn("2026-07-31", Change::Lost(6)),
        ];
        let lines = by_month(&[lot()], &turns, day("2026-04-01"), day("2026-08-15"));
        let found: Vec<_> = lines.iter().map(|l| (l.opening, l.sold, l.used, l.breakage, l.closing)).collect();
        let expected = [
            (0, 100_000, 20_000, 0, 80_000),
            (80_000, 0, 0, 0, 80_000),
            (80_000, 0, 20_000, 0, 60_000),
            (60_000, 0, 0, 60_000, 0),
            (0, 0, 0, 0, 0),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_was_before_the_first_month_is_its_opening() {
        let lines = by_month(&[lot()], &[turn("2026-04-30", Change::Used(2))], day("2026-06-01"), day("2026-06-30"));
        assert_eq!((lines.len(), lines[0].opening), (1, 80_000));
    }

    #[test]
    fn units_given_to_a_sister_company_take_their_liability_along() {
        let theirs = LotFacts { lot: lot_id(2), price_yen: 30_000, units: 3, received: true, ..lot() };
        let lines = by_month(
            &[lot(), theirs],
            &[turn("2026-04-20", Change::Left(Way::Given, 3))],
            day("2026-04-01"),
            day("2026-04-30"),
        );
        assert_eq!((lines[0].given, lines[0].received, lines[0].closing), (30_000, 30_000, 100_000));
    }

    #[test]
    fn units_given_months_after_their_sale_are_owed_once_in_every_month() {
        let theirs = LotFacts { lot: lot_id(2), entered_on: day("2026-10-15"), received: true, ..lot() };
        let lines = by_month(
            &[lot(), theirs],
            &[turn("2026-10-15", Change::Left(Way::Given, 10))],
            day("2026-04-01"),
            day("2026-10-31"),
        );
        assert!(lines.iter().all(|line| line.closing == 100_000), "{lines:?}");
        assert_eq!((lines[0].sold, lines[0].received), (100_000, 0));
        assert_eq!((lines[6].given, lines[6].received), (100_000, 100_000));
    }

    #[test]
    fn a_sale_undone_on_the_same_day_leaves_no_revenue_behind() {
        let lines = by_month(
            &[lot()],
            &[turn("2026-04-10", Change::Left(Way::Withdrawn, 10))],
            day("2026-04-01"),
            day("2026-04-30"),
        );
        let line = lines[0];
        assert_eq!((line.sold, line.withdrawn, line.used, line.breakage, line.closing), (100_000, 100_000, 0, 0, 0));
    }

    #[test]
    fn a_refund_takes_the_liability_along_and_is_no_revenue() {
        let turns = [turn("2026-04-20", Change::Used(3)), turn("2026-05-10", Change::Left(Way::Refunded, 7))];
        let lines = by_month(&[lot()], &turns, day("2026-05-01"), day("2026-05-31"));
        let line = lines[0];
        assert_eq!((line.opening, line.refunded, line.used, line.breakage, line.closing), (70_000, 70_000, 0, 0, 0));
    }

    proptest! {
        #[test]
        fn every_month_closes_where_the_next_one_opens(uses in prop::collection::vec((0..400_u64, 0..3_i64), 0..12)) {
            let sold = lot().entered_on;
            let mut left = lot().units;
            let mut turns = Vec::new();
            for (after, units) in uses {
                let units = units.min(left);
                left -= units;
                turns.push(Turn { lot: lot_id(1), day: sold + chrono::Days::new(after), change: Change::Used(units) });
            }
            let lines = by_month(&[lot()], &turns, sold, sold + chrono::Days::new(420));
            for pair in lines.windows(2) {
                prop_assert_eq!(pair[0].closing, pair[1].opening);
            }
            let revenue: i64 = lines.iter().map(|line| line.used + line.breakage).sum();
            prop_assert_eq!(lines.last().map(|line| line.closing), Some(lot().price_yen - revenue));
        }

        /// Whatever happens to a lot: its price is owed, earned, or gone with units that left, to the last yen.
        #[test]
        fn no_yen_comes_or_goes(
            price_yen in 0..1_000_000_i64, units in 1..40_i64, breakage_permille in 0..500_i64,
            moves in prop::collection::vec((0..6_u8, 1..9_i64, 0..400_u64), 0..30),
        ) {
            let lot = LotFacts { price_yen, units, breakage_permille, ..lot() };
            let (mut open, mut used, mut days, mut turns) = (units, 0, 0, Vec::new());
            for (kind, count, after) in moves {
                days += after;
                let turn = |change| Turn { lot: lot.lot, day: lot.entered_on + chrono::Days::new(days), change };
                let (taken, back) = (count.min(open), count.min(used));
                match kind {
                    0 | 1 => { open -= taken; used += taken; turns.push(turn(Change::Used(taken))); }
                    2 => { open += back; used -= back; turns.push(turn(Change::Used(-back))); }
                    3 => {
                        used -= back;
                        turns.extend([turn(Change::Used(-back)), turn(Change::Lost(back))]);
                    }
                    4 => { open -= taken; turns.push(turn(Change::Lost(taken))); }
                    _ => {
                        let way = [Way::Given, Way::Refunded, Way::Withdrawn][usize::try_from(count % 3).unwrap()];
                        open -= taken;
                        turns.push(turn(Change::Left(way, taken)));
                    }
                }
                let line = totals(std::slice::from_ref(&lot), &turns);
                let gone = line.given + line.refunded + line.withdrawn;
                prop_assert_eq!(line.closing + line.used + line.breakage + gone, price_yen);
                prop_assert!(line.closing >= 0 && line.used >= 0 && line.breakage >= 0 && gone >= 0);
                prop_assert!(open > 0 || line.closing == 0, "a liability for nothing: {:?}", line);
            }
        }
    }
}
