//! What a customer is told without having asked, and when. A notice has a key that makes it one of a kind, so that
//! whoever looks at the same state twice tells of it once.

use chrono::NaiveDate;

use crate::coded;
use crate::domain::ids::{ContractId, EventId, IssueId, WalletId};
use crate::domain::wallet::policy::Policy;

coded! {
    NoticeKind {
        LowBalance = "low_balance", "残数のお知らせ", "Low balance";
        Expiry = "expiry", "期限のお知らせ", "Expiry ahead";
        ProxyEntry = "proxy_entry", "代理入力のご確認", "Entered on your behalf";
        Overdraft = "overdraft", "超過利用のお知らせ", "Overdraft used";
        Dispute = "dispute", "異議の結果", "Dispute decided";
        Usage = "usage", "ご利用内容の確認", "What your request uses";
        Approval = "approval", "承認のお願い", "Your approval";
    }
}

coded! {
    /// Where a mail stands.
    MailState {
        Waiting = "waiting", "送信待ち", "Waiting";
        Sent = "sent", "送信済", "Sent";
        GivenUp = "given_up", "送信断念", "Given up";
    }
}

/// Where the asking for a customer's approval stands, of which he is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    /// An issue above his limits was accepted.
    Asked,
    /// Its units would be used now.
    Due,
    /// It counts as approved soon.
    Soon,
    /// It counts as approved, since nobody answered.
    TimedOut,
}

/// Told once at each step.
pub fn approval_key(issue: IssueId, asking: Asking) -> String {
    let step = match asking {
        Asking::Asked => "asked",
        Asking::Due => "due",
        Asking::Soon => "soon",
        Asking::TimedOut => "timed_out",
    };
    format!("approval:{issue}:{step}")
}

/// Days before a last day at which customers of the trade are told, where the contract names none.
const USUAL_DAYS: [u32; 4] = [90, 60, 30, 7];
/// Furthest day ahead of which anybody is told.
pub const NOTICE_DAYS_MAX: u32 = 366;

/// How little is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Low {
    /// As few as the contract says.
    Few,
    Nothing,
}

/// Whether a movement from `before` to `after` units is one of which the customer is told.
pub fn runs_low(policy: &Policy, before: i64, after: i64) -> Option<Low> {
    let few = i64::from(policy.low_balance);
    if after <= 0 {
        return (before > 0).then_some(Low::Nothing);
    }
    (after <= few && before > few).then_some(Low::Few)
}

/// The notice that is due so many days before a last day: of those that are over due only the nearest is given.
pub fn expiry_due(policy: &Policy, days_left: i64) -> Option<u32> {
    let days: &[u32] = match policy.expiry_notice_days.as_slice() {
        [] => &USUAL_DAYS,
        named => named,
    };
    let due = days.iter().copied().filter(|days| *days <= NOTICE_DAYS_MAX);
    due.filter(|days| (0..=i64::from(*days)).contains(&days_left)).min()
}

/// Told once until units come in again: `lots` is how many lots the wallet has had.
pub fn low_key(wallet: WalletId, low: Low, lots: i64) -> String {
    let level = match low {
        Low::Few => "few",
        Low::Nothing => "nothing",
    };
    format!("low_balance:{wallet}:{level}:{lots}")
}

/// Told once for all units of one last day and each of the contract's days.
pub fn expiry_key(contract: ContractId, last_day: NaiveDate, days: u32) -> String {
    format!("expiry:{contract}:{last_day}:{days}")
}

/// Told once for what happened.
pub fn event_key(kind: NoticeKind, event: EventId) -> String {
    format!("{kind}:{event}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy { low_balance: 3, expiry_notice_days: vec![60, 30], ..Policy::SIMPLE }
    }

    #[test]
    fn only_the_step_over_the_line_is_told() {
        let told = [(5, 4), (4, 3), (3, 2), (4, 1), (1, 0), (4, 0), (2, 9), (0, 0)]
            .map(|(before, after)| runs_low(&policy(), before, after));
        let (few, nothing) = (Some(Low::Few), Some(Low::Nothing));
        assert_eq!(told, [None, few, None, few, nothing, nothing, None, None]);
    }

    #[test]
    fn a_contract_that_names_no_line_is_told_when_nothing_is_left() {
        assert_eq!(runs_low(&Policy::SIMPLE, 2, 1), None);
        assert_eq!(runs_low(&Policy::SIMPLE, 2, 0), Some(Low::Nothing));
    }

    #[test]
    fn the_nearest_of_the_contracts_days_is_due() {
        let due = [61, 60, 31, 30, 1, 0, -1].map(|left| expiry_due(&policy(), left));
        assert_eq!(due, [None, Some(60), Some(60), Some(30), Some(30), Some(30), None]);
        let usual = [91, 90, 61, 45, 30, 8, 7, 0].map(|left| expiry_due(&Policy::SIMPLE, left));
        assert_eq!(usual, [None, Some(90), Some(90), Some(60), Some(30), Some(30), Some(7), Some(7)]);
    }
}
