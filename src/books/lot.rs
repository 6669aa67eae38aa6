//! A lot as the books see it, and what happened to its units.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::recognition::share;
use crate::domain::ids::LotId;
use crate::domain::wallet::terms::LawClass;

/// What was sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotFacts {
    pub lot: LotId,
    /// Price of the whole lot without tax; 0 for a lot that was given.
    pub price_yen: i64,
    pub units: i64,
    /// Since when these books answer for it: the day of its sale, or the day on which another wallet gave it.
    pub entered_on: NaiveDate,
    /// The last day on which its units may be used, days of grace included; none is without end.
    pub last_day: Option<NaiveDate>,
    pub law_class: LawClass,
    /// Part of the price that the company expects never to be used, in thousandths; 0 when it expects nothing, and
    /// breakage is then recognised only when use has become remote.
    pub breakage_permille: i64,
    /// Received from another wallet of the customer's group, not sold: no money came in, and until that day it stands
    /// in the books of the wallet that gave it.
    pub received: bool,
}

/// How the units of a lot stand. What is in none of these can still be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Units {
    pub used: i64,
    /// Expired: the customer can use them no more and the company keeps their price.
    pub lost: i64,
    /// Gone out of the lot with their part of the price, in any [`Way`].
    pub left: i64,
}

impl Units {
    /// Units that this wallet answers for.
    pub const fn all(self, lot: &LotFacts) -> i64 {
        lot.units - self.left
    }

    /// The price of those.
    pub fn value(self, lot: &LotFacts) -> i64 {
        lot.price_yen - share(lot.price_yen, self.left, lot.units)
    }

    /// Units that can still be used.
    pub const fn open(self, lot: &LotFacts) -> i64 {
        lot.units - self.used - self.lost - self.left
    }

    /// The price of the units that can still be used.
    pub fn unused_yen(self, lot: &LotFacts) -> i64 {
        share(self.value(lot), self.open(lot), self.all(lot))
    }

    pub(super) fn take(&mut self, change: Change) {
        match change {
            Change::Used(units) => self.used += units,
            Change::Lost(units) => self.lost += units,
            Change::Left(_, units) => self.left += units,
        }
    }
}

/// How units leave a lot that nobody has used. None of it is revenue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To another wallet of the customer's group.
    Given,
    /// Paid back to the customer.
    Refunded,
    /// Their sale is undone: a void lot, an adjustment downwards.
    Withdrawn,
}

/// Units that changed their state; fewer than none when a correction took it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Used(i64),
    Lost(i64),
    Left(Way, i64),
}

/// Something that happened to a lot on a local day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub lot: LotId,
    pub day: NaiveDate,
    pub change: Change,
}

impl Turn {
    /// The day on which it counts. Nothing happens to a lot before it is there, whatever an import says or a clock that
    /// was set back; but units go to another wallet on the very day on which that one gets them.
    pub(super) fn happened_on(&self, lot: &LotFacts) -> NaiveDate {
        match self.change {
            Change::Left(Way::Given, _) => self.day,
            _ => self.day.max(lot.entered_on),
        }
    }
}

/// How the units of every lot to which something happened stood at the end of a day.
pub fn units_on(turns: &[Turn], last: NaiveDate) -> BTreeMap<LotId, Units> {
    let mut units = BTreeMap::<LotId, Units>::new();
    for turn in turns.iter().filter(|turn| turn.day <= last) {
        units.entry(turn.lot).or_default().take(turn.change);
    }
    units
}

#[cfg(test)]
pub(super) mod testing {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::Id;

    pub fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of the test")
    }

    pub fn lot_id(number: u128) -> LotId {
        LotId::from_uuid(Uuid::from_u128(number))
    }

    /// Ten tickets for 100,000 yen.
    pub fn lot() -> LotFacts {
        LotFacts {
            lot: lot_id(1),
            price_yen: 100_000,
            units: 10,
            entered_on: day("2026-04-10"),
            last_day: Some(day("2027-03-31")),
            law_class: LawClass::B2bExempt,
            breakage_permille: 0,
            received: false,
        }
    }
}
