//! What a person posts by hand for an issue: capture in part, release, reversal. Every correction is a new posting that
//! names the one it corrects.

use chrono::NaiveDate;

use super::bond::Bond;
use super::ledger::{Ledger, Told};
use super::settle::Settled;
use crate::domain::ids::{ContractId, IssueId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{CorrectionReason, HoldState};
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::terms::{UnitKind, check_count};
use crate::store::error::Fault;
use crate::store::unit::Unit;

/// Why somebody posts by hand: a code of the trade and his own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Because {
    pub reason: String,
    pub note: String,
}

impl Unit<'_> {
    /// Uses `units` of an issue's live hold and gives the rest back.
    pub fn capture_by_hand(
        &mut self,
        contract: ContractId,
        issue: IssueId,
        units: i64,
        because: &Because,
    ) -> Result<Settled, Fault> {
        let (ledger, bond) = self.own_bond(contract, issue)?;
        if bond.state != HoldState::Live {
            return Err(Refusal::new(Code::SecondCapture).of_unit(ledger.unit).into());
        }
        if self.pending_approval(issue)?.is_some() {
            return Err(Refusal::new(Code::ApprovalPending).at("issue_id").into());
        }
        let held = bond.bound.units();
        check_count(units, ledger.unit)?;
        if units > held {
            return Err(Refusal::new(Code::OverCapture).with("held", held).with("units", units).at("units").into());
        }
        if let Some((rule, last_day)) = bond.bound.late(units, self.today()) {
            return Err(late(rule, last_day, ledger.unit).into());
        }
        let steps = bond.bound.settle(units, self.today(), &because.reason);
        self.carry_out(ledger, &bond, steps, &because.note)
    }

    /// Gives all units of a live hold back.
    pub fn release_by_hand(
        &mut self,
        contract: ContractId,
        issue: IssueId,
        because: &Because,
    ) -> Result<Settled, Fault> {
        let (ledger, bond) = self.own_bond(contract, issue)?;
        if bond.state != HoldState::Live {
            return Err(Refusal::new(Code::ReleaseAfterCapture).of_unit(ledger.unit).into());
        }
        if self.pending_approval(issue)?.is_some() {
            self.end_approval(issue, ApprovalState::Lapsed, &because.note)?;
        }
        self.guaranteed(&bond, because)?;
        let steps = bond.bound.settle(0, self.today(), &because.reason);
        self.carry_out(ledger, &bond, steps, &because.note)
    }

    /// Gives `units` back that an issue has used, to the same lot with the same last day.
    pub fn reverse_by_hand(
        &mut self,
        contract: ContractId,
        issue: IssueId,
        units: i64,
        because: &Because,
    ) -> Result<Settled, Fault> {
        let (ledger, bond) = self.own_bond(contract, issue)?;
        let used = if bond.state == HoldState::Captured { bond.bound.units() } else { 0 };
        check_count(units, ledger.unit)?;
        if units > used {
            return Err(Refusal::new(Code::OverReverse).with("used", used).with("units", units).at("units").into());
        }
        self.guaranteed(&bond, because)?;
        let steps = bond.bound.reverse(units, self.today(), &because.reason);
        self.carry_out(ledger, &bond, steps, &because.note)
    }

    /// The issue's hold, if it is on this contract's wallet.
    fn own_bond(&mut self, contract: ContractId, issue: IssueId) -> Result<(Ledger, Bond), Fault> {
        let found = self.bond(issue)?;
        let (ledger, bond) = found.ok_or_else(|| Refusal::new(Code::NoHold).at("issue_id"))?;
        if ledger.contract != contract {
            return Err(Refusal::new(Code::WalletForeign).at("issue_id").into());
        }
        Ok((ledger, bond))
    }

    /// A recurrence is made good only where the contract guarantees repairs, and of one within its days.
    fn guaranteed(&mut self, bond: &Bond, because: &Because) -> Result<(), Fault> {
        let recurrence = because.reason == CorrectionReason::Recurrence.as_str();
        if recurrence && (bond.policy.recurrence_days == 0 || !self.settle_recurrence(bond.issue)?) {
            return Err(Refusal::new(Code::NoGuarantee).at("reason").into());
        }
        Ok(())
    }
}

/// Units are not used after their last day where the law or the contract forbids it, whoever asks.
pub(super) fn late(rule: Code, last_day: NaiveDate, unit: UnitKind) -> Refusal {
    Refusal::new(rule).of_unit(unit).with("last_day", last_day)
}

pub(super) fn told(because: &Because) -> Told {
    Told { reason: because.reason.clone(), note: because.note.clone(), ..Told::default() }
}
