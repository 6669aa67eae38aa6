//! Service reports against the visits that they end and against what was told when they were filed. Past repairs of an
//! imported company have neither visit nor report.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde_json::{Value, json};

use super::Findings;
use crate::domain::event::{EventKind, Stream};
use crate::domain::ids::*;
use crate::domain::issue::Outcome;
use crate::domain::time::Timestamp;
use crate::domain::visit::VisitState;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::Fault;
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

#[derive(Queryable)]
struct Report {
    visit: VisitId,
    cause: String,
    cause_text: String,
    remedy: String,
    parts: String,
    minutes: i64,
    outcome: Outcome,
    tapped_at: Timestamp,
}

impl Report {
    /// As its event tells it, without the names of the cause, which a newer company file may change.
    fn told(&self) -> Value {
        json!({
            "cause": self.cause, "cause_text": self.cause_text, "remedy": self.remedy,
            "parts": serde_json::from_str(&self.parts).unwrap_or(Value::Null),
            "minutes": self.minutes, "outcome": self.outcome, "finished_at": self.tapped_at,
        })
    }
}

/// Each report says what its event says.
fn as_told(database: &mut Database, visits: &[VisitId], findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<Report> = service_reports::table
        .filter(service_reports::visit_id.eq_any(visits))
        .order(service_reports::visit_id)
        .select((
            service_reports::visit_id,
            service_reports::cause,
            service_reports::cause_text,
            service_reports::remedy,
            service_reports::parts,
            service_reports::minutes,
            service_reports::outcome,
            service_reports::tapped_at,
        ))
        .load(database)?;
    let events = events(database, visits)?;
    for report in rows {
        let Some(event) = events.get(&Stream::Visit(report.visit).to_string()) else {
            findings.add("journal.report", report.visit, "no entry tells that the report was filed");
            continue;
        };
        let Value::Object(fields) = report.told() else { continue };
        for (name, value) in fields {
            findings.equal("journal.report", report.visit, &name, &value, &event["report"][&name]);
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
