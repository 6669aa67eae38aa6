//! What a lot was sold as: what it counts, what it may be used for, how long, and under which class of the Payment
//! Services Act (資金決済法). Terms never change after the sale; the ledger seals them.

use chrono::{Days, Months, NaiveDate};

use crate::coded;
use crate::domain::ids::{HoldId, IssueId, LotId, TicketId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::Origin;
use crate::domain::wallet::chain::{Link, Seal};
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::select::ENDLESS;

coded! {
    /// What a wallet counts.
    UnitKind {
        Ticket = "ticket", "チケット", "Ticket";
        Point = "point", "ポイント", "Point";
        Minute = "minute", "分", "Minute";
    }
}

impl UnitKind {
    /// First letters of its lots' numbers.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Ticket => "TK",
            Self::Point => "PT",
            Self::Minute => "MN",
        }
    }

    /// Whether every unit has a number of its own; otherwise a numbered slip carries several.
    pub const fn is_single(self) -> bool {
        matches!(self, Self::Ticket)
    }

    /// The Japanese counter word.
    pub const fn counter_ja(self) -> &'static str {
        match self {
            Self::Ticket => "枚",
            Self::Point => "ポイント",
            Self::Minute => "分",
        }
    }

    /// `1 ticket`, `30 points`.
    pub fn count_en(self, count: i64) -> String {
        let noun = self.en().to_lowercase();
        if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
    }
}

coded! {
    /// Class under the Payment Services Act. Sold to companies for their business: exempt (Art. 4 no. 7); usable only
    /// within six months of issue: exempt (Art. 4 no. 2) as long as that is kept to; otherwise regulated.
    LawClass {
        B2bExempt = "b2b_exempt", "法人取引のため適用除外", "Exempt: business customers only";
        SixMonthExempt = "six_month_exempt", "6か月以内のため適用除外", "Exempt: six months";
        Regulated = "regulated", "前払式支払手段", "Prepaid payment instrument";
    }
}

/// Everything that was agreed when a lot was sold or granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotTerms {
    /// `TK-2026-004512`.
    pub number: String,
    pub origin: Origin,
    pub units: i64,
    /// Price of the whole lot.
    pub price_yen: i64,
    pub issued_on: NaiveDate,
    /// The last day of its tickets; none is without end.
    pub expires_on: Option<NaiveDate>,
    /// Days after it on which units may still be used.
    pub grace_days: u32,
    pub scope: Scope,
    pub law_class: LawClass,
}

/// Units in a lot of points or minutes: more than any contract of the trade.
const UNITS_MAX: i64 = 1_000_000;
/// Tickets in a lot: their serials have at most four digits.
const TICKETS_MAX: i64 = 9_999;
/// Price of a lot, in yen: more is a typing error.
const PRICE_MAX: i64 = 10_000_000_000;

impl LotTerms {
    /// The rules that every lot must keep, whoever sells it. `today` is the day of the sale.
    pub fn check(&self, unit: UnitKind, today: NaiveDate) -> Result<(), Refusal> {
        check_count(self.units, unit)?;
        if !(0..=PRICE_MAX).contains(&self.price_yen) {
            let (ja, en) = ("価格は0円から100億円までです", "the price lies between 0 and 10 billion yen");
            return Err(Refusal::invalid_both("price_yen", ja, en));
        }
        if self.origin != Origin::Paid && self.price_yen != 0 {
            let (ja, en) = ("無償のロットに価格は付けられません", "a lot that is not sold has no price");
            return Err(Refusal::invalid_both("price_yen", ja, en));
        }
        let past = Refusal::new(Code::LotInPast).with("today", today);
        if self.issued_on < today {
            return Err(past.with("day", self.issued_on).at("issued_on"));
        }
        match self.expires_on {
            Some(last) if last < today => Err(past.with("day", last).at("expires_on")),
            _ => self.check_end().and_then(|()| self.check_law()),
        }
    }

