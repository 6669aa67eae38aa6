//! Technicians' absences: read by whoever sees the board, entered and ended by dispatchers.

use super::extract::{Body, ById, OperationId, Path, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::commands::absence;
use crate::domain::ids::{AbsenceId, TechnicianId};
use crate::store::{Answer, Fault};
use crate::views::absence::{AbsenceEnded, AbsenceEntered, AbsenceRequest, Absences};
use crate::views::track::Nothing;

pub fn routes() -> Vec<Route> {
    let path = "/api/technicians/{id}/absences";
    vec![
        Route::new(Method::GET, path, "A technician's absences that are not over", list),
        Route::new(Method::POST, path, "Enter an absence; names the visits that lie in it", enter).created(),
        Route::new(Method::POST, "/api/absences/{id}/end", "End an absence now, or withdraw one to come", end),
    ]
}

async fn list(
    _: Allowed<perm::ReadBoard>,
    shared: Shared,
    Path(path): Path<ById<TechnicianId>>,
) -> Result<Json<Absences>, Fault> {
    let now = shared.store.clock().now();
    let absences = shared.store.read(move |reader| reader.absences_of(path.id, now)).await?;
    Ok(Json(Absences { absences }))
}

async fn enter(
    who: Allowed<perm::Dispatch>,
    shared: Shared,
    Path(path): Path<ById<TechnicianId>>,
    OperationId(operation): OperationId,
    Body(request): Body<AbsenceRequest>,
) -> Result<Stored<AbsenceEntered>, Fault> {
    let entered = shared
        .store
        .command(who.actor, operation, move |unit| Ok(Answer::json(201, &absence::enter(unit, path.id, &request)?)));
    Ok(entered.await?.into())
}

async fn end(
    who: Allowed<perm::Dispatch>,
    shared: Shared,
    Path(path): Path<ById<AbsenceId>>,
    OperationId(operation): OperationId,
    Body(_): Body<Nothing>,
) -> Result<Stored<AbsenceEnded>, Fault> {
    let ended =
        shared.store.command(who.actor, operation, move |unit| Ok(Answer::json(200, &absence::end(unit, path.id)?)));
    Ok(ended.await?.into())
}
