//! What a customer's people ask for themselves, and the number of a ticket that anybody quotes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::extract::{Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::Json;
use super::{Method, Route};
use crate::domain::access::Role;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::number::{self, Quoted};
use crate::limits;
use crate::store::Fault;
use crate::views::history::Portal;
use crate::views::wallet::QuotedTicket;

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/portal", "A customer contact's contracts", portal),
        Route::new(Method::GET, "/api/tickets", "The ticket or lot of a number that is read out", quoted),
    ]
}

async fn portal(who: Allowed<perm::ReadPortal>, shared: Shared) -> Result<Json<Portal>, Fault> {
    let customer = who.customer()?;
    Ok(Json(shared.store.read(move |reader| reader.portal(customer)).await?))
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
