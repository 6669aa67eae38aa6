//! What each issue has used is what the contract's policy says: every movement of its units has the size that its reason
//! asks for, and an issue that is over left nothing used that its outcome gives back.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Findings;
use super::wallets::Line;
use crate::domain::ids::*;
use crate::domain::issue::Outcome;
use crate::domain::refusal::Code;
use crate::domain::time::Timestamp;
use crate::domain::visit::VisitState;
use crate::domain::wallet::account::{Account, Movement};
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::policy::{CapturePoint, CostReason, Ending, Policy};
use crate::domain::wallet::terms::{LateUse, LawClass, UnitKind};
use crate::store::codec::json;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::store::wallet::WalletRow;
use crate::store::work::together;

/// What was decided about an issue outside the ledger.
#[derive(Default)]
struct Case {
    policy_version: i64,
    /// How it ended, when it is over.
    outcome: Option<Outcome>,
    /// Somebody had set out for it, at any of its visits.
    departed: bool,
    /// One of its visits ended before a closed door.
    closed_door: bool,
    /// Minutes of all its reports, and those that the desk said.
    minutes: Option<i64>,
    /// It repeats a repair within the guarantee.
    guaranteed: bool,
    approval: Option<ApprovalState>,
}

impl Case {
    fn ending(&self, outcome: Outcome) -> Ending {
        let Self { departed, closed_door, minutes, guaranteed, .. } = *self;
        Ending { outcome, departed, closed_door, minutes, guaranteed }
    }
}

pub(super) fn check(
    database: &mut Database,
    wallet: &WalletRow,
    lines: &[Line],
    findings: &mut Findings,
) -> Result<(), Fault> {
    let policies = policies_of(database, wallet.contract)?;
    let strict = strict_lots(database, wallet.id)?;
    let mut of_issue: BTreeMap<IssueId, Vec<&Line>> = BTreeMap::new();
    lines.iter().for_each(|line| of_issue.extend_line(line));
    for (issue, case) in cases(database, wallet)? {
        let Some(policy) = policies.get(&case.policy_version) else {
            findings.add("issue.charge", issue, "the policy under which it was accepted does not exist");
            continue;
        };
        let mut charge = Charge {
            policy,
            case: &case,
            unit: wallet.unit,
            strict: &strict,
            agreed: 0,
            held: 0,
            used: 0,
            made_at: None,
        };
        for step in steps(of_issue.get(&issue).map_or(&[][..], Vec::as_slice)) {
            if let Some(fault) = charge.follow(&step) {
                findings.add("issue.charge", issue, format!("{}: {fault}", step.reason));
            }
        }
        let left = case.outcome.map_or(0, |outcome| charge.used - charge.due_at_end(outcome));
        if left > 0 && !charge.settled_by_end(of_issue.get(&issue).map_or(&[][..], Vec::as_slice)) {
            findings.add("issue.charge", issue, format!("{left} units are used that its outcome gives back"));
        }
    }
    Ok(())
}

trait ByIssue<'a> {
    fn extend_line(&mut self, line: &'a Line);
}

impl<'a> ByIssue<'a> for BTreeMap<IssueId, Vec<&'a Line>> {
    /// What settles an overdraft moves nothing of the issue's own.
    fn extend_line(&mut self, line: &'a Line) {
        if let Some(issue) = line.issue
            && !(line.movement == Movement::Overdraft.as_str() && line.from == Account::Available.as_str())
        {
            self.entry(issue).or_default().push(line);
        }
    }
}

/// Movements of one issue that were made together, for one reason.
struct Step {
    at: Timestamp,
    reason: String,
    taken: i64,
    captured: i64,
    released: i64,
    reversed: i64,
    /// Used units that are on hold again, because what used them was taken back.
    reopened: i64,
    /// Units that died on the way, off the hold; and those of them that may not be used late.
    died: i64,
    forfeited: Vec<(LotId, i64)>,
}

impl Step {
    fn of(line: &Line) -> Self {
        let (at, reason, forfeited) = (line.at, line.reason.clone(), Vec::new());
        Self { at, reason, taken: 0, captured: 0, released: 0, reversed: 0, reopened: 0, died: 0, forfeited }
    }

