//! Units move to another wallet of the same customer group (移管). They keep price, last day and class: nothing is
//! carried over into a longer life.

use diesel::prelude::*;

use super::correct::{Because, told};
use super::ledger::{Ledger, Told};
use super::lots::new_lot;
use super::rows::insert_tickets;
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, CustomerId, LotId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{Balances, Movement};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::terms::LotTerms;
use crate::store::error::Fault;
use crate::store::schema::{contracts, customers, wallets};
use crate::store::unit::Unit;

/// What moves where.
#[derive(Debug, Clone)]
pub struct TransferOrder {
    pub from: ContractId,
    pub to: ContractId,
    pub lot: LotId,
    pub units: i64,
    /// Number for the lot that the other wallet receives.
    pub number: String,
}

impl Unit<'_> {
    /// Moves unused units of one lot. Both sides post, and the receiving side names the first posting of the giving one.
    pub fn transfer(&mut self, order: &TransferOrder, because: &Because) -> Result<[Balances; 2], Fault> {
        self.same_group(order)?;
        let (mut giver, mut receiver) = self.lock_both(order.from, order.to)?;
        if giver.unit != receiver.unit {
            return Err(Refusal::new(Code::TransferForeign).at("to_contract_id").into());
        }
        let model = Entry::usual(Movement::Transfer, 1, &because.reason);
        let taken = self.take_from(&mut giver, order.lot, order.units, &model)?;
        let terms =
            LotTerms { number: order.number.clone(), units: order.units, price_yen: taken.yen, ..taken.terms.clone() };
        let told_out = Told { lot: Some(taken.terms.number), tickets: taken.numbers, ..told(because) };
        let kind = EventKind::WalletTransferred;
        let given = giver.post(self, kind, -order.units, taken.entries, told_out);
        let made = new_lot(self, &receiver, &terms, Some(order.lot))?;
        let entry = Entry::usual(Movement::Transfer, order.units, &because.reason).backwards();
        let entry = Entry { lot: Some(made.id), ..entry }.under(made.seal).referring_to(given.first().copied());
        let told_in = Told { lot: Some(terms.number), ..told(because) };
        receiver.post(self, kind, order.units, vec![entry], told_in);
        insert_tickets(self.database, &made.tickets)?;
        Ok([giver.save(self)?, receiver.save(self)?])
    }

    /// In one order, so that two transfers against each other do not wait for each other.
    fn lock_both(&mut self, from: ContractId, to: ContractId) -> Result<(Ledger, Ledger), Fault> {
        let ids: Vec<(ContractId, WalletId)> = wallets::table
            .filter(wallets::contract_id.eq_any([from, to]))
            .order_by(wallets::id)
            .select((wallets::contract_id, wallets::id))
            .load(self.database)?;
        let mut locked = Vec::new();
        for (_, wallet) in ids {
            locked.push(Ledger::lock(self, wallet)?);
        }
        let mut take = |contract: ContractId| {
            let at = locked.iter().position(|ledger| ledger.contract == contract);
            at.map(|at| locked.swap_remove(at)).ok_or_else(|| Refusal::new(Code::NotFound).at("to_contract_id"))
        };
        Ok((take(from)?, take(to)?))
    }

    fn same_group(&mut self, order: &TransferOrder) -> Result<(), Fault> {
        let rows: Vec<(CustomerId, Option<String>)> = contracts::table
            .inner_join(customers::table)
            .filter(contracts::id.eq_any([order.from, order.to]))
            .select((customers::id, customers::customer_group))
            .load(self.database)?;
        let together = match rows.as_slice() {
            [(one, group), (other, other_group)] => one == other || (group.is_some() && group == other_group),
            _ => false,
        };
        if together { Ok(()) } else { Err(Refusal::new(Code::TransferForeign).at("to_contract_id").into()) }
    }
}
