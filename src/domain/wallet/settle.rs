//! How the units of a hold end: captured or given back, ticket by ticket.

use chrono::NaiveDate;

use crate::domain::ids::{LotId, PostingId, TicketId};
use crate::domain::refusal::Code;
use crate::domain::wallet::account::{Account, Movement, TicketState};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::terms::LateUse;

/// A ticket bound to an issue; of points and minutes a slip of several units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundTicket {
    pub id: TicketId,
    pub lot: LotId,
    pub number: String,
    pub units: i64,
    /// The last day on which it may be used, days of grace included.
    pub usable_until: NaiveDate,
    /// Whether it may still be used for this issue after its last day.
    pub late: LateUse,
    /// The posting that bound it to the issue or used it: a correction names it.
    pub last_posting: Option<PostingId>,
}

/// The units bound to one issue, tickets in the order in which they were chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bound {
    pub tickets: Vec<BoundTicket>,
    /// Units used before they were bought, not yet settled by a purchase.
    pub overdraft_units: i64,
}

/// What becomes of a ticket or a part of it, or of overdrawn units when `ticket` is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub ticket: Option<BoundTicket>,
    /// The new state; none for overdrawn units.
    pub state: Option<TicketState>,
    pub entry: Entry,
}

/// Units that the steps put on `account`.
pub fn units_to(steps: &[Step], account: Account) -> i64 {
    steps.iter().filter(|step| step.entry.to == account).map(|step| step.entry.units).sum()
}

impl BoundTicket {
    /// The rule that forbids its use on a day, if any.
    fn forbidden(&self, today: NaiveDate) -> Option<Code> {
        self.late.forbidden().filter(|_| self.usable_until < today)
    }
}

impl Bound {
    /// Of the first `units`, what may not be used today: the rule that says so, and the last day.
    pub fn late(&self, units: i64, today: NaiveDate) -> Option<(Code, NaiveDate)> {
        let mut before = 0;
        for ticket in self.tickets.iter() {
            if before >= units {
                break;
            }
            if let Some(rule) = ticket.forbidden(today) {
                return Some((rule, ticket.usable_until));
            }
            before += ticket.units;
        }
        None
    }

    pub fn units(&self) -> i64 {
        self.tickets.iter().map(|ticket| ticket.units).sum::<i64>() + self.overdraft_units
    }

    /// Captures `captured` units, tickets before overdrawn ones, and gives the rest back. A ticket that died while it
    /// was held is honoured when captured, unless the contract or the law forbids it; given back, it expires. What was
    /// not honoured expires under the name of the rule that forbids it, and nothing else takes its place.
    pub fn settle(&self, captured: i64, today: NaiveDate, reason: &str) -> Vec<Step> {
        self.settle_used(captured, today, today, reason)
    }

    /// The same of units that were used on a day before today: that day decides whether they might be.
    pub fn settle_used(&self, captured: i64, used_on: NaiveDate, today: NaiveDate, reason: &str) -> Vec<Step> {
        let mut left = captured;
        let mut steps = Vec::new();
        for ticket in &self.tickets {
            let kept = left.min(ticket.units);
            left -= kept;
            match ticket.forbidden(used_on) {
                None => steps.extend(capture(ticket, kept, reason)),
                Some(rule) => steps.extend(give_back(ticket, kept, Account::Held, today, rule.as_str())),
            }
            steps.extend(give_back(ticket, ticket.units - kept, Account::Held, today, reason));
        }
        let captured_overdraft = left.clamp(0, self.overdraft_units);
        let released_overdraft = self.overdraft_units - captured_overdraft;
        steps.extend(overdrawn(captured_overdraft, Entry::usual(Movement::Capture, captured_overdraft, reason)));
        let release = Entry { to: Account::Overdraft, ..Entry::usual(Movement::Release, released_overdraft, reason) };
        steps.extend(overdrawn(released_overdraft, release));
        steps
    }

    /// Gives `units` back that were captured before: the correcting entry, overdrawn units first, then the tickets
    /// that were chosen last.
    pub fn reverse(&self, units: i64, today: NaiveDate, reason: &str) -> Vec<Step> {
        let overdraft = units.clamp(0, self.overdraft_units);
        let entry = Entry { to: Account::Overdraft, ..Entry::usual(Movement::Reverse, overdraft, reason) };
        let mut steps: Vec<_> = overdrawn(overdraft, entry).into_iter().collect();
        let mut left = units - overdraft;
        for ticket in self.tickets.iter().rev() {
            let given = left.min(ticket.units);
            left -= given;
            steps.extend(give_back(ticket, given, Account::Consumed, today, reason));
        }
        steps
    }
}

