//! Lots come into being: purchase and grant, and the overdraft that a purchase settles.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::ledger::{Ledger, Told};
use super::rows::{TicketRow, insert_tickets};
use crate::domain::event::EventKind;
use crate::domain::ids::{HoldId, IssueId, LotId, WalletId, WorkOrderId};
use crate::domain::issue::IssueKind;
use crate::domain::refusal::Refusal;
use crate::domain::wallet::account::{Account, Balances, HoldState, Movement, Origin, TicketState};
use crate::domain::wallet::book::Entry;
use crate::domain::wallet::chain::Link;
use crate::domain::wallet::number::{lot_number, parse_lot, series, ticket_number};
use crate::domain::wallet::scope::{Scope, Service};
use crate::domain::wallet::terms::{LotTerms, UnitKind, check_count};
use crate::store::codec::last_day_text;
use crate::store::error::Fault;
use crate::store::portable;
use crate::store::schema::{holds, interactions, issues, lots, postings, work_orders};
use crate::store::unit::Unit;
use crate::views::desk::Channel;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchased {
    pub lot: LotId,
    /// Units that went at once to settle an overdraft.
    pub settled: i64,
    pub balances: Balances,
}

/// A lot that stands in its table, with tickets that do not stand in theirs yet.
pub(in crate::store) struct MadeLot {
    pub id: LotId,
    pub seal: Link,
    pub tickets: Vec<TicketRow>,
}

impl Unit<'_> {
    /// Adds a lot of numbered tickets. A purchase first settles units that were used before they were bought, the
    /// oldest hold first.
    pub fn purchase(&mut self, wallet: WalletId, terms: &LotTerms) -> Result<Purchased, Fault> {
        let ledger = Ledger::lock(self, wallet)?;
        check_count(terms.units, ledger.unit)?;
        let owed = owed(self, &ledger, terms)?;
        self.buy(ledger, terms, &owed, &terms.number)
    }

    /// Adds a lot that settles these debts first; `reason` stands on its first posting.
    pub(super) fn buy(
        &mut self,
        mut ledger: Ledger,
        terms: &LotTerms,
        debts: &[Debt],
        reason: &str,
    ) -> Result<Purchased, Fault> {
        let mut made = new_lot(self, &ledger, terms, None)?;
        let settling = pay(self, &mut ledger, debts, &mut made.tickets, &terms.number)?;
        let settled = settling.iter().map(|entry| entry.units).sum();
        post_lot(self, &mut ledger, &made, terms, reason, settling);
        insert_tickets(self.database, &made.tickets)?;
        let balances = ledger.save(self)?;
        Ok(Purchased { lot: made.id, settled, balances })
    }

    /// The next number for a lot of a year.
    pub fn next_lot_number(&mut self, unit: UnitKind, year: i32) -> Result<String, Fault> {
        let series = series(unit, year);
        let next = self.next_number(&series)?;
        Ok(lot_number(&series, next))
    }
}

/// Lets a purchase pay for units that were used before they were bought. Returns the postings that say so.
pub(in crate::store) fn settle(
    unit: &mut Unit<'_>,
    ledger: &mut Ledger,
    terms: &LotTerms,
    made: &mut Vec<TicketRow>,
) -> Result<Vec<Entry>, Fault> {
    let owed = owed(unit, ledger, terms)?;
    pay(unit, ledger, &owed, made, &terms.number)
}

/// What a lot has to settle: what it may be used for. A gift settles nothing, and neither does a lot whose last day is
/// over.
fn owed(unit: &mut Unit<'_>, ledger: &Ledger, terms: &LotTerms) -> Result<Vec<Debt>, Fault> {
    let alive = terms.usable_until().is_none_or(|last| last >= unit.today());
    if terms.origin != Origin::Paid || !alive || ledger.book.balances.overdraft == 0 {
        return Ok(Vec::new());
    }
    let mut owed = debts(unit, ledger.wallet())?;
    let served = services(unit, owed.iter().map(|debt| debt.issue).collect())?;
    let pays = |debt: &Debt| served.get(&debt.issue).is_some_and(|service| terms.scope.covers(*service));
    owed.retain(|debt| terms.scope == Scope::Any || pays(debt));
    Ok(owed)
}

