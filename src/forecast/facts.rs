//! What a forecast stands on.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};

use crate::domain::ids::TerritoryId;

/// A contract, what is left in its wallet, and what it used.
#[derive(Debug, Clone)]
pub struct ContractFacts {
    /// Where its assets stand, with the share of them; where it has none, its sites. The shares add up to 1.
    pub places: Vec<Place>,
    /// The days on which it is in force: nobody calls on others.
    pub term: Span,
    /// Days on which it was in force and had units to use, in their order and apart from each other.
    pub stocked: Vec<Span>,
    pub open: Vec<OpenLot>,
    /// Oldest first.
    pub uses: Vec<Use>,
    /// All its lots, also those that are over: how people call as a lot grows old is learned from them.
    pub lots: Vec<LotLife>,
}

/// A part of a contract's assets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    pub territory: TerritoryId,
    pub share: f64,
}

/// Days from one to another, without the latter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Span {
    pub fn holds(self, day: NaiveDate) -> bool {
        self.from <= day && day < self.to
    }

    /// Days that both have.
    pub fn shared(self, other: Self) -> i64 {
        (self.to.min(other.to) - self.from.max(other.from)).num_days().max(0)
    }
}

/// Units that can still be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenLot {
    pub units: i64,
    pub bought_on: NaiveDate,
    /// None: without end.
    pub expires_on: Option<NaiveDate>,
}

/// A lot from its purchase until nothing of it was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotLife {
    pub bought_on: NaiveDate,
    /// None: without end.
    pub expires_on: Option<NaiveDate>,
    /// On which its last unit went; none while it has some.
    pub emptied_on: Option<NaiveDate>,
}

/// An issue that used units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// On which it came in.
    pub day: NaiveDate,
    pub units: i64,
    /// Minutes of work, at the desk and on site.
    pub minutes: i64,
    /// Minutes of driving there; none at the desk.
    pub travel: i64,
    /// What the visit asked for; none when it was settled without one.
    pub skill: Option<Arc<str>>,
    /// Where it was; none when that is not known.
    pub territory: Option<TerritoryId>,
}

/// Months as a running number, so that spans are differences.
pub fn month_number(day: NaiveDate) -> i32 {
    day.year() * 12 + day.month0().cast_signed()
}

/// The days of a month.
pub fn month_span(month: i32) -> Span {
    let first = |month: i32| {
        let month0 = month.rem_euclid(12).unsigned_abs();
        NaiveDate::from_ymd_opt(month.div_euclid(12), month0 + 1, 1).unwrap_or(NaiveDate::MAX)
    };
    Span { from: first(month), to: first(month.saturating_add(1)) }
}

/// The days within `term` on which something was at hand, when the units at hand changed by so many on each day. The day
/// on which the last unit went was one of them: it began with something.
pub fn stocked(changes: &BTreeMap<NaiveDate, i64>, term: Span) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let (mut units, mut since) = (0, None);
    for (day, change) in changes {
        units += change;
        match (since, units > 0) {
            (None, true) => since = Some(*day),
            (Some(from), false) => {
                spans.push(Span { from, to: *day + Days::new(1) });
                since = None;
            }
            _ => {}
        }
    }
    spans.extend(since.map(|from| Span { from, to: NaiveDate::MAX }));
    let within = |span: Span| Span { from: span.from.max(term.from), to: span.to.min(term.to) };
    spans.into_iter().map(within).filter(|span| span.from < span.to).collect()
}

#[cfg(test)]
pub(super) mod testing {
    use uuid::Uuid;

    use super::*;
    use crate::domain::ids::Id;

    pub fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of the test")
    }

    pub fn territory(number: u128) -> TerritoryId {
        TerritoryId::from_uuid(Uuid::from_u128(number))
    }

    /// Issues of 60 minutes at the desk, a unit each.
    pub fn used(day: NaiveDate) -> Use {
        Use { day, units: 1, minutes: 60, travel: 0, skill: None, territory: None }
    }

    /// A contract without end in one place, that always had units since a day.
    pub fn contract(since: &str, uses: Vec<Use>, open: Vec<OpenLot>) -> ContractFacts {
        let life = |lot: &OpenLot| LotLife { bought_on: lot.bought_on, expires_on: lot.expires_on, emptied_on: None };
        ContractFacts {
            places: vec![Place { territory: territory(1), share: 1.0 }],
            term: Span { from: day(since), to: NaiveDate::MAX },
            stocked: vec![Span { from: day(since), to: NaiveDate::MAX }],
            lots: open.iter().map(life).collect(),
            open,
            uses,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::day;
    use super::*;

    fn check(changes: &[(&str, i64)], expected: &[(&str, &str)]) {
        let changes: BTreeMap<NaiveDate, i64> = changes.iter().map(|(on, units)| (day(on), *units)).collect();
        let term = Span { from: day("2026-01-01"), to: day("2027-01-01") };
        let expected: Vec<Span> = expected.iter().map(|(from, to)| Span { from: day(from), to: day(to) }).collect();
        assert_eq!(stocked(&changes, term), expected);
    }

    #[test]
    fn a_wallet_is_stocked_from_a_purchase_to_the_day_of_its_last_use() {
        check(&[("2026-03-01", 2), ("2026-04-10", -1), ("2026-05-20", -1)], &[("2026-03-01", "2026-05-21")]);
        check(&[("2026-03-01", 2)], &[("2026-03-01", "2027-01-01")]);
        let again = [("2025-03-01", 1), ("2026-02-01", -1), ("2026-06-01", 5)];
        check(&again, &[("2026-01-01", "2026-02-02"), ("2026-06-01", "2027-01-01")]);
        check(&[("2025-03-01", 1), ("2025-04-01", -1)], &[]);
    }

    #[test]
    fn a_month_has_all_its_days() {
        let february = month_span(month_number(day("2024-02-20")));
        assert_eq!((february.from, february.to), (day("2024-02-01"), day("2024-03-01")));
        assert_eq!(month_span(month_number(day("2024-12-31"))).to, day("2025-01-01"));
    }
}
