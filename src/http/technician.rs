//! The technician's routes.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::describe::Describe;
use super::extract::{Body, ById, OperationId, Path, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Reply, Stored};
use super::trackers::Reports;
use super::{Method, Route};
use crate::commands::{progress, report};
use crate::domain::ids::VisitId;
use crate::store::{Answer, Fault};
use crate::views::technician::{MyDay, MyVisit, PositionsAccepted, ProgressRequest, ReportRequest};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/my/day", "The technician's own day", my_day),
        Route::new(Method::POST, "/api/visits/{id}/progress", "A tap: accept, set out, arrive, start, …", tap)
            .audited_by_reach("progress"),
        Route::new(Method::POST, "/api/visits/{id}/report", "File the service report and finish the visit", file)
            .audited_by_reach("report"),
        Route::new(Method::POST, "/api/my/positions", "Positions while under way, by phone or tracker", positions),
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

/// Idempotent by technician and sequence number, so it needs no operation id. Trackers cannot set a header: they give the
/// technician's token as password (OwnTracks) or as the device's name (Traccar).
async fn positions(who: Allowed<perm::ReportPositions>, shared: Shared, reports: Reports) -> Result<Judged, Fault> {
    let technician = who.technician()?;
    let taken = match &reports.batch {
        Some(batch) => shared.trackers.positions(technician, batch.clone()).await?,
        None => PositionsAccepted::default(),
    };
    Ok(Judged(reports.answer(&taken)))
}

/// What became of positions, in the words of their sender.
struct Judged(serde_json::Value);

impl Reply for Judged {
    fn respond(self, status: StatusCode) -> HttpResponse {
        Json(self.0).respond(status)
    }

    fn describe(to: &mut Describe<'_>) {
        to.answer::<PositionsAccepted>();
    }
}
