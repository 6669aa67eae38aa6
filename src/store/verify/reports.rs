//! Service reports against the visits that they end and against what was told when they were filed. Past repairs of an
//! imported company have neither visit nor report.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::{Value, json};

use super::Findings;
use crate::domain::event::{EventKind, Stream};
use crate::domain::ids::*;
use crate::domain::visit::VisitState;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::reports::ReportRow;
use crate::store::schema::{journal, service_reports, stream_entries, visits};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    ended_visits(database, findings)?;
    let reported: Vec<(VisitId, Option<VisitState>)> = service_reports::table
        .left_join(visits::table)
        .order(service_reports::visit_id)
        .select((service_reports::visit_id, visits::state.nullable()))
        .load(database)?;
    for (visit, state) in &reported {
        match state {
            None => findings.add("visit.report", visit, "a report of a visit that does not exist"),
            Some(state) if !is_reported(*state) => {
                findings.add("visit.report", visit, format!("the visit is {state} and has a report"));
            }
            Some(_) => {}
        }
    }
    for part in reported.chunks(limits::VERIFY_VISITS) {
        as_told(database, &part.iter().map(|(visit, _)| *visit).collect::<Vec<_>>(), findings)?;
    }
    Ok(())
}

/// Only a report brings a visit into these states.
const fn is_reported(state: VisitState) -> bool {
    matches!(state, VisitState::Done | VisitState::NeedsRevisit)
}

fn ended_visits(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let lone: Vec<(VisitId, VisitState)> = visits::table
        .left_join(service_reports::table)
        .filter(visits::state.eq_any([VisitState::Done, VisitState::NeedsRevisit]))
        .filter(service_reports::id.nullable().is_null())
        .order(visits::id)
        .select((visits::id, visits::state))
        .load(database)?;
    for (id, state) in lone {
        findings.add("visit.report", id, format!("the visit is {state}, its report does not exist"));
    }
    Ok(())
}

/// As its event tells it, without the names of the cause, which a newer company file may change.
fn told(report: &ReportRow) -> Value {
    json!({
        "cause": report.cause, "cause_text": report.cause_text, "remedy": report.remedy,
        "parts": serde_json::from_str(&report.parts).unwrap_or(Value::Null),
        "minutes": report.minutes, "outcome": report.outcome, "finished_at": report.tapped_at,
    })
}

/// Each report says what its event says.
fn as_told(database: &mut Database, visits: &[VisitId], findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<(VisitId, ReportRow)> = service_reports::table
        .filter(service_reports::visit_id.eq_any(visits))
        .order(service_reports::visit_id)
        .select((service_reports::visit_id, ReportRow::as_select()))
        .load(database)?;
    let events = events(database, visits)?;
    for (visit, report) in rows {
        let Some(event) = events.get(&Stream::Visit(visit).to_string()) else {
            findings.add("journal.report", visit, "no entry tells that the report was filed");
            continue;
        };
        let Value::Object(fields) = told(&report) else { continue };
        for (name, value) in fields {
            findings.equal("journal.report", visit, &name, &value, &event["report"][&name]);
        }
    }
    Ok(())
}

fn events(database: &mut Database, visits: &[VisitId]) -> Result<BTreeMap<String, Value>, Fault> {
    let names: Vec<String> = visits.iter().map(|id| Stream::Visit(*id).to_string()).collect();
    let rows: Vec<(String, String)> = stream_entries::table
        .inner_join(journal::table)
        .filter(stream_entries::stream.eq_any(names))
        .filter(journal::kind.eq(EventKind::ReportFiled))
        .order((stream_entries::stream, stream_entries::seq))
        .select((stream_entries::stream, journal::data))
        .load(database)?;
    Ok(rows.into_iter().map(|(name, data)| (name, serde_json::from_str(&data).unwrap_or(Value::Null))).collect())
}
