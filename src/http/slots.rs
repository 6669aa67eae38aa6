//! Appointment slots for the caller on the phone.

use super::extract::{Body, ById, OperationId, Path, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::commands::slots::{self, Slots};
use crate::domain::ids::SlotId;
use crate::store::{Answer, Fault};
use crate::views::slot::{HeldSlot, HoldRequest, SlotsRequest};
use crate::views::track::Nothing;

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::POST, "/api/slots", "Appointment slots for an issue, best first; changes nothing", offers),
        Route::new(Method::POST, "/api/slots/holds", "Hold a slot for five minutes", hold).created(),
        Route::new(Method::DELETE, "/api/slots/holds/{id}", "Let a held slot go", release),
    ]
}

async fn offers(
    _: Allowed<perm::TakeCalls>,
    shared: Shared,
    Body(request): Body<SlotsRequest>,
) -> Result<Json<Slots>, Fault> {
    let (now, travel) = (shared.store.clock().now(), shared.travel.clone());
    let found = shared.store.read(move |reader| slots::offers(reader, &request, travel.as_ref(), now));
    Ok(Json(found.await?))
}

async fn hold(
    who: Allowed<perm::TakeCalls>,
    shared: Shared,
    OperationId(operation): OperationId,
    Body(request): Body<HoldRequest>,
) -> Result<Stored<HeldSlot>, Fault> {
    let travel = shared.travel.clone();
    let held = shared.store.command(who.actor, operation, move |unit| {
        Ok(Answer::json(201, &slots::hold(unit, &request, travel.as_ref())?))
    });
    Ok(held.await?.into())
}

async fn release(
    who: Allowed<perm::TakeCalls>,
    shared: Shared,
    Path(path): Path<ById<SlotId>>,
    OperationId(operation): OperationId,
) -> Result<Stored<Nothing>, Fault> {
    let done = shared.store.command(who.actor, operation, move |unit| {
        slots::release(unit, path.id)?;
        Ok(Answer::json(200, &Nothing {}))
    });
    Ok(done.await?.into())
}
