//! Limits that a customer sets for himself (W21), above which a use is shown to somebody of his before it counts. Work
//! never waits for it: the hold is taken and the visit goes its way; only the capture waits.

use crate::coded;

coded! {
    ApprovalState {
        Pending = "pending", "承認待ち", "Waiting for approval";
        Approved = "approved", "承認済み", "Approved";
        TimedOut = "timed_out", "期限により承認", "Approved by time";
        Refused = "refused", "不承認", "Not approved";
        Lapsed = "lapsed", "承認不要", "Needed no more";
    }
}

/// Units that pass without approval. None: as many as there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ApprovalLimits {
    pub units_per_issue: Option<i64>,
    /// In one month of the calendar.
    pub units_per_month: Option<i64>,
}

impl ApprovalLimits {
    /// With the limit that the contract itself sets for an issue: the lower of two counts.
    pub fn within(self, contract: Option<u32>) -> Self {
        let contract = contract.map(i64::from);
        let units_per_issue = self.units_per_issue.into_iter().chain(contract).min();
        Self { units_per_issue, ..self }
    }

    /// Whether somebody is asked about an issue of so many units, in a month in which `before` were accepted. What
    /// costs nothing needs nobody.
    pub fn asks(&self, units: i64, before: i64) -> bool {
        let above = |most: Option<i64>, units: i64| most.is_some_and(|most| units > most);
        units > 0 && (above(self.units_per_issue, units) || above(self.units_per_month, before + units))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_asked_unless_the_customer_said_so() {
        assert!(!ApprovalLimits::default().asks(1_000, 1_000));
        assert!(!ApprovalLimits { units_per_issue: Some(0), units_per_month: Some(0) }.asks(0, 0), "free of charge");
    }

    #[test]
    fn of_the_contracts_and_the_customers_limit_the_lower_one_counts() {
        let check = |own, contract, expected| {
            let limits = ApprovalLimits { units_per_issue: own, units_per_month: Some(9) }.within(contract);
            assert_eq!(limits, ApprovalLimits { units_per_issue: expected, units_per_month: Some(9) });
        };
        check(Some(2), Some(3), Some(2));
        check(Some(3), Some(2), Some(2));
        check(None, Some(2), Some(2));
        check(Some(2), None, Some(2));
        check(None, None, None);
    }

    #[test]
    fn a_limit_may_be_reached_and_not_passed() {
        let limits = ApprovalLimits { units_per_issue: Some(2), units_per_month: Some(5) };
        assert!(!limits.asks(2, 3) && limits.asks(3, 0) && limits.asks(1, 5));
    }
}
