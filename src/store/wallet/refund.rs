//! Units go back to the issuer and their price to the customer (払戻し).

use diesel::prelude::*;

use super::adjust::OwnLot;
use super::correct::{Because, told};
use super::ledger::{Ledger, Told};
use crate::books::refund::room;
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, LotId, RefundId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::Movement;
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::refund::{RefundGround, seal_refund};
use crate::domain::wallet::terms::LawClass;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{company, refunds};
use crate::store::unit::Unit;

/// What is paid back, and why it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefundOrder {
    pub lot: LotId,
    pub units: i64,
    pub ground: RefundGround,
}

impl Unit<'_> {
    /// Takes unused units of a lot back, the highest serials first. Returns what they were paid with, in yen.
    pub fn refund(&mut self, contract: ContractId, order: &RefundOrder, because: &Because) -> Result<i64, Fault> {
        let mut ledger = Ledger::lock_of(self, contract)?;
        let OwnLot { terms, .. } = self.own_lot(&ledger, order.lot)?;
        terms.check_refund(order.ground, self.today())?;
        let model = Entry::usual(Movement::Refund, 1, &because.reason);
        let taken = self.take_from(&mut ledger, order.lot, order.units, &model)?;
        if terms.refund_is_bounded(order.ground) {
            self.check_room(taken.yen)?;
        }
        let id: RefundId = self.id();
        let seal = seal_refund(id, order.lot, order.units, taken.yen, order.ground);
        let entries = taken.entries.into_iter().map(|entry| entry.under(seal)).collect();
        let told = Told { lot: Some(terms.number), tickets: taken.numbers, yen: Some(taken.yen), ..told(because) };
        let posted = ledger.post(self, EventKind::WalletRefunded, -order.units, entries, told);
        let first = posted.first().copied().ok_or_else(|| StoreError::corrupt("a refund of nothing"))?;
        let wallet = ledger.wallet();
        ledger.save(self)?;
        diesel::insert_into(refunds::table)
            .values((
                refunds::id.eq(id),
                refunds::wallet_id.eq(wallet),
                refunds::lot_id.eq(order.lot),
                refunds::posting_id.eq(first),
                refunds::units.eq(order.units),
                refunds::yen.eq(taken.yen),
                refunds::ground.eq(order.ground),
                refunds::at.eq(self.now()),
            ))
            .execute(self.database)?;
        Ok(taken.yen)
    }

    /// Held against other refunds that the act bounds together with this one, of whatever wallets.
    pub fn lock_refunds(&mut self) -> Result<(), Fault> {
        // An update without a change takes the row's lock on either database.
        diesel::update(company::table).set(company::name_ja.eq(company::name_ja)).execute(self.database)?;
        Ok(())
    }

    fn check_room(&mut self, yen: i64) -> Result<(), Fault> {
        let today = self.today();
        let books = self.look().books_of(LawClass::Regulated)?;
        let room = room(&books.lots, &books.turns, today);
        if yen <= room {
            return Ok(());
        }
        Err(Refusal::new(Code::RefundRoom).with("room", room).with("yen", yen).at("units").into())
    }
}
