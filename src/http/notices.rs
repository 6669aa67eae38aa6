//! What customers were told: they read their own, the vendor's people all.

use schemars::JsonSchema;
use serde::Deserialize;

use super::desk::own_contract;
use super::extract::{ById, Path, Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::Json;
use super::{Method, Route};
use crate::domain::ids::{ContractId, NoticeId};
use crate::store::Fault;
use crate::store::notices::NoticeFilter;
use crate::views::notice::NoticePage;

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/notices", "What customers were told", list),
        Route::new(Method::POST, "/api/notices/{id}/read", "The reader has read it", read),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NoticeQuery {
    /// Only those that the reader has not read.
    #[serde(default)]
    unread: bool,
    contract_id: Option<ContractId>,
    /// `next` of the page before.
    before: Option<NoticeId>,
}

async fn list(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Query(query): Query<NoticeQuery>,
) -> Result<Json<NoticePage>, Fault> {
    let (user, filter) =
        (who.user, NoticeFilter { unread: query.unread, contract: query.contract_id, before: query.before });
    Ok(Json(shared.store.read(move |reader| reader.notices(&user, &filter)).await?))
}

/// Idempotent by notice and reader, so it needs no operation id. Answers with what is still unread.
async fn read(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<NoticeId>>,
) -> Result<Json<NoticePage>, Fault> {
    let user = who.user;
    let marked = shared.store.task(who.actor, move |unit| {
        let contract = unit.look().notice_contract(path.id)?;
        own_contract(&mut unit.look(), &user, contract)?;
        unit.read_notice(path.id, &user)?;
        unit.look().notices(&user, &NoticeFilter { unread: true, ..NoticeFilter::default() })
    });
    Ok(Json(marked.await?))
}
