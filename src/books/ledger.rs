//! What the postings of a ledger mean for the books: which units of which lot were used, lost, or left it, and on which
//! day.
//!
//! A posting is booked on the local day on which it was made, with two exceptions.
//!
//! A lot that another wallet gave enters on the day of the posting that brought it, not on that of its sale: until then
//! it stood in the books of the giver, and what is prepaid is owed once.
//!
//! Units that nobody used by the end of their last day are lost on that day. The right to them ends at its end, and the
//! posting that says so is made in the night after, or later when the server stood still: neither the machine nor its
//! night moves revenue into another month or fiscal year, and on a base date units whose last day it is are not unused
//! any more at its end. So the liability of March, the revenue of March and the report of 31 March say the same,
//! whether they are asked for before the night's run or after it. (A statement lists the postings themselves, and shows
//! this one in the night in which it was made.) Units that expire out of a hold or out of a use that is given back were
//! still somebody's after their last day: they are lost when they are given back.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::lot::{Change, LotFacts, Turn, Way};
use crate::domain::ids::{IssueId, LotId};
use crate::domain::wallet::account::{Account, Movement};

/// A posting as the books read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// None for units that nobody had bought yet.
    pub lot: Option<LotId>,
    pub issue: Option<IssueId>,
    pub movement: Movement,
    pub from: Account,
    pub to: Account,
    pub units: i64,
    pub day: NaiveDate,
}

/// Whether the books need a posting of such a movement. A hold is no use, and its release takes nothing back.
pub const fn is_read(movement: Movement) -> bool {
    !matches!(movement, Movement::Hold | Movement::Release)
}

impl Line {
    /// Whether it brings a lot that another wallet gave.
    fn receives(&self) -> bool {
        (self.movement, self.from) == (Movement::Transfer, Account::Source)
    }

    /// The day on which it is booked, of a lot with this last day.
    fn booked_on(&self, last_day: Option<NaiveDate>) -> NaiveDate {
        let unused = (self.movement, self.from) == (Movement::Expire, Account::Available);
        last_day.filter(|_| unused).map_or(self.day, |last| last.min(self.day))
    }
}

/// What became of the units of lots. The lines of one wallet stand in the order of its ledger; `lots` are told since when
/// these books answer for them.
pub fn book(lots: &mut [LotFacts], lines: &[Line]) -> Vec<Turn> {
    let received: BTreeMap<LotId, NaiveDate> =
        lines.iter().filter(|line| line.receives()).filter_map(|line| Some((line.lot?, line.day))).collect();
    for lot in lots.iter_mut() {
        lot.entered_on = received.get(&lot.lot).copied().unwrap_or(lot.entered_on);
    }
    let last_days: BTreeMap<LotId, NaiveDate> = lots.iter().filter_map(|lot| Some((lot.lot, lot.last_day?))).collect();
    turns(lines, &last_days)
}

/// What is lost already though the night has not posted it: `available` units of a lot whose last day is over on `today`.
pub fn lapsed(lot: &LotFacts, available: i64, today: NaiveDate) -> Option<Turn> {
    let day = lot.last_day.filter(|last| *last < today && available > 0)?;
    Some(Turn { lot: lot.lot, day, change: Change::Lost(available) })
}

fn turns(lines: &[Line], last_days: &BTreeMap<LotId, NaiveDate>) -> Vec<Turn> {
    let (mut turns, mut unbought) = (Vec::new(), Unbought::default());
    for line in lines {
        let Some(lot) = line.lot else {
            unbought.add(line);
            continue;
        };
        let is_spent = line.to == Account::Overdraft && unbought.settle(line);
        let place = |account| Place::of(account, line.movement, is_spent);
        let day = line.booked_on(last_days.get(&lot).copied());
        let mut turn = |change| turns.push(Turn { lot, day, change });
        match (place(line.from), place(line.to)) {
            (one, other) if one == other => {}
            (one, other) => {
                if let Some(change) = one.change(-line.units) {
                    turn(change);
                }
                if let Some(change) = other.change(line.units) {
                    turn(change);
                }
            }
        }
    }
    turns
}

/// Units of each issue that were used before they were bought. What is bought for them later is used from its first
/// moment; what is bought for units on hold waits with them.
#[derive(Default)]
struct Unbought(BTreeMap<IssueId, i64>);

impl Unbought {
    /// Reads a line that names no lot: a use, or one taken back.
    fn add(&mut self, line: &Line) {
        let Some(issue) = line.issue else { return };
        let used = self.0.entry(issue).or_default();
        match (line.from, line.to) {
            (_, Account::Consumed) => *used += line.units,
            (Account::Consumed, _) => *used -= line.units,
            _ => {}
        }
    }

    /// Whether the units of a settlement were used before. They are bought now.
    fn settle(&mut self, line: &Line) -> bool {
        let Some(used) = line.issue.and_then(|issue| self.0.get_mut(&issue)).filter(|used| **used > 0) else {
            return false;
        };
        *used -= line.units;
        true
    }
}

/// Where units of a lot stand for the books.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// They can still be used, or wait on a hold.
    Open,
    Used,
    Lost,
    Left(Way),
}

