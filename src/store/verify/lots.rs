//! Lots and their tickets against what the ledger says of them.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Findings;
use super::wallets::Read;
use crate::domain::ids::*;
use crate::domain::wallet::account::{Account, TicketState};
use crate::domain::wallet::number::ticket_number;
use crate::store::codec::{day, last_day_text};
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{lots, tickets};
use crate::store::wallet::{TermsRow, WalletRow};

#[derive(Queryable)]
struct Lot {
    id: LotId,
    terms: TermsRow,
    from_lot: Option<LotId>,
    counts: (i64, i64, i64, i64, i64),
}

#[derive(Queryable)]
struct Ticket {
    id: TicketId,
    lot: LotId,
    serial: i32,
    number: String,
    units: i64,
    expires_on: String,
    state: TicketState,
    issue: Option<IssueId>,
}

pub(super) fn check(
    database: &mut Database,
    wallet: &WalletRow,
    read: &Read,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let mut by_lot: BTreeMap<LotId, Vec<Ticket>> = BTreeMap::new();
    for ticket in tickets_of(database, wallet.id)? {
        by_lot.entry(ticket.lot).or_default().push(ticket);
    }
    let mut known = 0;
    for lot in lots_of(database, wallet.id)? {
        let tickets = by_lot.remove(&lot.id).unwrap_or_default();
        known += tickets.iter().filter(|ticket| read.tickets.contains_key(&ticket.id)).count();
        check_lot(lot, wallet, &tickets, read, findings);
    }
    for stray in by_lot.into_values().flatten() {
        findings.add("wallet.ticket", &stray.number, "the ticket's lot is not of its wallet");
    }
    findings.equal("wallet.ticket", wallet.id, "the tickets that the ledger names", known, read.tickets.len());
    Ok(())
}

fn lots_of(database: &mut Database, wallet: WalletId) -> Result<Vec<Lot>, Fault> {
    Ok(lots::table
        .filter(lots::wallet_id.eq(wallet))
        .order(lots::number)
        .select((
            lots::id,
            TermsRow::as_select(),
            lots::from_lot,
            (lots::available, lots::held, lots::consumed, lots::expired, lots::voided),
        ))
        .load(database)?)
}

fn tickets_of(database: &mut Database, wallet: WalletId) -> Result<Vec<Ticket>, Fault> {
    Ok(tickets::table
        .filter(tickets::wallet_id.eq(wallet))
        .order((tickets::lot_id, tickets::serial))
        .select((
            tickets::id,
            tickets::lot_id,
            tickets::serial,
            tickets::number,
            tickets::units,
            tickets::expires_on,
            tickets::state,
            tickets::issue_id,
        ))
        .load(database)?)
}

fn check_lot(lot: Lot, wallet: &WalletRow, tickets: &[Ticket], read: &Read, findings: &mut Findings) {
    let terms = match lot.terms.terms() {
        Ok(terms) => terms,
        Err(error) => return findings.add("wallet.lot", lot.id, error.to_string()),
    };
    // Slips that were cut later have higher serials.
    let first = if wallet.unit.is_single() { usize::try_from(terms.units).unwrap_or_default() } else { 1 };
    let seal = terms.seal(lot.id, wallet.id, lot.from_lot, tickets.iter().take(first).map(|ticket| ticket.id));
    let (posted, sealed) = read.lots.get(&lot.id).cloned().unwrap_or_default();
    if sealed.as_deref() != Some(&seal[..]) {
        findings.add("wallet.lot", &terms.number, "the lot's terms are not those that were sealed at its sale");
    }
    findings.equal("wallet.lot", &terms.number, "the units posted", posted, terms.units);
    let mut counts = [0; TicketState::ALL.len()];
    tickets.iter().for_each(|ticket| counts[ticket.state as usize] += ticket.units);
    findings.equal("wallet.lot", &terms.number, "the kept counts", <[i64; 5]>::from(lot.counts), counts);
    findings.equal("wallet.lot", &terms.number, "the units of its tickets", counts.iter().sum(), terms.units);
    let expires_on = last_day_text(terms.expires_on);
    for (ticket, serial) in tickets.iter().zip(1..) {
        check_ticket(ticket, read, findings);
        let number = ticket_number(&terms.number, serial);
        findings.equal(
            "wallet.ticket",
            ticket.id,
            "serial and number",
            (ticket.serial, &ticket.number),
            (serial, &number),
        );
        if ticket.expires_on != expires_on || day(&ticket.expires_on).is_err() {
            findings.add("wallet.ticket", &ticket.number, "the last day is not the lot's");
        }
    }
}

/// Where a ticket must stand after its last posting, and for whom. One that settled an overdraft is held or used, as the
/// issue is that it settled for.
fn check_ticket(ticket: &Ticket, read: &Read, findings: &mut Findings) {
    use TicketState as T;
    let last = read.tickets.get(&ticket.id).copied();
    let allowed: &[T] = match last.map(|(account, _)| account) {
        None | Some(Account::Available) => &[T::Available],
        Some(Account::Held) => &[T::Held],
        Some(Account::Consumed) => &[T::Consumed],
        Some(Account::Expired) => &[T::Expired],
        Some(Account::Voided | Account::Source) => &[T::Voided],
        Some(Account::Overdraft) => &[T::Held, T::Consumed],
    };
    if !allowed.contains(&ticket.state) {
        findings.add(
            "wallet.ticket",
            &ticket.number,
            format!("the ticket is {}, the ledger says {last:?}", ticket.state),
        );
    }
    let bound = matches!(ticket.state, T::Held | T::Consumed);
    let issue = last.and_then(|(_, issue)| issue).filter(|_| bound);
    findings.equal("wallet.ticket", &ticket.number, "the issue that it is bound to", ticket.issue, issue);
}
