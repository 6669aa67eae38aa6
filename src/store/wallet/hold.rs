//! Holding tickets for an issue (仮押さえ).

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Text};

use super::ledger::{Ledger, Told};
use super::slips::{Slip, cut, set_state};
use crate::domain::event::EventKind;
use crate::domain::ids::{HoldId, IssueId, LotId, TicketId, WalletId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{Balances, HoldState, Movement, Origin, TicketState};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::scope::{Scope, Service};
use crate::domain::wallet::select::{Candidate, Pick, Stock, numbers_of, units_of};
use crate::domain::wallet::terms::{UnitKind, check_count, seal_hold};
use crate::store::codec::day;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::kept::Kept;
use crate::store::unit::Unit;

/// What an issue asks of a wallet.
#[derive(Debug, Clone)]
pub struct HoldOrder {
    pub wallet: WalletId,
    pub issue: IssueId,
    pub issue_number: String,
    /// At least one.
    pub units: i64,
    /// How the issue is served: lots may be for some of it only.
    pub service: Service,
    /// The caller agreed to use units before buying them.
    pub allow_overdraft: bool,
    /// How many units the contract lets stand unpaid in all.
    pub overdraft_limit: i64,
    /// The version of the policy that governs the hold to its end.
    pub policy_version: i64,
}

/// A hold that stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    pub hold: HoldId,
    /// Ticket numbers as they are quoted, in the order in which they will be used.
    pub tickets: Vec<String>,
    pub overdraft_units: i64,
    pub balances: Balances,
}

impl Unit<'_> {
    /// Holds the tickets that die first. Too few of them, and no overdraft agreed or left: refused with the figures,
    /// and nothing is written.
    pub fn hold(&mut self, order: &HoldOrder) -> Result<Held, Fault> {
        let mut ledger = Ledger::lock(self, order.wallet)?;
        check_count(order.units, ledger.unit)?;
        let today = self.today();
        let usable = candidates(self.database, ledger.unit, order.wallet, order.service, order.units, today)?;
        let picks = Stock::new(usable, today).take(order.service, order.units);
        let taken = units_of(&picks);
        let overdraft_units = order.units - taken;
        afford(order, &ledger, taken, overdraft_units)?;
        let hold: HoldId = self.id();
        ledger.write(insert_hold(hold, order, overdraft_units, self.now()));
        let terms = seal_hold(hold, order.wallet, order.issue, order.policy_version, order.units);
        let numbers = numbers_of(&picks);
        let told = Told {
            issue: Some(order.issue),
            issue_number: Some(order.issue_number.clone()),
            tickets: numbers.clone(),
            ..Told::default()
        };
        if !picks.is_empty() {
            let bound = bind(self, &mut ledger, &picks, order.issue)?;
            let entries = bound.into_iter().map(|(lot, ticket, units)| {
                let entry = Entry::usual(Movement::Hold, units, "accepted").of_ticket(lot, ticket);
                entry.for_issue(order.issue).under(terms)
            });
            ledger.post(self, EventKind::WalletHeld, taken, entries.collect(), told.clone());
        }
        if overdraft_units > 0 {
            let entry = Entry::usual(Movement::Overdraft, overdraft_units, "overdraft").for_issue(order.issue);
            let told = Told { tickets: Vec::new(), ..told };
            ledger.post(self, EventKind::WalletOverdrawn, overdraft_units, vec![entry.under(terms)], told);
        }
        let balances = ledger.save(self)?;
        Ok(Held { hold, tickets: numbers, overdraft_units, balances })
    }
}

/// The rule about units that nobody bought yet.
fn afford(order: &HoldOrder, ledger: &Ledger, available: i64, overdraft_units: i64) -> Result<(), Refusal> {
    let left = (order.overdraft_limit + ledger.book.balances.overdraft).max(0);
    if overdraft_units == 0 || (order.allow_overdraft && overdraft_units <= left) {
        return Ok(());
    }
    Err(Refusal::new(Code::Insufficient)
        .of_unit(ledger.unit)
        .with("needed", order.units)
        .with("available", available)
        .with("overdraft_left", left))
}