    /// The exemption holds only while every unit can be used within six months and no longer. The day of issue counts,
    /// the stricter of the two readings.
    pub fn check_law(&self) -> Result<(), Refusal> {
        let kept = self.grace_days == 0 && self.expires_on.is_some_and(|last| last < self.six_months());
        if self.law_class != LawClass::SixMonthExempt || kept {
            return Ok(());
        }
        let refusal = Refusal::new(Code::SixMonths).at("expires_on");
        Err(refusal.with("last_day", Self::last_of_six_months(self.issued_on)))
    }

    /// Units that make a six-month lot right end with it: dated anew, they would have six months of their own.
    pub fn check_ends_with(&self, like: Option<&Self>) -> Result<(), Refusal> {
        let Some(lot) = like.filter(|lot| lot.law_class == LawClass::SixMonthExempt) else { return Ok(()) };
        let last = lot.usable_until().unwrap_or(lot.issued_on);
        if self.usable_until().is_some_and(|own| own <= last) {
            return Ok(());
        }
        Err(Refusal::new(Code::SixMonths).with("last_day", last).at("expires_on"))
    }

    /// Free units never replace unused units of a six-month lot beyond that lot's six months: carried over or prolonged
    /// out of courtesy, its whole validity would pass six months and the exemption would be lost. Units that cost less
    /// than half of what those did are no purchase but a courtesy with a fee, and count as free. Whether they replace
    /// anything is asked for as long again as those units lived at the most. `lapsed` are the six-month lots of the
    /// wallet of which unused units expired, were taken back, or are about to expire.
    pub fn check_replaces_none<'a>(
        &self,
        mut lapsed: impl Iterator<Item = &'a Self>,
        today: NaiveDate,
    ) -> Result<(), Refusal> {
        let asked = |lot: &Self| lot.six_months().checked_add_months(Months::new(6)).is_some_and(|end| today < end);
        let beyond = |lot: &Self| self.usable_until().is_none_or(|last| last >= lot.six_months());
        let Some(lot) = lapsed.find(|lot| self.is_gift_beside(lot) && asked(lot) && beyond(lot)) else { return Ok(()) };
        let refusal = Refusal::new(Code::LapsedReplaced).with("number", &lot.number).at("expires_on");
        Err(refusal.with("last_day", Self::last_of_six_months(lot.issued_on)))
    }

    /// Whether a unit costs nothing, or less than half of what one of another lot did.
    fn is_gift_beside(&self, other: &Self) -> bool {
        let (own, theirs) = (i128::from(self.price_yen), i128::from(other.price_yen));
        own == 0 || 2 * own * i128::from(other.units) < theirs * i128::from(self.units)
    }

    /// The last day on which a unit may be used, days of grace included; none is without end.
    pub fn usable_until(&self) -> Option<NaiveDate> {
        self.expires_on.map(|last| last.checked_add_days(Days::new(self.grace_days.into())).unwrap_or(last))
    }

    /// A last day lies within the calendar that dates are kept in.
    pub fn check_end(&self) -> Result<(), Refusal> {
        if self.expires_on.is_none_or(|last| last < ENDLESS) {
            return Ok(());
        }
        let ja = "最終日は9999-12-30までです。期限がないときは空欄にしてください";
        Err(Refusal::invalid_both("expires_on", ja, "the last day is 9999-12-30 or earlier; leave it empty for none"))
    }

    /// The last day that a six-month lot may have.
    pub fn last_of_six_months(issued_on: NaiveDate) -> NaiveDate {
        let over = issued_on.checked_add_months(Months::new(6)).unwrap_or(NaiveDate::MAX);
        over.pred_opt().unwrap_or(issued_on)
    }

    /// The first day after the six months.
    fn six_months(&self) -> NaiveDate {
        self.issued_on.checked_add_months(Months::new(6)).unwrap_or(NaiveDate::MAX)
    }

    /// Binds the terms to the lot, and the ids of its tickets in the order of their serials.
    pub fn seal(
        &self,
        lot: LotId,
        wallet: WalletId,
        from_lot: Option<LotId>,
        tickets: impl Iterator<Item = TicketId>,
    ) -> Link {
        let mut seal = Seal::new("lot");
        seal.id(lot).id(wallet).text(&self.number).text(self.origin.as_str()).number(self.units);
        seal.number(self.price_yen).text(&self.issued_on.to_string());
        seal.maybe(self.expires_on.map(|day| day.to_string()).as_deref().map(str::as_bytes));
        seal.text(self.scope.as_str()).text(self.law_class.as_str());
        // Lots without days of grace keep the seal of the time before there were any.
        if self.grace_days > 0 {
            seal.text("grace").number(self.grace_days.into());
        }
        seal.maybe(from_lot.as_ref().map(LotId::bytes));
        for ticket in tickets {
            seal.id(ticket);
        }
        seal.close()
    }
}