/// How issues are served; one for which somebody was to come is a visit.
fn services(unit: &mut Unit<'_>, ids: Vec<IssueId>) -> Result<BTreeMap<IssueId, Service>, Fault> {
    let rows: Vec<(IssueId, IssueKind, Channel, Option<WorkOrderId>)> = issues::table
        .inner_join(interactions::table)
        .left_join(work_orders::table.on(work_orders::issue_id.eq(issues::id)))
        .filter(issues::id.eq_any(ids))
        .select((issues::id, issues::kind, interactions::channel, work_orders::id.nullable()))
        .load(unit.database)?;
    let served = rows
        .into_iter()
        .map(|(issue, kind, channel, order)| (issue, Service::of(kind, order.is_some(), channel.service())));
    Ok(served.collect())
}

/// Units of one hold that nobody has bought yet.
pub(super) struct Debt {
    hold: HoldId,
    issue: IssueId,
    pub state: HoldState,
    pub units: i64,
    /// Of the policy that governs the hold.
    pub policy_version: i64,
}

/// In the order in which they were made: the ledger's, since the holds of one contact share their instant.
pub(super) fn debts(unit: &mut Unit<'_>, wallet: WalletId) -> Result<Vec<Debt>, Fault> {
    let rows: Vec<(HoldId, IssueId, HoldState, i64, i64)> = holds::table
        .filter(holds::wallet_id.eq(wallet))
        .filter(holds::overdraft_units.gt(0))
        .select((holds::id, holds::issue_id, holds::state, holds::overdraft_units, holds::policy_version))
        .load(unit.database)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let issues: Vec<IssueId> = rows.iter().map(|row| row.1).collect();
    let made: Vec<(Option<IssueId>, i64)> = postings::table
        .filter(postings::wallet_id.eq(wallet).and(postings::movement.eq(Movement::Overdraft)))
        .filter(postings::issue_id.eq_any(issues))
        .order_by(postings::seq)
        .select((postings::issue_id, postings::seq))
        .load(unit.database)?;
    let debt = |(hold, issue, state, units, policy_version)| Debt { hold, issue, state, units, policy_version };
    let mut debts: Vec<Debt> = rows.into_iter().map(debt).collect();
    debts.sort_by_key(|debt| made.iter().find(|(issue, _)| *issue == Some(debt.issue)).map(|(_, seq)| *seq));
    Ok(debts)
}

/// The first units of the new lot take the place of overdrawn ones: bound to the same issue, in the same state.
/// Returns the postings that say so.
fn pay(
    unit: &mut Unit<'_>,
    ledger: &mut Ledger,
    debts: &[Debt],
    made: &mut Vec<TicketRow>,
    lot_number: &str,
) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    for debt in debts {
        let state = if debt.state == HoldState::Live { TicketState::Held } else { TicketState::Consumed };
        let mut left = debt.units;
        while left > 0 {
            let Some(at) = made.iter().position(|ticket| ticket.state == TicketState::Available) else { break };
            let units = left.min(made[at].units);
            left -= units;
            let paying = part(unit, made, at, units, lot_number);
            let ticket = &mut made[paying];
            ticket.issue_id = Some(debt.issue);
            ticket.state = state;
            ledger.shift(ticket.lot_id, Some(TicketState::Available), Some(state), units);
            let entry = Entry::usual(Movement::Overdraft, units, "settled").backwards();
            let settling = Entry { from: Account::Available, ..entry }.of_ticket(ticket.lot_id, ticket.id);
            entries.push(settling.for_issue(debt.issue));
        }
        if left < debt.units {
            diesel::update(holds::table.find(debt.hold)).set(holds::overdraft_units.eq(left)).execute(unit.database)?;
        }
    }
    Ok(entries)
}

