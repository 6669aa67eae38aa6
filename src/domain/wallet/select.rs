//! Which tickets a hold takes.

use chrono::NaiveDate;

use crate::domain::ids::{LotId, TicketId};
use crate::domain::wallet::account::Origin;

/// A ticket that could be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub id: TicketId,
    pub lot: LotId,
    pub number: String,
    pub serial: i32,
    pub origin: Origin,
    pub issued_on: NaiveDate,
    pub expires_on: NaiveDate,
}

/// The last day of a ticket without an end, so that one order sorts them all.
pub const ENDLESS: NaiveDate = match NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

impl Candidate {
    pub fn is_endless(&self) -> bool {
        self.expires_on == ENDLESS
    }
}

/// Up to `units` tickets valid on `day`: earliest expiry first, promotional before paid, then the older purchase,
/// then the lower serial. A ticket is valid through the whole of its last day.
pub fn earliest_expiry_first(mut tickets: Vec<Candidate>, units: usize, day: NaiveDate) -> Vec<Candidate> {
    tickets.retain(|ticket| ticket.expires_on >= day);
    tickets.sort_by_key(|ticket| (ticket.expires_on, ticket.origin, ticket.issued_on, ticket.lot, ticket.serial));
    tickets.truncate(units);
    tickets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of the test")
    }

    fn ticket(serial: i32, origin: Origin, expires_on: &str) -> Candidate {
        Candidate {
            id: TicketId::from_uuid(Uuid::from_u128(serial as u128)),
            lot: LotId::from_uuid(Uuid::from_u128(1)),
            number: format!("{serial}"),
            serial,
            origin,
            issued_on: day("2026-04-01"),
            expires_on: day(expires_on),
        }
    }

    fn check(tickets: Vec<Candidate>, units: usize, expected: &[i32]) {
        let taken = earliest_expiry_first(tickets, units, day("2026-11-23"));
        assert_eq!(taken.iter().map(|ticket| ticket.serial).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_ticket_that_dies_first_goes_first() {
        check(vec![ticket(1, Origin::Paid, "2027-09-30"), ticket(2, Origin::Paid, "2027-03-31")], 1, &[2]);
    }

    #[test]
    fn a_gift_goes_before_a_purchase_of_the_same_day() {
        check(vec![ticket(1, Origin::Paid, "2027-03-31"), ticket(2, Origin::Promotional, "2027-03-31")], 2, &[2, 1]);
    }

    #[test]
    fn the_last_day_still_counts_and_the_day_after_does_not() {
        check(vec![ticket(1, Origin::Paid, "2026-11-22"), ticket(2, Origin::Paid, "2026-11-23")], 2, &[2]);
    }
}
