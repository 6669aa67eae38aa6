//! What a person posts by hand for an issue: capture in part, release, reversal. Every correction is a new posting that
//! names the one it corrects.

use diesel::prelude::*;

use super::bond::Bond;
use super::ledger::{Ledger, Told};
use super::settle::Settled;
use crate::domain::ids::{ContractId, IssueId, LotId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::HoldState;
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::terms::{LawClass, check_count};
use crate::store::error::Fault;
use crate::store::schema::lots;
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
        self.refuse_late_use(&bond)?;
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

    /// Units of the six-month exemption are not used after their last day, whoever asks.
    fn refuse_late_use(&mut self, bond: &Bond) -> Result<(), Fault> {
        let today = self.today();
        let late: Vec<LotId> =
            bond.bound.tickets.iter().filter(|ticket| ticket.usable_until < today).map(|ticket| ticket.lot).collect();
        let found: Option<String> = lots::table
            .filter(lots::id.eq_any(late).and(lots::law_class.eq(LawClass::SixMonthExempt)))
            .select(lots::expires_on)
            .first(self.database)
            .optional()?;
        let Some(last) = found else { return Ok(()) };
        Err(Refusal::new(Code::SixMonths).with("last_day", last).into())
    }
}

pub(super) fn told(because: &Because) -> Told {
    Told { reason: because.reason.clone(), note: because.note.clone(), ..Told::default() }
}
