//! Ending a hold: consumption (消費確定), release (解放) and reversal (赤伝).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::bond::Bond;
use super::correct::late;
use super::ledger::{Ledger, Told};
use super::slips::{Slip, cut, set_state};
use crate::domain::event::EventKind;
use crate::domain::ids::IssueId;
use crate::domain::issue::Outcome;
use crate::domain::wallet::account::{Account, Balances, HoldState, Movement, TicketState};
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::policy::{CapturePoint, Ending, Policy};
use crate::domain::wallet::settle::{Step, units_to};
use crate::domain::wallet::terms::UnitKind;
use crate::store::error::Fault;
use crate::store::kept::Kept;
use crate::store::schema::holds;
use crate::store::unit::Unit;
use crate::views::claims::Approval;

/// What became of an issue's units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// Units that the issue has consumed in the end.
    pub consumed: i64,
    /// Units that went back (or expired on the way back).
    pub released: i64,
    /// Those of them that expired.
    pub expired: i64,
    pub hold_state: HoldState,
    pub balances: Balances,
}

impl Unit<'_> {
    /// Settles the hold of an issue that ends so, as the contract's policy says. None: there is nothing to settle, or
    /// the issue goes on and keeps its hold.
    pub fn settle(&mut self, issue: IssueId, ending: Ending) -> Result<Option<Settled>, Fault> {
        self.settle_on(issue, ending, self.today())
    }

    /// The same of an issue that ended on a day which is told only now: units that might be used then are used.
    pub fn settle_on(&mut self, issue: IssueId, ending: Ending, day: NaiveDate) -> Result<Option<Settled>, Fault> {
        if Policy::keeps_hold(ending.outcome) {
            return Ok(None);
        }
        let Some((ledger, bond)) = self.bond(issue)? else { return Ok(None) };
        let reason = ending.reason();
        let due = bond.policy.due(ending, bond.agreed, ledger.unit);
        match bond.state {
            HoldState::Live => {
                let approval = self.look().approval(issue)?.map(|asked| (asked.state, asked.waiting_units));
                let captured = match approval {
                    // Who said no pays nothing, whatever the contract says of withdrawing.
                    Some((ApprovalState::Refused, _)) => 0,
                    Some((ApprovalState::Pending, Some(used))) => due.min(used),
                    _ => due,
                };
                if approval.is_some_and(|(state, _)| state == ApprovalState::Pending) {
                    if captured > 0 {
                        self.let_wait(issue, captured, reason, day)?;
                        return Ok(None);
                    }
                    self.end_approval(issue, ApprovalState::Lapsed, "")?;
                }
                self.use_up(ledger, &bond, captured, reason, day).map(Some)
            }
            HoldState::Captured => {
                let reversed = (bond.bound.units() - due).max(0);
                let steps = bond.bound.reverse(reversed, self.today(), reason);
                self.carry_out(ledger, &bond, steps, "").map(Some)
            }
            // Somebody gave the units back by hand.
            HoldState::Released => Ok(None),
        }
    }

    /// The issue has come to `point` (acceptance, investigation, arrival). When the contract captures there, its hold
    /// becomes consumption. None: nothing to do.
    pub fn reach(&mut self, issue: IssueId, point: CapturePoint) -> Result<Option<Settled>, Fault> {
        self.reach_on(issue, point, self.today())
    }

    /// The same of an issue that came to the point on a day which is told only now.
    pub fn reach_on(&mut self, issue: IssueId, point: CapturePoint, day: NaiveDate) -> Result<Option<Settled>, Fault> {
        let due = |policy: &Policy, _, units| if policy.capture_point == point { units } else { 0 };
        self.capture_if(issue, point.as_str(), day, due)
    }

    /// Nobody opened on that day. Where the contract says so, the trip has used the issue's units. None: nothing to do.
    pub fn futile_trip(&mut self, issue: IssueId, day: NaiveDate) -> Result<Option<Settled>, Fault> {
        let ending = Ending::of(Outcome::NoAccess, true);
        self.capture_if(issue, ending.outcome.as_str(), day, |policy, unit, units| policy.due(ending, units, unit))
    }

    /// A step by which the issue had come to `point` was taken back, or led to a closed door. What was captured for it
    /// is on hold again, and what waited for the customer's approval waits no more. None: nothing to do, because the
    /// contract captures elsewhere, another visit came to the point too, or somebody has corrected the use by hand.
    pub fn step_back(&mut self, issue: IssueId, point: CapturePoint, reason: &str) -> Result<Option<Settled>, Fault> {
        let Some((ledger, bond)) = self.bond(issue)? else { return Ok(None) };
        if bond.policy.capture_point != point || self.has_come_to(issue, point)? {
            return Ok(None);
        }
        if bond.state == HoldState::Live {
            let waiting = self.pending_approval(issue)?.and_then(|asked| asked.waiting_reason);
            if waiting.as_deref() == Some(point.as_str()) {
                self.wait_no_more(issue)?;
            }
            return Ok(None);
        }
        if !bond.is_whole_and_captured_at(self, point)? {
            return Ok(None);
        }
        self.put_back_on_hold(ledger, &bond, reason).map(Some)
    }

    fn put_back_on_hold(&mut self, mut ledger: Ledger, bond: &Bond, reason: &str) -> Result<Settled, Fault> {
        let mut steps = bond.bound.reopen(reason);
        move_tickets(self, &mut ledger, bond, &mut steps)?;
        post(self, &mut ledger, bond, &steps, "");
        diesel::update(holds::table.find(bond.hold))
            .set((holds::state.eq(HoldState::Live), holds::settled_at.eq(self.now())))
            .execute(self.database)?;
        let balances = ledger.save(self)?;
        Ok(Settled { consumed: 0, released: 0, expired: 0, hold_state: HoldState::Live, balances })
    }

    /// Captures `units` of a live hold, used on a day up to today, and gives the rest back. What may not be used after its last day expires, and
    /// the refusal of its use is kept for audit: the work is done, so it cannot be refused to whoever reports it.
    fn use_up(
        &mut self,
        ledger: Ledger,
        bond: &Bond,
        units: i64,
        reason: &str,
        used_on: NaiveDate,
    ) -> Result<Settled, Fault> {
        if let Some((rule, last_day)) = bond.bound.late(units, used_on) {
            let refusal = late(rule, last_day, ledger.unit);
            self.note_refusal(ledger.contract, "capture", &refusal)?;
        }
        let steps = bond.bound.settle_used(units, used_on, self.today(), reason);
        self.carry_out(ledger, bond, steps, "")
    }

    /// Captures what `due` says of a live hold: given the policy, the held units and what they are.
    fn capture_if(
        &mut self,
        issue: IssueId,
        reason: &str,
        day: NaiveDate,
        due: impl FnOnce(&Policy, UnitKind, i64) -> i64,
    ) -> Result<Option<Settled>, Fault> {
        let Some((ledger, bond)) = self.bond(issue)? else { return Ok(None) };
        let captured = due(&bond.policy, ledger.unit, bond.bound.units());
        if bond.state != HoldState::Live || captured == 0 {
            return Ok(None);
        }
        if let Some(asked) = self.pending_approval(issue)? {
            if asked.waiting_units.is_none() {
                self.let_wait(issue, captured, reason, day)?;
            }
            return Ok(None);
        }
        self.use_up(ledger, &bond, captured, reason, day).map(Some)
    }

    /// What waited for the customer's approval is used on the day of the work, now that he gave it: an answer that comes
    /// after the last day of the units does not undo a use that was in time. None: nothing waited.
    pub fn capture_waiting(&mut self, issue: IssueId) -> Result<Option<Settled>, Fault> {
        let approval = self.look().approval(issue)?;
        let day = approval.as_ref().and_then(|approval| approval.waiting_on).unwrap_or_else(|| self.today());
        let waiting = approval.and_then(|approval| approval.waiting_units.zip(approval.waiting_reason));
        let (Some((units, reason)), Some((ledger, bond))) = (waiting, self.bond(issue)?) else { return Ok(None) };
        if bond.state != HoldState::Live {
            return Ok(None);
        }
        self.use_up(ledger, &bond, units, &reason, day).map(Some)
    }

    /// The approval for which an issue's capture waits.
    pub(super) fn pending_approval(&mut self, issue: IssueId) -> Result<Option<Approval>, Fault> {
        let approval = self.look().approval(issue)?;
        Ok(approval.filter(|approval| approval.state == ApprovalState::Pending))
    }

    /// Moves the tickets, posts the steps and closes the hold.
    pub(super) fn carry_out(
        &mut self,
        mut ledger: Ledger,
        bond: &Bond,
        mut steps: Vec<Step>,
        note: &str,
    ) -> Result<Settled, Fault> {
        let (returned, to_consumed) = (units_to(&steps, Account::Overdraft), units_to(&steps, Account::Consumed));
        let moved: i64 = steps.iter().map(|step| step.entry.units).sum();
        let consumed = match bond.state {
            HoldState::Live => to_consumed,
            HoldState::Captured | HoldState::Released => bond.bound.units() - moved,
        };
        let state = if consumed > 0 { HoldState::Captured } else { HoldState::Released };
        move_tickets(self, &mut ledger, bond, &mut steps)?;
        post(self, &mut ledger, bond, &steps, note);
        if moved > 0 {
            let sql = "UPDATE holds SET state = ?, overdraft_units = ?, settled_at = ? WHERE id = ?";
            let settled = Kept::new(sql).text(state.as_str()).number(bond.bound.overdraft_units - returned);
            ledger.write(settled.number(self.now().micros()).id(bond.hold));
        }
        let balances = ledger.save(self)?;
        let expired = units_to(&steps, Account::Expired);
        Ok(Settled { consumed, released: moved - to_consumed, expired, hold_state: state, balances })
    }

    /// The wallet of an issue's hold, locked, with the hold as it stands. None: the issue never held anything.
    pub(super) fn bond(&mut self, issue: IssueId) -> Result<Option<(Ledger, Bond)>, Fault> {
        let Some(wallet) = Bond::wallet_of(self, issue)? else { return Ok(None) };
        let ledger = Ledger::lock(self, wallet)?;
        let bond = Bond::read(self, &ledger, issue)?;
        Ok(Some((ledger, bond)))
    }
}

