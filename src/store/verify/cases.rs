//! Issues, work orders and visits against each other and against the journal.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde_json::Value;

use super::Findings;
use crate::domain::event::{EventKind, Stream};
use crate::domain::ids::*;
use crate::domain::issue::{IssueState, WorkOrderState};
use crate::domain::visit::VisitState;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{issues, journal, stream_entries, visits, work_orders};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    told_issues(database, findings)?;
    work_orders_fit(database, findings)?;
    told_visits(database, findings)
}

fn told(database: &mut Database, kinds: &[EventKind]) -> Result<BTreeSet<IssueId>, Fault> {
    let rows: Vec<Option<IssueId>> =
        journal::table.filter(journal::kind.eq_any(kinds)).select(journal::issue_id).load(database)?;
    Ok(rows.into_iter().flatten().collect())
}

/// Each issue was received, and those that are over were said to be so.
fn told_issues(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let received = told(database, &[EventKind::IssueReceived])?;
    let ended = told(database, &[EventKind::IssueResolved, EventKind::IssueClosed])?;
    let all: Vec<(IssueId, IssueState)> =
        issues::table.order(issues::id).select((issues::id, issues::state)).load(database)?;
    for (id, state) in all {
        if !received.contains(&id) {
            findings.add("journal.issue", id, "no entry tells that the issue was received");
        }
        if state.is_open() == ended.contains(&id) {
            findings.add("journal.issue", id, format!("the issue is {state}, the journal says otherwise"));
        }
    }
    Ok(())
}

/// A work order is assigned exactly while one of its visits is live.
fn work_orders_fit(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let states: Vec<(WorkOrderId, VisitState)> =
        visits::table.select((visits::work_order_id, visits::state)).load(database)?;
    let live: BTreeSet<WorkOrderId> =
        states.into_iter().filter(|(_, state)| state.is_live()).map(|(order, _)| order).collect();
    let orders: Vec<(WorkOrderId, WorkOrderState, IssueState)> = work_orders::table
        .inner_join(issues::table)
        .order(work_orders::id)
        .select((work_orders::id, work_orders::state, issues::state))
        .load(database)?;
    for (id, state, issue) in orders {
        if live.contains(&id) != (state == WorkOrderState::Assigned) {
            findings.add("work_order.visit", id, format!("the work order is {state}, its visits say otherwise"));
        }
        if issue.is_open() == (state == WorkOrderState::Closed) {
            findings.add("work_order.issue", id, format!("the work order is {state}, its issue {issue}"));
        }
    }
    Ok(())
}

/// The last entry of a visit's stream that shows the visit shows it as it is.
fn told_visits(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let all: Vec<(VisitId, VisitState)> =
        visits::table.order(visits::id).select((visits::id, visits::state)).load(database)?;
    for part in all.chunks(limits::VERIFY_VISITS) {
        let shown = last_shown(database, part)?;
        for (id, state) in part {
            let seen = shown.get(&Stream::Visit(*id).to_string()).map(String::as_str);
            findings.equal("journal.visit", id, "the state last told", seen, Some(state.as_str()));
        }
    }
    Ok(())
}

fn last_shown(database: &mut Database, part: &[(VisitId, VisitState)]) -> Result<BTreeMap<String, String>, Fault> {
    let names: Vec<String> = part.iter().map(|(id, _)| Stream::Visit(*id).to_string()).collect();
    let rows: Vec<(String, String)> = stream_entries::table
        .inner_join(journal::table)
        .filter(stream_entries::stream.eq_any(names))
        .filter(journal::kind.like("visit.%"))
        .order((stream_entries::stream, stream_entries::seq))
        .select((stream_entries::stream, journal::data))
        .load(database)?;
    let state = |data: &str| {
        let data: Value = serde_json::from_str(data).ok()?;
        data["visit"]["state"].as_str().map(str::to_owned)
    };
    Ok(rows.into_iter().filter_map(|(stream, data)| Some((stream, state(&data)?))).collect())
}
