//! Proposals for the running day: read, asked for, approved; and what would be if.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::extract::{Body, OperationId, Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::actors::offers::Offer;
use crate::commands::replan;
use crate::domain::ids::TerritoryId;
use crate::planner::replan::{WhatIf, WhatIfRequest};
use crate::store::{Answer, Fault};
use crate::views::replan::{ApproveRequest, Approved, ReplanAsked};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/replan", "The proposal that stands for a territory's running day", current),
        Route::new(Method::POST, "/api/replan", "Plan a territory's running day now; changes nothing", ask),
        Route::new(Method::POST, "/api/replan/approve", "Make rows of a proposal; tells what became of each", approve),
        Route::new(Method::POST, "/api/replan/what-if", "Figures and proposal if something were otherwise", what_if),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReplanQuery {
    territory_id: TerritoryId,
}

/// The proposal that stands; none before the first one.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    pub offer: Option<Offer>,
}

async fn current(
    _: Allowed<perm::ReadBoard>,
    shared: Shared,
    Query(query): Query<ReplanQuery>,
) -> Result<Json<Standing>, Fault> {
    Ok(Json(Standing { offer: shared.planners.offer(query.territory_id).await? }))
}

async fn ask(_: Allowed<perm::Dispatch>, shared: Shared, Body(asked): Body<ReplanAsked>) -> Result<Json<Offer>, Fault> {
    Ok(Json(shared.planners.replan(asked.territory_id).await?))
}

async fn approve(
    who: Allowed<perm::Dispatch>,
    shared: Shared,
    OperationId(operation): OperationId,
    Body(request): Body<ApproveRequest>,
) -> Result<Stored<Approved>, Fault> {
    let travel = shared.travel.clone();
    // A retry is answered as before, also when the proposal is gone: it is only asked for where the rows are made.
    let proposed = shared.planners.proposed(request.territory_id, request.proposal_id).await?;
    let done = shared.store.command(who.actor, operation, move |unit| {
        Ok(Answer::json(200, &replan::approve(unit, &request, proposed.as_deref(), travel.as_ref())?))
    });
    Ok(done.await?.into())
}

async fn what_if(
    _: Allowed<perm::Dispatch>,
    shared: Shared,
    Body(request): Body<WhatIfRequest>,
) -> Result<Json<WhatIf>, Fault> {
    let (now, travel) = (shared.store.clock().now(), shared.travel.clone());
    let found = shared
        .store
        .read(move |reader| replan::what_if(reader, request.territory_id, &request.changes, travel.as_ref(), now));
    Ok(Json(found.await?))
}
