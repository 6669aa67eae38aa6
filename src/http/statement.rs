//! The statement of a contract: on the screen, as a table for spreadsheets, and on paper. The customer's people and the
//! vendor's see the same lines.

use actix_web::HttpResponse;
use actix_web::http::header;
use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::desk::own_contract;
use super::extract::{Path, Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::Json;
use super::{Method, Route};
use crate::documents::Document;
use crate::domain::access::{Language, User};
use crate::domain::ids::ContractId;
use crate::sentences::statement::document;
use crate::store::Fault;
use crate::views::statement::Statement;

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/contracts/{id}/statement", "What moved in a period", screen),
        Route::new(Method::GET, "/api/contracts/{id}/statement.csv", "The statement as CSV", csv),
        Route::new(Method::GET, "/api/contracts/{id}/statement.pdf", "The statement as PDF", pdf),
    ]
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct ContractPath {
    id: ContractId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Period {
    /// First day.
    #[schemars(with = "String")]
    from: NaiveDate,
    /// Last day.
    #[schemars(with = "String")]
    to: NaiveDate,
    /// Of the document; the reader's own when it is missing.
    language: Option<Language>,
}

async fn read(shared: &Shared, user: User, contract: ContractId, period: &Period) -> Result<Statement, Fault> {
    let (from, to) = (period.from, period.to);
    let read = shared.store.read(move |reader| {
        own_contract(reader, &user, contract)?;
        reader.statement(contract, from, to)
    });
    read.await
}

async fn written(shared: &Shared, user: User, contract: ContractId, period: &Period) -> Result<Document, Fault> {
    let language = period.language.unwrap_or(user.language);
    let statement = read(shared, user, contract, period).await?;
    Ok(document(&statement, language, shared.store.zone()))
}

async fn screen(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ContractPath>,
    Query(period): Query<Period>,
) -> Result<Json<Statement>, Fault> {
    Ok(Json(read(&shared, who.user, path.id, &period).await?))
}

async fn csv(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ContractPath>,
    Query(period): Query<Period>,
) -> Result<HttpResponse, Fault> {
    let table = written(&shared, who.user, path.id, &period).await?.csv();
    Ok(file("text/csv; charset=utf-8", "csv", &period, table.into_bytes()))
}

async fn pdf(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ContractPath>,
    Query(period): Query<Period>,
) -> Result<HttpResponse, Fault> {
    let document = written(&shared, who.user, path.id, &period).await?;
    // A year of a busy contract is some hundred pages: not on a thread that serves others.
    let printed = actix_web::web::block(move || document.pdf()).await.map_err(|_| crate::store::StoreError::Stopped)?;
    Ok(file("application/pdf", "pdf", &period, printed))
}

fn file(kind: &'static str, ending: &str, period: &Period, body: Vec<u8>) -> HttpResponse {
    let name = format!("attachment; filename=\"statement-{}-{}.{ending}\"", period.from, period.to);
    HttpResponse::Ok()
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .content_type(kind)
        .body(body)
}
