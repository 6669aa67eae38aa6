//! The base map.

use actix_web::HttpResponse;
use actix_web::http::header;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{Path, Shared};
use super::guard::{Allowed, perm};
use super::reply::Json;
use super::{Method, Route};
use crate::domain::refusal::{Code, Refusal};
use crate::map::{BaseMap, MapView};
use crate::store::Fault;

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/map", "Where the base map comes from", map),
        Route::new(Method::GET, "/api/map/streets", "The streets as GeoJSON", streets),
        Route::new(Method::GET, "/tiles/{z}/{x}/{y}.pbf", "A vector tile", tile),
    ]
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct TilePath {
    z: u8,
    x: u32,
    y: u32,
}

async fn map(_: Allowed<perm::ReadCatalog>, shared: Shared) -> Result<Json<MapView>, Fault> {
    Ok(Json(shared.map.view()))
}

async fn streets(_: Allowed<perm::ReadCatalog>, shared: Shared) -> Result<HttpResponse, Fault> {
    let BaseMap::Streets { geojson, .. } = shared.map.as_ref() else {
        return Err(Refusal::new(Code::NotFound).into());
    };
    let kept = (header::CACHE_CONTROL, "private, max-age=86400");
    Ok(HttpResponse::Ok().insert_header(kept).content_type("application/geo+json").body(geojson.clone()))
}

async fn tile(
    _: Allowed<perm::ReadCatalog>,
    shared: Shared,
    Path(path): Path<TilePath>,
) -> Result<HttpResponse, Fault> {
    let kept = (header::CACHE_CONTROL, "private, max-age=86400");
    if let BaseMap::Streets { .. } = shared.map.as_ref() {
        return Err(Refusal::new(Code::NotFound).into());
    }
    // A place outside the file is an empty tile, not a mistake of whoever scrolls there.
    let Some(tile) = shared.map.tile(path.z, path.x, path.y).await else {
        return Ok(HttpResponse::NoContent().insert_header(kept).finish());
    };
    let mut answer = HttpResponse::Ok();
    answer.insert_header(kept);
    if let Some(encoding) = tile.encoding {
        answer.insert_header((header::CONTENT_ENCODING, encoding));
    }
    Ok(answer.content_type("application/vnd.mapbox-vector-tile").body(tile.bytes))
}
