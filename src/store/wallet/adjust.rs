//! Units that come or go without a sale: adjustment (調整), and a lot made void (無効化).

use diesel::prelude::*;

use super::correct::{Because, told};
use super::expire::take_all;
use super::ledger::{Ledger, Told};
use super::lots::new_lot;
use super::rows::insert_tickets;
use super::slips::{Slip, cut};
use crate::books::recognition::part_of_price;
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, LotId, PostingId, TicketId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{Balances, Movement, Origin, TicketState};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::scope::Scope;
use crate::domain::wallet::terms::{LawClass, LotTerms, check_count};
use crate::store::codec::{day, last_day};
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{lots, postings, tickets};
use crate::store::unit::Unit;

impl Unit<'_> {
    /// Adds units that nobody sold: a lot of its own.
    pub fn adjust_up(&mut self, contract: ContractId, terms: &LotTerms, because: &Because) -> Result<Balances, Fault> {
        let mut ledger = Ledger::lock_of(self, contract)?;
        check_count(terms.units, ledger.unit)?;
        let made = new_lot(self, &ledger, terms, None)?;
        let entry = Entry::usual(Movement::Adjust, terms.units, &because.reason);
        let told = Told { lot: Some(terms.number.clone()), ..told(because) };
        let entry = Entry { lot: Some(made.id), ..entry }.under(made.seal);
        ledger.post(self, EventKind::WalletAdjusted, terms.units, vec![entry], told);
        insert_tickets(self.database, &made.tickets)?;
        ledger.save(self)
    }

    /// What a lot of a contract's wallet was sold as.
    pub fn lot_terms(&mut self, contract: ContractId, lot: LotId) -> Result<LotTerms, Fault> {
        let ledger = Ledger::lock_of(self, contract)?;
        Ok(self.own_lot(&ledger, lot)?.terms)
    }

    /// Takes unused units of one lot back to the issuer, the highest serials first.
    pub fn adjust_down(
        &mut self,
        contract: ContractId,
        lot: LotId,
        units: i64,
        because: &Because,
    ) -> Result<Balances, Fault> {
        let mut ledger = Ledger::lock_of(self, contract)?;
        let taken =
            self.take_from(&mut ledger, lot, units, &Entry::usual(Movement::Adjust, 1, &because.reason).backwards())?;
        let told = Told { lot: Some(taken.terms.number.clone()), tickets: taken.numbers, ..told(because) };
        ledger.post(self, EventKind::WalletAdjusted, -units, taken.entries, told);
        ledger.save(self)
    }

    /// Makes a lot void of which nothing was ever used, held or lost.
    pub fn void_lot(&mut self, contract: ContractId, lot: LotId, because: &Because) -> Result<Balances, Fault> {
        let mut ledger = Ledger::lock_of(self, contract)?;
        let OwnLot { terms, available, .. } = self.own_lot(&ledger, lot)?;
        let postings: i64 = postings::table.filter(postings::lot_id.eq(lot)).count().get_result(self.database)?;
        if available != terms.units || postings != 1 {
            return Err(Refusal::new(Code::LotTouched).with("number", terms.number).at("lot_id").into());
        }
        let sold: PostingId =
            postings::table.filter(postings::lot_id.eq(lot)).select(postings::id).first(self.database)?;
        let (mut entries, mut numbers) = (Vec::new(), Vec::new());
        for (ticket, number, units) in take_all(self, lot, TicketState::Voided)? {
            ledger.shift(lot, Some(TicketState::Available), Some(TicketState::Voided), units);
            let entry = Entry::usual(Movement::Void, units, &because.reason).of_ticket(lot, ticket);
            entries.push(entry.referring_to(Some(sold)));
            numbers.push(number);
        }
        let told = Told { lot: Some(terms.number), tickets: numbers, ..told(because) };
        ledger.post(self, EventKind::WalletVoided, terms.units, entries, told);
        ledger.save(self)
    }

    /// The terms of a lot of this wallet and what is left of it.
    pub(super) fn own_lot(&mut self, ledger: &Ledger, lot: LotId) -> Result<OwnLot, Fault> {
        let found: Option<(WalletId, i64, i64, TermsRow)> = lots::table
            .find(lot)
            .select((lots::wallet_id, lots::available, lots::voided, TermsRow::as_select()))
            .first(self.database)
            .optional()?;
        let (wallet, available, left, terms) = found.ok_or_else(|| Refusal::new(Code::NotFound).at("lot_id"))?;
        if wallet != ledger.wallet() {
            return Err(Refusal::new(Code::WalletForeign).at("lot_id").into());
        }
        Ok(OwnLot { terms: terms.terms()?, available, left })
    }

    /// Takes unused units of a lot out of circulation, the highest serials first. Each entry is like `model`.
    pub(super) fn take_from(
        &mut self,
        ledger: &mut Ledger,
        lot: LotId,
        units: i64,
        model: &Entry,
    ) -> Result<Taken, Fault> {
        let own = self.own_lot(ledger, lot)?;
        check_count(units, ledger.unit)?;
        // After their last day units are lost, though the night may not have come to them yet.
        let over = own.terms.usable_until().is_some_and(|last| last < self.today());
        let available = if over { 0 } else { own.available };
        if units > available {
            let refusal = Refusal::new(Code::TooFewLeft).with("available", available).with("needed", units);
            return Err(refusal.at("units").into());
        }
        let (yen, terms) = (own.price_of(units), own.terms);
        let slips: Vec<(TicketId, String, i64)> = tickets::table
            .filter(tickets::lot_id.eq(lot).and(tickets::state.eq(TicketState::Available)))
            .order_by(tickets::serial.desc())
            .limit(units)
            .select((tickets::id, tickets::number, tickets::units))
            .load(self.database)?;
        let mut taken = Taken { terms, yen, entries: Vec::new(), numbers: Vec::new() };
        let (mut left, mut whole) = (units, Vec::new());
        for (id, number, count) in slips {
            let part = left.min(count);
            if part == 0 {
                break;
            }
            left -= part;
            let ticket = if part < count {
                let slip = Slip { ticket: id, lot, wallet: ledger.wallet() };
                cut(self, slip, part, TicketState::Voided, None)?
            } else {
                whole.push(id);
                id
            };
            ledger.shift(lot, Some(TicketState::Available), Some(TicketState::Voided), part);
            taken.entries.push(Entry { units: part, ..model.clone() }.of_ticket(lot, ticket));
            taken.numbers.push(number);
        }
        diesel::update(tickets::table.filter(tickets::id.eq_any(whole)))
            .set(tickets::state.eq(TicketState::Voided))
            .execute(self.database)?;
        Ok(taken)
    }
}

