//! Lots: purchase and grant, and the end of their tickets' life.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::ledger::{Ledger, Told};
use crate::domain::event::EventKind;
use crate::domain::ids::{HoldId, IssueId, LotId, TicketId, WalletId};
use crate::domain::refusal::Refusal;
use crate::domain::wallet::account::{Account, Balances, HoldState, Movement, Origin, TicketState};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::number::ticket_number;
use crate::limits;
use crate::store::codec::last_day_text;
use crate::store::error::Fault;
use crate::store::schema::{holds, lots, postings, tickets};
use crate::store::unit::Unit;

/// Tickets to be bought or granted.
#[derive(Debug, Clone)]
pub struct NewLot {
    /// `TK-2026-004512`, never used before.
    pub number: String,
    pub origin: Origin,
    pub units: i64,
    pub price_yen: i64,
    pub issued_on: NaiveDate,
    /// The last day of its tickets; none is without end.
    pub expires_on: Option<NaiveDate>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchased {
    pub lot: LotId,
    /// Units that went at once to settle an overdraft.
    pub settled: i64,
    pub balances: Balances,
}

/// What one run of the expiry did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expired {
    pub wallets: usize,
    pub units: i64,
    /// There may be more: run again.
    pub more: bool,
}

/// A ticket on its way into the table.
#[derive(Debug, Clone)]
pub(in crate::store) struct TicketRow {
    pub id: TicketId,
    pub lot: LotId,
    pub number: String,
    pub serial: i32,
    pub expires_on: String,
    pub state: TicketState,
    pub issue: Option<IssueId>,
}

impl Unit<'_> {
    /// Adds a lot of numbered tickets. A purchase first settles units that were used before they were bought, the
    /// oldest hold first.
    pub fn purchase(&mut self, wallet: WalletId, lot: &NewLot) -> Result<Purchased, Fault> {
        if !(1..=limits::LOT_TICKETS).contains(&lot.units) {
            let (ja, en) = ("1ロットは1枚から9,999枚までです", "a lot has 1 to 9,999 tickets");
            return Err(Refusal::invalid_both("units", ja, en).into());
        }
        let mut ledger = Ledger::lock(self, wallet)?;
        let alive = lot.expires_on.is_none_or(|last| last >= self.today());
        let debts = if lot.origin == Origin::Paid && alive { debts(self, wallet)? } else { Vec::new() };
        let (id, mut made) = new_lot(self, wallet, lot)?;
        let settling = pay(self, &debts, &mut made)?;
        let settled = settling.len() as i64;
        post_lot(self, &mut ledger, id, lot, settling);
        insert_tickets(self, wallet, &made)?;
        let balances = ledger.save(self)?;
        Ok(Purchased { lot: id, settled, balances })
    }

    /// Lets the tickets die whose last day is over on `today`, for a bounded number of wallets. Holds are honoured.
    pub fn expire_due(&mut self, today: NaiveDate) -> Result<Expired, Fault> {
        let due: Vec<WalletId> = tickets::table
            .filter(tickets::state.eq(TicketState::Available))
            .filter(tickets::expires_on.lt(today.to_string()))
            .select(tickets::wallet_id)
            .distinct()
            .order_by(tickets::wallet_id)
            .limit(limits::EXPIRY_WALLETS)
            .load(self.database)?;
        let mut run = Expired { wallets: due.len(), units: 0, more: due.len() as i64 == limits::EXPIRY_WALLETS };
        for wallet in due {
            run.units += expire_wallet(self, wallet, today)?;
        }
        Ok(run)
    }
}

fn expire_wallet(unit: &mut Unit<'_>, wallet: WalletId, today: NaiveDate) -> Result<i64, Fault> {
    let mut ledger = Ledger::lock(unit, wallet)?;
    let dead: Vec<(TicketId, LotId, String)> = tickets::table
        .filter(tickets::wallet_id.eq(wallet))
        .filter(tickets::state.eq(TicketState::Available))
        .filter(tickets::expires_on.lt(today.to_string()))
        .order_by((tickets::expires_on, tickets::lot_id, tickets::serial))
        .select((tickets::id, tickets::lot_id, tickets::number))
        .load(unit.database)?;
    if dead.is_empty() {
        return Ok(0);
    }
    let units = dead.len() as i64;
    for part in dead.chunks(limits::STATEMENT_IDS) {
        let ids: Vec<TicketId> = part.iter().map(|(id, ..)| *id).collect();
        diesel::update(tickets::table.filter(tickets::id.eq_any(ids)))
            .set(tickets::state.eq(TicketState::Expired))
            .execute(unit.database)?;
    }
    let entry = |(id, lot, _): &(TicketId, LotId, String)| {
        Entry::usual(Movement::Expire, 1, "last day over").of_ticket(*lot, *id)
    };
    let entries = dead.iter().map(entry).collect();
    let numbers = dead.iter().map(|(.., number)| number.clone()).collect();
    let told = Told { tickets: numbers, reason: "last day over".to_owned(), ..Told::default() };
    ledger.post(unit, EventKind::WalletExpired, units, entries, told);
    ledger.save(unit)?;
    Ok(units)
}

/// Units of one hold that nobody has bought yet.
struct Debt {
    hold: HoldId,
    issue: IssueId,
    state: HoldState,
    units: i64,
}

