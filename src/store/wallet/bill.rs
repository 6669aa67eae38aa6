//! Overdrawn units that no purchase settled are invoiced: sold as a lot of exactly so many, at the price that the policy
//! fixed under which each was used. The lot settles them at once, so the customer owes the invoice and no units.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::ledger::Ledger;
use super::lots::{Debt, Purchased, debts};
use crate::domain::ids::{ContractId, LotId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{HoldState, Movement, Origin};
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::terms::{LawClass, LotTerms, last_day};
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::postings;
use crate::store::unit::Unit;

/// What the posting of such a lot says, sealed with it. By this it is told from a lot that was chosen and bought.
const BILLED: &str = "overdraft invoiced";

impl Reader<'_> {
    /// The lots by which overdrawn units were invoiced. Nobody bought them to have them: they say nothing of what the
    /// contract pays for a unit, nor of how many it bought.
    pub(in crate::store) fn billed_lots(&mut self, wallet: WalletId) -> Result<Vec<LotId>, Fault> {
        let lots: Vec<Option<LotId>> = postings::table
            .filter(postings::wallet_id.eq(wallet).and(postings::movement.eq(Movement::Purchase)))
            .filter(postings::reason.eq(BILLED))
            .select(postings::lot_id)
            .load(self.database)?;
        Ok(lots.into_iter().flatten().collect())
    }
}

impl Unit<'_> {
    /// Sells and settles what was used under a policy with an overage price. `terms` are those of a lot of nothing.
    pub fn bill_overdraft(&mut self, contract: ContractId, terms: &LotTerms) -> Result<Purchased, Fault> {
        let ledger = Ledger::lock_of(self, contract)?;
        let (mut due, mut prices) = (Vec::new(), BTreeMap::new());
        let mut price_yen = 0;
        for debt in debts(self, ledger.wallet())? {
            let price = self.overage_price(contract, &debt, &mut prices)?;
            // What is only on hold may still be given back.
            if let Some(price) = price.filter(|_| debt.state == HoldState::Captured) {
                price_yen += debt.units * i64::from(price);
                due.push(debt);
            }
        }
        let units = due.iter().map(|debt| debt.units).sum();
        if units == 0 {
            return Err(Refusal::new(Code::NothingOverdrawn).into());
        }
        let terms = LotTerms { units, price_yen, ..terms.clone() };
        terms.check(ledger.unit, self.today())?;
        self.buy(ledger, &terms, &due, BILLED)
    }

    /// The price of a unit under the policy that governs a hold.
    fn overage_price(
        &mut self,
        contract: ContractId,
        debt: &Debt,
        known: &mut BTreeMap<i64, Option<u32>>,
    ) -> Result<Option<u32>, Fault> {
        if let Some(price) = known.get(&debt.policy_version) {
            return Ok(*price);
        }
        let price = self.look().policy_version(contract, debt.policy_version)?.policy.overdraft_price_yen;
        known.insert(debt.policy_version, price);
        Ok(price)
    }
}

/// What a lot for an invoice of overdrawn units is sold as, under the class of the customer's other lots. A use that is
/// reversed later may be used for anything until the contract ends, or until the class says.
pub fn overage_terms(number: String, today: NaiveDate, ends_on: NaiveDate, law_class: LawClass) -> LotTerms {
    let last = match law_class {
        LawClass::SixMonthExempt => ends_on.min(LotTerms::last_of_six_months(today)),
        LawClass::B2bExempt | LawClass::Regulated => ends_on,
    };
    LotTerms {
        number,
        origin: Origin::Paid,
        units: 0,
        price_yen: 0,
        issued_on: today,
        expires_on: last_day(Some(last.max(today))),
        grace_days: 0,
        scope: Scope::Any,
        law_class,
    }
}
