//! What customers say about their wallets, and what is answered. Somebody of another customer is told the same as of
//! something that does not exist.

use schemars::JsonSchema;
use serde::Deserialize;

use super::desk::own_contract;
use super::extract::{Body, ById, OperationId, Path, Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::wallet::post;
use super::{Method, Route};
use crate::commands::wallet;
use crate::domain::access::User;
use crate::domain::ids::{ContractId, DisputeId, IssueId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::dispute::DisputeState;
use crate::store::disputes::DisputeFilter;
use crate::store::{Fault, Reader, Unit};
use crate::views::claims::*;

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::POST, "/api/contracts/{id}/disputes", "Dispute a line of the statement", raise)
            .created()
            .audited("dispute"),
        Route::new(Method::POST, "/api/contracts/{id}/confirmations", "Agree with a line of the statement", confirm)
            .created()
            .audited("confirm_use"),
        Route::new(Method::GET, "/api/contracts/{id}/disputes", "Disputes of a contract, newest first", disputes),
        Route::new(Method::GET, "/api/disputes", "Disputes in one state; open ones the oldest first", queue),
        Route::new(Method::POST, "/api/disputes/{id}/decision", "Grant or refuse a dispute", decide)
            .audited("decide_dispute"),
        Route::new(Method::POST, "/api/disputes/{id}/withdraw", "Take a dispute back", withdraw)
            .audited("withdraw_dispute"),
        Route::new(Method::GET, "/api/contracts/{id}/approval-rule", "The customer's own limits", rule),
        Route::new(Method::PUT, "/api/contracts/{id}/approval-rule", "Set the customer's own limits", set_rule)
            .audited("approval_rule"),
        Route::new(Method::GET, "/api/contracts/{id}/approvals", "What was asked, newest first", approvals),
        Route::new(Method::POST, "/api/issues/{id}/approval", "The customer's yes or no to a use", approve)
            .audited("approval"),
    ]
}

/// A dispute, if its contract exists for this person.
fn visible_dispute(reader: &mut Reader<'_>, user: &User, id: DisputeId) -> Result<(), Fault> {
    let contract = reader.dispute(id)?.contract_id;
    own_contract(reader, user, contract)
}

async fn raise(
    who: Allowed<perm::RaiseDispute>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    OperationId(operation): OperationId,
    Body(request): Body<DisputeRequest>,
) -> Result<Stored<Dispute>, Fault> {
    let user = who.user;
    shared.store.read(move |reader| own_contract(reader, &user, path.id)).await?;
    let change = move |unit: &mut Unit<'_>| wallet::raise_dispute(unit, path.id, &request);
    post(&shared, who.actor, operation, 201, change).await
}

async fn confirm(
    who: Allowed<perm::ConfirmUse>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    OperationId(operation): OperationId,
    Body(request): Body<ConfirmationRequest>,
) -> Result<Stored<Confirmation>, Fault> {
    let user = who.user;
    shared.store.read(move |reader| own_contract(reader, &user, path.id)).await?;
    let change = move |unit: &mut Unit<'_>| wallet::confirm(unit, path.id, &request);
    post(&shared, who.actor, operation, 201, change).await
}

async fn disputes(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<Vec<DisputeRow>>, Fault> {
    let user = who.user;
    let found = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        reader.disputes(DisputeFilter::Contract(path.id))
    });
    Ok(Json(found.await?))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QueueQuery {
    /// None: those that wait for a decision.
    state: Option<DisputeState>,
}

async fn queue(
    _: Allowed<perm::ReadDesk>,
    shared: Shared,
    Query(query): Query<QueueQuery>,
) -> Result<Json<Vec<DisputeRow>>, Fault> {
    let filter = DisputeFilter::State(query.state.unwrap_or(DisputeState::Open));
    Ok(Json(shared.store.read(move |reader| reader.disputes(filter)).await?))
}

async fn decide(
    who: Allowed<perm::DecideDispute>,
    shared: Shared,
    Path(path): Path<ById<DisputeId>>,
    OperationId(operation): OperationId,
    Body(request): Body<DisputeDecision>,
) -> Result<Stored<Dispute>, Fault> {
    let user = who.user;
    shared.store.read(move |reader| visible_dispute(reader, &user, path.id)).await?;
    let change = move |unit: &mut Unit<'_>| wallet::decide_dispute(unit, path.id, &request);
    post(&shared, who.actor, operation, 200, change).await
}

async fn withdraw(
    who: Allowed<perm::RaiseDispute>,
    shared: Shared,
    Path(path): Path<ById<DisputeId>>,
    OperationId(operation): OperationId,
    Body(request): Body<DisputeWithdrawal>,
) -> Result<Stored<Dispute>, Fault> {
    let user = who.user;
    shared.store.read(move |reader| visible_dispute(reader, &user, path.id)).await?;
    let change = move |unit: &mut Unit<'_>| wallet::withdraw_dispute(unit, path.id, &request);
    post(&shared, who.actor, operation, 200, change).await
}

async fn rule(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<ApprovalRuleView>, Fault> {
    let user = who.user;
    let found = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        wallet::approval_rule(reader, path.id)
    });
    Ok(Json(found.await?))
}

async fn set_rule(
    who: Allowed<perm::SetApprovalRule>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    OperationId(operation): OperationId,
    Body(request): Body<ApprovalRuleRequest>,
) -> Result<Stored<ApprovalRuleView>, Fault> {
    let user = who.user;
    shared.store.read(move |reader| own_contract(reader, &user, path.id)).await?;
    let change = move |unit: &mut Unit<'_>| wallet::set_approval_rule(unit, path.id, &request);
    post(&shared, who.actor, operation, 200, change).await
}

async fn approvals(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<Vec<ApprovalRow>>, Fault> {
    let user = who.user;
    let found = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        reader.approvals(path.id)
    });
    Ok(Json(found.await?))
}

async fn approve(
    who: Allowed<perm::GiveApproval>,
    shared: Shared,
    Path(path): Path<ById<IssueId>>,
    OperationId(operation): OperationId,
    Body(request): Body<ApprovalRequest>,
) -> Result<Stored<Approval>, Fault> {
    let (user, travel) = (who.user, shared.travel.clone());
    let asked = shared.store.read(move |reader| {
        let asked = reader.approval(path.id)?.ok_or_else(|| Refusal::new(Code::NotFound))?;
        own_contract(reader, &user, asked.contract_id)
    });
    asked.await?;
    let change = move |unit: &mut Unit<'_>| wallet::decide_approval(unit, path.id, &request, travel.as_ref());
    post(&shared, who.actor, operation, 200, change).await
}