/// In the order in which they were made: the ledger's, since the holds of one contact share their instant.
fn debts(unit: &mut Unit<'_>, wallet: WalletId) -> Result<Vec<Debt>, Fault> {
    let rows: Vec<(HoldId, IssueId, HoldState, i64)> = holds::table
        .filter(holds::wallet_id.eq(wallet))
        .filter(holds::overdraft_units.gt(0))
        .select((holds::id, holds::issue_id, holds::state, holds::overdraft_units))
        .load(unit.database)?;
    let issues: Vec<IssueId> = rows.iter().map(|row| row.1).collect();
    let made: Vec<(Option<IssueId>, i64)> = postings::table
        .filter(postings::wallet_id.eq(wallet).and(postings::movement.eq(Movement::Overdraft)))
        .filter(postings::issue_id.eq_any(issues))
        .order_by(postings::seq)
        .select((postings::issue_id, postings::seq))
        .load(unit.database)?;
    let mut debts: Vec<Debt> =
        rows.into_iter().map(|(hold, issue, state, units)| Debt { hold, issue, state, units }).collect();
    debts.sort_by_key(|debt| made.iter().find(|(issue, _)| *issue == Some(debt.issue)).map(|(_, seq)| *seq));
    Ok(debts)
}

/// The first tickets of the new lot take the place of overdrawn units: bound to the same issue, in the same state.
/// Returns the postings that say so.
fn pay(unit: &mut Unit<'_>, debts: &[Debt], made: &mut [TicketRow]) -> Result<Vec<Entry>, Fault> {
    let mut fresh = made.iter_mut();
    let mut entries = Vec::new();
    for debt in debts {
        let paying: Vec<&mut TicketRow> = fresh.by_ref().take(usize::try_from(debt.units).unwrap_or(0)).collect();
        let left = debt.units - paying.len() as i64;
        for ticket in paying {
            ticket.issue = Some(debt.issue);
            ticket.state = if debt.state == HoldState::Live { TicketState::Held } else { TicketState::Consumed };
            let entry = Entry::usual(Movement::Overdraft, 1, "settled").of_ticket(ticket.lot, ticket.id);
            let settling = Entry { from: Account::Available, to: Account::Overdraft, ..entry };
            entries.push(settling.for_issue(debt.issue));
        }
        diesel::update(holds::table.find(debt.hold)).set(holds::overdraft_units.eq(left)).execute(unit.database)?;
    }
    Ok(entries)
}

/// Writes the lot and numbers its tickets, which are not written yet.
pub(in crate::store) fn new_lot(
    unit: &mut Unit<'_>,
    wallet: WalletId,
    lot: &NewLot,
) -> Result<(LotId, Vec<TicketRow>), Fault> {
    let id: LotId = unit.id();
    let expires_on = last_day_text(lot.expires_on);
    diesel::insert_into(lots::table)
        .values((
            lots::id.eq(id),
            lots::wallet_id.eq(wallet),
            lots::number.eq(&lot.number),
            lots::origin.eq(lot.origin),
            lots::units.eq(lot.units),
            lots::price_yen.eq(lot.price_yen),
            lots::issued_on.eq(lot.issued_on.to_string()),
            lots::expires_on.eq(&expires_on),
        ))
        .execute(unit.database)?;
    let serials = 1..=i32::try_from(lot.units).unwrap_or(0);
    let made = serials.map(|serial| TicketRow {
        id: unit.id(),
        lot: id,
        number: ticket_number(&lot.number, serial),
        serial,
        expires_on: expires_on.clone(),
        state: TicketState::Available,
        issue: None,
    });
    Ok((id, made.collect()))
}

/// Posts the units of a new lot, and the settlement of an overdraft by some of them.
pub(in crate::store) fn post_lot(
    unit: &mut Unit<'_>,
    ledger: &mut Ledger,
    id: LotId,
    lot: &NewLot,
    settling: Vec<Entry>,
) {
    let (movement, kind) = match lot.origin {
        Origin::Paid => (Movement::Purchase, EventKind::WalletPurchased),
        Origin::Promotional => (Movement::Grant, EventKind::WalletGranted),
    };
    let settled = settling.len() as i64;
    let bought = Entry { lot: Some(id), ..Entry::usual(movement, lot.units, &lot.number) };
    let entries = std::iter::once(bought).chain(settling).collect();
    let told = Told { lot: Some(lot.number.clone()), settled, reason: lot.number.clone(), ..Told::default() };
    ledger.post(unit, kind, lot.units, entries, told);
}

pub(in crate::store) fn insert_tickets(unit: &mut Unit<'_>, wallet: WalletId, made: &[TicketRow]) -> Result<(), Fault> {
    for ticket in made {
        diesel::insert_into(tickets::table)
            .values((
                tickets::id.eq(ticket.id),
                tickets::lot_id.eq(ticket.lot),
                tickets::wallet_id.eq(wallet),
                tickets::serial.eq(ticket.serial),
                tickets::number.eq(&ticket.number),
                tickets::expires_on.eq(&ticket.expires_on),
                tickets::state.eq(ticket.state),
                tickets::issue_id.eq(ticket.issue),
            ))
            .execute(unit.database)?;
    }
    Ok(())
}
