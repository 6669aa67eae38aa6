//! The life of a lot as far as it changes how readily people call: fresh ones, old ones, and those that will soon be
//! worth nothing.

use chrono::NaiveDate;

use super::facts::{LotLife, OpenLot, month_number, month_span};

/// First months of the classes of age, counted from the month of the purchase.
const AGES_FROM: [i32; AGES] = [0, 1, 3, 6, 12];
pub const AGES: usize = 5;
/// Classes of the months that are left: the lot's last month, the one before it, the one before that, more.
pub const LEFTS: usize = 4;

/// Where a lot stands in its life in some month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    pub age: usize,
    pub left: usize,
}

impl Stage {
    fn of(month: i32, bought_on: NaiveDate, expires_on: Option<NaiveDate>) -> Self {
        let months = month - month_number(bought_on);
        let age = AGES_FROM.iter().rposition(|from| *from <= months).unwrap_or_default();
        let left = expires_on.map_or(LEFTS, |last| usize::try_from(month_number(last) - month).unwrap_or_default());
        Self { age, left: left.min(LEFTS - 1) }
    }

    /// Of the lot from which the next unit is taken. The lots are those at hand in that month, the first to expire first.
    pub fn ahead(month: i32, lots: &[OpenLot]) -> Option<Self> {
        lots.first().map(|lot| Self::of(month, lot.bought_on, lot.expires_on))
    }

    /// The same of a month that is over, in which some lots came and went.
    pub fn past(month: i32, lots: &[LotLife]) -> Option<Self> {
        let days = month_span(month);
        let over = |last: Option<NaiveDate>| last.is_some_and(|last| last < days.from);
        let at_hand = |lot: &&LotLife| lot.bought_on < days.to && !over(lot.expires_on) && !over(lot.emptied_on);
        let next =
            lots.iter().filter(at_hand).min_by_key(|lot| (lot.expires_on.unwrap_or(NaiveDate::MAX), lot.bought_on));
        next.map(|lot| Self::of(month, lot.bought_on, lot.expires_on))
    }
}

/// Puts lots in the order in which their units are taken.
pub fn in_order(lots: &mut [OpenLot]) {
    lots.sort_by_key(|lot| (lot.expires_on.unwrap_or(NaiveDate::MAX), lot.bought_on));
}

#[cfg(test)]
mod tests {
    use super::super::facts::testing::day;
    use super::*;

    fn life(bought: &str, expires: &str, emptied: Option<&str>) -> LotLife {
        LotLife { bought_on: day(bought), expires_on: Some(day(expires)), emptied_on: emptied.map(day) }
    }

    #[test]
    fn the_lot_in_use_is_the_first_to_expire_of_those_that_have_units() {
        let lots = [
            life("2025-01-10", "2025-12-31", Some("2025-08-03")),
            life("2025-07-01", "2026-06-30", None),
            life("2025-02-01", "2026-01-31", None),
        ];
        let past = |text: &str| Stage::past(month_number(day(text)), &lots);
        assert_eq!(past("2024-12-01"), None);
        assert_eq!(past("2025-01-01"), Some(Stage { age: 0, left: 3 }));
        assert_eq!(past("2025-08-01"), Some(Stage { age: 3, left: 3 }), "its last unit goes in this month");
        assert_eq!(past("2025-12-01"), Some(Stage { age: 3, left: 1 }), "the lot of February");
        assert_eq!(past("2026-02-01"), Some(Stage { age: 3, left: 3 }), "what is left is the lot of July");
        assert_eq!(past("2026-07-01"), None);
    }

    #[test]
    fn a_lot_without_end_only_grows_old() {
        let lot = OpenLot { units: 1, bought_on: day("2025-01-10"), expires_on: None };
        let stage = |text: &str| Stage::ahead(month_number(day(text)), &[lot]);
        assert_eq!(stage("2025-01-31"), Some(Stage { age: 0, left: LEFTS - 1 }));
        assert_eq!(stage("2030-01-31"), Some(Stage { age: AGES - 1, left: LEFTS - 1 }));
        assert_eq!(Stage::ahead(0, &[]), None);
    }
}
