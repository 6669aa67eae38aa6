//! Whether the server serves.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::Shared;
use super::guard::Public;
use super::reply::Json;
use super::{Method, Route};
use crate::domain::time::Timestamp;
use crate::store::Fault;

pub fn routes() -> Vec<Route> {
    vec![Route::new(Method::GET, "/api/health", "Whether the server serves", health)]
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// Always `ok`; trouble is answered with 503.
    pub status: String,
    pub version: String,
    /// The life of the data that the server serves.
    pub epoch: String,
    pub server_time: Timestamp,
}

/// Asks the store, since a server that cannot reach its data is of no use.
async fn health(_: Public, shared: Shared) -> Result<Json<Health>, Fault> {
    let epoch = shared.store.read(|reader| reader.epoch()).await?;
    Ok(Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        epoch,
        server_time: shared.store.clock().now(),
    }))
}
