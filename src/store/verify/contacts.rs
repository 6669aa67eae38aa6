//! Whatever was acknowledged is still there: contacts, issues, work orders and visits against each other and against
//! the entries that told of them.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde::Deserialize;

use super::Findings;
use crate::domain::event::EventKind;
use crate::domain::ids::*;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{interactions, issues, journal, visits, work_orders};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    told_contacts(database, findings)?;
    whole(database, findings)?;
    told_issues_exist(database, findings)?;
    told_visits_exist(database, findings)
}

/// Each contact was logged, and each logged one exists.
fn told_contacts(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Logged {
        interaction_id: InteractionId,
    }
    let rows: Vec<(EventId, String)> = journal::table
        .filter(journal::kind.eq(EventKind::InteractionLogged))
        .order(journal::id)
        .select((journal::id, journal::data))
        .load(database)?;
    let mut told = BTreeSet::new();
    for (event, data) in rows {
        match serde_json::from_str::<Logged>(&data) {
            Ok(logged) => drop(told.insert(logged.interaction_id)),
            Err(error) => findings.add("journal.contact", event, format!("the event cannot be read: {error}")),
        }
    }
    let kept: Vec<InteractionId> = interactions::table.select(interactions::id).load(database)?;
    let kept: BTreeSet<InteractionId> = kept.into_iter().collect();
    for id in told.difference(&kept) {
        findings.add("journal.contact", id, "the journal tells of a contact that does not exist");
    }
    for id in kept.difference(&told) {
        findings.add("journal.contact", id, "no entry tells that the contact was logged");
    }
    Ok(())
}

/// No issue without its contact, no work order without its issue, no visit without its work order.
fn whole(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let lone: Vec<IssueId> = issues::table
        .left_join(interactions::table)
        .filter(interactions::id.nullable().is_null())
        .order(issues::id)
        .select(issues::id)
        .load(database)?;
    for id in lone {
        findings.add("issue.contact", id, "the contact in which the issue was reported does not exist");
    }
    let lone: Vec<WorkOrderId> = work_orders::table
        .left_join(issues::table)
        .filter(issues::id.nullable().is_null())
        .order(work_orders::id)
        .select(work_orders::id)
        .load(database)?;
    for id in lone {
        findings.add("work_order.issue", id, "the issue of the work order does not exist");
    }
    let lone: Vec<VisitId> = visits::table
        .left_join(work_orders::table)
        .filter(work_orders::id.nullable().is_null())
        .order(visits::id)
        .select(visits::id)
        .load(database)?;
    for id in lone {
        findings.add("visit.work_order", id, "the work order of the visit does not exist");
    }
    Ok(())
}

fn told_issues_exist(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let gone: Vec<Option<IssueId>> = journal::table
        .left_join(issues::table.on(journal::issue_id.eq(issues::id.nullable())))
        .filter(journal::kind.eq(EventKind::IssueReceived))
        .filter(issues::id.nullable().is_null())
        .order(journal::id)
        .select(journal::issue_id)
        .load(database)?;
    for id in gone.into_iter().flatten() {
        findings.add("journal.issue", id, "the journal tells of an issue that does not exist");
    }
    Ok(())
}

fn told_visits_exist(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let gone: Vec<Option<VisitId>> = journal::table
        .left_join(visits::table.on(journal::visit_id.eq(visits::id.nullable())))
        .filter(journal::kind.eq(EventKind::VisitAssigned))
        .filter(visits::id.nullable().is_null())
        .order(journal::id)
        .select(journal::visit_id)
        .load(database)?;
    for id in gone.into_iter().flatten() {
        findings.add("journal.visit", id, "the journal tells of a visit that does not exist");
    }
    Ok(())
}
