//! Service levels of contracts, and the clocks of issues under them.

use super::extract::{Body, ById, OperationId, Path, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::commands::clocks;
use crate::domain::ids::{ContractId, IssueId};
use crate::store::{Answer, Fault};
use crate::views::clock::{IssueClocks, LevelRequest, LevelView, Levels, PauseRequest, PauseView};
use crate::views::track::Nothing;

pub fn routes() -> Vec<Route> {
    let levels = "/api/contracts/{id}/service-levels";
    vec![
        Route::new(Method::GET, levels, "What a contract promises, the newest first", list),
        Route::new(Method::POST, levels, "Promise a service level from a coming day on", set).created(),
        Route::new(Method::GET, "/api/issues/{id}/clocks", "How the clocks of an issue stand", read),
        Route::new(Method::POST, "/api/issues/{id}/clocks/pause", "Stop the clocks of an open issue", pause).created(),
        Route::new(Method::POST, "/api/issues/{id}/clocks/resume", "Let the clocks of an issue run again", resume),
    ]
}

async fn list(
    _: Allowed<perm::ReadDesk>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<Levels>, Fault> {
    Ok(Json(shared.store.read(move |reader| reader.levels(path.id)).await?))
}

async fn set(
    who: Allowed<perm::SetPolicy>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    OperationId(operation): OperationId,
    Body(request): Body<LevelRequest>,
) -> Result<Stored<LevelView>, Fault> {
    let set = shared
        .store
        .command(who.actor, operation, move |unit| Ok(Answer::json(201, &clocks::set_level(unit, path.id, &request)?)));
    Ok(set.await?.into())
}

async fn read(
    _: Allowed<perm::ReadDesk>,
    shared: Shared,
    Path(path): Path<ById<IssueId>>,
) -> Result<Json<IssueClocks>, Fault> {
    let now = shared.store.clock().now();
    Ok(Json(shared.store.read(move |reader| clocks::of_issue(reader, path.id, now)).await?))
}

async fn pause(
    who: Allowed<perm::StopClocks>,
    shared: Shared,
    Path(path): Path<ById<IssueId>>,
    OperationId(operation): OperationId,
    Body(request): Body<PauseRequest>,
) -> Result<Stored<PauseView>, Fault> {
    let paused = shared
        .store
        .command(who.actor, operation, move |unit| Ok(Answer::json(201, &clocks::pause(unit, path.id, &request)?)));
    Ok(paused.await?.into())
}

async fn resume(
    who: Allowed<perm::StopClocks>,
    shared: Shared,
    Path(path): Path<ById<IssueId>>,
    OperationId(operation): OperationId,
    Body(_): Body<Nothing>,
) -> Result<Stored<PauseView>, Fault> {
    let resumed =
        shared.store.command(who.actor, operation, move |unit| Ok(Answer::json(200, &clocks::resume(unit, path.id)?)));
    Ok(resumed.await?.into())
}
