//! What customers said about their wallets and what was answered; what two people decided, and what was refused.

use diesel::prelude::*;

use super::{Page, cells, hex, kept, parted};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::dispute::DisputeState;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const ADJUSTMENTS: &[&str] =
    &["id", "contract", "request", "units", "state", "proposed_by", "proposed_at", "decided_by", "decided_at"];

pub(super) const REFUSALS: &[&str] = &["id", "contract", "action", "code", "ja", "en", "actor", "at", "seq", "link"];

pub(super) const DISPUTES: &[&str] = &[
    "id",
    "contract",
    "posting",
    "issue",
    "units",
    "state",
    "reason",
    "late",
    "raised_by",
    "raised_at",
    "decided_by",
    "decided_at",
    "decision_note",
    "returned",
];

pub(super) const APPROVAL_RULES: &[&str] =
    &["contract", "version", "units_per_issue", "units_per_month", "approver", "auto_minutes", "set_by", "set_at"];

pub(super) const APPROVALS: &[&str] = &[
    "issue",
    "contract",
    "rule_version",
    "units",
    "state",
    "asked_at",
    "auto_at",
    "waiting_units",
    "waiting_reason",
    "waiting_on",
    "decided_by",
    "decided_at",
    "note",
];

/// Somebody who may not have acted yet.
fn whom(text: Option<String>) -> serde_json::Value {
    text.map(|text| kept(&text)).unwrap_or_default()
}

pub(super) fn adjustments(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((AdjustmentId, String, String, i64, String), (String, Timestamp, Option<String>, Option<Timestamp>));
    let rows: Vec<Row> = adjustments::table
        .inner_join(wallets::table.on(wallets::id.eq(adjustments::wallet_id)))
        .inner_join(contracts::table.on(contracts::id.eq(wallets::contract_id)))
        .filter(adjustments::id.gt(parted::<AdjustmentId>(after).0))
        .order(adjustments::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (adjustments::id, contracts::number, adjustments::request, adjustments::units, adjustments::state),
            (adjustments::proposed_by, adjustments::proposed_at, adjustments::decided_by, adjustments::decided_at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, contract, request, units, state), (by, at, decided_by, decided_at))| {
            cells![id, contract, kept(&request), units, state, kept(&by), at, whom(decided_by), decided_at]
        },
    ))
}

pub(super) fn refusals(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row =
        ((OperationId, String, String, String), (String, String, String, Timestamp), (Option<i64>, Option<Vec<u8>>));
    let rows: Vec<Row> = refusals::table
        .inner_join(contracts::table.on(contracts::id.eq(refusals::contract_id)))
        .filter(refusals::id.gt(parted::<OperationId>(after).0))
        .order(refusals::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (refusals::id, contracts::number, refusals::action, refusals::code),
            (refusals::ja, refusals::en, refusals::actor, refusals::at),
            (refusals::seq, refusals::link),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, contract, action, code), (ja, en, actor, at), (seq, link))| {
            cells![id, contract, action, code, ja, en, kept(&actor), at, seq, link.map(|link| hex(&link))]
        },
    ))
}

pub(super) fn disputes(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (
        (DisputeId, String, PostingId, String, i64, DisputeState),
        (String, bool, String, Timestamp),
        (Option<String>, Option<Timestamp>, Option<String>, i64),
    );
    let rows: Vec<Row> = disputes::table
        .inner_join(contracts::table.on(contracts::id.eq(disputes::contract_id)))
        .inner_join(issues::table.on(issues::id.eq(disputes::issue_id)))
        .filter(disputes::id.gt(parted::<DisputeId>(after).0))
        .order(disputes::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (disputes::id, contracts::number, disputes::posting_id, issues::number, disputes::units, disputes::state),
            (disputes::reason, disputes::late, disputes::raised_by, disputes::raised_at),
            (disputes::decided_by, disputes::decided_at, disputes::decision_note, disputes::returned),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, contract, posting, issue, units, state), (reason, late, by, at), (decided, decided_at, note, back))| {
            cells![
                id,
                contract,
                posting,
                issue,
                units,
                state,
                reason,
                late,
                kept(&by),
                at,
                whom(decided),
                decided_at,
                note,
                back,
            ]
        },
    ))
}

pub(super) fn approval_rules(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((ContractId, String, i64, Option<i64>, Option<i64>), (Option<String>, Option<i64>, String, Timestamp));
    let rows: Vec<Row> = approval_rules::table
        .inner_join(contracts::table.on(contracts::id.eq(approval_rules::contract_id)))
        .left_join(users::table.on(users::id.nullable().eq(approval_rules::approver_id)))
        .filter(approval_rules::contract_id.gt(parted::<ContractId>(after).0))
        .order(approval_rules::contract_id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (
                approval_rules::contract_id,
                contracts::number,
                approval_rules::version,
                approval_rules::units_per_issue,
                approval_rules::units_per_month,
            ),
            (users::login.nullable(), approval_rules::auto_minutes, approval_rules::set_by, approval_rules::set_at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((_, contract, version, per_issue, per_month), (approver, auto_minutes, set_by, set_at))| {
            cells![contract, version, per_issue, per_month, approver, auto_minutes, kept(&set_by), set_at]
        },
    ))
}

pub(super) fn approvals(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (
        (IssueId, String, String, i64, i64, ApprovalState),
        (Timestamp, Option<Timestamp>, Option<i64>),
        (Option<String>, Option<String>),
        (Option<String>, Option<Timestamp>, String),
    );
    let rows: Vec<Row> = approvals::table
        .inner_join(issues::table.on(issues::id.eq(approvals::issue_id)))
        .inner_join(contracts::table.on(contracts::id.eq(approvals::contract_id)))
        .filter(approvals::issue_id.gt(parted::<IssueId>(after).0))
        .order(approvals::issue_id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (
                approvals::issue_id,
                issues::number,
                contracts::number,
                approvals::rule_version,
                approvals::units,
                approvals::state,
            ),
            (approvals::asked_at, approvals::auto_at, approvals::waiting_units),
            (approvals::waiting_reason, approvals::waiting_on),
            (approvals::decided_by, approvals::decided_at, approvals::note),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |(
            (_, issue, contract, rule, units, state),
            (asked, auto_at, waiting),
            (why, on),
            (decided, decided_at, note),
        )| {
            cells![
                issue,
                contract,
                rule,
                units,
                state,
                asked,
                auto_at,
                waiting,
                why,
                on,
                whom(decided),
                decided_at,
                note
            ]
        },
    ))
}
