//! Holds against issues, tickets and balances.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::Findings;
use super::wallets::Read;
use crate::domain::ids::*;
use crate::domain::issue::IssueState;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::{HoldState, TicketState};
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::terms::seal_hold;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{approvals, holds, issues, tickets, wallets};

#[derive(Queryable)]
struct Hold {
    id: HoldId,
    wallet: WalletId,
    issue: IssueId,
    units: i64,
    overdraft_units: i64,
    state: HoldState,
    issue_state: Option<IssueState>,
    issue_units: Option<i64>,
    approval: Option<ApprovalState>,
    waiting_units: Option<i64>,
}

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let all: Vec<Hold> = holds::table
        .left_join(issues::table.on(issues::id.eq(holds::issue_id)))
        .left_join(approvals::table.on(approvals::issue_id.eq(holds::issue_id)))
        .order(holds::id)
        .select((
            holds::id,
            holds::wallet_id,
            holds::issue_id,
            holds::units,
            holds::overdraft_units,
            holds::state,
            issues::state.nullable(),
            issues::units.nullable(),
            approvals::state.nullable(),
            approvals::waiting_units.nullable(),
        ))
        .load(database)?;
    let bound = bound_tickets(database)?;
    for hold in &all {
        against_issue(hold, findings);
        against_tickets(hold, &bound, findings);
    }
    unpaid_issues(database, &all, findings)?;
    balances(database, &all, findings)
}

type Bound = BTreeMap<(IssueId, TicketState), i64>;

fn bound_tickets(database: &mut Database) -> Result<Bound, Fault> {
    let rows: Vec<(Option<IssueId>, TicketState, i64, i64)> = tickets::table
        .filter(tickets::issue_id.is_not_null())
        .group_by((tickets::issue_id, tickets::state, tickets::units))
        .select((tickets::issue_id, tickets::state, tickets::units, count_star()))
        .load(database)?;
    let mut bound = Bound::new();
    for (issue, state, units, count) in rows {
        if let Some(issue) = issue {
            *bound.entry((issue, state)).or_default() += units * count;
        }
    }
    Ok(bound)
}

/// Each hold is the one that the ledger sealed, and every issue that the ledger names has one.
pub(super) fn against_ledger(
    database: &mut Database,
    wallet: WalletId,
    read: &Read,
    findings: &mut Findings,
) -> Result<(), Fault> {
    type Row = (HoldId, IssueId, i64, i64, Timestamp, Option<Timestamp>);
    let rows: Vec<Row> = holds::table
        .filter(holds::wallet_id.eq(wallet))
        .order(holds::id)
        .select((holds::id, holds::issue_id, holds::policy_version, holds::units, holds::created_at, holds::settled_at))
        .load(database)?;
    findings.equal("hold.ledger", wallet, "issues that hold or held", rows.len(), read.holds.len());
    for (id, issue, version, units, made_at, settled_at) in rows {
        let Some(line) = read.holds.get(&issue) else {
            findings.add("hold.ledger", id, "the ledger knows nothing of the hold");
            continue;
        };
        if line.terms.as_deref() != Some(&seal_hold(id, wallet, issue, version, units)[..]) {
            findings.add("hold.ledger", id, "the hold is not the one that was sealed when it was made");
        }
        let seen = (Some(made_at), settled_at);
        findings.equal("hold.ledger", id, "made and settled", seen, (line.made_at, line.moved_at));
    }
    Ok(())
}

fn against_issue(hold: &Hold, findings: &mut Findings) {
    let Some(state) = hold.issue_state else {
        findings.add("hold.issue", hold.id, "the hold's issue does not exist");
        return;
    };
    let asked = hold.approval == Some(ApprovalState::Pending);
    if asked && hold.state != HoldState::Live {
        findings.add("approval.hold", hold.id, format!("the approval is waited for, the hold is {}", hold.state));
    }
    if hold.state == HoldState::Live && !state.is_open() && !(asked && hold.waiting_units.is_some()) {
        findings.add("hold.issue", hold.id, format!("the hold is live, its issue {} is {state}", hold.issue));
    }
    if Some(hold.units) != hold.issue_units {
        findings.equal("hold.units", hold.id, "the held units", Some(hold.units), hold.issue_units);
    }
}

