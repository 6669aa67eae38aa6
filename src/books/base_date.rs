//! The report of the Payment Services Act (資金決済法) on its two base dates: 31 March and 30 September. When the unused
//! balance of prepaid instruments is above 10,000,000 yen on one of them, the issuer notifies within two months and
//! secures at least half of it. Lots that are exempt are counted apart and never owe anything.

use chrono::{Datelike, Months, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lot::{LotFacts, Turn, units_on};
use crate::domain::wallet::terms::LawClass;

/// Unused balance in yen above which the act asks for a notice and a security.
pub const THRESHOLD_YEN: i64 = 10_000_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BaseDateReport {
    #[schemars(with = "String")]
    pub base_date: NaiveDate,
    /// Unused balance of the lots that fall under the act.
    pub regulated_yen: i64,
    /// Unused balance of lots that are exempt because only companies use them for their business.
    pub b2b_exempt_yen: i64,
    /// Unused balance of lots that are exempt because they live six months at most.
    pub six_month_exempt_yen: i64,
    /// Whether a notice is due.
    pub notice_due: bool,
    /// Last day of that notice.
    #[schemars(with = "Option<String>")]
    pub notice_by: Option<NaiveDate>,
    /// To be secured: half of the regulated balance, rounded up to the yen; 0 below the threshold.
    pub security_yen: i64,
}

/// The last base date that is not after `day`.
pub fn last_base_date(day: NaiveDate) -> NaiveDate {
    let of = |year, month, last| NaiveDate::from_ymd_opt(year, month, last).unwrap_or(day);
    let year = day.year();
    let dates = [of(year, 9, 30), of(year, 3, 31), of(year - 1, 9, 30)];
    dates.into_iter().find(|date| *date <= day).unwrap_or(day)
}

/// Balances at the end of a base date.
pub fn report(lots: &[LotFacts], turns: &[Turn], base_date: NaiveDate) -> BaseDateReport {
    let mut unused = Unused::default();
    unused.add(lots, turns, base_date);
    unused.report(base_date)
}

/// Unused balances as they grow wallet by wallet.
#[derive(Debug, Default)]
pub struct Unused {
    regulated_yen: i64,
    b2b_exempt_yen: i64,
    six_month_exempt_yen: i64,
}

impl Unused {
    /// Adds lots with all that happened to them.
    pub fn add(&mut self, lots: &[LotFacts], turns: &[Turn], base_date: NaiveDate) {
        let units = units_on(turns, base_date);
        for lot in lots.iter().filter(|lot| lot.entered_on <= base_date) {
            let stood = units.get(&lot.lot).copied().unwrap_or_default();
            *self.of(lot.law_class) += stood.unused_yen(lot);
        }
    }

    fn of(&mut self, class: LawClass) -> &mut i64 {
        match class {
            LawClass::Regulated => &mut self.regulated_yen,
            LawClass::B2bExempt => &mut self.b2b_exempt_yen,
            LawClass::SixMonthExempt => &mut self.six_month_exempt_yen,
        }
    }

    pub fn report(&self, base_date: NaiveDate) -> BaseDateReport {
        let regulated_yen = self.regulated_yen;
        let notice_due = regulated_yen > THRESHOLD_YEN;
        BaseDateReport {
            base_date,
            regulated_yen,
            b2b_exempt_yen: self.b2b_exempt_yen,
            six_month_exempt_yen: self.six_month_exempt_yen,
            notice_due,
            notice_by: notice_due.then(|| base_date.checked_add_months(Months::new(2))).flatten(),
            security_yen: if notice_due { (regulated_yen + 1) / 2 } else { 0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lot::Change;
    use super::super::lot::testing::{day, lot, lot_id};
    use super::*;

    fn check(on: &str, expected: &str) {
        assert_eq!(last_base_date(day(on)), day(expected));
    }

    #[test]
    fn base_dates_are_the_last_of_march_and_of_september() {
        check("2026-03-30", "2025-09-30");
        check("2026-03-31", "2026-03-31");
        check("2026-09-29", "2026-03-31");
        check("2026-11-23", "2026-09-30");
    }

    #[test]
    fn only_regulated_lots_owe_a_notice() {
        let regulated = LotFacts { law_class: LawClass::Regulated, price_yen: 24_000_001, units: 24, ..lot() };
        let exempt = LotFacts { lot: lot_id(2), price_yen: 90_000_000, ..lot() };
        let used = |units| [Turn { lot: lot_id(1), day: day("2026-09-30"), change: Change::Used(units) }];
        let due = report(&[regulated.clone(), exempt.clone()], &used(4), day("2026-09-30"));
        assert_eq!((due.regulated_yen, due.security_yen, due.notice_due), (20_000_000, 10_000_000, true));
        assert_eq!(due.notice_by, Some(day("2026-11-30")));
        let quiet = report(&[regulated, exempt], &used(14), day("2026-09-30"));
        assert_eq!((quiet.regulated_yen, quiet.security_yen, quiet.notice_due), (10_000_000, 0, false));
        assert_eq!(quiet.b2b_exempt_yen, 90_000_000);
    }

    #[test]
    fn a_lot_sold_after_the_base_date_is_not_in_it() {
        let lot = LotFacts { law_class: LawClass::Regulated, entered_on: day("2026-10-01"), ..lot() };
        assert_eq!(report(&[lot], &[], day("2026-09-30")).regulated_yen, 0);
    }
}