    /// What may not be used late expires under the name of that rule, together with the rest.
    fn goes_with(&self, line: &Line) -> bool {
        self.at == line.at && (self.reason == line.reason || is_late(&self.reason) || is_late(&line.reason))
    }
}

fn steps(lines: &[&Line]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in lines {
        if !steps.last().is_some_and(|last| last.goes_with(line)) {
            steps.push(Step::of(line));
        }
        let Some(step) = steps.last_mut() else { continue };
        if is_late(&step.reason) {
            step.reason.clone_from(&line.reason);
        }
        let (from, to) = (line.from.as_str(), line.to.as_str());
        if to == Account::Held.as_str() && from == Account::Consumed.as_str() {
            step.reopened += line.units;
        } else if to == Account::Held.as_str() {
            step.taken += line.units;
        } else if to == Account::Consumed.as_str() {
            step.captured += line.units;
        } else if from == Account::Consumed.as_str() {
            step.reversed += line.units;
        } else {
            step.released += line.units;
            if to == Account::Expired.as_str() {
                step.died += line.units;
                step.forfeited.extend(line.lot.map(|lot| (lot, line.units)));
            }
        }
    }
    steps
}

fn is_late(reason: &str) -> bool {
    [Code::LateUse, Code::SixMonths].iter().any(|rule| rule.as_str() == reason)
}

/// The units of an issue as its movements are followed.
struct Charge<'a> {
    policy: &'a Policy,
    case: &'a Case,
    unit: UnitKind,
    /// Lots whose units are never used late.
    strict: &'a [LotId],
    /// What was read out at acceptance.
    agreed: i64,
    held: i64,
    used: i64,
    made_at: Option<Timestamp>,
}

impl Charge<'_> {
    /// Moves on by one step. What must not be is told.
    fn follow(&mut self, step: &Step) -> Option<String> {
        let (held, used) = (self.held, self.used);
        self.agreed += step.taken;
        self.held += step.taken + step.reopened - step.captured - step.released;
        self.used += step.captured - step.reversed - step.reopened;
        if self.held < 0 || self.used < 0 {
            return Some(format!("{} held and {} used units are left", self.held, self.used));
        }
        if step.taken > 0 {
            let made_at = *self.made_at.get_or_insert(step.at);
            let once = made_at == step.at && step.captured + step.released + step.reversed == 0;
            return (!once).then(|| "it holds a second time".to_owned());
        }
        if step.reopened > 0 {
            return (self.used > 0).then(|| format!("{} used units were not put back on hold", self.used));
        }
        if step.reversed > 0 {
            return self.gave_back(step, used);
        }
        if self.held > 0 {
            return Some(format!("{} of {held} units were left on hold", self.held));
        }
        let due = self.due(&step.reason, held)?;
        // What died on hold and is not honoured is lost to both sides.
        let lost = if self.policy.honours_holds { self.strict_units(step) } else { step.died };
        let fits = due.iter().any(|due| (due - lost..=*due).contains(&step.captured));
        (!fits).then(|| format!("{} of {held} units were used, the policy says {due:?}", step.captured))
    }

    fn strict_units(&self, step: &Step) -> i64 {
        step.forfeited.iter().filter(|(lot, _)| self.strict.contains(lot)).map(|(_, units)| units).sum()
    }

    /// What may be used of so many held units for this reason. None: a person decided.
    fn due(&self, reason: &str, held: i64) -> Option<Vec<i64>> {
        if let Ok(point) = reason.parse::<CapturePoint>() {
            return Some(if self.policy.capture_point == point { vec![held] } else { Vec::new() });
        }
        let outcome = Ending::outcome_of(reason)?;
        let due = if self.case.outcome == Some(outcome) { self.due_at_end(outcome) } else { self.on_the_way(outcome) };
        Some(match self.case.approval {
            None => vec![due],
            Some(ApprovalState::Refused) => vec![0],
            // What waited for the customer's yes was fixed at the capture point.
            Some(_) => vec![due, held],
        })
    }

    /// What the issue costs now that it is over.
    fn due_at_end(&self, outcome: Outcome) -> i64 {
        self.policy.due(self.case.ending(outcome), self.agreed, self.unit)
    }

    /// What a trip costs after which the issue went on; or what a person released by hand, as a recurrence.
    fn on_the_way(&self, outcome: Outcome) -> i64 {
        let ending = Ending { guaranteed: true, ..Ending::of(outcome, true) };
        self.policy.due(ending, self.agreed, self.unit)
    }

    /// Used units go back as the outcome says, or because a person decided so.
    fn gave_back(&self, step: &Step, used: i64) -> Option<String> {
        let outcome = Ending::outcome_of(&step.reason).filter(|outcome| self.case.outcome == Some(*outcome))?;
        let due = (used - self.due_at_end(outcome)).max(0);
        (due != step.reversed)
            .then(|| format!("{} of {used} used units went back, the policy says {due}", step.reversed))
    }

    /// Whether the issue's end posted something: then its size was checked there.
    fn settled_by_end(&self, lines: &[&Line]) -> bool {
        let reason = self.case.outcome.map(|outcome| self.case.ending(outcome).reason());
        lines.iter().any(|line| Some(line.reason.as_str()) == reason)
    }
}