fn insert_hold(id: HoldId, order: &HoldOrder, overdraft_units: i64, now: Timestamp) -> Kept {
    let sql = "INSERT INTO holds (id, wallet_id, issue_id, units, overdraft_units, state, policy_version, created_at) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
    let hold = Kept::new(sql).id(id).id(order.wallet).id(order.issue).number(order.units).number(overdraft_units);
    hold.text(HoldState::Live.as_str()).number(order.policy_version).number(now.micros())
}

/// Gives the picked tickets to the issue; what is cut off a slip gets a number of its own.
fn bind(
    unit: &mut Unit<'_>,
    ledger: &mut Ledger,
    picks: &[Pick],
    issue: IssueId,
) -> Result<Vec<(LotId, TicketId, i64)>, Fault> {
    let mut bound = Vec::with_capacity(picks.len());
    for pick in picks {
        let lot = pick.ticket.lot;
        ledger.shift(lot, Some(TicketState::Available), Some(TicketState::Held), pick.units);
        let ticket = if pick.is_cut() {
            let slip = Slip { ticket: pick.ticket.id, lot, wallet: ledger.wallet() };
            cut(unit, slip, pick.units, TicketState::Held, Some(issue))?
        } else {
            ledger.write(set_state(pick.ticket.id, TicketState::Held, Some(issue)));
            pick.ticket.id
        };
        bound.push((lot, ticket, pick.units));
    }
    Ok(bound)
}

/// A ticket that can be used, with what its lot says of it.
#[derive(QueryableByName)]
struct Usable {
    #[diesel(sql_type = Binary)]
    id: TicketId,
    #[diesel(sql_type = Binary)]
    lot_id: LotId,
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = Integer)]
    serial: i32,
    #[diesel(sql_type = BigInt)]
    units: i64,
    #[diesel(sql_type = Text)]
    lot_number: String,
    #[diesel(sql_type = Text)]
    origin: Origin,
    #[diesel(sql_type = Text)]
    scope: Scope,
    #[diesel(sql_type = Text)]
    issued_on: String,
    #[diesel(sql_type = Text)]
    expires_on: String,
    #[diesel(sql_type = Text)]
    usable_until: String,
    #[diesel(sql_type = BigInt)]
    available: i64,
}

impl Usable {
    fn candidate(self, unit: UnitKind) -> Result<Candidate, Fault> {
        Ok(Candidate {
            id: self.id,
            lot: self.lot_id,
            number: if unit.is_single() { self.number } else { self.lot_number },
            serial: self.serial,
            units: self.units,
            origin: self.origin,
            scope: self.scope,
            issued_on: day(&self.issued_on)?,
            expires_on: day(&self.expires_on)?,
            usable_until: day(&self.usable_until)?,
        })
    }
}

/// Available tickets of up to `units` units that are valid on `today` and pay for such an issue, lot by lot in the
/// order of the domain's rule: a wallet of thousands is not read for one hold, and the first lot mostly suffices.
pub(in crate::store) fn candidates(
    database: &mut Database,
    unit: UnitKind,
    wallet: WalletId,
    service: Service,
    units: i64,
    today: NaiveDate,
) -> Result<Vec<Candidate>, Fault> {
    let scopes = Scope::paying(service);
    let sql = format!(
        "SELECT t.id, t.lot_id, t.number, t.serial, t.units, l.number AS lot_number, l.origin, l.scope, l.issued_on, \
         l.expires_on, l.usable_until, l.available FROM lots l JOIN tickets t ON t.lot_id = l.id WHERE l.id = \
         (SELECT id FROM lots WHERE wallet_id = ? AND available > 0 AND usable_until >= ? AND scope IN ({}) \
         ORDER BY expires_on, origin DESC, issued_on, id LIMIT 1 OFFSET ?) AND t.state = ? ORDER BY t.serial LIMIT ?",
        vec!["?"; scopes.len()].join(", ")
    );
    let (mut found, mut left, mut nth) = (Vec::new(), units, 0);
    while left > 0 {
        let lot = Kept::new(sql.clone()).id(wallet).text(&today.to_string());
        let lot = scopes.iter().fold(lot, |lot, scope| lot.text(scope.as_str())).number(nth);
        let slips: Vec<Usable> = lot.text(TicketState::Available.as_str()).number(left).load(database)?;
        let Some(first) = slips.first() else { break };
        left -= first.available;
        nth += 1;
        for slip in slips {
            found.push(slip.candidate(unit)?);
        }
    }
    Ok(found)
}
