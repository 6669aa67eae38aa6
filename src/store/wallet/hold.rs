//! Holding tickets for an issue (仮押さえ).

use diesel::prelude::*;

use super::ledger::{Ledger, Told};
use crate::domain::event::EventKind;
use crate::domain::ids::{HoldId, IssueId, LotId, TicketId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::account::{Balances, HoldState, Movement, Origin, TicketState};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::select::{Candidate, earliest_expiry_first};
use crate::store::codec::day;
use crate::store::connection::Database;
use crate::store::error::{Fault, StoreError};
use crate::store::schema::{holds, lots, tickets};
use crate::store::unit::Unit;

/// What an issue asks of a wallet.
#[derive(Debug, Clone)]
pub struct HoldOrder {
    pub wallet: WalletId,
    pub issue: IssueId,
    pub issue_number: String,
    /// At least one.
    pub units: i64,
    /// The caller agreed to use units before buying them.
    pub allow_overdraft: bool,
    /// How many units the contract lets stand unpaid in all.
    pub overdraft_limit: i64,
}

/// A hold that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub hold: HoldId,
    /// Ticket numbers, in the order in which they will be used.
    pub tickets: Vec<String>,
    pub overdraft_units: i64,
    pub balances: Balances,
}

impl Unit<'_> {
    /// Holds the tickets that die first. Too few of them, and no overdraft agreed or left: refused with the figures,
    /// and nothing is written.
    pub fn hold(&mut self, order: &HoldOrder) -> Result<Held, Fault> {
        if order.units < 1 {
            return Err(StoreError::corrupt(format!("a hold of {} units", order.units)).into());
        }
        let mut ledger = Ledger::lock(self, order.wallet)?;
        let today = self.today();
        let taken = candidates(self.database, order.wallet, order.units, today)?;
        let overdraft_units = order.units - taken.len() as i64;
        afford(order, &ledger.book.balances, taken.len() as i64, overdraft_units)?;
        let hold = insert_hold(self, order, overdraft_units)?;
        let tickets: Vec<String> = taken.iter().map(|ticket| ticket.number.clone()).collect();
        let told = Told {
            issue: Some(order.issue),
            issue_number: Some(order.issue_number.clone()),
            tickets: tickets.clone(),
            ..Told::default()
        };
        bind(self, &taken, order.issue)?;
        if !taken.is_empty() {
            let entries = taken.iter().map(|ticket| held_entry(ticket, order.issue)).collect();
            ledger.post(self, EventKind::WalletHeld, taken.len() as i64, entries, told.clone());
        }
        if overdraft_units > 0 {
            let entry = Entry::usual(Movement::Overdraft, overdraft_units, "overdraft").for_issue(order.issue);
            let told = Told { tickets: Vec::new(), ..told };
            ledger.post(self, EventKind::WalletOverdrawn, overdraft_units, vec![entry], told);
        }
        let balances = ledger.save(self)?;
        Ok(Held { hold, tickets, overdraft_units, balances })
    }
}

fn held_entry(ticket: &Candidate, issue: IssueId) -> Entry {
    Entry::usual(Movement::Hold, 1, "accepted").of_ticket(ticket.lot, ticket.id).for_issue(issue)
}

/// The rule about units that nobody bought yet.
fn afford(order: &HoldOrder, balances: &Balances, available: i64, overdraft_units: i64) -> Result<(), Refusal> {
    let left = (order.overdraft_limit + balances.overdraft).max(0);
    if overdraft_units == 0 || (order.allow_overdraft && overdraft_units <= left) {
        return Ok(());
    }
    Err(Refusal::new(Code::Insufficient)
        .with("needed", order.units)
        .with("available", available)
        .with("overdraft_left", left))
}

fn insert_hold(unit: &mut Unit<'_>, order: &HoldOrder, overdraft_units: i64) -> Result<HoldId, Fault> {
    let id: HoldId = unit.id();
    diesel::insert_into(holds::table)
        .values((
            holds::id.eq(id),
            holds::wallet_id.eq(order.wallet),
            holds::issue_id.eq(order.issue),
            holds::units.eq(order.units),
            holds::overdraft_units.eq(overdraft_units),
            holds::state.eq(HoldState::Live),
            holds::created_at.eq(unit.now()),
        ))
        .execute(unit.database)?;
    Ok(id)
}

fn bind(unit: &mut Unit<'_>, taken: &[Candidate], issue: IssueId) -> Result<(), Fault> {
    let ids: Vec<TicketId> = taken.iter().map(|ticket| ticket.id).collect();
    diesel::update(tickets::table.filter(tickets::id.eq_any(ids)))
        .set((tickets::state.eq(TicketState::Held), tickets::issue_id.eq(issue)))
        .execute(unit.database)?;
    Ok(())
}

/// The first `units` available tickets that are valid on `today`, in the order of the domain's rule. The database
/// sorts by the same keys, so that a wallet of thousands is not read for one hold.
pub(in crate::store) fn candidates(
    database: &mut Database,
    wallet: WalletId,
    units: i64,
    today: chrono::NaiveDate,
) -> Result<Vec<Candidate>, Fault> {
    type Row = (TicketId, LotId, String, i32, Origin, String, String);
    let rows: Vec<Row> = tickets::table
        .inner_join(lots::table.on(tickets::lot_id.eq(lots::id)))
        .filter(tickets::wallet_id.eq(wallet))
        .filter(tickets::state.eq(TicketState::Available))
        .filter(tickets::expires_on.ge(today.to_string()))
        .order_by((tickets::expires_on, lots::origin.desc(), lots::issued_on, lots::id, tickets::serial))
        .limit(units)
        .select((
            tickets::id,
            lots::id,
            tickets::number,
            tickets::serial,
            lots::origin,
            lots::issued_on,
            tickets::expires_on,
        ))
        .load(database)?;
    let found: Result<Vec<Candidate>, StoreError> = rows
        .into_iter()
        .map(|(id, lot, number, serial, origin, issued_on, expires_on)| {
            let (issued_on, expires_on) = (day(&issued_on)?, day(&expires_on)?);
            Ok(Candidate { id, lot, number, serial, origin, issued_on, expires_on })
        })
        .collect();
    Ok(earliest_expiry_first(found?, usize::try_from(units).unwrap_or_default(), today))
}
