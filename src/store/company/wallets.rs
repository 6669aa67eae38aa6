//! A contract's wallet as it comes in, and lots that come into one that lives: each lot with its tickets, and a ledger that explains where they stand.

use diesel::prelude::*;

use crate::company::Lot;
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, WalletId};
use crate::domain::wallet::account::{Movement, TicketState};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::chain::genesis;
use crate::domain::wallet::number::ticket_number;
use crate::domain::wallet::terms::{LotTerms, UnitKind, grace};
use crate::store::error::Fault;
use crate::store::schema::wallets;
use crate::store::unit::Unit;
use crate::store::wallet::{Ledger, TicketRow, Told, insert_tickets, new_lot, post_lot, settle};

const BEFORE: &str = "before import";

/// Brings in the lots of a new wallet. Returns the number of tickets.
pub(super) fn lots(unit: &mut Unit<'_>, mut ledger: Ledger, lots: &[Lot], grace_days: u32) -> Result<usize, Fault> {
    let mut count = 0;
    for lot in lots {
        count += bring_in(unit, &mut ledger, lot, grace_days)?;
    }
    ledger.save(unit)?;
    Ok(count)
}

/// An empty wallet, locked.
pub(super) fn insert(unit: &mut Unit<'_>, contract: ContractId, kind: UnitKind) -> Result<Ledger, Fault> {
    let id: WalletId = unit.id();
    diesel::insert_into(wallets::table)
        .values((
            wallets::id.eq(id),
            wallets::contract_id.eq(contract),
            wallets::unit.eq(kind),
            wallets::source.eq(0_i64),
            wallets::available.eq(0_i64),
            wallets::held.eq(0_i64),
            wallets::consumed.eq(0_i64),
            wallets::expired.eq(0_i64),
            wallets::voided.eq(0_i64),
            wallets::overdraft.eq(0_i64),
            wallets::postings.eq(0_i64),
            wallets::chain_head.eq(genesis(id, contract, kind).to_vec()),
        ))
        .execute(unit.database)?;
    Ok(Ledger::fresh(contract, id, kind))
}

/// What was agreed when the lot was sold, under a policy that grants so many days of grace.
pub(in crate::store) fn terms(lot: &Lot, grace_days: u32) -> LotTerms {
    LotTerms {
        number: lot.number.clone(),
        origin: lot.origin,
        units: i64::from(lot.count),
        price_yen: i64::try_from(lot.price_yen).unwrap_or(i64::MAX),
        issued_on: lot.issued_on,
        expires_on: lot.expires_on,
        grace_days: grace(grace_days, lot.law_class, lot.expires_on),
        scope: lot.scope,
        law_class: lot.law_class,
    }
}

/// Buys the lot, uses its lowest serials as the file says, settles with the others what was used before it was bought,
/// and lets the rest die when their last day is over. The wallet is saved by the caller. Returns the number of tickets.
pub(in crate::store) fn bring_in(
    unit: &mut Unit<'_>,
    ledger: &mut Ledger,
    lot: &Lot,
    grace_days: u32,
) -> Result<usize, Fault> {
    let terms = terms(lot, grace_days);
    let mut made = new_lot(unit, ledger, &terms, None)?;
    let dead = terms.usable_until().is_some_and(|last| last < unit.today());
    let used = split(unit, &mut made.tickets, lot);
    let mut rest = made.tickets.split_off(used);
    let settling = settle(unit, ledger, &terms, &mut rest)?;
    post_lot(unit, ledger, &made, &terms, settling);
    let mut used = std::mem::take(&mut made.tickets);
    mark(ledger, &mut used, TicketState::Consumed);
    post(unit, ledger, &used, Movement::Hold, EventKind::WalletHeld, BEFORE);
    post(unit, ledger, &used, Movement::Capture, EventKind::WalletCaptured, BEFORE);
    if dead {
        mark(ledger, &mut rest, TicketState::Expired);
        post(unit, ledger, &rest, Movement::Expire, EventKind::WalletExpired, "last day over");
    }
    insert_tickets(unit.database, &used)?;
    insert_tickets(unit.database, &rest)?;
    Ok(used.len() + rest.len())
}

/// How many rows were used. A slip of points that was used in part is cut.
fn split(unit: &Unit<'_>, tickets: &mut Vec<TicketRow>, lot: &Lot) -> usize {
    let used = i64::from(lot.used);
    if let [slip] = tickets.as_mut_slice()
        && used > 0
        && used < slip.units
    {
        let (id, units) = (unit.id(), slip.units - used);
        slip.units = used;
        let rest = TicketRow { id, serial: 2, number: ticket_number(&lot.number, 2), units, ..slip.clone() };
        tickets.push(rest);
        return 1;
    }
    let rows = usize::try_from(lot.used).unwrap_or_default();
    if rows == 0 { 0 } else { rows.min(tickets.len()) }
}

fn mark(ledger: &mut Ledger, tickets: &mut [TicketRow], state: TicketState) {
    for ticket in tickets {
        ledger.shift(ticket.lot_id, Some(ticket.state), Some(state), ticket.units);
        ticket.state = state;
    }
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
    let entry = |ticket: &TicketRow| Entry::usual(movement, ticket.units, reason).of_ticket(ticket.lot_id, ticket.id);
    let units = tickets.iter().map(|ticket| ticket.units).sum();
    let numbers = tickets.iter().map(|ticket| ticket.number.clone()).collect();
    let told = Told { tickets: numbers, reason: reason.to_owned(), ..Told::default() };
    ledger.post(unit, kind, units, tickets.iter().map(entry).collect(), told);
}
