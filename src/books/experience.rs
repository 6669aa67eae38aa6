//! What part of what was sold nobody ever used: the past on which an expectation of breakage stands (適用指針 53).

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lot::{LotFacts, Turn, units_on};
use super::recognition::share;

/// Lots whose last day is over, as one. Units that were moved to another wallet, refunded or withdrawn do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Experience {
    pub lots: i64,
    /// Their price.
    pub sold_yen: i64,
    /// The price of those of their units that nobody used.
    pub unused_yen: i64,
    /// The second of the two amounts in thousandths of the first; none while nothing that was sold is over.
    pub permille: Option<i64>,
}

impl Experience {
    /// Adds what is over on a day. Wallet by wallet, as the books are read.
    pub fn add(&mut self, lots: &[LotFacts], turns: &[Turn], today: NaiveDate) {
        let stood = units_on(turns, today);
        for lot in lots.iter().filter(|lot| lot.last_day.is_some_and(|last| last < today)) {
            let units = stood.get(&lot.lot).copied().unwrap_or_default();
            let value = units.value(lot);
            // A unit on a hold that is honoured may still be used.
            if value > 0 && units.all(lot) > 0 && units.open(lot) == 0 {
                self.lots += 1;
                self.sold_yen += value;
                self.unused_yen += value - share(value, units.used, units.all(lot));
            }
        }
        self.permille = (self.sold_yen > 0).then(|| share(1_000, self.unused_yen, self.sold_yen));
    }
}

#[cfg(test)]
mod tests {
    use super::super::lot::testing::{day, lot, lot_id};
    use super::super::lot::{Change, Way};
    use super::*;

    fn check(turns: &[Change], today: &str, expected: (i64, i64, i64, Option<i64>)) {
        let turns = turns.iter().map(|change| Turn { lot: lot_id(1), day: day("2026-05-01"), change: *change });
        let mut found = Experience::default();
        found.add(&[lot()], &turns.collect::<Vec<_>>(), day(today));
        assert_eq!((found.lots, found.sold_yen, found.unused_yen, found.permille), expected);
    }

    #[test]
    fn of_ten_tickets_that_are_over_seven_were_used() {
        check(&[Change::Used(7), Change::Lost(3)], "2027-04-01", (1, 100_000, 30_000, Some(300)));
    }

    #[test]
    fn units_that_a_hold_keeps_past_the_last_day_are_not_lost_yet() {
        check(&[Change::Used(7)], "2027-04-01", (0, 0, 0, None));
    }

    #[test]
    fn a_lot_that_can_still_be_used_says_nothing_yet() {
        check(&[Change::Used(7)], "2027-03-31", (0, 0, 0, None));
    }

    #[test]
    fn what_was_paid_back_was_neither_used_nor_left_unused() {
        let paid_back = Change::Left(Way::Refunded, 5);
        check(&[Change::Used(4), paid_back, Change::Lost(1)], "2027-04-01", (1, 50_000, 10_000, Some(200)));
        check(&[Change::Left(Way::Refunded, 10)], "2027-04-01", (0, 0, 0, None));
    }
}
