//! A customer's objection to a line of his statement (異議), and what may come of it.

use crate::coded;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::wallet::account::{Account, Movement};

coded! {
    DisputeState {
        Open = "open", "申し出中", "Open";
        Granted = "granted", "認容", "Granted";
        Refused = "refused", "却下", "Refused";
        Withdrawn = "withdrawn", "取り下げ", "Withdrawn";
    }
}

coded! {
    /// How a customer agreed with a line.
    Assent {
        Said = "said", "確認済み", "Confirmed";
        Lapsed = "lapsed", "期限の経過により確認済み", "Confirmed by lapse of time";
    }
}

/// Time after a line was shown in which its customer may object to it. A later objection is taken only from the vendor's
/// own people, who enter it for him, and is marked.
pub const IN_TIME: Seconds = Seconds::hours(72);

/// Until when an objection to a line of `told_at` is in time.
pub fn in_time_until(told_at: Timestamp) -> Timestamp {
    told_at + IN_TIME
}

/// Whether an objection to a line of `told_at` comes late.
pub fn is_late(told_at: Timestamp, now: Timestamp) -> bool {
    now > in_time_until(told_at)
}

/// How the customer of a charged line agreed with it: he said so, or did not object in time. Nobody agrees with a line
/// whose objection is open or was granted.
pub fn assent(told_at: Timestamp, said: bool, dispute: Option<DisputeState>, now: Timestamp) -> Option<Assent> {
    let objected = matches!(dispute, Some(DisputeState::Open | DisputeState::Granted));
    match (said, objected) {
        (true, _) => Some(Assent::Said),
        (false, true) => None,
        (false, false) => is_late(told_at, now).then_some(Assent::Lapsed),
    }
}

/// Whether a line that put units on `to` charges them to an issue: what was held for one, or used. Other movements are
/// corrected by their own means, and a use that was taken back is the hold again that was charged before.
pub fn is_charge(movement: Movement, to: Account) -> bool {
    movement != Movement::Reverse && matches!(to, Account::Held | Account::Consumed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_days_are_in_time_and_a_second_more_is_late() {
        let told = Timestamp::from_seconds(1_795_000_000);
        assert!(!is_late(told, told + Seconds::hours(72)));
        assert!(is_late(told, told + Seconds::hours(72) + Seconds(1)));
        assert!(!is_late(told, in_time_until(told)));
    }

    #[test]
    fn who_says_nothing_in_time_agrees_but_not_with_what_he_objected_to() {
        let told = Timestamp::from_seconds(1_795_000_000);
        let (last, after) = (in_time_until(told), in_time_until(told) + Seconds(1));
        assert_eq!(assent(told, false, None, last), None);
        assert_eq!(assent(told, false, None, after), Some(Assent::Lapsed));
        assert_eq!(assent(told, true, None, told), Some(Assent::Said));
        for objected in [DisputeState::Open, DisputeState::Granted] {
            assert_eq!(assent(told, false, Some(objected), after), None);
        }
        for over in [DisputeState::Refused, DisputeState::Withdrawn] {
            assert_eq!(assent(told, false, Some(over), after), Some(Assent::Lapsed));
        }
    }

    #[test]
    fn only_what_charges_an_issue_is_disputed() {
        assert!(is_charge(Movement::Hold, Account::Held) && is_charge(Movement::Capture, Account::Consumed));
        assert!(!is_charge(Movement::Release, Account::Available) && !is_charge(Movement::Expire, Account::Expired));
        assert!(!is_charge(Movement::Release, Account::Overdraft) && !is_charge(Movement::Reverse, Account::Held));
    }
}
