//! What the actors are doing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::Shared;
use super::guard::{Allowed, perm};
use super::reply::Json;
use super::{Method, Route};
use crate::actors::guardian::ActorState;
use crate::store::Fault;

pub fn routes() -> Vec<Route> {
    vec![Route::new(Method::GET, "/api/actors", "What the actors are doing", actors)]
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Actors {
    pub actors: Vec<ActorState>,
}

async fn actors(_: Allowed<perm::Administer>, shared: Shared) -> Result<Json<Actors>, Fault> {
    Ok(Json(Actors { actors: shared.guardian.states() }))
}
