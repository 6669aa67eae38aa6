//! The call desk's routes, and what customers read of their own contracts.

use schemars::JsonSchema;
use serde::Deserialize;

use super::extract::{Body, ById, OperationId, Path, Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::commands::{intake, remote_outcome};
use crate::domain::access::{Role, User};
use crate::domain::ids::{AssetId, ContractId, IssueId, SiteId};
use crate::domain::person::Person;
use crate::domain::refusal::{Code, Refusal};
use crate::limits;
use crate::store::history::HistoryFilter;
use crate::store::{Answer, Fault, Reader};
use crate::views::desk::{
    Catalog, ContractCard, IntakeReceipt, IntakeRequest, IssueDetail, OutcomeRequest, SearchHits,
};
use crate::views::history::{HistoryChoices, HistoryPage};
use crate::views::wallet::{Consumption, WalletDetail};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/catalog", "Codes with their names", catalog),
        Route::new(
            Method::GET,
            "/api/desk/search",
            "Contracts by phone, name, kana, postcode, serial, or the number of a contract, lot or ticket",
            search,
        ),
        Route::new(Method::GET, "/api/contracts/{id}", "The contract's card", card),
        Route::new(Method::GET, "/api/contracts/{id}/wallet", "The wallet with every ticket", wallet),
        Route::new(Method::GET, "/api/contracts/{id}/history", "Everything that happened under a contract", history),
        Route::new(Method::GET, "/api/contracts/{id}/history/choices", "What a history can be narrowed to", choices),
        Route::new(Method::POST, "/api/interactions/preview", "What a contact would cost; changes nothing", preview),
        Route::new(Method::POST, "/api/interactions", "Save a contact with its issues", save)
            .created()
            .audited_by_reach("intake"),
        Route::new(Method::GET, "/api/issues/{id}", "An issue with its visits and report", issue),
        Route::new(Method::POST, "/api/issues/{id}/outcome", "Close an issue from the desk", close)
            .audited_by_reach("outcome"),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SearchQuery {
    /// What the caller says, as typed.
    q: String,
}

async fn catalog(_: Allowed<perm::ReadCatalog>, shared: Shared) -> Result<Json<Catalog>, Fault> {
    Ok(Json(shared.store.read(|reader| reader.catalog()).await?))
}

async fn search(
    _: Allowed<perm::ReadDesk>,
    shared: Shared,
    Query(query): Query<SearchQuery>,
) -> Result<Json<SearchHits>, Fault> {
    if query.q.chars().count() > limits::LINE_CHARS {
        return Err(Refusal::invalid_both("q", "200文字以内です", "at most 200 characters").into());
    }
    Ok(Json(shared.store.read(move |reader| reader.search(&query.q)).await?))
}

async fn card(
    _: Allowed<perm::ReadDesk>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<ContractCard>, Fault> {
    Ok(Json(shared.store.read(move |reader| reader.contract_card(path.id)).await?))
}

async fn wallet(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<WalletDetail>, Fault> {
    let user = who.user;
    let detail = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        reader.wallet_detail(path.id)
    });
    Ok(Json(detail.await?))
}

/// A customer contact sees the contracts of his own organisation; any other is to him as if it did not exist.
pub(super) fn own_contract(reader: &mut Reader<'_>, user: &User, contract: ContractId) -> Result<(), Fault> {
    if user.role != Role::Customer {
        return Ok(());
    }
    let owner = reader.contract_owner(contract)?;
    if user.customer == Some(owner) { Ok(()) } else { Err(Refusal::new(Code::NotFound).into()) }
}

async fn preview(
    _: Allowed<perm::TakeCalls>,
    shared: Shared,
    Body(request): Body<IntakeRequest>,
) -> Result<Json<Consumption>, Fault> {
    let now = shared.store.clock().now();
    Ok(Json(shared.store.read(move |reader| intake::preview(reader, &request, now)).await?))
}

async fn save(
    who: Allowed<perm::TakeCalls>,
    shared: Shared,
    OperationId(operation): OperationId,
    Body(request): Body<IntakeRequest>,
) -> Result<Stored<IntakeReceipt>, Fault> {
    let saved =
        shared.store.command(who.actor, operation, move |unit| Ok(Answer::json(201, &intake::save(unit, &request)?)));
    Ok(saved.await?.into())
}

async fn issue(
    _: Allowed<perm::ReadDesk>,
    shared: Shared,
    Path(path): Path<ById<IssueId>>,
) -> Result<Json<IssueDetail>, Fault> {
    Ok(Json(shared.store.read(move |reader| reader.issue_detail(path.id)).await?))
}

async fn close(
    who: Allowed<perm::TakeCalls>,
    shared: Shared,
    Path(path): Path<ById<IssueId>>,
    OperationId(operation): OperationId,
    Body(request): Body<OutcomeRequest>,
) -> Result<Stored<IssueDetail>, Fault> {
    let travel = shared.travel.clone();
    let closed = shared.store.command(who.actor, operation, move |unit| {
        Ok(Answer::json(200, &remote_outcome::close(unit, path.id, &request, travel.as_ref())?))
    });
    Ok(closed.await?.into())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HistoryQuery {
    /// `next` of the page before.
    before: Option<i64>,
    /// Entries on the page, at most 200.
    limit: Option<i64>,
    /// Only what is about this asset.
    #[serde(alias = "asset")]
    asset_id: Option<AssetId>,
    /// Only what is about this site.
    #[serde(alias = "site")]
    site_id: Option<SiteId>,
    /// Only what is about this issue: its contact, visits, report and movements.
    issue_id: Option<IssueId>,
    /// Only what this technician, contact or person at the desk had a part in.
    #[serde(alias = "person")]
    person_id: Option<Person>,
}

/// The same lines for the company and for its customer.
async fn history(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    Query(query): Query<HistoryQuery>,
) -> Result<Json<HistoryPage>, Fault> {
    let user = who.user;
    let filter = HistoryFilter {
        before: query.before,
        limit: query.limit,
        asset: query.asset_id,
        site: query.site_id,
        issue: query.issue_id,
        person: query.person_id,
        for_customer: user.role == Role::Customer,
    };
    let page = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        reader.history(path.id, &filter)
    });
    Ok(Json(page.await?))
}

async fn choices(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<HistoryChoices>, Fault> {
    let user = who.user;
    let choices = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        reader.history_choices(path.id)
    });
    Ok(Json(choices.await?))
}