impl Bound {
    /// Puts everything back on hold that was captured too early: the issue goes on as if it had not come so far.
    pub fn reopen(&self, reason: &str) -> Vec<Step> {
        let back = |units| Entry { to: Account::Held, ..Entry::usual(Movement::Reverse, units, reason) };
        let of_ticket = |ticket: &BoundTicket| {
            let entry = back(ticket.units).of_ticket(ticket.lot, ticket.id).referring_to(ticket.last_posting);
            Step { ticket: Some(ticket.clone()), state: Some(TicketState::Held), entry }
        };
        let mut steps: Vec<Step> = self.tickets.iter().map(of_ticket).collect();
        steps.extend(overdrawn(self.overdraft_units, back(self.overdraft_units)));
        steps
    }
}

fn capture(ticket: &BoundTicket, units: i64, reason: &str) -> Option<Step> {
    let entry = Entry::usual(Movement::Capture, units, reason).of_ticket(ticket.lot, ticket.id);
    let entry = entry.referring_to(ticket.last_posting);
    (units > 0).then(|| Step { ticket: Some(ticket.clone()), state: Some(TicketState::Consumed), entry })
}

fn give_back(ticket: &BoundTicket, units: i64, from: Account, today: NaiveDate, reason: &str) -> Option<Step> {
    let alive = ticket.usable_until >= today;
    let (movement, to, state) = match (alive, from) {
        (false, _) => (Movement::Expire, Account::Expired, TicketState::Expired),
        (true, Account::Held) => (Movement::Release, Account::Available, TicketState::Available),
        (true, _) => (Movement::Reverse, Account::Available, TicketState::Available),
    };
    let entry = Entry { from, to, ..Entry::usual(movement, units, reason) }.of_ticket(ticket.lot, ticket.id);
    let entry = entry.referring_to(ticket.last_posting);
    (units > 0).then(|| Step { ticket: Some(ticket.clone()), state: Some(state), entry })
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
            units: 1,
            usable_until: day(expires_on),
            late: LateUse::Honoured,
            last_posting: None,
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
    fn a_dead_ticket_of_six_months_is_not_used_late_and_no_other_pays_for_it() {
        let mut late = bound(&["2026-11-22", "2027-03-31"], 0);
        late.tickets[0].late = LateUse::AgainstLaw;
        assert_eq!(late.late(1, day("2026-11-23")), Some((Code::SixMonths, day("2026-11-22"))));
        assert_eq!(late.late(1, day("2026-11-22")), None, "its last day is not over");
        let steps = late.settle(1, day("2026-11-23"), "");
        assert_eq!(steps[0].entry.reason, "wallet.six_months");
        check(&steps, &[(Movement::Expire, Account::Expired, 1), (Movement::Release, Account::Available, 1)]);
        assert_eq!(units_to(&steps, Account::Consumed), 0);
        // Used in time and told a day later; what it did not use dies.
        late.tickets[0].units = 3;
        let steps = late.settle_used(2, day("2026-11-22"), day("2026-11-23"), "");
        let moved = [(Movement::Capture, Account::Consumed, 2), (Movement::Expire, Account::Expired, 1)];
        check(&steps[..2], &moved);
    }

    #[test]
    fn a_slip_of_minutes_is_cut_where_the_work_ended() {
        let mut slip = bound(&["2027-03-31"], 0);
        slip.tickets[0].units = 60;
        let steps = slip.settle(45, day("2026-11-23"), "repaired");
        check(&steps, &[(Movement::Capture, Account::Consumed, 45), (Movement::Release, Account::Available, 15)]);
        check(&slip.reverse(20, day("2026-11-23"), ""), &[(Movement::Reverse, Account::Available, 20)]);
    }

    #[test]
    fn what_was_captured_too_early_is_on_hold_again_whole() {
        let steps = bound(&["2026-11-22", "2027-03-31"], 1).reopen("undone");
        check(&steps, &[(Movement::Reverse, Account::Held, 1); 3]);
        assert!(steps.iter().all(|step| step.entry.from == Account::Consumed));
    }

    #[test]
    fn a_reversal_pays_the_overdraft_back_first() {
        let steps = bound(&["2027-03-31"], 1).reverse(2, day("2026-11-23"), "own_defect");
        check(&steps, &[(Movement::Reverse, Account::Overdraft, 1), (Movement::Reverse, Account::Available, 1)]);
        assert_eq!(steps[1].entry.from, Account::Consumed);
    }
}