/// Binds a hold to what it was made for and to the version of the policy that governs it.
pub fn seal_hold(hold: HoldId, wallet: WalletId, issue: IssueId, policy_version: i64, units: i64) -> Link {
    let mut seal = Seal::new("hold");
    seal.id(hold).id(wallet).id(issue).number(policy_version).number(units);
    seal.close()
}

/// A count of units that a lot or a movement can have.
pub fn check_count(units: i64, unit: UnitKind) -> Result<(), Refusal> {
    let most = if unit.is_single() { TICKETS_MAX } else { UNITS_MAX };
    if (1..=most).contains(&units) {
        return Ok(());
    }
    Err(Refusal::new(Code::WalletCount).with("units", units).with("most", most).at("units"))
}

/// Whether units whose last day is over may still be used for an issue that was accepted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LateUse {
    Honoured,
    /// The contract lets a hold end with the last day of its units.
    AgainstContract,
    /// Sold under the six-month exemption, which is lost when expired units are in practice still taken.
    AgainstLaw,
}

impl LateUse {
    pub fn of(law_class: LawClass, honours_holds: bool) -> Self {
        match (law_class, honours_holds) {
            (LawClass::SixMonthExempt, _) => Self::AgainstLaw,
            (_, true) => Self::Honoured,
            (_, false) => Self::AgainstContract,
        }
    }

    /// The rule that forbids it.
    pub const fn forbidden(self) -> Option<Code> {
        match self {
            Self::Honoured => None,
            Self::AgainstContract => Some(Code::LateUse),
            Self::AgainstLaw => Some(Code::SixMonths),
        }
    }
}

/// The last day of a lot as somebody wrote it. 9999-12-31 is how tables write that there is none.
pub fn last_day(written: Option<NaiveDate>) -> Option<NaiveDate> {
    written.filter(|day| *day != ENDLESS)
}

/// The days of grace of a lot that is sold under a policy. Units of the six-month exemption have none: it is lost when
/// expired ones are in practice still taken. What never ends needs none, and none leads out of the calendar.
pub fn grace(policy_days: u32, law_class: LawClass, expires_on: Option<NaiveDate>) -> u32 {
    match expires_on {
        Some(last) if law_class != LawClass::SixMonthExempt => {
            let room = (ENDLESS - last).num_days() - 1;
            policy_days.min(u32::try_from(room).unwrap_or_default())
        }
        _ => 0,
    }
}

