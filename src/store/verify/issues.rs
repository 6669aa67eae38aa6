//! What statement and history say of an issue, against the sealed entries that told of it: how it was received, and how
//! it ended.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::Findings;
use crate::domain::event::EventKind;
use crate::domain::ids::*;
use crate::domain::issue::{IssueKind, Outcome};
use crate::domain::priority::Priority;
use crate::domain::wallet::account::CorrectionReason;
use crate::domain::wallet::policy::CostReason;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{issues, journal, postings};

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let by_hand = corrected(database)?;
    let mut after = None;
    loop {
        let kinds = [EventKind::IssueReceived, EventKind::IssueResolved, EventKind::IssueClosed];
        let mut query = journal::table
            .filter(journal::kind.eq_any(kinds))
            .order(journal::id)
            .limit(limits::VERIFY_ENTRIES)
            .select((journal::id, journal::kind, journal::issue_id, journal::data))
            .into_boxed();
        if let Some(last) = after {
            query = query.filter(journal::id.gt(last));
        }
        let rows: Vec<(EventId, EventKind, Option<IssueId>, String)> = query.load(database)?;
        let Some((last, ..)) = rows.last() else { break };
        after = Some(*last);
        let kept = kept(database, rows.iter().filter_map(|(_, _, issue, _)| *issue).collect())?;
        for (_, kind, issue, data) in rows {
            let Some((issue, row)) = issue.and_then(|id| Some((id, kept.get(&id)?))) else { continue };
            let told: Value = serde_json::from_str(&data).unwrap_or(Value::Null);
            let fields = match kind {
                EventKind::IssueReceived => row.received(by_hand.contains(&issue)),
                _ => row.ended(&told, by_hand.contains(&issue)),
            };
            for (name, seen, expected) in fields {
                findings.equal("journal.issue", issue, name, &seen, expected.as_ref().unwrap_or(&told[name]));
            }
        }
    }
    untouched(database, findings)
}

/// Issues of which a person took units back as a recurrence, which nobody had seen before.
fn corrected(database: &mut Database) -> Result<BTreeSet<IssueId>, Fault> {
    let rows: Vec<Option<IssueId>> = postings::table
        .filter(postings::reason.eq(CorrectionReason::Recurrence.as_str()).and(postings::issue_id.is_not_null()))
        .select(postings::issue_id)
        .distinct()
        .load(database)?;
    Ok(rows.into_iter().flatten().collect())
}

/// The next column, what stands there, and what must where the event does not say it under that name.
type Field = (&'static str, Value, Option<Value>);

#[derive(Queryable)]
struct Row {
    id: IssueId,
    received: Received,
    ended: Ended,
}

#[derive(Queryable)]
struct Received {
    issue_number: String,
    kind: IssueKind,
    priority: Priority,
    site_id: SiteId,
    asset_id: Option<AssetId>,
    symptom: Option<String>,
    description: String,
    units: i64,
    menu_item: Option<String>,
}

#[derive(Queryable)]
struct Ended {
    outcome: Option<Outcome>,
    remedy: String,
    minutes: i64,
    minutes_said: bool,
    cost_reason: CostReason,
    recurrence_of: Option<IssueId>,
}

impl Row {
    /// What its first entry says. Whether it is a recurrence may be found later, and is then said at its end.
    fn received(&self, corrected: bool) -> Vec<Field> {
        let read = &self.received;
        let mut fields = vec![
            ("issue_number", value(&read.issue_number), None),
            ("kind", value(read.kind), None),
            ("priority", value(read.priority), None),
            ("site_id", value(read.site_id), None),
            ("asset_id", value(read.asset_id), None),
            ("symptom", value(&read.symptom), None),
            ("description", value(&read.description), None),
            ("units", value(read.units), None),
            ("menu_item", value(&read.menu_item), None),
        ];
        if self.ended.outcome.is_none() && !corrected {
            fields.push(("reason", value(self.ended.cost_reason), None));
            fields.push(("recurrence_of", value(self.ended.recurrence_of), None));
        }
        fields
    }

    /// What its last entry says. Work at the desk is told only where the desk ended it.
    fn ended(&self, told: &Value, corrected: bool) -> Vec<Field> {
        let read = &self.ended;
        let or = |name: &str, usual: Value| told[name].is_null().then_some(usual);
        let mut fields = vec![
            ("outcome", value(read.outcome), None),
            ("remedy", value(&read.remedy), or("remedy", "".into())),
            ("minutes", value(read.minutes), or("minutes", 0.into())),
            ("minutes_said", value(read.minutes_said), or("minutes_said", false.into())),
        ];
        if !told["cost_reason"].is_null() && !corrected {
            fields.push(("cost_reason", value(read.cost_reason), None));
            fields.push(("recurrence_of", value(read.recurrence_of), None));
        }
        fields
    }
}

/// As an event writes it; nothing here fails to be written.
fn value(field: impl Serialize) -> Value {
    serde_json::to_value(field).unwrap_or_default()
}

fn kept(database: &mut Database, ids: BTreeSet<IssueId>) -> Result<BTreeMap<IssueId, Row>, Fault> {
    let rows: Vec<Row> = issues::table
        .filter(issues::id.eq_any(ids))
        .select((
            issues::id,
            (
                issues::number,
                issues::kind,
                issues::priority,
                issues::site_id,
                issues::asset_id,
                issues::symptom,
                issues::description,
                issues::units,
                issues::menu_item,
            ),
            (
                issues::outcome,
                issues::remedy,
                issues::desk_minutes,
                issues::desk_minutes_said,
                issues::cost_reason,
                issues::linked_issue_id,
            ),
        ))
        .load(database)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// What is not over has no outcome, and nothing was done for it at the desk.
fn untouched(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let done = issues::remedy.ne("").or(issues::desk_minutes.ne(0)).or(issues::desk_minutes_said);
    let odd: Vec<IssueId> = issues::table
        .filter(issues::closed_at.is_null().and(done.or(issues::outcome.is_not_null())))
        .order(issues::id)
        .select(issues::id)
        .load(database)?;
    for id in odd {
        findings.add("journal.issue", id, "the issue is not over, and has an end");
    }
    Ok(())
}
