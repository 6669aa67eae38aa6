//! The dispatcher's routes.

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::Deserialize;

use super::extract::{Body, ById, OperationId, Path, Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored, Written};
use super::{Method, Route};
use crate::commands::{assign, track, withdraw};
use crate::domain::complaint::Form;
use crate::domain::ids::{TechnicianId, TerritoryId, TrackLinkId, VisitId, WorkOrderId};
use crate::domain::refusal::Refusal;
use crate::planner::answer::Ranking;
use crate::planner::propose::DayProposal;
use crate::store::decisions::Decision;
use crate::store::{Answer, Fault};
use crate::views::board::{AssignRequest, Assigned, Board, TerritoryLoads, Unassigned, VisitRow, WithdrawRequest};
use crate::views::track::{Nothing, OpenLinks, TrackLinkView};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/board", "The board of a territory on a day", board),
        Route::new(Method::GET, "/api/territory-loads", "What waits in each territory", loads),
        Route::new(
            Method::GET,
            "/api/work-orders/{id}/candidates",
            "Every technician for a work order, with reasons",
            candidates,
        ),
        Route::new(Method::GET, "/api/proposal", "A technician for everything that waits in a territory", proposal),
        Route::new(Method::POST, "/api/work-orders/{id}/assign", "Give a work order to a technician", assign_order)
            .created(),
        Route::new(Method::GET, "/api/visits/{id}/decision", "Why a visit went to its technician", decision),
        Route::new(Method::POST, "/api/visits/{id}/unassign", "Take a visit back into the queue", unassign),
        Route::new(Method::POST, "/api/visits/{id}/cancel", "Cancel a visit and close its issue", cancel)
            .audited_by_reach("cancel"),
        Route::new(Method::GET, "/api/visits/{id}/track-links", "The tracking links that still work", open_links),
        Route::new(Method::POST, "/api/visits/{id}/track-links", "Make a tracking link", make_link).created(),
        Route::new(Method::DELETE, "/api/track-links/{id}", "Withdraw a tracking link", revoke_link),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct BoardQuery {
    territory_id: TerritoryId,
    /// Day in the company's zone; today when left out.
    #[serde(default, deserialize_with = "day")]
    #[schemars(schema_with = "day_schema")]
    date: Option<NaiveDate>,
}

/// A day that a board can have: between the years 1970 and 9999.
fn day<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
    let day: Option<NaiveDate> = text.parse().ok().filter(|day: &NaiveDate| (1970..=9999).contains(&day.year()));
    day.map(Some).ok_or_else(|| serde::de::Error::custom(Form::Day))
}

fn day_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "format": "date" })
}

/// A proposal is for the rest of today.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ProposalQuery {
    territory_id: TerritoryId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CandidatesQuery {
    /// Technicians who are out for a reason that nobody has recorded, with commas between: they are left out.
    without: Option<String>,
}

impl CandidatesQuery {
    fn without(&self) -> Result<Vec<TechnicianId>, Refusal> {
        let ids = self.without.iter().flat_map(|ids| ids.split(',')).filter(|id| !id.is_empty());
        let unclear =
            || Refusal::invalid_both("without", "技術員のIDを並べてください", "name technicians by their ids");
        ids.map(|id| id.parse().map_err(|_| unclear())).collect()
    }
}

async fn board(
    _: Allowed<perm::ReadBoard>,
    shared: Shared,
    Query(query): Query<BoardQuery>,
) -> Result<Json<Board>, Fault> {
    let now = shared.store.clock().now();
    Ok(Json(shared.store.read(move |reader| reader.board(query.territory_id, query.date, now)).await?))
}

async fn loads(_: Allowed<perm::ReadBoard>, shared: Shared) -> Result<Json<TerritoryLoads>, Fault> {
    let now = shared.store.clock().now();
    Ok(Json(shared.store.read(move |reader| reader.territory_loads(now)).await?))
}