/// Whether a text is a registration number of an issuer of qualified invoices (適格請求書発行事業者): T and 13 digits.
pub fn is_issuer_number(text: &str) -> bool {
    text.strip_prefix('T').is_some_and(|digits| digits.len() == 13 && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Nothing is taken or sold under a contract outside its term.
pub fn not_in_force(starts_on: NaiveDate, ends_on: NaiveDate) -> Refusal {
    Refusal::new(Code::NotInForce).with("starts_on", starts_on).with("ends_on", ends_on).at("contract_id")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of the test")
    }

    fn lot() -> LotTerms {
        LotTerms {
            number: "TK-2026-000001".to_owned(),
            origin: Origin::Paid,
            units: 10,
            price_yen: 50_000,
            issued_on: day("2026-11-23"),
            expires_on: Some(day("2027-11-22")),
            grace_days: 0,
            scope: Scope::Any,
            law_class: LawClass::B2bExempt,
        }
    }

    fn check(lot: &LotTerms, expected: Option<Code>) {
        let refused = lot.check(UnitKind::Ticket, day("2026-11-23")).err().map(|refusal| refusal.code);
        assert_eq!(refused, expected, "{lot:?}");
    }

    #[test]
    fn an_honest_lot_is_sold_and_a_mistyped_one_is_not() {
        check(&lot(), None);
        check(&LotTerms { expires_on: None, ..lot() }, None);
        check(&LotTerms { units: -3, ..lot() }, Some(Code::WalletCount));
        check(&LotTerms { units: 0, ..lot() }, Some(Code::WalletCount));
        check(&LotTerms { units: 10_000, ..lot() }, Some(Code::WalletCount));
        check(&LotTerms { issued_on: day("2026-11-22"), ..lot() }, Some(Code::LotInPast));
        check(&LotTerms { expires_on: Some(day("2026-11-22")), ..lot() }, Some(Code::LotInPast));
        check(&LotTerms { origin: Origin::Promotional, ..lot() }, Some(Code::RequestInvalid));
    }

    #[test]
    fn six_months_are_six_months() {
        let six = LotTerms { law_class: LawClass::SixMonthExempt, ..lot() };
        check(&LotTerms { expires_on: Some(day("2027-05-22")), ..six.clone() }, None);
        check(&LotTerms { expires_on: Some(day("2027-05-23")), ..six.clone() }, Some(Code::SixMonths));
        check(&LotTerms { expires_on: None, ..six }, Some(Code::SixMonths));
        assert_eq!(LateUse::of(LawClass::SixMonthExempt, true).forbidden(), Some(Code::SixMonths));
        assert_eq!(LateUse::of(LawClass::B2bExempt, false).forbidden(), Some(Code::LateUse));
        assert_eq!(LateUse::of(LawClass::B2bExempt, true).forbidden(), None);
    }

    #[test]
    fn free_units_do_not_prolong_six_months_that_are_over() {
        let six = LotTerms { law_class: LawClass::SixMonthExempt, expires_on: Some(day("2027-05-22")), ..lot() };
        let free = |last: &str| LotTerms { price_yen: 0, expires_on: Some(day(last)), ..lot() };
        let check = |terms: &LotTerms, today: &str, expected: Option<Code>| {
            let refused = terms.check_replaces_none(std::iter::once(&six), day(today)).err();
            assert_eq!(refused.map(|refusal| refusal.code), expected, "{today}: {terms:?}");
        };
        check(&free("2027-05-22"), "2027-03-01", None);
        check(&free("2027-05-23"), "2027-03-01", Some(Code::LapsedReplaced));
        check(&LotTerms { expires_on: None, ..free("2027-06-01") }, "2027-06-01", Some(Code::LapsedReplaced));
        check(&free("2028-03-31"), "2027-11-22", Some(Code::LapsedReplaced));
        check(&free("2028-03-31"), "2027-11-23", None);
        let at = |price_yen: i64| LotTerms { price_yen, ..free("2028-03-31") };
        check(&at(1), "2027-06-01", Some(Code::LapsedReplaced));
        check(&at(24_999), "2027-06-01", Some(Code::LapsedReplaced));
        check(&at(25_000), "2027-06-01", None);
        check(&LotTerms { units: 20, ..at(25_000) }, "2027-06-01", Some(Code::LapsedReplaced));
    }

    #[test]
    fn grace_is_never_given_to_units_of_six_months() {
        let late = LotTerms { grace_days: 30, ..lot() };
        check(&late, None);
        assert_eq!(late.usable_until(), Some(day("2027-12-22")));
        let six = LotTerms { law_class: LawClass::SixMonthExempt, expires_on: Some(day("2027-03-31")), ..late };
        check(&six, Some(Code::SixMonths));
        let last = Some(day("2027-03-31"));
        assert_eq!((grace(30, LawClass::SixMonthExempt, last), grace(30, LawClass::B2bExempt, last)), (0, 30));
        assert_eq!(grace(30, LawClass::B2bExempt, None), 0, "it never ends");
    }

    #[test]
    fn an_issuer_of_invoices_has_a_number_of_t_and_thirteen_digits() {
        assert!(is_issuer_number("T1234567890123"));
        for wrong in ["1234567890123", "T123456789012", "T12345678901234", "t1234567890123", "T123456789012３"] {
            assert!(!is_issuer_number(wrong), "{wrong}");
        }
    }
}