fn policies_of(database: &mut Database, contract: ContractId) -> Result<BTreeMap<i64, Policy>, Fault> {
    let rows: Vec<(i64, String)> = policies::table
        .filter(policies::contract_id.eq(contract))
        .select((policies::version, policies::form))
        .load(database)?;
    rows.into_iter().map(|(version, form)| Ok((version, json(&form)?))).collect()
}

fn strict_lots(database: &mut Database, wallet: WalletId) -> Result<Vec<LotId>, Fault> {
    let rows: Vec<(LotId, LawClass)> =
        lots::table.filter(lots::wallet_id.eq(wallet)).select((lots::id, lots::law_class)).load(database)?;
    Ok(rows.into_iter().filter(|(_, class)| LateUse::of(*class, true) != LateUse::Honoured).map(|(id, _)| id).collect())
}

/// The issues that hold or held units of a wallet.
fn cases(database: &mut Database, wallet: &WalletRow) -> Result<BTreeMap<IssueId, Case>, Fault> {
    type Row = (IssueId, i64, Option<Outcome>, (CostReason, bool, i64), Option<ApprovalState>);
    let rows: Vec<Row> = holds::table
        .inner_join(issues::table.on(issues::id.eq(holds::issue_id)))
        .left_join(approvals::table.on(approvals::issue_id.eq(holds::issue_id)))
        .filter(holds::wallet_id.eq(wallet.id))
        .select((
            holds::issue_id,
            holds::policy_version,
            issues::outcome,
            (issues::cost_reason, issues::desk_minutes_said, issues::desk_minutes),
            approvals::state.nullable(),
        ))
        .load(database)?;
    let case = |(issue, policy_version, outcome, (reason, said, at_desk), approval): Row| {
        let guaranteed = reason == CostReason::Recurrence;
        let minutes = together(std::iter::empty(), said.then_some(at_desk));
        (issue, Case { policy_version, outcome, minutes, guaranteed, approval, ..Case::default() })
    };
    let mut cases: BTreeMap<IssueId, Case> = rows.into_iter().map(case).collect();
    type Visited = (IssueId, Option<i64>, Option<Timestamp>, VisitState);
    let visited: Vec<Visited> = issues::table
        .inner_join(work_orders::table.on(work_orders::issue_id.eq(issues::id)))
        .inner_join(visits::table.on(visits::work_order_id.eq(work_orders::id)))
        .left_join(service_reports::table.on(service_reports::visit_id.eq(visits::id)))
        .filter(issues::contract_id.eq(wallet.contract))
        .select((issues::id, service_reports::minutes.nullable(), visits::en_route_at, visits::state))
        .load(database)?;
    for (issue, minutes, en_route_at, state) in visited {
        let Some(case) = cases.get_mut(&issue) else { continue };
        case.departed |= en_route_at.is_some();
        case.closed_door |= state == VisitState::NoAccess;
        case.minutes = together(minutes.into_iter(), case.minutes);
    }
    Ok(cases)
}
