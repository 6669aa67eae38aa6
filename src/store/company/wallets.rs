//! A contract's wallet as it comes in: every lot with its tickets, and a ledger that explains where they stand.

use diesel::prelude::*;

use crate::company::Lot;
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, WalletId};
use crate::domain::wallet::account::{Movement, TicketState};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::chain::GENESIS;
use crate::store::error::Fault;
use crate::store::schema::wallets;
use crate::store::unit::Unit;
use crate::store::wallet::{Ledger, NewLot, TicketRow, Told, insert_tickets, new_lot, post_lot};

const BEFORE: &str = "before import";

/// Returns the number of tickets.
pub(super) fn wallet(unit: &mut Unit<'_>, contract: ContractId, lots: &[Lot]) -> Result<usize, Fault> {
    let id: WalletId = unit.id();
    insert(unit, id, contract)?;
    let mut ledger = Ledger::fresh(contract, id);
    let mut count = 0;
    for lot in lots {
        let tickets = bring_in(unit, &mut ledger, id, lot)?;
        insert_tickets(unit, id, &tickets)?;
        count += tickets.len();
    }
    ledger.save(unit)?;
    Ok(count)
}

fn insert(unit: &mut Unit<'_>, id: WalletId, contract: ContractId) -> Result<(), Fault> {
    diesel::insert_into(wallets::table)
        .values((
            wallets::id.eq(id),
            wallets::contract_id.eq(contract),
            wallets::unit.eq("ticket"),
            wallets::source.eq(0_i64),
            wallets::available.eq(0_i64),
            wallets::held.eq(0_i64),
            wallets::consumed.eq(0_i64),
            wallets::expired.eq(0_i64),
            wallets::voided.eq(0_i64),
            wallets::overdraft.eq(0_i64),
            wallets::postings.eq(0_i64),
            wallets::chain_head.eq(GENESIS.to_vec()),
            wallets::version.eq(1_i64),
        ))
        .execute(unit.database)?;
    Ok(())
}

/// Buys the lot, uses its lowest serials as the file says, and lets the rest die when their last day is over.
fn bring_in(unit: &mut Unit<'_>, ledger: &mut Ledger, wallet: WalletId, lot: &Lot) -> Result<Vec<TicketRow>, Fault> {
    let order = NewLot {
        number: lot.number.clone(),
        origin: lot.origin,
        units: i64::from(lot.count),
        price_yen: i64::try_from(lot.price_yen).unwrap_or(i64::MAX),
        issued_on: lot.issued_on,
        expires_on: lot.expires_on,
    };
    let (id, mut tickets) = new_lot(unit, wallet, &order)?;
    post_lot(unit, ledger, id, &order, Vec::new());
    let dead = lot.expires_on.is_some_and(|last| last < unit.today());
    let (used, rest) = tickets.split_at_mut(usize::try_from(lot.used).unwrap_or_default().min(lot.count as usize));
    mark(used, TicketState::Consumed);
    post(unit, ledger, used, Movement::Hold, EventKind::WalletHeld, BEFORE);
    post(unit, ledger, used, Movement::Capture, EventKind::WalletCaptured, BEFORE);
    if dead {
        mark(rest, TicketState::Expired);
        post(unit, ledger, rest, Movement::Expire, EventKind::WalletExpired, "last day over");
    }
    Ok(tickets)
}

fn mark(tickets: &mut [TicketRow], state: TicketState) {
    tickets.iter_mut().for_each(|ticket| ticket.state = state);
}

/// One posting for each ticket, one event for all.
fn post(
    unit: &mut Unit<'_>,
    ledger: &mut Ledger,
    tickets: &[TicketRow],
    movement: Movement,
    kind: EventKind,
    reason: &str,
) {
    if tickets.is_empty() {
        return;
    }
    let entries = tickets.iter().map(|ticket| Entry::usual(movement, 1, reason).of_ticket(ticket.lot, ticket.id));
    let numbers = tickets.iter().map(|ticket| ticket.number.clone()).collect();
    let told = Told { tickets: numbers, reason: reason.to_owned(), ..Told::default() };
    ledger.post(unit, kind, tickets.len() as i64, entries.collect(), told);
}
