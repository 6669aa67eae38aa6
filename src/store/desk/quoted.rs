//! The ticket or the lot whose number somebody quotes: what state it is in, and which issue used it.

use diesel::prelude::*;

use crate::domain::ids::{ContractId, CustomerId, LotId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::number::{Quoted, quoted};
use crate::store::Reader;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{contracts, customers, lots, tickets, wallets};
use crate::views::wallet::QuotedTicket;

/// What is meant: a lot, and the serial of a ticket in it.
struct Meant {
    lot: LotId,
    serial: Option<i32>,
}

impl Reader<'_> {
    /// What is quoted, among the tickets of one customer or of all. None: it is no such number, or there is none like it.
    ///
    /// # Errors
    /// `ticket.misheard` when the check digit of a ticket's number does not fit.
    pub fn quoted(&mut self, text: &str, of: Option<CustomerId>) -> Result<Option<QuotedTicket>, Fault> {
        let meant = match quoted(text) {
            None | Some(Quoted::Misheard { is_sure: false }) => None,
            Some(Quoted::Misheard { is_sure: true }) => return Err(Refusal::new(Code::TicketMisheard).into()),
            Some(Quoted::Tickets(numbers)) => tickets::table
                .filter(tickets::number.eq_any(numbers))
                .order(tickets::number.desc())
                .select((tickets::lot_id, tickets::serial))
                .first(self.database)
                .optional()?
                .map(|(lot, serial)| Meant { lot, serial: Some(serial) }),
            Some(Quoted::Lots(numbers)) => lots::table
                .filter(lots::number.eq_any(numbers))
                .order(lots::number.desc())
                .select(lots::id)
                .first(self.database)
                .optional()?
                .map(|lot| Meant { lot, serial: None }),
        };
        meant.map(|meant| self.found_lot(&meant, of)).transpose().map(Option::flatten)
    }

    fn found_lot(&mut self, meant: &Meant, of: Option<CustomerId>) -> Result<Option<QuotedTicket>, Fault> {
        let (contract, number, customer, name): (ContractId, String, CustomerId, String) = lots::table
            .inner_join(wallets::table.on(wallets::id.eq(lots::wallet_id)))
            .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
            .inner_join(customers::table.on(customers::id.eq(contracts::customer_id)))
            .filter(lots::id.eq(meant.lot))
            .select((contracts::id, contracts::number, customers::id, customers::name))
            .first(self.database)?;
        if of.is_some_and(|reader| reader != customer) {
            return Ok(None);
        }
        let wallet = self.wallet_summary(contract)?;
        let lot = wallet.lots.into_iter().find(|lot| lot.id == meant.lot);
        let ticket = match meant.serial {
            Some(serial) => self.lot_tickets(contract, meant.lot, Some(serial - 1), Some(1))?.tickets.pop(),
            None => None,
        };
        Ok(Some(QuotedTicket {
            contract_id: contract,
            contract_number: number,
            customer_name: name,
            unit: wallet.unit,
            lot: lot.ok_or_else(|| StoreError::corrupt("a lot outside its wallet"))?,
            ticket,
        }))
    }
}
