//! Accounts, movements and the states of a ticket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coded;

coded! {
    /// Where units stand. `source` is the issuer and may go below zero; so may `overdraft`.
    Account {
        Source = "source", "発行元", "Issuer";
        Available = "available", "未使用", "Available";
        Held = "held", "仮押さえ中", "On hold";
        Consumed = "consumed", "使用済", "Used";
        Expired = "expired", "失効", "Expired";
        Voided = "voided", "無効", "Void";
        Overdraft = "overdraft", "超過利用", "Overdraft";
    }
}

coded! {
    Movement {
        Purchase = "purchase", "購入", "Purchase";
        Grant = "grant", "無償付与", "Grant";
        Hold = "hold", "仮押さえ", "Hold";
        Capture = "capture", "消費確定", "Capture";
        Release = "release", "解放", "Release";
        Expire = "expire", "失効", "Expiry";
        Overdraft = "overdraft", "超過利用", "Overdraft";
        Reverse = "reverse", "取消(赤伝)", "Reversal";
        Adjust = "adjust", "調整", "Adjustment";
        Transfer = "transfer", "移管", "Transfer";
        Void = "void", "無効化", "Void";
        Refund = "refund", "払戻し", "Refund";
    }
}

impl Movement {
    /// The accounts a movement usually takes from and gives to. An overdraft is a hold of units that nobody bought
    /// yet; when such a hold, or one whose ticket died meanwhile, is released, its posting goes elsewhere. So does the
    /// reversal of a use whose step was taken back: to `held`. The next purchase settles an overdraft by the same movement from `available` back to `overdraft`. An adjustment downwards
    /// and the receiving side of a transfer go the other way round.
    pub const fn accounts(self) -> (Account, Account) {
        match self {
            Self::Purchase | Self::Grant => (Account::Source, Account::Available),
            Self::Hold => (Account::Available, Account::Held),
            Self::Capture => (Account::Held, Account::Consumed),
            Self::Release => (Account::Held, Account::Available),
            Self::Expire => (Account::Available, Account::Expired),
            Self::Overdraft => (Account::Overdraft, Account::Held),
            Self::Reverse => (Account::Consumed, Account::Available),
            Self::Adjust => (Account::Source, Account::Available),
            Self::Transfer | Self::Refund => (Account::Available, Account::Source),
            Self::Void => (Account::Available, Account::Voided),
        }
    }
}

coded! {
    TicketState {
        Available = "available", "未使用", "Available";
        Held = "held", "仮押さえ中", "On hold";
        Consumed = "consumed", "使用済", "Used";
        Expired = "expired", "失効", "Expired";
        Voided = "voided", "無効", "Void";
    }
}

coded! {
    /// Where a lot comes from. The order is the order of use among lots of one last day.
    Origin {
        Promotional = "promotional", "無償付与", "Promotional";
        Paid = "paid", "購入", "Paid";
        Adjustment = "adjustment", "調整", "Adjustment";
    }
}

coded! {
    /// Why somebody posts by hand.
    CorrectionReason {
        WorkedInPart = "worked_in_part", "一部のみ実施", "Done in part";
        NotOurWork = "not_our_work", "対象外の作業", "Not under the contract";
        OwnFault = "own_fault", "当社の不手際", "Our own mistake";
        Recurrence = "recurrence", "再発", "Recurrence";
        EntryError = "entry_error", "入力誤り", "Entry error";
        DoubleCount = "double_count", "二重計上", "Counted twice";
        Goodwill = "goodwill", "お詫び・サービス", "Goodwill";
        ContractChange = "contract_change", "契約変更", "Contract changed";
        DisputeGranted = "dispute_granted", "異議の認容", "Dispute granted";
        CountDifference = "count_difference", "残数の相違", "Count differs";
    }
}

/// Why units are on hold again: the technician took back the step that had used them, or it led to a closed door.
pub const TAKEN_BACK: &str = "step_taken_back";
pub const NOT_LET_IN: &str = "not_let_in";

/// Whether a reversal for this reason puts the units back on hold and not into the balance.
pub fn is_held_again(reason: &str) -> bool {
    reason == TAKEN_BACK || reason == NOT_LET_IN
}

coded! {
    HoldState {
        Live = "live", "仮押さえ中", "On hold";
        Captured = "captured", "消費確定", "Captured";
        Released = "released", "解放", "Released";
    }
}

/// Units on each account of one wallet. Their sum is always zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Balances {
    pub source: i64,
    pub available: i64,
    pub held: i64,
    pub consumed: i64,
    pub expired: i64,
    pub voided: i64,
    pub overdraft: i64,
}

impl Balances {
    /// Moves `units` from one account to another.
    pub fn post(&mut self, from: Account, to: Account, units: i64) {
        *self.of(from) -= units;
        *self.of(to) += units;
    }

    fn of(&mut self, account: Account) -> &mut i64 {
        match account {
            Account::Source => &mut self.source,
            Account::Available => &mut self.available,
            Account::Held => &mut self.held,
            Account::Consumed => &mut self.consumed,
            Account::Expired => &mut self.expired,
            Account::Voided => &mut self.voided,
            Account::Overdraft => &mut self.overdraft,
        }
    }

    /// What breaks the ledger's invariants, if anything. Used by commands, tests, the simulation and `verify`.
    pub fn fault(&self) -> Option<&'static str> {
        let sum =
            self.source + self.available + self.held + self.consumed + self.expired + self.voided + self.overdraft;
        if sum != 0 {
            return Some("the accounts do not add up to zero");
        }
        let negative =
            [self.available, self.held, self.consumed, self.expired, self.voided].iter().any(|units| *units < 0);
        if negative {
            return Some("an account holds less than nothing");
        }
        (self.overdraft > 0).then_some("the overdraft account holds units")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_bought_held_and_used_ends_as_consumed() {
        let mut balances = Balances::default();
        for (movement, units) in
            [(Movement::Purchase, 10), (Movement::Hold, 2), (Movement::Capture, 1), (Movement::Release, 1)]
        {
            let (from, to) = movement.accounts();
            balances.post(from, to, units);
            assert_eq!(balances.fault(), None);
        }
        assert_eq!((balances.available, balances.held, balances.consumed), (9, 0, 1));
    }

    #[test]
    fn holding_more_than_there_is_shows_as_a_fault() {
        let mut balances = Balances::default();
        balances.post(Account::Available, Account::Held, 1);
        assert!(balances.fault().is_some());
    }
}