async fn candidates(
    _: Allowed<perm::ReadBoard>,
    shared: Shared,
    Path(path): Path<ById<WorkOrderId>>,
    Query(query): Query<CandidatesQuery>,
) -> Result<Written<Ranking>, Fault> {
    Ok(shared.planners.rank(path.id, query.without()?).await?.into())
}

async fn proposal(
    _: Allowed<perm::ReadBoard>,
    shared: Shared,
    Query(query): Query<ProposalQuery>,
) -> Result<Json<DayProposal>, Fault> {
    Ok(Json(shared.planners.propose(query.territory_id).await?))
}

async fn assign_order(
    who: Allowed<perm::Dispatch>,
    shared: Shared,
    Path(path): Path<ById<WorkOrderId>>,
    OperationId(operation): OperationId,
    Body(request): Body<AssignRequest>,
) -> Result<Stored<Assigned>, Fault> {
    let travel = shared.travel.clone();
    let ranking = shared.planners.rank_for_log(path.id).await;
    let assigned = shared.store.command(who.actor, operation, move |unit| {
        let made = assign::assign_logged(unit, path.id, &request, travel.as_ref(), ranking.as_ref())?;
        Ok(Answer::json(201, &made))
    });
    Ok(assigned.await?.into())
}

/// As it was known then, from the journal alone.
async fn decision(
    _: Allowed<perm::ReadBoard>,
    shared: Shared,
    Path(path): Path<ById<VisitId>>,
) -> Result<Json<Decision>, Fault> {
    Ok(Json(shared.store.read(move |reader| reader.decision(path.id)).await?))
}

async fn unassign(
    who: Allowed<perm::Dispatch>,
    shared: Shared,
    Path(path): Path<ById<VisitId>>,
    OperationId(operation): OperationId,
    Body(request): Body<WithdrawRequest>,
) -> Result<Stored<Unassigned>, Fault> {
    let travel = shared.travel.clone();
    let done = shared.store.command(who.actor, operation, move |unit| {
        let work_order_id = withdraw::unassign(unit, path.id, &request, travel.as_ref())?;
        Ok(Answer::json(200, &Unassigned { work_order_id }))
    });
    Ok(done.await?.into())
}

async fn cancel(
    who: Allowed<perm::Dispatch>,
    shared: Shared,
    Path(path): Path<ById<VisitId>>,
    OperationId(operation): OperationId,
    Body(request): Body<WithdrawRequest>,
) -> Result<Stored<VisitRow>, Fault> {
    let travel = shared.travel.clone();
    let done = shared.store.command(who.actor, operation, move |unit| {
        Ok(Answer::json(200, &withdraw::cancel(unit, path.id, &request, travel.as_ref())?))
    });
    Ok(done.await?.into())
}

async fn open_links(
    _: Allowed<perm::GiveLinks>,
    shared: Shared,
    Path(path): Path<ById<VisitId>>,
) -> Result<Json<OpenLinks>, Fault> {
    let now = shared.store.clock().now();
    let links = shared.store.read(move |reader| reader.open_links(path.id, now)).await?;
    Ok(Json(OpenLinks { links }))
}

async fn make_link(
    who: Allowed<perm::GiveLinks>,
    shared: Shared,
    Path(path): Path<ById<VisitId>>,
    OperationId(operation): OperationId,
    Body(_): Body<Nothing>,
) -> Result<Stored<TrackLinkView>, Fault> {
    let made = shared
        .store
        .command(who.actor, operation, move |unit| Ok(Answer::json(201, &track::issue_link(unit, path.id)?)));
    Ok(made.await?.into())
}

async fn revoke_link(
    who: Allowed<perm::GiveLinks>,
    shared: Shared,
    Path(path): Path<ById<TrackLinkId>>,
    OperationId(operation): OperationId,
) -> Result<Stored<Nothing>, Fault> {
    let done = shared.store.command(who.actor, operation, move |unit| {
        track::revoke_link(unit, path.id)?;
        Ok(Answer::json(200, &Nothing {}))
    });
    Ok(done.await?.into())
}
