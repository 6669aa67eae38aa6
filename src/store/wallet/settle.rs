//! Ending a hold: consumption (消費確定), release (解放) and reversal (赤伝).

use diesel::prelude::*;

use super::ledger::{Ledger, Told};
use crate::domain::event::EventKind;
use crate::domain::ids::{HoldId, IssueId, LotId, TicketId, WalletId};
use crate::domain::issue::Outcome;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{Account, Balances, HoldState, Movement, TicketState};
use crate::domain::wallet::policy::{CapturePoint, Policy};
use crate::domain::wallet::settle::{Bound, BoundTicket, Step};
use crate::store::codec::{day, json};
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{contracts, holds, issues, lots, tickets, wallets};
use crate::store::unit::Unit;

/// What became of an issue's units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Units that the issue has consumed in the end.
    pub consumed: i64,
    /// Units that went back (or expired on the way back).
    pub released: i64,
    pub hold_state: HoldState,
    pub balances: Balances,
}

#[derive(Queryable)]
struct HoldRow {
    id: HoldId,
    state: HoldState,
    overdraft_units: i64,
}

struct Bond {
    hold: HoldRow,
    bound: Bound,
    policy: Policy,
    issue: IssueId,
    issue_number: Option<String>,
}

impl Unit<'_> {
    /// Settles the hold of an issue that ends with `outcome`, as the contract's policy says; `departed` tells whether
    /// somebody had set out. None: the issue holds nothing, or goes on and keeps its hold.
    pub fn settle(&mut self, issue: IssueId, outcome: Outcome, departed: bool) -> Result<Option<Settled>, Fault> {
        if Policy::keeps_hold(outcome) {
            return Ok(None);
        }
        let Some((ledger, bond)) = self.bond(issue)? else { return Ok(None) };
        let units = bond.bound.units();
        let today = self.today();
        match bond.hold.state {
            HoldState::Live => {
                let captured = bond.policy.captured(outcome, units, departed);
                let steps = bond.bound.settle(captured, today, outcome.as_str());
                self.carry_out(ledger, &bond, steps, captured).map(Some)
            }
            HoldState::Captured => {
                let reversed = bond.policy.reversed(outcome, units);
                let steps = bond.bound.reverse(reversed, today, outcome.as_str());
                self.carry_out(ledger, &bond, steps, units - reversed).map(Some)
            }
            HoldState::Released => Err(Refusal::new(Code::HoldClosed).into()),
        }
    }

    /// The issue has come to `point` (acceptance, investigation, arrival). When the contract captures there, its hold
    /// becomes consumption. None: nothing to do.
    pub fn reach(&mut self, issue: IssueId, point: CapturePoint) -> Result<Option<Settled>, Fault> {
        let Some((_, policy)) = find_hold(self, issue)? else { return Ok(None) };
        if policy.capture_point != point {
            return Ok(None);
        }
        let Some((ledger, bond)) = self.bond(issue)? else { return Ok(None) };
        if bond.hold.state != HoldState::Live {
            return Ok(None);
        }
        let units = bond.bound.units();
        let steps = bond.bound.settle(units, self.today(), point.as_str());
        self.carry_out(ledger, &bond, steps, units).map(Some)
    }

    /// Locks the wallet, then reads the hold as it stands.
    fn bond(&mut self, issue: IssueId) -> Result<Option<(Ledger, Bond)>, Fault> {
        let Some((wallet, policy)) = find_hold(self, issue)? else { return Ok(None) };
        let ledger = Ledger::lock(self, wallet)?;
        let hold = read_hold(self, issue)?;
        let issue_number = issues::table.find(issue).select(issues::number).first(self.database).optional()?;
        let bound = Bound { tickets: bound_tickets(self, issue)?, overdraft_units: hold.overdraft_units };
        Ok(Some((ledger, Bond { hold, bound, policy, issue, issue_number })))
    }

    fn carry_out(
        &mut self,
        mut ledger: Ledger,
        bond: &Bond,
        steps: Vec<Step>,
        consumed: i64,
    ) -> Result<Settled, Fault> {
        let state = if consumed > 0 { HoldState::Captured } else { HoldState::Released };
        set_states(self, &steps)?;
        post(self, &mut ledger, bond, &steps);
        let released: i64 = steps.iter().filter(|step| step.entry.to != Account::Consumed).map(units_of).sum();
        let returned: i64 = steps.iter().filter(|step| step.entry.to == Account::Overdraft).map(units_of).sum();
        diesel::update(holds::table.find(bond.hold.id))
            .set((
                holds::state.eq(state),
                holds::overdraft_units.eq(bond.hold.overdraft_units - returned),
                holds::settled_at.eq(self.now()),
            ))
            .execute(self.database)?;
        let balances = ledger.save(self)?;
        Ok(Settled { consumed, released, hold_state: state, balances })
    }
}

