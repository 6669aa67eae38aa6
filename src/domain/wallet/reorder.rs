//! How many units a contract lets be bought when so many are needed.

use crate::coded;
use crate::domain::wallet::policy::Policy;

/// Days that the most purchases of a year are counted over.
pub const PURCHASE_YEAR_DAYS: u64 = 365;

coded! {
    /// Why it is not just what is needed.
    PurchaseBound {
        Minimum = "minimum", "最少購入数", "Least purchase";
        Step = "step", "購入単位", "Step of purchases";
        YearMax = "year_max", "年間の上限", "Most units of a year";
    }
}

/// A purchase that the contract allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// 0: nothing is needed, or nothing may be bought.
    pub units: i64,
    pub bound: Option<PurchaseBound>,
}

impl Policy {
    /// The smallest purchase of at least `needed` units; less where the year's limit leaves less, given that `bought`
    /// units were bought within it.
    pub fn purchase_for(&self, needed: i64, bought: i64) -> Fit {
        if needed <= 0 {
            return Fit { units: 0, bound: None };
        }
        let (least, step) = (i64::from(self.purchase_min.max(1)), i64::from(self.purchase_step.max(1)));
        let wanted = up(needed.max(least), step);
        let room = self.purchase_year_max.map_or(i64::MAX, |most| (i64::from(most) - bought).max(0));
        if wanted > room {
            let most = room / step * step;
            return Fit { units: if most < least { 0 } else { most }, bound: Some(PurchaseBound::YearMax) };
        }
        let bound = match wanted {
            _ if wanted == needed => None,
            _ if needed < least => Some(PurchaseBound::Minimum),
            _ => Some(PurchaseBound::Step),
        };
        Fit { units: wanted, bound }
    }
}

fn up(units: i64, step: i64) -> i64 {
    (units + step - 1) / step * step
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(needed: i64, bought: i64, units: i64, bound: Option<PurchaseBound>) {
        let packs = Policy { purchase_min: 10, purchase_step: 5, purchase_year_max: Some(40), ..Policy::SIMPLE };
        assert_eq!(packs.purchase_for(needed, bought), Fit { units, bound });
    }

    #[test]
    fn a_need_is_rounded_to_what_is_sold() {
        check(0, 0, 0, None);
        check(3, 0, 10, Some(PurchaseBound::Minimum));
        check(12, 0, 15, Some(PurchaseBound::Step));
        check(20, 0, 20, None);
    }

    #[test]
    fn the_limit_of_the_year_goes_before_the_need() {
        check(30, 20, 20, Some(PurchaseBound::YearMax));
        check(30, 32, 0, Some(PurchaseBound::YearMax));
        check(30, 90, 0, Some(PurchaseBound::YearMax));
    }

    proptest! {
        #[test]
        fn whatever_is_proposed_may_be_bought(
            needed in -5_i64..500, bought in 0_i64..500, least in 0_u32..50, step in 0_u32..20,
            most in proptest::option::of(0_u32..300),
        ) {
            let policy = Policy { purchase_min: least, purchase_step: step, purchase_year_max: most, ..Policy::SIMPLE };
            let fit = policy.purchase_for(needed, bought);
            if fit.units > 0 {
                prop_assert!(policy.check_purchase(fit.units, bought).is_ok());
                prop_assert!(fit.units >= needed || fit.bound == Some(PurchaseBound::YearMax));
            }
            prop_assert!(fit.units >= 0 && (fit.units > 0 || needed <= 0 || fit.bound.is_some()));
        }
    }
}
