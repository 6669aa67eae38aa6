//! Which units a hold takes.

use chrono::NaiveDate;

use crate::domain::ids::{LotId, TicketId};
use crate::domain::wallet::account::Origin;
use crate::domain::wallet::scope::{Scope, Service};

/// A ticket that could be held. Of points and minutes it is a slip of several units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub id: TicketId,
    pub lot: LotId,
    /// As it is quoted: the ticket's own number, of points and minutes the lot's.
    pub number: String,
    pub serial: i32,
    pub units: i64,
    pub origin: Origin,
    pub scope: Scope,
    pub issued_on: NaiveDate,
    pub expires_on: NaiveDate,
    /// The last day, days of grace included.
    pub usable_until: NaiveDate,
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

    /// The place in the order of use.
    fn place(&self) -> (NaiveDate, Origin, NaiveDate, LotId, i32) {
        (self.expires_on, self.origin, self.issued_on, self.lot, self.serial)
    }
}

/// Units taken from a candidate: all of it, or a part that is cut off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    pub ticket: Candidate,
    pub units: i64,
}

impl Pick {
    pub fn is_cut(&self) -> bool {
        self.units < self.ticket.units
    }
}

/// What is there to be taken, in the order of use: earliest expiry first, promotional before paid, then the older
/// purchase, then the lower serial. A ticket is valid through the whole of its last day,
/// and through its days of grace.
#[derive(Debug, Clone, Default)]
pub struct Stock(Vec<Candidate>);

impl Stock {
    /// The candidates valid on `day`; one named twice counts once.
    pub fn new(mut tickets: Vec<Candidate>, day: NaiveDate) -> Self {
        tickets.retain(|ticket| ticket.usable_until >= day);
        tickets.sort_by_key(Candidate::place);
        tickets.dedup_by_key(|ticket| ticket.id);
        Self(tickets)
    }

    /// Takes up to `units` for an issue that is served so, passing over lots of another scope.
    pub fn take(&mut self, service: Service, units: i64) -> Vec<Pick> {
        let mut left = units;
        let mut picks = Vec::new();
        for ticket in self.0.iter_mut().filter(|ticket| ticket.scope.covers(service) && ticket.units > 0) {
            if left == 0 {
                break;
            }
            let taken = left.min(ticket.units);
            picks.push(Pick { ticket: ticket.clone(), units: taken });
            ticket.units -= taken;
            left -= taken;
        }
        picks
    }
}

/// Units of all picks.
pub fn units_of(picks: &[Pick]) -> i64 {
    picks.iter().map(|pick| pick.units).sum()
}

/// The numbers as they are quoted, each once.
pub fn numbers_of(picks: &[Pick]) -> Vec<String> {
    let mut numbers: Vec<String> = picks.iter().map(|pick| pick.ticket.number.clone()).collect();
    numbers.dedup();
    numbers
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
            units: 1,
            origin,
            scope: Scope::Any,
            issued_on: day("2026-04-01"),
            expires_on: day(expires_on),
            usable_until: day(expires_on),
        }
    }

    fn check(tickets: Vec<Candidate>, units: i64, expected: &[(i32, i64)]) {
        let taken = Stock::new(tickets, day("2026-11-23")).take(Service::Visit, units);
        assert_eq!(taken.iter().map(|pick| (pick.ticket.serial, pick.units)).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn the_ticket_that_dies_first_goes_first() {
        check(vec![ticket(1, Origin::Paid, "2027-09-30"), ticket(2, Origin::Paid, "2027-03-31")], 1, &[(2, 1)]);
    }

    #[test]
    fn a_gift_goes_before_a_purchase_of_the_same_day() {
        let both = vec![ticket(1, Origin::Paid, "2027-03-31"), ticket(2, Origin::Promotional, "2027-03-31")];
        check(both, 2, &[(2, 1), (1, 1)]);
    }

    #[test]
    fn the_last_day_still_counts_and_the_day_after_does_not() {
        check(vec![ticket(1, Origin::Paid, "2026-11-22"), ticket(2, Origin::Paid, "2026-11-23")], 2, &[(2, 1)]);
    }

    #[test]
    fn in_its_days_of_grace_a_ticket_goes_first() {
        let late = Candidate { usable_until: day("2026-11-30"), ..ticket(1, Origin::Paid, "2026-11-22") };
        check(vec![ticket(2, Origin::Paid, "2026-11-23"), late], 2, &[(1, 1), (2, 1)]);
    }

    #[test]
    fn a_lot_for_phone_calls_is_passed_over_for_a_visit() {
        let remote = Candidate { scope: Scope::Remote, ..ticket(1, Origin::Paid, "2027-03-31") };
        check(vec![remote, ticket(2, Origin::Paid, "2027-09-30")], 2, &[(2, 1)]);
    }

    #[test]
    fn a_slip_of_points_is_cut_and_its_rest_serves_the_next_issue() {
        let slips = vec![
            Candidate { units: 30, ..ticket(1, Origin::Paid, "2027-03-31") },
            Candidate { units: 50, ..ticket(2, Origin::Paid, "2027-09-30") },
        ];
        let mut stock = Stock::new(slips, day("2026-11-23"));
        let first = stock.take(Service::Visit, 20);
        assert!(first[0].is_cut() && units_of(&first) == 20);
        let second = stock.take(Service::Phone, 40);
        assert_eq!(second.iter().map(|pick| (pick.ticket.serial, pick.units)).collect::<Vec<_>>(), [(1, 10), (2, 30)]);
        assert_eq!(units_of(&stock.take(Service::Visit, 99)), 20);
    }
}