/// A lot of the locked wallet.
pub(super) struct OwnLot {
    pub terms: LotTerms,
    pub available: i64,
    /// Units that have left it: void, taken back, moved or refunded.
    left: i64,
}

impl OwnLot {
    /// What the next `units` to leave were paid with, in yen.
    pub fn price_of(&self, units: i64) -> i64 {
        part_of_price(self.terms.price_yen, self.terms.units, self.left, units)
    }
}

/// Units on their way out of a lot.
pub(super) struct Taken {
    pub terms: LotTerms,
    /// The part of the lot's price that goes with them.
    pub yen: i64,
    pub entries: Vec<Entry>,
    pub numbers: Vec<String>,
}

/// A lot's terms as they stand in its row.
#[derive(Queryable, Selectable)]
#[diesel(table_name = lots)]
pub(in crate::store) struct TermsRow {
    number: String,
    origin: Origin,
    units: i64,
    price_yen: i64,
    issued_on: String,
    expires_on: String,
    usable_until: String,
    scope: Scope,
    law_class: LawClass,
}

impl TermsRow {
    pub fn terms(self) -> Result<LotTerms, StoreError> {
        let (expires_on, usable_until) = (last_day(&self.expires_on)?, last_day(&self.usable_until)?);
        let grace = expires_on.zip(usable_until).map_or(0, |(last, until)| (until - last).num_days());
        if expires_on.is_some() != usable_until.is_some() {
            return Err(StoreError::corrupt(format!("lot {}: the days of its end do not fit", self.number)));
        }
        Ok(LotTerms {
            number: self.number,
            origin: self.origin,
            units: self.units,
            price_yen: self.price_yen,
            issued_on: day(&self.issued_on)?,
            expires_on,
            grace_days: u32::try_from(grace).map_err(StoreError::corrupt)?,
            scope: self.scope,
            law_class: self.law_class,
        })
    }
}
