//! The customer's tracking link: no log-in, one visit.

use actix_web::{HttpRequest, HttpResponse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{Path, Shared};
use super::guard::Public;
use super::reply::Json;
use super::{Method, Route};
use crate::domain::refusal::{Code, Refusal};
use crate::limits;
use crate::store::access::token_hash;
use crate::store::{Fault, StoreError};
use crate::views::track::TrackView;
use crate::web::{self, Closed, Language, Vendor};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/track/{token}", "One visit, as its customer sees it", track),
        Route::new(Method::GET, "/t/{token}", "The tracking page, readable without script", page),
    ]
}

#[derive(Deserialize, Serialize, JsonSchema)]
pub struct TokenPath {
    token: String,
}

async fn track(_: Public, shared: Shared, Path(path): Path<TokenPath>) -> Result<Json<TrackView>, Fault> {
    Ok(Json(view(&shared, &path.token).await?))
}

async fn page(
    _: Public,
    shared: Shared,
    Path(path): Path<TokenPath>,
    request: HttpRequest,
) -> Result<HttpResponse, Fault> {
    let (language, zone, now) = (Language::of(&request), shared.store.zone(), shared.store.clock().now());
    match view(&shared, &path.token).await {
        Ok(view) => {
            let view = serde_json::to_value(view).map_err(StoreError::corrupt)?;
            Ok(web::tracking_answer(&view, language, zone, now))
        }
        Err(Fault::Refused(refusal)) => closed(&shared, refusal.code, language).await,
        Err(fault) => Err(fault),
    }
}

/// Why the link shows nothing, and whom to call instead.
async fn closed(shared: &Shared, code: Code, language: Language) -> Result<HttpResponse, Fault> {
    let why = if code == Code::LinkRevoked { Closed::Revoked } else { Closed::Expired };
    let vendor = shared.store.read(|reader| reader.vendor()).await?;
    let vendor = vendor.as_ref().map(|vendor| Vendor {
        name: if language == Language::Ja { &vendor.name_ja } else { &vendor.name_en },
        phone: &vendor.phone,
    });
    Ok(web::closed_answer(why, vendor, language))
}

/// What the holder of a link may see.
pub async fn view(shared: &Shared, token: &str) -> Result<TrackView, Fault> {
    if token.len() > limits::LINE_CHARS {
        return Err(Refusal::new(Code::NotFound).into());
    }
    let (hash, clock) = (token_hash(token), shared.clock());
    shared
        .store
        .read(move |reader| {
            let pass = reader.track_link(&hash, clock.now)?;
            reader.track_view(&pass, clock.clone())
        })
        .await
}
