//! What customers asked for and what was done: contacts made, issues, visits, reports.

use diesel::prelude::*;

use super::{Page, cells, parted};
use crate::domain::ids::*;
use crate::domain::issue::{IssueKind, IssueState, Outcome};
use crate::domain::priority::{Impact, Priority, Urgency};
use crate::domain::time::Timestamp;
use crate::domain::visit::VisitState;
use crate::domain::wallet::policy::CostReason;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::views::desk::Channel;

pub(super) const INTERACTIONS: &[&str] = &[
    "number",
    "contract",
    "channel",
    "contact",
    "caller_name",
    "caller_phone",
    "on_behalf_of",
    "entered_by",
    "note",
    "started_at",
    "saved_at",
];

pub(super) const ISSUES: &[&str] = &[
    "number",
    "interaction",
    "contract",
    "territory",
    "site",
    "asset",
    "product",
    "symptom",
    "kind",
    "description",
    "impact",
    "urgency",
    "priority",
    "state",
    "outcome",
    "wish_from",
    "wish_to",
    "linked_issue_id",
    "menu_item",
    "units",
    "cost_reason",
    "created_at",
    "closed_at",
    "remedy",
    "desk_minutes",
    "id",
];

pub(super) const VISITS: &[&str] = &[
    "id",
    "issue",
    "territory",
    "technician",
    "state",
    "planned_start",
    "planned_end",
    "travel_s",
    "promised_from",
    "promised_to",
    "created_at",
    "accepted_at",
    "en_route_at",
    "arrived_at",
    "started_at",
    "finished_at",
    "work_order_id",
    "route_order",
    "declared_arrival",
    "declared_at",
];

pub(super) const REPORTS: &[&str] =
    &["id", "visit", "issue", "cause", "cause_text", "remedy", "parts", "minutes", "outcome", "tapped_at", "filed_at"];

pub(super) fn interactions(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (
        (InteractionId, String, String, Channel, Option<String>, String, String),
        (bool, Option<String>, String, Timestamp, Timestamp),
    );
    let rows: Vec<Row> = interactions::table
        .inner_join(contracts::table.on(contracts::id.eq(interactions::contract_id)))
        .left_join(contacts::table.on(interactions::contact_id.eq(contacts::id.nullable())))
        .left_join(users::table.on(users::id.eq(interactions::entered_by)))
        .filter(interactions::number.gt(after))
        .order(interactions::number)
        .limit(limits::EXPORT_PAGE)
        .select((
            (
                interactions::id,
                interactions::number,
                contracts::number,
                interactions::channel,
                contacts::code.nullable(),
                interactions::caller_name,
                interactions::caller_phone,
            ),
            (
                interactions::on_behalf_of,
                users::login.nullable(),
                interactions::note,
                interactions::started_at,
                interactions::saved_at,
            ),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.1.clone(),
        |((_, number, contract, channel, contact, name, phone), (proxy, by, note, started_at, saved_at))| {
            cells![number, contract, channel, contact, name, phone, proxy, by, note, started_at, saved_at]
        },
    ))
}

type IssueRow = (
    (IssueId, String, String, String, String, String),
    (Option<String>, Option<String>, Option<String>, IssueKind, String),
    (Impact, Urgency, Priority, IssueState, Option<Outcome>),
    (Option<Timestamp>, Option<Timestamp>, Option<IssueId>, Option<String>, i64),
    (CostReason, Timestamp, Option<Timestamp>, String, i64),
);

