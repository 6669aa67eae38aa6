//! The end of a last day: what nobody holds is void (失効).

use diesel::prelude::*;

use super::ledger::{Ledger, Told};
use crate::domain::event::EventKind;
use crate::domain::ids::{LotId, TicketId, WalletId};
use crate::domain::wallet::account::{Movement, TicketState};
use crate::domain::wallet::book::Entry;
use crate::limits;
use crate::store::error::Fault;
use crate::store::schema::{lots, tickets};
use crate::store::unit::Unit;

/// What one run of the expiry did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    pub wallets: usize,
    pub units: i64,
    /// There may be more: run again.
    pub more: bool,
}

impl Unit<'_> {
    /// Lets the tickets die whose last day is over on `today`, for a bounded number of wallets. Holds are honoured.
    pub fn expire_due(&mut self, today: chrono::NaiveDate) -> Result<Expired, Fault> {
        let due: Vec<(WalletId, i64)> = lots::table
            .filter(lots::available.gt(0).and(lots::usable_until.lt(today.to_string())))
            .select((lots::wallet_id, lots::available))
            .order_by((lots::usable_until, lots::wallet_id))
            .limit(limits::EXPIRY_LOTS)
            .load(self.database)?;
        let mut run = Expired { more: due.len() as i64 == limits::EXPIRY_LOTS, ..Expired::default() };
        let (mut wallets, mut units) = (Vec::new(), 0);
        for (wallet, available) in due {
            if units >= limits::EXPIRY_UNITS {
                run.more = true;
                break;
            }
            units += available;
            wallets.push(wallet);
        }
        wallets.sort_unstable();
        wallets.dedup();
        for wallet in &wallets {
            run.units += expire_wallet(self, *wallet, today)?;
        }
        run.wallets = wallets.len();
        Ok(run)
    }
}

fn expire_wallet(unit: &mut Unit<'_>, wallet: WalletId, today: chrono::NaiveDate) -> Result<i64, Fault> {
    let mut ledger = Ledger::lock(unit, wallet)?;
    let due: Vec<LotId> = lots::table
        .filter(lots::wallet_id.eq(wallet).and(lots::available.gt(0)))
        .filter(lots::usable_until.lt(today.to_string()))
        .order_by((lots::usable_until, lots::id))
        .select(lots::id)
        .load(unit.database)?;
    let (mut entries, mut numbers, mut units) = (Vec::new(), Vec::new(), 0);
    for lot in due {
        let dead = take_all(unit, lot, TicketState::Expired)?;
        for (ticket, number, count) in dead {
            ledger.shift(lot, Some(TicketState::Available), Some(TicketState::Expired), count);
            entries.push(Entry::usual(Movement::Expire, count, "last day over").of_ticket(lot, ticket));
            numbers.push(number);
            units += count;
        }
    }
    if units == 0 {
        return Ok(0);
    }
    let told = Told { tickets: numbers, reason: "last day over".to_owned(), ..Told::default() };
    ledger.post(unit, EventKind::WalletExpired, units, entries, told);
    ledger.save(unit)?;
    Ok(units)
}

/// Every available ticket of a lot goes to `state`. Returns them in the order of their serials.
pub(super) fn take_all(
    unit: &mut Unit<'_>,
    lot: LotId,
    state: TicketState,
) -> Result<Vec<(TicketId, String, i64)>, Fault> {
    let available = tickets::lot_id.eq(lot).and(tickets::state.eq(TicketState::Available));
    let taken = tickets::table
        .filter(available)
        .order_by(tickets::serial)
        .select((tickets::id, tickets::number, tickets::units))
        .load(unit.database)?;
    diesel::update(tickets::table.filter(available)).set(tickets::state.eq(state)).execute(unit.database)?;
    Ok(taken)
}

#[cfg(test)]
mod tests;
