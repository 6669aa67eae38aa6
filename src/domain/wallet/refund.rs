//! When units may be paid back (払戻し). An issuer of prepaid payment instruments must not refund them, except where the
//! act names it (資金決済法 第20条第5項; 前払式支払手段に関する内閣府令 第42条). Lots that are exempt from the act are refunded
//! as the parties agree.

use chrono::NaiveDate;

use crate::coded;
use crate::domain::ids::{LotId, RefundId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::chain::{Link, Seal};
use crate::domain::wallet::terms::{LawClass, LotTerms};

coded! {
    /// Why units are paid back.
    RefundGround {
        ByContract = "by_contract", "契約による払戻し", "By agreement";
        SmallAmount = "small_amount", "少額の払戻し", "Small amount";
        Hardship = "hardship", "お客様のやむを得ない事情", "The customer can no longer use it";
        Discontinued = "discontinued", "発行業務の廃止", "End of issuing";
    }
}

impl RefundGround {
    /// Whether the act bounds the sum of such refunds in a base period.
    pub const fn is_bounded(self) -> bool {
        matches!(self, Self::SmallAmount)
    }
}

impl LotTerms {
    /// Whether units of such a lot may be paid back on this ground today.
    pub fn check_refund(&self, ground: RefundGround, today: NaiveDate) -> Result<(), Refusal> {
        let refused = |code| Refusal::new(code).with("number", &self.number);
        if self.price_yen == 0 {
            return Err(refused(Code::RefundFree).at("lot_id"));
        }
        if let Some(last) = self.usable_until().filter(|last| *last < today) {
            return Err(refused(Code::RefundOver).with("last_day", last).at("lot_id"));
        }
        if self.law_class == LawClass::Regulated && ground == RefundGround::ByContract {
            return Err(refused(Code::RefundLaw).at("ground"));
        }
        Ok(())
    }

    /// Whether the act bounds what may be paid back on this ground.
    pub fn refund_is_bounded(&self, ground: RefundGround) -> bool {
        self.law_class == LawClass::Regulated && ground.is_bounded()
    }
}

/// Binds what is paid back to the postings of the units that it is paid for.
pub fn seal_refund(refund: RefundId, lot: LotId, units: i64, yen: i64, ground: RefundGround) -> Link {
    let mut seal = Seal::new("refund");
    seal.id(refund).id(lot).number(units).number(yen).text(ground.as_str());
    seal.close()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::wallet::account::Origin;
    use crate::domain::wallet::scope::Scope;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of the test")
    }

    fn lot(law_class: LawClass, price_yen: i64) -> LotTerms {
        LotTerms {
            number: "TK-2026-000001".to_owned(),
            origin: Origin::Paid,
            units: 10,
            price_yen,
            issued_on: day("2026-11-23"),
            expires_on: Some(day("2027-05-22")),
            grace_days: 0,
            scope: Scope::Any,
            law_class,
        }
    }

    fn check(lot: &LotTerms, ground: RefundGround, on: &str, expected: Option<Code>) {
        let refused = lot.check_refund(ground, day(on)).err().map(|refusal| refusal.code);
        assert_eq!(refused, expected, "{ground} of {lot:?}");
    }

    #[test]
    fn exempt_lots_are_refunded_by_agreement_and_regulated_ones_only_as_the_act_says() {
        use RefundGround as G;
        for class in [LawClass::B2bExempt, LawClass::SixMonthExempt] {
            check(&lot(class, 50_000), G::ByContract, "2027-05-22", None);
        }
        check(&lot(LawClass::Regulated, 50_000), G::ByContract, "2027-05-22", Some(Code::RefundLaw));
        for ground in [G::SmallAmount, G::Hardship, G::Discontinued] {
            check(&lot(LawClass::Regulated, 50_000), ground, "2027-05-22", None);
        }
    }

    #[test]
    fn neither_gifts_nor_what_is_over_is_paid_back() {
        check(&lot(LawClass::B2bExempt, 0), RefundGround::ByContract, "2027-05-22", Some(Code::RefundFree));
        check(&lot(LawClass::B2bExempt, 50_000), RefundGround::ByContract, "2027-05-23", Some(Code::RefundOver));
    }
}
