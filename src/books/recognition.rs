//! When a prepaid lot becomes revenue (収益認識に関する会計基準の適用指針 52 to 54).
//!
//! Money received for a lot is a contract liability (契約負債) until its units are used. What customers are expected
//! never to use (非行使部分) is recognised in proportion to what they do use; what is left when no unit can be used any
//! more is recognised at once. Amounts are whole yen and always taken from running totals, so that the parts add up to
//! the price whatever the order of use.

use super::lot::{LotFacts, Units};

/// What a lot has been recognised as, in yen since its sale.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recognised {
    /// For units that were used.
    pub used: i64,
    /// For units that nobody will use.
    pub breakage: i64,
}

impl Recognised {
    pub const fn total(self) -> i64 {
        self.used + self.breakage
    }
}

/// The running totals of a lot whose units stand as `units`. A reversal of a use lowers them again.
pub fn recognised(lot: &LotFacts, units: Units) -> Recognised {
    let value = units.value(lot);
    let used = share(value, units.used, units.all(lot));
    Recognised { used, breakage: breakage(lot, units, value, used) }
}

/// Breakage in proportion to use, `expected * used / (price - expected)`, but never more than the price leaves; at least
/// what has expired; and all that is left once nothing can be used any more.
fn breakage(lot: &LotFacts, units: Units, value: i64, used: i64) -> i64 {
    let left = value - used;
    if units.open(lot) == 0 {
        return left;
    }
    let expected = share(value, lot.breakage_permille, 1_000);
    let in_proportion = if expected < value { share(expected, used, value - expected) } else { left };
    let gone = share(value, units.lost, units.all(lot));
    in_proportion.max(gone).min(left)
}

/// The price of the next `units` of a lot, of which `before` have left it already. Always a difference of running totals,
/// so that a lot which leaves piece by piece takes its price along to the last yen.
pub fn part_of_price(price_yen: i64, of_units: i64, before: i64, units: i64) -> i64 {
    share(price_yen, before + units, of_units) - share(price_yen, before, of_units)
}

/// `amount * part / whole`, rounded down; nothing of nothing.
pub fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole <= 0 {
        return 0;
    }
    let product = i128::from(amount) * i128::from(part) / i128::from(whole);
    i64::try_from(product).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::lot::testing::lot;
    use super::*;

    fn check(price: i64, of: i64, breakage_permille: i64, units: Units, expected: (i64, i64)) {
        let lot = LotFacts { price_yen: price, units: of, breakage_permille, ..lot() };
        let found = recognised(&lot, units);
        assert_eq!((found.used, found.breakage), expected, "{units:?} of {lot:?}");
    }

    fn used(used: i64) -> Units {
        Units { used, ..Units::default() }
    }

    /// The vouchers of the accountants' textbook: 30,000 sold, 3,000 expected never to come back, 10,800 used.
    #[test]
    fn the_textbook_vouchers_release_their_breakage_with_use() {
        check(30_000, 30_000, 100, used(10_800), (10_800, 1_200));
        check(30_000, 30_000, 100, used(27_000), (27_000, 3_000));
        check(30_000, 30_000, 100, used(28_500), (28_500, 1_500));
        check(30_000, 30_000, 100, used(30_000), (30_000, 0));
    }

    #[test]
    fn without_a_forecast_breakage_waits_for_the_expiry() {
        check(10_000, 3, 0, used(1), (3_333, 0));
        check(10_000, 3, 0, Units { used: 1, lost: 2, left: 0 }, (3_333, 6_667));
        check(10_000, 3, 0, Units { used: 3, ..Units::default() }, (10_000, 0));
    }

    #[test]
    fn a_hold_honoured_over_the_expiry_keeps_its_part_open() {
        check(10_000, 4, 0, Units { used: 1, lost: 2, left: 0 }, (2_500, 5_000));
    }

    #[test]
    fn what_left_the_lot_is_not_its_matter_any_more() {
        check(10_000, 4, 0, Units { used: 1, lost: 0, left: 2 }, (2_500, 0));
        check(10_000, 4, 0, Units { used: 2, lost: 0, left: 2 }, (5_000, 0));
    }

    #[test]
    fn a_sale_that_was_undone_is_no_revenue() {
        check(50_000, 10, 0, Units { left: 10, ..Units::default() }, (0, 0));
        check(50_000, 10, 100, Units { left: 10, ..Units::default() }, (0, 0));
        check(10_000, 3, 0, Units { used: 1, lost: 0, left: 2 }, (3_334, 0));
    }

    #[test]
    fn a_lot_that_leaves_unit_by_unit_takes_its_whole_price_along() {
        let parts: Vec<i64> = (0..3).map(|before| part_of_price(10_000, 3, before, 1)).collect();
        assert_eq!(parts, [3_333, 3_333, 3_334]);
    }

    #[test]
    fn a_free_lot_is_no_revenue() {
        check(0, 5, 0, used(3), (0, 0));
    }

    proptest! {
        #[test]
        fn never_more_than_the_price_and_all_of_it_in_the_end(
            price in 0..10_000_000_i64, of in 1..500_i64, permille in 0..1_000_i64, part in 0..500_i64, lost in 0..500_i64,
        ) {
            let part = part.min(of);
            let lost = lost.min(of - part);
            let lot = LotFacts { price_yen: price, units: of, breakage_permille: permille, ..lot() };
            let now = recognised(&lot, Units { used: part, lost, left: 0 });
            prop_assert!(now.used >= 0 && now.breakage >= 0 && now.total() <= price);
            let end = recognised(&lot, Units { used: part, lost: of - part, left: 0 });
            prop_assert_eq!(end.total(), price);
        }

        #[test]
        fn each_further_use_recognises_more(price in 0..10_000_000_i64, of in 2..500_i64, permille in 0..1_000_i64) {
            let lot = LotFacts { price_yen: price, units: of, breakage_permille: permille, ..lot() };
            let totals: Vec<i64> = (0..=of).map(|n| recognised(&lot, used(n)).total()).collect();
            prop_assert!(totals.is_sorted());
        }
    }
}
