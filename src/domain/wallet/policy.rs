//! What an issue costs, and what becomes of its hold: the contract's policy as pure rules. The sentence that the
//! operator reads out and the postings come from the same functions.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::coded;
use crate::domain::issue::{IssueKind, Outcome};

coded! {
    /// When a hold becomes consumption.
    CapturePoint {
        Acceptance = "acceptance", "受付時", "At acceptance";
        Investigation = "investigation_start", "調査開始時", "At start of investigation";
        Arrival = "arrival", "到着時", "At arrival";
        Completion = "completion", "完了時", "At completion";
    }
}

/// The policy of one contract, version 1 of its form. Costs are units per issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub question_cost: u32,
    pub fault_cost: u32,
    pub inquiry_cost: u32,
    /// The same symptom on the same asset within so many days is our work to make good: it costs nothing.
    pub recurrence_days: u32,
    pub capture_point: CapturePoint,
    /// Units that may be used before they are bought; 0 = none.
    pub overdraft_limit: u32,
    pub no_fault_found_cost: u32,
    pub cancel_after_departure_cost: u32,
}

coded! {
    /// Why an issue costs what it costs.
    CostReason {
        Standard = "standard", "契約どおり", "As the contract says";
        Recurrence = "recurrence", "再発のため", "Recurrence";
        Free = "free", "対象外", "Free of charge";
    }
}

/// The cost of one issue at acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    pub units: i64,
    pub reason: CostReason,
}

impl Policy {
    /// Units to hold when the issue is accepted. A recurrence inside the guarantee window holds none.
    pub fn cost(&self, kind: IssueKind, is_recurrence: bool) -> Cost {
        if is_recurrence {
            return Cost { units: 0, reason: CostReason::Recurrence };
        }
        let units = match kind {
            IssueKind::Fault => self.fault_cost,
            IssueKind::Question => self.question_cost,
            IssueKind::Inquiry => self.inquiry_cost,
        };
        let reason = if units == 0 { CostReason::Free } else { CostReason::Standard };
        Cost { units: i64::from(units), reason }
    }

    /// Of `held` units, how many are captured when the issue ends so; the rest is released.
    pub fn captured(&self, outcome: Outcome, held: i64, departed: bool) -> i64 {
        let due = match outcome {
            Outcome::Repaired | Outcome::Answered => held,
            Outcome::OwnDefect | Outcome::SolvedByArticle => 0,
            Outcome::NoFaultFound => i64::from(self.no_fault_found_cost),
            Outcome::Withdrawn if departed => i64::from(self.cancel_after_departure_cost),
            Outcome::Withdrawn => 0,
            Outcome::NoAccess | Outcome::NeedsRevisit => 0,
        };
        due.clamp(0, held)
    }

    /// Of `consumed` units that were captured before the end (at the policy's capture point), how many go back. Only
    /// our own defect and "no fault found" undo a consumption; whoever withdraws after that point has used his units.
    pub fn reversed(&self, outcome: Outcome, consumed: i64) -> i64 {
        match outcome {
            Outcome::OwnDefect => consumed,
            Outcome::NoFaultFound => (consumed - i64::from(self.no_fault_found_cost)).max(0),
            _ => 0,
        }
    }

    /// Whether the hold stays as it is because the issue goes on.
    pub const fn keeps_hold(outcome: Outcome) -> bool {
        !outcome.is_final()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy {
            question_cost: 1,
            fault_cost: 1,
            inquiry_cost: 0,
            recurrence_days: 30,
            capture_point: CapturePoint::Completion,
            overdraft_limit: 2,
            no_fault_found_cost: 1,
            cancel_after_departure_cost: 1,
        }
    }

    #[test]
    fn one_ticket_per_issue_and_none_for_a_chase_call_or_a_recurrence() {
        assert_eq!(policy().cost(IssueKind::Fault, false).units, 1);
        assert_eq!(policy().cost(IssueKind::Inquiry, false), Cost { units: 0, reason: CostReason::Free });
        assert_eq!(policy().cost(IssueKind::Fault, true), Cost { units: 0, reason: CostReason::Recurrence });
    }

    #[test]
    fn our_own_defect_costs_the_customer_nothing() {
        assert_eq!(policy().captured(Outcome::OwnDefect, 1, true), 0);
        assert_eq!(policy().captured(Outcome::Repaired, 1, true), 1);
    }

    #[test]
    fn cancelling_is_free_until_somebody_has_set_out() {
        assert_eq!(policy().captured(Outcome::Withdrawn, 1, false), 0);
        assert_eq!(policy().captured(Outcome::Withdrawn, 1, true), 1);
    }

    #[test]
    fn after_the_capture_point_only_our_own_fault_gives_units_back() {
        assert_eq!(policy().reversed(Outcome::OwnDefect, 2), 2);
        assert_eq!(policy().reversed(Outcome::NoFaultFound, 2), 1);
        assert_eq!(policy().reversed(Outcome::Withdrawn, 2), 0);
        assert_eq!(policy().reversed(Outcome::Repaired, 2), 0);
    }

    #[test]
    fn never_more_is_captured_than_was_held() {
        let generous = Policy { no_fault_found_cost: 5, ..policy() };
        assert_eq!(generous.captured(Outcome::NoFaultFound, 1, true), 1);
    }
}