pub(super) fn issues(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows: Vec<IssueRow> = issues::table
        .inner_join(interactions::table)
        .inner_join(contracts::table)
        .inner_join(sites::table)
        .inner_join(territories::table.on(territories::id.eq(issues::territory_id)))
        .left_join(assets::table.on(issues::asset_id.eq(assets::id.nullable())))
        .left_join(products::table.on(issues::product_id.eq(products::id.nullable())))
        .filter(issues::number.gt(after))
        .order(issues::number)
        .limit(limits::EXPORT_PAGE)
        .select((
            (issues::id, issues::number, interactions::number, contracts::number, territories::code, sites::code),
            (assets::serial.nullable(), products::code.nullable(), issues::symptom, issues::kind, issues::description),
            (issues::impact, issues::urgency, issues::priority, issues::state, issues::outcome),
            (issues::wish_from, issues::wish_to, issues::linked_issue_id, issues::menu_item, issues::units),
            (issues::cost_reason, issues::created_at, issues::closed_at, issues::remedy, issues::desk_minutes),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.1.clone(),
        |(
            (id, number, interaction, contract, territory, site),
            (asset, product, symptom, kind, description),
            (impact, urgency, priority, state, outcome),
            (wish_from, wish_to, linked, menu_item, units),
            (cost_reason, created_at, closed_at, remedy, desk_minutes),
        )| {
            cells![
                number,
                interaction,
                contract,
                territory,
                site,
                asset,
                product,
                symptom,
                kind,
                description,
                impact,
                urgency,
                priority,
                state,
                outcome,
                wish_from,
                wish_to,
                linked,
                menu_item,
                units,
                cost_reason,
                created_at,
                closed_at,
                remedy,
                desk_minutes,
                id,
            ]
        },
    ))
}

pub(super) fn visits(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Times = (Option<Timestamp>, Option<Timestamp>, Option<Timestamp>, Option<Timestamp>, Option<Timestamp>);
    type Row = (
        (VisitId, String, String, String, VisitState),
        (Timestamp, Timestamp, i64, Option<Timestamp>, Option<Timestamp>, Timestamp),
        Times,
        (WorkOrderId, i64, Option<Timestamp>, Option<Timestamp>),
    );
    let rows: Vec<Row> = visits::table
        .inner_join(work_orders::table.inner_join(issues::table))
        .inner_join(technicians::table)
        .inner_join(territories::table.on(territories::id.eq(visits::territory_id)))
        .filter(visits::id.gt(parted::<VisitId>(after).0))
        .order(visits::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (visits::id, issues::number, territories::code, technicians::code, visits::state),
            (
                visits::planned_start,
                visits::planned_end,
                visits::travel_s,
                visits::promised_from,
                visits::promised_to,
                visits::created_at,
            ),
            (visits::accepted_at, visits::en_route_at, visits::arrived_at, visits::started_at, visits::finished_at),
            (visits::work_order_id, visits::route_order, visits::declared_arrival, visits::declared_at),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, issue, territory, technician, state), (start, end, travel_s, from, to, created_at), times, more)| {
            let (accepted, en_route, arrived, started, finished) = times;
            let (order, place, declared, declared_at) = more;
            cells![
                id,
                issue,
                territory,
                technician,
                state,
                start,
                end,
                travel_s,
                from,
                to,
                created_at,
                accepted,
                en_route,
                arrived,
                started,
                finished,
                order,
                place,
                declared,
                declared_at,
            ]
        },
    ))
}

pub(super) fn reports(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((ReportId, VisitId, String, String, String, String), (String, i64, Outcome, Timestamp, Timestamp));
    let rows: Vec<Row> = service_reports::table
        .inner_join(visits::table.inner_join(work_orders::table.inner_join(issues::table)))
        .filter(service_reports::id.gt(parted::<ReportId>(after).0))
        .order(service_reports::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            (
                service_reports::id,
                service_reports::visit_id,
                issues::number,
                service_reports::cause,
                service_reports::cause_text,
                service_reports::remedy,
            ),
            (
                service_reports::parts,
                service_reports::minutes,
                service_reports::outcome,
                service_reports::tapped_at,
                service_reports::filed_at,
            ),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.0.to_string(),
        |((id, visit, issue, cause, cause_text, remedy), (parts, minutes, outcome, tapped_at, filed_at))| {
            cells![id, visit, issue, cause, cause_text, remedy, parts, minutes, outcome, tapped_at, filed_at]
        },
    ))
}
