//! The technician's routes.

use super::extract::{Body, ById, OperationId, Path, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::commands::{progress, report};
use crate::domain::ids::VisitId;
use crate::store::{Answer, Fault};
use crate::views::technician::{MyDay, MyVisit, PositionBatch, PositionsAccepted, ProgressRequest, ReportRequest};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/my/day", "The technician's own day", my_day),
        Route::new(Method::POST, "/api/visits/{id}/progress", "A tap: accept, set out, arrive, start, …", tap),
        Route::new(Method::POST, "/api/visits/{id}/report", "File the service report and finish the visit", file),
        Route::new(Method::POST, "/api/my/positions", "Positions while under way, oldest first", positions),
    ]
}

async fn my_day(who: Allowed<perm::WorkVisits>, shared: Shared) -> Result<Json<MyDay>, Fault> {
    let (technician, clock) = (who.technician()?, shared.clock());
    Ok(Json(shared.store.read(move |reader| reader.my_day(technician, clock.clone())).await?))
}

async fn tap(
    who: Allowed<perm::WorkVisits>,
    shared: Shared,
    Path(path): Path<ById<VisitId>>,
    OperationId(operation): OperationId,
    Body(request): Body<ProgressRequest>,
) -> Result<Stored<MyVisit>, Fault> {
    let (technician, travel) = (who.technician()?, shared.travel.clone());
    let done = shared.store.command(who.actor, operation, move |unit| {
        progress::progress(unit, technician, path.id, &request, travel.as_ref())?;
        Ok(Answer::json(200, &unit.look().my_visit(path.id)?))
    });
    Ok(done.await?.into())
}

async fn file(
    who: Allowed<perm::WorkVisits>,
    shared: Shared,
    Path(path): Path<ById<VisitId>>,
    OperationId(operation): OperationId,
    Body(request): Body<ReportRequest>,
) -> Result<Stored<MyVisit>, Fault> {
    let (technician, travel) = (who.technician()?, shared.travel.clone());
    let done = shared.store.command(who.actor, operation, move |unit| {
        report::report(unit, technician, path.id, &request, travel.as_ref())?;
        Ok(Answer::json(200, &unit.look().my_visit(path.id)?))
    });
    Ok(done.await?.into())
}

/// Idempotent by technician and sequence number, so it needs no operation id.
async fn positions(
    who: Allowed<perm::WorkVisits>,
    shared: Shared,
    Body(batch): Body<PositionBatch>,
) -> Result<Json<PositionsAccepted>, Fault> {
    Ok(Json(shared.trackers.positions(who.technician()?, batch.positions).await?))
}