/// One event for each kind of movement and reason among the steps.
fn post(unit: &mut Unit<'_>, ledger: &mut Ledger, bond: &Bond, steps: &[Step], note: &str) {
    let kinds = [
        (Movement::Capture, EventKind::WalletCaptured),
        (Movement::Release, EventKind::WalletReleased),
        (Movement::Reverse, EventKind::WalletReversed),
        (Movement::Expire, EventKind::WalletExpired),
    ];
    for (movement, kind) in kinds {
        let mut alike: BTreeMap<&str, Vec<&Step>> = BTreeMap::new();
        for step in steps.iter().filter(|step| step.entry.movement == movement) {
            alike.entry(&step.entry.reason).or_default().push(step);
        }
        for (reason, steps) in alike {
            let mut numbers: Vec<String> =
                steps.iter().filter_map(|step| step.ticket.as_ref()).map(|ticket| ticket.number.clone()).collect();
            numbers.dedup();
            let told = Told {
                issue: Some(bond.issue),
                issue_number: bond.issue_number.clone(),
                tickets: numbers,
                reason: reason.to_owned(),
                note: note.to_owned(),
                ..Told::default()
            };
            let units = steps.iter().map(|step| step.entry.units).sum();
            let entries = steps.iter().map(|step| {
                let owed = if step.ticket.is_none() { bond.overdraft_posting } else { step.entry.refers_to };
                step.entry.clone().for_issue(bond.issue).referring_to(owed)
            });
            ledger.post(unit, kind, units, entries.collect(), told);
        }
    }
}