/// The place of a ticket of exactly `units`: the one at `at`, or a slip cut off it.
fn part(unit: &mut Unit<'_>, made: &mut Vec<TicketRow>, at: usize, units: i64, lot_number: &str) -> usize {
    if made[at].units == units {
        return at;
    }
    made[at].units -= units;
    let serial = made.iter().map(|ticket| ticket.serial).max().unwrap_or_default() + 1;
    let number = ticket_number(lot_number, serial);
    made.push(TicketRow { id: unit.id(), serial, number, units, ..made[at].clone() });
    made.len() - 1
}

/// Writes the lot and numbers its tickets, which are not written yet. Its number must be new.
pub(in crate::store) fn new_lot(
    unit: &mut Unit<'_>,
    ledger: &Ledger,
    terms: &LotTerms,
    from_lot: Option<LotId>,
) -> Result<MadeLot, Fault> {
    let id: LotId = unit.id();
    let single = ledger.unit.is_single();
    let slips = if single { terms.units } else { 1 };
    let expires_on = last_day_text(terms.expires_on);
    reserve_number(unit, terms, ledger.unit)?;
    diesel::insert_into(lots::table)
        .values((
            (
                lots::id.eq(id),
                lots::wallet_id.eq(ledger.wallet()),
                lots::number.eq(&terms.number),
                lots::origin.eq(terms.origin),
                lots::units.eq(terms.units),
                lots::price_yen.eq(terms.price_yen),
                lots::issued_on.eq(terms.issued_on.to_string()),
                lots::expires_on.eq(&expires_on),
                lots::usable_until.eq(last_day_text(terms.usable_until())),
            ),
            (
                lots::scope.eq(terms.scope),
                lots::law_class.eq(terms.law_class),
                lots::from_lot.eq(from_lot),
                lots::available.eq(terms.units),
                lots::held.eq(0_i64),
                lots::consumed.eq(0_i64),
                lots::expired.eq(0_i64),
                lots::voided.eq(0_i64),
            ),
        ))
        .execute(unit.database)?;
    let serials = 1..=i32::try_from(slips).unwrap_or(0);
    let tickets: Vec<TicketRow> = serials
        .map(|serial| TicketRow {
            id: unit.id(),
            lot_id: id,
            wallet_id: ledger.wallet(),
            serial,
            number: ticket_number(&terms.number, serial),
            units: if single { 1 } else { terms.units },
            expires_on: expires_on.clone(),
            state: TicketState::Available,
            issue_id: None,
        })
        .collect();
    let seal = terms.seal(id, ledger.wallet(), from_lot, tickets.iter().map(|ticket| ticket.id));
    Ok(MadeLot { id, seal, tickets })
}

/// A number that came from outside is not given a second time by the counter.
fn reserve_number(unit: &mut Unit<'_>, terms: &LotTerms, kind: UnitKind) -> Result<(), Fault> {
    let Some((series, number)) = parse_lot(&terms.number, kind) else {
        let (ja, en) = ("ロット番号はTK-2026-004512の形式です", "a lot number is written TK-2026-004512");
        return Err(Refusal::invalid_both("number", ja, en).into());
    };
    Ok(portable::raise_number(unit.database, series, number)?)
}

/// Posts the units of a new lot, and the settlement of an overdraft by some of them.
pub(in crate::store) fn post_lot(
    unit: &mut Unit<'_>,
    ledger: &mut Ledger,
    made: &MadeLot,
    terms: &LotTerms,
    reason: &str,
    settling: Vec<Entry>,
) {
    let (movement, kind) = match terms.origin {
        Origin::Paid => (Movement::Purchase, EventKind::WalletPurchased),
        Origin::Promotional => (Movement::Grant, EventKind::WalletGranted),
        Origin::Adjustment => (Movement::Adjust, EventKind::WalletAdjusted),
    };
    let settled = settling.iter().map(|entry| entry.units).sum();
    let bought = Entry { lot: Some(made.id), ..Entry::usual(movement, terms.units, reason) };
    let entries = std::iter::once(bought.under(made.seal)).chain(settling).collect();
    let told = Told { lot: Some(terms.number.clone()), settled, reason: terms.number.clone(), ..Told::default() };
    ledger.post(unit, kind, terms.units, entries, told);
}
