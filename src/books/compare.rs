//! Tickets or a monthly fee: what the last year would have cost either way.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::recognition::share;

/// A year of a contract, in yen without tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// Units used in the year.
    pub used_units: i64,
    /// Units that expired in it: they were paid too.
    pub expired_units: i64,
    /// What used and expired units cost.
    pub tickets_yen: i64,
    /// What twelve months of the fee would have cost.
    pub monthly_yen: i64,
    /// Units a year above which the fee is cheaper; none when a unit costs nothing.
    pub break_even_units: Option<i64>,
    pub cheaper: Cheaper,
}

crate::coded! {
    Cheaper {
        Tickets = "tickets", "チケットが割安", "Tickets cost less";
        Monthly = "monthly", "月額が割安", "The monthly fee costs less";
        Same = "same", "同額", "Both cost the same";
    }
}

/// `lot_price_yen` for `lot_units` is what the contract pays for tickets at present.
pub fn compare(used_units: i64, expired_units: i64, lot_price_yen: i64, lot_units: i64, fee_yen: i64) -> Comparison {
    let tickets_yen = share(lot_price_yen, used_units + expired_units, lot_units);
    let monthly_yen = fee_yen * 12;
    let cheaper = match tickets_yen.cmp(&monthly_yen) {
        std::cmp::Ordering::Less => Cheaper::Tickets,
        std::cmp::Ordering::Greater => Cheaper::Monthly,
        std::cmp::Ordering::Equal => Cheaper::Same,
    };
    let break_even_units = (lot_price_yen > 0).then(|| share(monthly_yen, lot_units, lot_price_yen));
    Comparison { used_units, expired_units, tickets_yen, monthly_yen, break_even_units, cheaper }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(used: i64, expired: i64, fee: i64, expected: (i64, i64, Option<i64>, Cheaper)) {
        let found = compare(used, expired, 50_000, 10, fee);
        assert_eq!((found.tickets_yen, found.monthly_yen, found.break_even_units, found.cheaper), expected);
    }

    #[test]
    fn who_calls_rarely_is_better_off_with_tickets() {
        check(7, 3, 8_000, (50_000, 96_000, Some(19), Cheaper::Tickets));
        check(30, 0, 8_000, (150_000, 96_000, Some(19), Cheaper::Monthly));
        check(12, 0, 5_000, (60_000, 60_000, Some(12), Cheaper::Same));
    }

    #[test]
    fn tickets_that_were_given_have_no_break_even() {
        assert_eq!(compare(3, 0, 0, 10, 8_000).break_even_units, None);
    }
}