/// Moves the tickets; one that went back belongs to no issue any more. A slip that several steps share is cut: the
/// first step keeps its number unless a rest stays behind.
fn move_tickets(unit: &mut Unit<'_>, ledger: &mut Ledger, bond: &Bond, steps: &mut [Step]) -> Result<(), Fault> {
    for ticket in &bond.bound.tickets {
        let of_ticket = |step: &Step| step.ticket.as_ref().is_some_and(|moved| moved.id == ticket.id);
        let moved: i64 = steps.iter().filter(|step| of_ticket(step)).map(|step| step.entry.units).sum();
        let mut keeps_number = moved == ticket.units;
        for step in steps.iter_mut().filter(|step| of_ticket(step)) {
            let Some(state) = step.state else { continue };
            ledger.shift(ticket.lot, Some(bond.ticket_state()), Some(state), step.entry.units);
            if std::mem::replace(&mut keeps_number, false) {
                let issue = matches!(state, TicketState::Held | TicketState::Consumed).then_some(bond.issue);
                ledger.write(set_state(ticket.id, state, issue));
            } else {
                let slip = Slip { ticket: ticket.id, lot: ticket.lot, wallet: ledger.wallet() };
                let issue = (state == TicketState::Consumed).then_some(bond.issue);
                step.entry.ticket = Some(cut(unit, slip, step.entry.units, state, issue)?);
            }
        }
    }
    Ok(())
}
