//! What a customer's people ask for themselves, and the number of a ticket that anybody quotes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::desk::own_contract;
use super::extract::{Body, ById, OperationId, Path, Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::commands::intake;
use crate::domain::access::Role;
use crate::domain::ids::ContractId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::number::{self, Quoted};
use crate::limits;
use crate::store::{Answer, Fault};
use crate::views::desk::IntakeReceipt;
use crate::views::history::Portal;
use crate::views::portal::{FaultReport, ReportForm, ReportedIssue};
use crate::views::wallet::{Consumption, QuotedTicket};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/portal", "A customer contact's contracts", portal),
        Route::new(Method::GET, "/api/portal/contracts/{id}/report-form", "What can be reported", form),
        Route::new(Method::POST, "/api/portal/contracts/{id}/reports/preview", "What a report would cost", preview),
        Route::new(Method::POST, "/api/portal/contracts/{id}/reports", "Report a fault or a question", report)
            .created()
            .audited_by_reach("report"),
        Route::new(Method::GET, "/api/desk/reported", "What customers reported themselves and waits", reported),
        Route::new(Method::GET, "/api/tickets", "The ticket or lot of a number that is read out", quoted),
    ]
}

async fn portal(who: Allowed<perm::ReadPortal>, shared: Shared) -> Result<Json<Portal>, Fault> {
    let customer = who.customer()?;
    Ok(Json(shared.store.read(move |reader| reader.portal(customer)).await?))
}

async fn form(
    who: Allowed<perm::ReportFault>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<ReportForm>, Fault> {
    let user = who.user;
    let form = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        reader.report_form(path.id)
    });
    Ok(Json(form.await?))
}

async fn preview(
    who: Allowed<perm::ReportFault>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    Body(report): Body<FaultReport>,
) -> Result<Json<Consumption>, Fault> {
    let (now, user) = (shared.store.clock().now(), who.user);
    let cost = shared.store.read(move |reader| intake::preview_report(reader, &user, path.id, &report, now));
    Ok(Json(cost.await?))
}

async fn report(
    who: Allowed<perm::ReportFault>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    OperationId(operation): OperationId,
    Body(report): Body<FaultReport>,
) -> Result<Stored<IntakeReceipt>, Fault> {
    let user = who.user;
    let saved = shared.store.command(who.actor, operation, move |unit| {
        Ok(Answer::json(201, &intake::report(unit, &user, path.id, &report)?))
    });
    Ok(saved.await?.into())
}

async fn reported(_: Allowed<perm::ReadDesk>, shared: Shared) -> Result<Json<Vec<ReportedIssue>>, Fault> {
    Ok(Json(shared.store.read(|reader| reader.reported_issues()).await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QuotedQuery {
    /// The number of a ticket or lot, as somebody reads it out.
    number: String,
}

/// A customer contact finds those of his own organisation only.
async fn quoted(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Query(query): Query<QuotedQuery>,
) -> Result<Json<QuotedTicket>, Fault> {
    if query.number.chars().count() > limits::LINE_CHARS {
        return Err(Refusal::invalid_both("number", "200文字以内です", "at most 200 characters").into());
    }
    // Here nothing else than a ticket can be meant.
    if matches!(number::quoted(&query.number), Some(Quoted::Misheard { .. })) {
        return Err(Refusal::new(Code::TicketMisheard).at("number").into());
    }
    let of = match who.user.role {
        Role::Customer => Some(who.customer()?),
        _ => None,
    };
    let found = shared.store.read(move |reader| reader.quoted(&query.number, of)).await?;
    Ok(Json(found.ok_or_else(|| Refusal::new(Code::NotFound).at("number"))?))
}
