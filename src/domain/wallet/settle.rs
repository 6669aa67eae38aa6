//! How the units of a hold end: captured or given back, ticket by ticket.

use chrono::NaiveDate;

use crate::domain::ids::{LotId, TicketId};
use crate::domain::wallet::account::{Account, Movement, TicketState};
use crate::domain::wallet::book::Entry;

/// A ticket bound to an issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundTicket {
    pub id: TicketId,
    pub lot: LotId,
    pub number: String,
    pub expires_on: NaiveDate,
}

/// The units bound to one issue, tickets in the order in which they were chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bound {
    pub tickets: Vec<BoundTicket>,
    /// Units used before they were bought, not yet settled by a purchase.
    pub overdraft_units: i64,
}

/// What becomes of one ticket, or of overdrawn units when `ticket` is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub ticket: Option<BoundTicket>,
    /// The ticket's new state; none for overdrawn units.
    pub state: Option<TicketState>,
    pub entry: Entry,
}

impl Bound {
    pub fn units(&self) -> i64 {
        self.tickets.len() as i64 + self.overdraft_units
    }

    /// Captures `captured` units, tickets before overdrawn ones, and gives the rest back. A ticket that died while it
    /// was held is honoured when captured; given back, it expires.
    pub fn settle(&self, captured: i64, today: NaiveDate, reason: &str) -> Vec<Step> {
        let mut left = captured;
        let mut steps = Vec::new();
        for ticket in &self.tickets {
            let keep = left > 0;
            left -= i64::from(keep);
            let step = if keep { capture(ticket, reason) } else { give_back(ticket, Account::Held, today, reason) };
            steps.push(step);
        }
        let captured_overdraft = left.clamp(0, self.overdraft_units);
        let released_overdraft = self.overdraft_units - captured_overdraft;
        steps.extend(overdrawn(captured_overdraft, Entry::usual(Movement::Capture, captured_overdraft, reason)));
        let release = Entry { to: Account::Overdraft, ..Entry::usual(Movement::Release, released_overdraft, reason) };
        steps.extend(overdrawn(released_overdraft, release));
        steps
    }

    /// Gives `units` back that were captured before: the correcting entry, overdrawn units first.
    pub fn reverse(&self, units: i64, today: NaiveDate, reason: &str) -> Vec<Step> {
        let overdraft = units.clamp(0, self.overdraft_units);
        let entry = Entry { to: Account::Overdraft, ..Entry::usual(Movement::Reverse, overdraft, reason) };
        let mut steps: Vec<_> = overdrawn(overdraft, entry).into_iter().collect();
        let tickets = usize::try_from(units - overdraft).unwrap_or_default();
        let given = self.tickets.iter().rev().take(tickets);
        steps.extend(given.map(|ticket| give_back(ticket, Account::Consumed, today, reason)));
        steps
    }
}

fn capture(ticket: &BoundTicket, reason: &str) -> Step {
    let entry = Entry::usual(Movement::Capture, 1, reason).of_ticket(ticket.lot, ticket.id);
    Step { ticket: Some(ticket.clone()), state: Some(TicketState::Consumed), entry }
}

fn give_back(ticket: &BoundTicket, from: Account, today: NaiveDate, reason: &str) -> Step {
    let alive = ticket.expires_on >= today;
    let (movement, to, state) = match (alive, from) {
        (false, _) => (Movement::Expire, Account::Expired, TicketState::Expired),
        (true, Account::Held) => (Movement::Release, Account::Available, TicketState::Available),
        (true, _) => (Movement::Reverse, Account::Available, TicketState::Available),
    };
    let entry = Entry { from, to, ..Entry::usual(movement, 1, reason) }.of_ticket(ticket.lot, ticket.id);
    Step { ticket: Some(ticket.clone()), state: Some(state), entry }
}

fn overdrawn(units: i64, entry: Entry) -> Option<Step> {
    (units > 0).then_some(Step { ticket: None, state: None, entry })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id;
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date of the test")
    }

    fn bound(expiries: &[&str], overdraft_units: i64) -> Bound {
        let ticket = |(serial, expires_on): (usize, &&str)| BoundTicket {
            id: TicketId::from_uuid(Uuid::from_u128(serial as u128)),
            lot: LotId::from_uuid(Uuid::from_u128(99)),
            number: serial.to_string(),
            expires_on: day(expires_on),
        };
        Bound { tickets: expiries.iter().enumerate().map(ticket).collect(), overdraft_units }
    }

    fn check(steps: &[Step], expected: &[(Movement, Account, i64)]) {
        let seen: Vec<_> = steps.iter().map(|step| (step.entry.movement, step.entry.to, step.entry.units)).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn a_partial_capture_gives_the_rest_back() {
        let steps = bound(&["2027-03-31", "2027-09-30"], 1).settle(1, day("2026-11-23"), "repaired");
        check(
            &steps,
            &[
                (Movement::Capture, Account::Consumed, 1),
                (Movement::Release, Account::Available, 1),
                (Movement::Release, Account::Overdraft, 1),
            ],
        );
    }

    #[test]
    fn a_ticket_that_died_on_hold_is_honoured_when_used_and_expires_when_not() {
        let dead = bound(&["2026-11-22"], 0);
        check(&dead.settle(1, day("2026-11-23"), ""), &[(Movement::Capture, Account::Consumed, 1)]);
        check(&dead.settle(0, day("2026-11-23"), ""), &[(Movement::Expire, Account::Expired, 1)]);
        check(&dead.reverse(1, day("2026-11-23"), ""), &[(Movement::Expire, Account::Expired, 1)]);
    }

    #[test]
    fn a_reversal_pays_the_overdraft_back_first() {
        let steps = bound(&["2027-03-31"], 1).reverse(2, day("2026-11-23"), "own_defect");
        check(&steps, &[(Movement::Reverse, Account::Overdraft, 1), (Movement::Reverse, Account::Available, 1)]);
        assert_eq!(steps[1].entry.from, Account::Consumed);
    }
}