fn units_of(step: &Step) -> i64 {
    step.entry.units
}

/// One event for each kind of movement among the steps.
fn post(unit: &mut Unit<'_>, ledger: &mut Ledger, bond: &Bond, steps: &[Step]) {
    let kinds = [
        (Movement::Capture, EventKind::WalletCaptured),
        (Movement::Release, EventKind::WalletReleased),
        (Movement::Reverse, EventKind::WalletReversed),
        (Movement::Expire, EventKind::WalletExpired),
    ];
    for (movement, kind) in kinds {
        let of_kind: Vec<&Step> = steps.iter().filter(|step| step.entry.movement == movement).collect();
        let Some(first) = of_kind.first() else { continue };
        let told = Told {
            issue: Some(bond.issue),
            issue_number: bond.issue_number.clone(),
            tickets: of_kind.iter().filter_map(|step| step.ticket.as_ref()).map(|t| t.number.clone()).collect(),
            reason: first.entry.reason.clone(),
            ..Told::default()
        };
        let units = of_kind.iter().map(|step| units_of(step)).sum();
        let entries = of_kind.iter().map(|step| step.entry.clone().for_issue(bond.issue)).collect();
        ledger.post(unit, kind, units, entries, told);
    }
}

/// Moves the tickets; one that went back belongs to no issue any more.
fn set_states(unit: &mut Unit<'_>, steps: &[Step]) -> Result<(), Fault> {
    for state in [TicketState::Consumed, TicketState::Available, TicketState::Expired] {
        let of_state = steps.iter().filter(|step| step.state == Some(state));
        let ids: Vec<TicketId> = of_state.filter_map(|step| step.ticket.as_ref()).map(|ticket| ticket.id).collect();
        if ids.is_empty() {
            continue;
        }
        let moved = tickets::table.filter(tickets::id.eq_any(ids));
        if state == TicketState::Consumed {
            diesel::update(moved).set(tickets::state.eq(state)).execute(unit.database)?;
        } else {
            let none: Option<IssueId> = None;
            diesel::update(moved).set((tickets::state.eq(state), tickets::issue_id.eq(none))).execute(unit.database)?;
        }
    }
    Ok(())
}

fn find_hold(unit: &mut Unit<'_>, issue: IssueId) -> Result<Option<(WalletId, Policy)>, Fault> {
    let found: Option<(WalletId, String)> = holds::table
        .inner_join(wallets::table.on(holds::wallet_id.eq(wallets::id)))
        .inner_join(contracts::table.on(wallets::contract_id.eq(contracts::id)))
        .filter(holds::issue_id.eq(issue))
        .select((holds::wallet_id, contracts::policy))
        .first(unit.database)
        .optional()?;
    Ok(found.map(|(wallet, policy)| json(&policy).map(|policy| (wallet, policy))).transpose()?)
}

fn read_hold(unit: &mut Unit<'_>, issue: IssueId) -> Result<HoldRow, Fault> {
    Ok(holds::table
        .filter(holds::issue_id.eq(issue))
        .select((holds::id, holds::state, holds::overdraft_units))
        .first(unit.database)?)
}

/// The tickets of an issue in the order in which they were chosen.
fn bound_tickets(unit: &mut Unit<'_>, issue: IssueId) -> Result<Vec<BoundTicket>, Fault> {
    let rows: Vec<(TicketId, LotId, String, String)> = tickets::table
        .inner_join(lots::table.on(tickets::lot_id.eq(lots::id)))
        .filter(tickets::issue_id.eq(issue))
        .order_by((tickets::expires_on, lots::origin.desc(), lots::issued_on, lots::id, tickets::serial))
        .select((tickets::id, tickets::lot_id, tickets::number, tickets::expires_on))
        .load(unit.database)?;
    let bound: Result<Vec<BoundTicket>, StoreError> = rows
        .into_iter()
        .map(|(id, lot, number, expires_on)| Ok(BoundTicket { id, lot, number, expires_on: day(&expires_on)? }))
        .collect();
    Ok(bound?)
}
