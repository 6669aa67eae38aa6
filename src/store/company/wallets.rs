//! A contract's wallet as it comes in, and lots that come into one that lives: each lot with its tickets, and a ledger that explains where they stand.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::company::Lot;
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, ReportId, WalletId};
use crate::domain::wallet::account::{Movement, TicketState};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::chain::genesis;
use crate::domain::wallet::number::ticket_number;
use crate::domain::wallet::past::seal;
use crate::domain::wallet::terms::{LotTerms, UnitKind, grace, last_day};
use crate::store::error::Fault;
use crate::store::schema::{lots, wallets};
use crate::store::unit::Unit;
use crate::store::wallet::{Ledger, TicketRow, Told, insert_tickets, new_lot, post_lot, settle};
use crate::views::ledger::InvoiceRequest;

const BEFORE: &str = "before import";

/// Brings in the lots of a new wallet. Returns the number of tickets.
pub(super) fn lots(
    unit: &mut Unit<'_>,
    mut ledger: Ledger,
    lots: &[Lot],
    grace_days: u32,
    repairs: &Repairs,
) -> Result<usize, Fault> {
    let (mut count, contract) = (0, ledger.contract);
    for lot in lots {
        count += bring_in(unit, &mut ledger, lot, grace_days, repairs)?;
    }
    ledger.save(unit)?;
    for lot in lots {
        invoice(unit, contract, lot)?;
    }
    Ok(count)
}

/// Notes the invoice that a lot is on.
pub(in crate::store) fn invoice(unit: &mut Unit<'_>, contract: ContractId, lot: &Lot) -> Result<(), Fault> {
    let Some(told) = &lot.invoice else { return Ok(()) };
    let id = lots::table.filter(lots::number.eq(&lot.number)).select(lots::id).first(unit.database)?;
    let (invoice_number, issuer_number) = (told.number.clone(), told.issuer_number.clone());
    let request = InvoiceRequest { invoice_number, issuer_number, invoiced_on: told.invoiced_on, version: 0 };
    unit.set_invoice(contract, id, &request)?;
    Ok(())
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
    let expires_on = last_day(lot.expires_on);
    LotTerms {
        number: lot.number.clone(),
        origin: lot.origin,
        units: i64::from(lot.count),
        price_yen: i64::try_from(lot.price_yen).unwrap_or(i64::MAX),
        issued_on: lot.issued_on,
        expires_on,
        grace_days: grace(grace_days, lot.law_class, expires_on),
        scope: lot.scope,
        law_class: lot.law_class,
    }
}

/// The repairs before the import, by the serial of the asset and their day.
pub(in crate::store) type Repairs = BTreeMap<(String, NaiveDate), ReportId>;

/// When units really moved, and the repair that used them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Past {
    day: NaiveDate,
    repair: Option<ReportId>,
}

type Line = (TicketRow, Option<Past>);

/// Buys the lot, uses its lowest serials as the file says, voids the next ones, settles with the others what was used
/// before it was bought, and lets the rest die when their last day is over. The wallet is saved by the caller. Returns
/// the number of tickets.
pub(in crate::store) fn bring_in(
    unit: &mut Unit<'_>,
    ledger: &mut Ledger,
    lot: &Lot,
    grace_days: u32,
    repairs: &Repairs,
) -> Result<usize, Fault> {
    let terms = terms(lot, grace_days);
    let mut made = new_lot(unit, ledger, &terms, None)?;
    let dead = terms.usable_until().filter(|last| *last < unit.today());
    let mut used = Vec::new();
    for (units, past) in uses(lot, repairs) {
        used.extend(cut(unit, &mut made.tickets, units, lot).into_iter().map(|ticket| (ticket, past)));
    }
    let void = cut(unit, &mut made.tickets, i64::from(lot.voided), lot);
    let mut rest = std::mem::take(&mut made.tickets);
    let settling = settle(unit, ledger, &terms, &mut rest)?;
    post_lot(unit, ledger, &made, &terms, &terms.number, settling);
    mark(ledger, &mut used, TicketState::Consumed);
    let held: Vec<Line> = used.iter().map(|(ticket, _)| (ticket.clone(), None)).collect();
    post(unit, ledger, &held, Movement::Hold, EventKind::WalletHeld, BEFORE);
    post(unit, ledger, &used, Movement::Capture, EventKind::WalletCaptured, BEFORE);
    let mut void: Vec<Line> = void.into_iter().map(|ticket| (ticket, None)).collect();
    mark(ledger, &mut void, TicketState::Voided);
    post(unit, ledger, &void, Movement::Void, EventKind::WalletVoided, BEFORE);
    let over = dead.and_then(|last| last.succ_opt()).map(|day| Past { day, repair: None });
    let mut rest: Vec<Line> = rest.into_iter().map(|ticket| (ticket, over)).collect();
    if dead.is_some() {
        mark(ledger, &mut rest, TicketState::Expired);
        post(unit, ledger, &rest, Movement::Expire, EventKind::WalletExpired, "last day over");
    }
    let tickets: Vec<TicketRow> = used.into_iter().chain(void).chain(rest).map(|(ticket, _)| ticket).collect();
    insert_tickets(unit.database, &tickets)?;
    Ok(tickets.len())
}

