//! A customer's limits, and his yes or no to what lies above them.

use super::adjust::same_person;
use crate::commands::{remote_outcome, text};
use crate::domain::access::{Actor, Role};
use crate::domain::ids::{ContractId, IssueId};
use crate::domain::issue::may_close_remotely;
use crate::domain::priority::Priority;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::approval::ApprovalState;
use crate::limits;
use crate::roads::TravelTimes;
use crate::store::{Fault, Reader, Unit};
use crate::views::claims::{Approval, ApprovalRequest, ApprovalRuleRequest, ApprovalRuleView};
use crate::views::desk::{OutcomeRequest, RemoteOutcome};

/// The rule, and who could be its approver.
pub fn approval_rule(reader: &mut Reader<'_>, contract: ContractId) -> Result<ApprovalRuleView, Fault> {
    Ok(ApprovalRuleView { rule: reader.approval_rule(contract)?, approvers: reader.approvers(contract)? })
}

/// Sets or changes the rule. It governs what is accepted from now on.
pub fn set_approval_rule(
    unit: &mut Unit<'_>,
    contract: ContractId,
    request: &ApprovalRuleRequest,
) -> Result<ApprovalRuleView, Fault> {
    let counts = [("units_per_issue", request.units_per_issue), ("units_per_month", request.units_per_month)];
    for (field, count) in counts {
        if count.is_some_and(|count| !(0..=limits::APPROVAL_UNITS).contains(&count)) {
            let (ja, en) = ("0から1,000,000までです", "between 0 and 1,000,000");
            return Err(Refusal::invalid_both(field, ja, en).into());
        }
    }
    if request.auto_minutes.is_some_and(|minutes| !(1..=limits::APPROVAL_MINUTES).contains(&minutes)) {
        let (ja, en) = ("1分から30日までです", "between a minute and 30 days");
        return Err(Refusal::invalid_both("auto_minutes", ja, en).into());
    }
    unit.lock_wallet_of(contract)?;
    let now = approval_rule(&mut unit.look(), contract)?;
    let version = now.rule.as_ref().map_or(0, |rule| rule.version);
    if version != request.version {
        return Err(Refusal::stale(version, now).at("version").into());
    }
    if request.approver_id.is_some_and(|wanted| now.approvers.iter().all(|person| person.id != wanted)) {
        let (ja, en) = ("お客様のご担当者から選んでください", "choose one of the customer's people");
        return Err(Refusal::invalid_both("approver_id", ja, en).into());
    }
    unit.set_approval_rule(contract, request)?;
    approval_rule(&mut unit.look(), contract)
}

/// The customer's answer. A yes lets the capture happen that waits for it; a no withdraws the issue while nobody has set
/// out for it.
pub fn decide_approval(
    unit: &mut Unit<'_>,
    issue: IssueId,
    request: &ApprovalRequest,
    travel: &dyn TravelTimes,
) -> Result<Approval, Fault> {
    text::text("note", &request.note)?;
    let note = request.note.trim();
    let asked = pending(unit, issue, request.version)?;
    may_answer(unit, asked.contract_id, note)?;
    if request.approved {
        unit.lock_wallet_of(asked.contract_id)?;
        pending(unit, issue, request.version)?;
        unit.end_approval(issue, ApprovalState::Approved, note)?;
        unit.capture_waiting(issue)?;
    } else {
        refuse(unit, issue, request, note, travel)?;
    }
    let decided = unit.look().approval(issue)?;
    Ok(decided.ok_or_else(|| Refusal::new(Code::NotFound))?)
}

/// The visit's technician and order are locked before the wallet, as wherever an issue ends.
fn refuse(
    unit: &mut Unit<'_>,
    issue: IssueId,
    request: &ApprovalRequest,
    note: &str,
    travel: &dyn TravelTimes,
) -> Result<(), Fault> {
    let detail = unit.look().issue_detail(issue)?;
    let visit = detail.visits.iter().map(|visit| visit.state).find(|state| state.is_live());
    let goes_on = may_close_remotely(detail.summary.state, visit).is_err() || unit.has_departed(issue)?;
    if detail.summary.priority == Priority::P1 || goes_on {
        return Err(Refusal::new(Code::ApprovalGoesOn).into());
    }
    let end = OutcomeRequest {
        version: detail.version,
        outcome: RemoteOutcome::Withdrawn,
        note: note.to_owned(),
        remedy: String::new(),
        minutes: None,
    };
    remote_outcome::lock(unit, issue, &end)?;
    let asked = pending(unit, issue, request.version)?;
    unit.lock_wallet_of(asked.contract_id)?;
    pending(unit, issue, request.version)?;
    unit.end_approval(issue, ApprovalState::Refused, note)?;
    remote_outcome::close(unit, issue, &end, travel)?;
    Ok(())
}

/// Approves what the customers let pass by itself after a time. Returns whether there may be more.
pub fn approve_overdue(unit: &mut Unit<'_>) -> Result<bool, Fault> {
    let now = unit.now();
    let due = unit.look().approvals_due(now)?;
    let mut contracts: Vec<ContractId> = due.iter().map(|(_, contract)| *contract).collect();
    contracts.sort_unstable();
    contracts.dedup();
    if !contracts.is_empty() {
        unit.lock_wallets_of(&contracts)?;
    }
    for (issue, _) in &due {
        let approval = unit.look().approval(*issue)?;
        if approval.is_some_and(|approval| approval.state == ApprovalState::Pending) {
            unit.end_approval(*issue, ApprovalState::TimedOut, "")?;
            unit.capture_waiting(*issue)?;
        }
    }
    Ok(due.len() as i64 == limits::APPROVALS_AT_ONCE)
}

fn pending(unit: &mut Unit<'_>, issue: IssueId, version: i64) -> Result<Approval, Fault> {
    let approval = unit.look().approval(issue)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
    if approval.state != ApprovalState::Pending {
        let state = approval.state;
        return Err(Refusal::new(Code::ApprovalClosed)
            .with("state_ja", state.ja())
            .with("state_en", state.en())
            .into());
    }
    if approval.version != version {
        return Err(Refusal::stale(approval.version, approval).at("version").into());
    }
    Ok(approval)
}

/// The approver, while he is somebody who logs in; else anybody of the customer's. The vendor's people answer for a
/// customer on the phone, and write down who it was.
fn may_answer(unit: &mut Unit<'_>, contract: ContractId, note: &str) -> Result<(), Fault> {
    let rule = approval_rule(&mut unit.look(), contract)?;
    let named = rule.rule.and_then(|rule| rule.approver_id);
    let approver = rule.approvers.into_iter().find(|person| Some(person.id) == named);
    match (unit.actor().clone(), approver) {
        (Actor::User { role: Role::Customer, .. }, None) => Ok(()),
        (actor @ Actor::User { role: role @ Role::Customer, .. }, Some(approver)) => {
            let wanted = Actor::User { id: approver.id, name: approver.name.clone(), role };
            if same_person(&actor, &wanted) {
                return Ok(());
            }
            Err(Refusal::new(Code::ApprovalNotYours).with("approver", approver.name).into())
        }
        _ => text::needed_text("note", note).map(drop).map_err(Fault::from),
    }
}

#[cfg(test)]
mod tests;