impl Place {
    fn of(account: Account, movement: Movement, is_spent: bool) -> Self {
        match (account, movement) {
            (Account::Available | Account::Held, _) => Self::Open,
            (Account::Consumed, _) => Self::Used,
            (Account::Expired, _) => Self::Lost,
            (Account::Voided, _) => Self::Left(Way::Withdrawn),
            // A purchase settles an overdraft: its units are used where the issue's were, and on hold where they were.
            (Account::Overdraft, _) if is_spent => Self::Used,
            (Account::Overdraft, _) => Self::Open,
            (Account::Source, Movement::Transfer) => Self::Left(Way::Given),
            (Account::Source, Movement::Refund) => Self::Left(Way::Refunded),
            (Account::Source, _) => Self::Left(Way::Withdrawn),
        }
    }

    /// A lot comes from the source, where none of its units were before.
    const fn change(self, units: i64) -> Option<Change> {
        match self {
            Self::Left(_) if units < 0 => None,
            Self::Open => None,
            Self::Used => Some(Change::Used(units)),
            Self::Lost => Some(Change::Lost(units)),
            Self::Left(way) => Some(Change::Left(way, units)),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::lot::testing::{day, lot, lot_id};
    use super::super::lot::{Units, units_on};
    use super::*;
    use crate::domain::ids::Id;

    const A: Account = Account::Available;
    const H: Account = Account::Held;
    const C: Account = Account::Consumed;
    const O: Account = Account::Overdraft;

    fn line(movement: Movement, from: Account, to: Account, units: i64) -> Line {
        let issue = Some(IssueId::from_uuid(Uuid::from_u128(7)));
        Line { lot: Some(lot_id(1)), issue, movement, from, to, units, day: day("2026-11-23") }
    }

    fn unbought(movement: Movement, from: Account, to: Account) -> Line {
        Line { lot: None, ..line(movement, from, to, 1) }
    }

    fn check(lines: &[Line], used: i64, lost: i64, left: i64) {
        let turns = book(&mut [lot()], lines);
        let units = units_on(&turns, day("2026-12-31")).remove(&lot_id(1)).unwrap_or_default();
        assert_eq!(units, Units { used, lost, left }, "{lines:?}");
    }

    #[test]
    fn a_ticket_that_settles_an_overdrawn_call_is_used_once() {
        let called = unbought(Movement::Overdraft, O, H);
        let settled = line(Movement::Overdraft, A, O, 1);
        let live = [called, line(Movement::Purchase, Account::Source, A, 10), settled];
        check(&live, 0, 0, 0);
        check(&[&live[..], &[line(Movement::Capture, H, C, 1)]].concat(), 1, 0, 0);
        check(&[&live[..], &[line(Movement::Release, H, A, 1)]].concat(), 0, 0, 0);
        let late = [called, unbought(Movement::Capture, H, C), settled];
        check(&late, 1, 0, 0);
        check(&[&late[..], &[line(Movement::Reverse, C, A, 1)]].concat(), 0, 0, 0);
    }

    #[test]
    fn an_overdrawn_use_that_was_taken_back_waits_on_hold_when_it_is_settled() {
        let used = [unbought(Movement::Overdraft, O, H), unbought(Movement::Capture, H, C)];
        let taken_back = [&used[..], &[unbought(Movement::Reverse, C, H), line(Movement::Overdraft, A, O, 1)]].concat();
        check(&taken_back, 0, 0, 0);
        check(&[&taken_back[..], &[line(Movement::Capture, H, C, 1)]].concat(), 1, 0, 0);
        let called_again = [unbought(Movement::Reverse, C, O), unbought(Movement::Overdraft, O, H)];
        let settled = [line(Movement::Overdraft, A, O, 1)];
        check(&[&used[..], &called_again, &settled].concat(), 0, 0, 0);
    }

    #[test]
    fn what_is_given_back_after_its_last_day_is_lost_and_not_used() {
        let used = [line(Movement::Capture, H, C, 1), line(Movement::Expire, A, Account::Expired, 9)];
        check(&used, 1, 9, 0);
        check(&[&used[..], &[line(Movement::Expire, C, Account::Expired, 1)]].concat(), 0, 10, 0);
        check(&[line(Movement::Expire, H, Account::Expired, 2)], 0, 2, 0);
    }

    fn check_day(from: Account, posted: &str, expected: &str) {
        let line = Line { day: day(posted), ..line(Movement::Expire, from, Account::Expired, 1) };
        let lost = book(&mut [lot()], &[line]).into_iter().find(|turn| matches!(turn.change, Change::Lost(_)));
        assert_eq!(lost.map(|turn| turn.day), Some(day(expected)), "{from:?} on {posted}");
    }

    #[test]
    fn unused_units_are_lost_on_their_last_day_whenever_the_night_posts_it() {
        check_day(A, "2027-04-01", "2027-03-31");
        check_day(A, "2027-04-09", "2027-03-31");
        check_day(H, "2027-04-09", "2027-04-09");
        check_day(C, "2027-04-09", "2027-04-09");
        let lost = |available, today: &str| lapsed(&lot(), available, day(today)).map(|turn| turn.day);
        assert_eq!(lost(3, "2027-04-01"), Some(day("2027-03-31")), "the night has not come to it yet");
        assert_eq!((lost(3, "2027-03-31"), lost(0, "2027-04-01")), (None, None));
    }

    #[test]
    fn void_adjusted_and_transferred_units_leave_without_being_lost() {
        check(&[line(Movement::Void, A, Account::Voided, 10)], 0, 0, 10);
        check(&[line(Movement::Adjust, A, Account::Source, 3)], 0, 0, 3);
        check(&[line(Movement::Transfer, A, Account::Source, 2)], 0, 0, 2);
        check(&[line(Movement::Refund, A, Account::Source, 4)], 0, 0, 4);
    }
}