/// What was used, oldest first; what has no day comes last.
fn uses(lot: &Lot, repairs: &Repairs) -> Vec<(i64, Option<Past>)> {
    let mut dated: Vec<(i64, Past)> = lot
        .uses
        .iter()
        .map(|used| {
            let repair = used.repair.clone().and_then(|serial| repairs.get(&(serial, used.on)).copied());
            (i64::from(used.units), Past { day: used.on, repair })
        })
        .collect();
    dated.sort_by_key(|(_, past)| past.day);
    let told: i64 = dated.iter().map(|(units, _)| units).sum();
    let undated = (i64::from(lot.used) - told, None);
    dated.into_iter().map(|(units, past)| (units, Some(past))).chain([undated]).collect()
}

/// The next units: so many tickets, or a slip cut off the one that is left.
fn cut(unit: &Unit<'_>, left: &mut Vec<TicketRow>, units: i64, lot: &Lot) -> Vec<TicketRow> {
    if units <= 0 {
        return Vec::new();
    }
    if let [slip] = left.as_mut_slice()
        && slip.units > units
    {
        let (id, serial) = (unit.id(), slip.serial + 1);
        let number = ticket_number(&lot.number, serial);
        let rest = TicketRow { id, serial, number, units: slip.units - units, ..slip.clone() };
        let taken = TicketRow { units, ..std::mem::replace(slip, rest) };
        return vec![taken];
    }
    let rows = if left.iter().all(|ticket| ticket.units == 1) { usize::try_from(units).unwrap_or_default() } else { 1 };
    left.drain(..rows.min(left.len())).collect()
}

fn mark(ledger: &mut Ledger, lines: &mut [Line], state: TicketState) {
    for (ticket, _) in lines {
        ledger.shift(ticket.lot_id, Some(ticket.state), Some(state), ticket.units);
        ticket.state = state;
    }
}

/// One posting for each ticket, one event for all.
fn post(unit: &mut Unit<'_>, ledger: &mut Ledger, lines: &[Line], movement: Movement, kind: EventKind, reason: &str) {
    if lines.is_empty() {
        return;
    }
    let entry = |(ticket, past): &Line| {
        let entry = Entry::usual(movement, ticket.units, reason).of_ticket(ticket.lot_id, ticket.id);
        Entry { terms: past.map(|past| seal(past.day, past.repair)), ..entry }
    };
    let units = lines.iter().map(|(ticket, _)| ticket.units).sum();
    let numbers = lines.iter().map(|(ticket, _)| ticket.number.clone()).collect();
    let told = Told { tickets: numbers, reason: reason.to_owned(), ..Told::default() };
    let ids = ledger.post(unit, kind, units, lines.iter().map(entry).collect(), told);
    for (id, past) in ids.into_iter().zip(lines).filter_map(|(id, (_, past))| Some((id, (*past)?))) {
        ledger.remember(id, past.day, past.repair);
    }
}