/// A live hold binds all its units, a captured one those that were used, a released one none.
fn against_tickets(hold: &Hold, bound: &Bound, findings: &mut Findings) {
    let count = |state| bound.get(&(hold.issue, state)).copied().unwrap_or_default();
    let (held, used) = (count(TicketState::Held), count(TicketState::Consumed));
    let fits = match hold.state {
        HoldState::Live => held + hold.overdraft_units == hold.units && used == 0,
        HoldState::Captured => held == 0 && (1..=hold.units).contains(&(used + hold.overdraft_units)),
        HoldState::Released => held + used + hold.overdraft_units == 0,
    };
    if !fits {
        let detail = format!(
            "a {} hold of {} units binds {held} held and {used} used tickets and {} overdrawn units",
            hold.state, hold.units, hold.overdraft_units
        );
        findings.add("hold.tickets", hold.id, detail);
    }
}

/// Issues that cost something and hold nothing.
fn unpaid_issues(database: &mut Database, all: &[Hold], findings: &mut Findings) -> Result<(), Fault> {
    let costly: Vec<IssueId> =
        issues::table.filter(issues::units.gt(0)).order(issues::id).select(issues::id).load(database)?;
    let paying: std::collections::BTreeSet<IssueId> = all.iter().map(|hold| hold.issue).collect();
    for issue in costly.into_iter().filter(|issue| !paying.contains(issue)) {
        findings.add("hold.missing", issue, "the issue costs tickets and holds none");
    }
    Ok(())
}

#[derive(Queryable)]
struct Accounts {
    wallet: WalletId,
    available: i64,
    held: i64,
    consumed: i64,
    expired: i64,
    voided: i64,
    overdraft: i64,
}

/// Tickets in each state and overdrawn units must add up to the accounts.
fn balances(database: &mut Database, all: &[Hold], findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<(WalletId, TicketState, i64, i64)> = tickets::table
        .group_by((tickets::wallet_id, tickets::state, tickets::units))
        .select((tickets::wallet_id, tickets::state, tickets::units, count_star()))
        .load(database)?;
    let mut tickets: BTreeMap<(WalletId, TicketState), i64> = BTreeMap::new();
    for (wallet, state, units, count) in rows {
        *tickets.entry((wallet, state)).or_default() += units * count;
    }
    let mut owed: BTreeMap<(WalletId, HoldState), i64> = BTreeMap::new();
    for hold in all {
        *owed.entry((hold.wallet, hold.state)).or_default() += hold.overdraft_units;
    }
    let accounts: Vec<Accounts> = wallets::table
        .order(wallets::id)
        .select((
            wallets::id,
            wallets::available,
            wallets::held,
            wallets::consumed,
            wallets::expired,
            wallets::voided,
            wallets::overdraft,
        ))
        .load(database)?;
    for account in accounts {
        let count = |state| tickets.get(&(account.wallet, state)).copied().unwrap_or_default();
        let owes = |state| owed.get(&(account.wallet, state)).copied().unwrap_or_default();
        let (live, captured) = (owes(HoldState::Live), owes(HoldState::Captured));
        let seen = [account.available, account.held, account.consumed, account.expired, account.overdraft];
        // Units that went back to the issuer leave void tickets and no balance behind.
        if account.voided > count(TicketState::Voided) {
            findings.add("wallet.tickets", account.wallet, "fewer void tickets than void units");
        }
        let expected = [
            count(TicketState::Available),
            count(TicketState::Held) + live,
            count(TicketState::Consumed) + captured,
            count(TicketState::Expired),
            -(live + captured),
        ];
        findings.equal("wallet.tickets", account.wallet, "available, held, used, expired, overdrawn", seen, expected);
    }
    Ok(())
}
