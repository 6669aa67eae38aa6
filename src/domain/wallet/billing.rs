//! How a contract is paid for. Only one kind of contract pays each issue with units that were bought before.

use crate::coded;
use crate::domain::wallet::policy::{Cost, CostReason};

coded! {
    BillingModel {
        Free = "free", "無償", "Free of charge";
        /// Quoted for each job and paid at the end of the next month.
        Quote = "quote", "見積もり", "Quote per job";
        MonthlyFee = "monthly_fee", "月額", "Monthly fee";
        Ticket = "ticket", "チケット払い", "Prepaid tickets";
    }
}

impl BillingModel {
    pub const fn usual() -> Self {
        Self::Ticket
    }

    /// What an issue holds under such a contract, from what its policy says: nothing where it is not paid with units. A
    /// recurrence stays one, because it is free under every contract.
    pub fn cost(self, cost: Cost) -> Cost {
        match (self, cost.reason) {
            (Self::Ticket, _) | (_, CostReason::Recurrence) => cost,
            _ => Cost { units: 0, reason: CostReason::Billed },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_ticket_contract_takes_units() {
        let said = Cost { units: 3, reason: CostReason::Standard };
        assert_eq!(BillingModel::Ticket.cost(said), said);
        let again = Cost { units: 0, reason: CostReason::Recurrence };
        for billing in [BillingModel::Free, BillingModel::Quote, BillingModel::MonthlyFee] {
            assert_eq!(billing.cost(said), Cost { units: 0, reason: CostReason::Billed });
            assert_eq!(billing.cost(again), again);
        }
    }
}
