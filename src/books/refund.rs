//! How much of prepaid payment instruments may be refunded as small: in a base period in all no more than 20% of what was
//! issued in the period before, or 5% of what was unused on the base date before (前払式支払手段に関する内閣府令 第42条).

use chrono::{Days, NaiveDate};

use super::base_date::{last_base_date, report};
use super::lot::{LotFacts, Turn};
use super::months::by_month;
use crate::domain::wallet::terms::LawClass;

/// Yen that may still be refunded in the base period in which `today` lies. `lots` and `turns` are those of the whole
/// company; lots that are exempt count for nothing.
pub fn room(lots: &[LotFacts], turns: &[Turn], today: NaiveDate) -> i64 {
    let lots: Vec<LotFacts> = lots.iter().filter(|lot| lot.law_class == LawClass::Regulated).cloned().collect();
    let before = |day: NaiveDate| last_base_date(day - Days::new(1));
    let base_date = before(today);
    let (begun, earlier) = (base_date + Days::new(1), before(base_date) + Days::new(1));
    let issued: i64 = by_month(&lots, turns, earlier, base_date).iter().map(|line| line.sold - line.withdrawn).sum();
    let unused = report(&lots, turns, base_date).regulated_yen;
    let refunded: i64 = by_month(&lots, turns, begun, today).iter().map(|line| line.refunded).sum();
    ((issued / 5).max(unused / 20) - refunded).max(0)
}

#[cfg(test)]
mod tests {
    use super::super::lot::testing::{day, lot, lot_id};
    use super::super::lot::{Change, Way};
    use super::*;

    fn check(sold_on: &str, used: i64, refunded: i64, today: &str, expected: i64) {
        let sold = LotFacts { law_class: LawClass::Regulated, entered_on: day(sold_on), ..lot() };
        let exempt = LotFacts { lot: lot_id(2), price_yen: 90_000_000, ..lot() };
        let turn = |on: &str, change| Turn { lot: lot_id(1), day: day(on), change };
        let turns = [turn(sold_on, Change::Used(used)), turn("2026-10-01", Change::Left(Way::Refunded, refunded))];
        assert_eq!(room(&[sold, exempt], &turns, day(today)), expected);
    }

    #[test]
    fn a_fifth_of_what_was_issued_or_a_twentieth_of_what_was_unused() {
        check("2026-04-01", 0, 0, "2026-11-23", 20_000);
        check("2026-04-01", 0, 1, "2026-11-23", 10_000);
        check("2026-04-01", 0, 2, "2027-03-31", 0);
        check("2025-04-10", 2, 0, "2026-11-23", 4_000);
        check("2026-10-05", 0, 0, "2026-11-23", 0);
    }
}
