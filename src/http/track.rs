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
use crate::store::{Fault, StoreError, links};
use crate::views::track::TrackView;
use crate::web::{self, Language};

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
    let view = match view(&shared, &path.token).await {
        Ok(view) => Some(serde_json::to_value(view).map_err(StoreError::corrupt)?),
        Err(Fault::Refused(_)) => None,
        Err(fault) => return Err(fault),
    };
    Ok(web::tracking_answer(view.as_ref(), language, zone, now))
}

/// What the holder of a link may see.
pub async fn view(shared: &Shared, token: &str) -> Result<TrackView, Fault> {
    if token.len() > limits::LINE_CHARS {
        return Err(Refusal::new(Code::NotFound).into());
    }
    let (hash, now) = (links::hash(token), shared.store.clock().now());
    shared
        .store
        .read(move |reader| {
            let pass = reader.track_link(&hash, now)?;
            reader.track_view(&pass, now)
        })
        .await
}
