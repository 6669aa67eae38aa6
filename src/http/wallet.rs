//! The ledger by hand. Each kind of posting has a permission of its own; what is refused here is kept for audit.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::desk::own_contract;
use super::extract::{Body, ById, OperationId, Path, Query, Shared};
use super::guard::{Allowed, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::commands::wallet;
use crate::domain::access::Actor;
use crate::domain::ids::{AdjustmentId, ContractId, LotId};
use crate::store::{Answer, Fault, Operation, Unit};
use crate::views::ledger::*;
use crate::views::wallet::{LedgerPage, TicketPage};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/contracts/{id}/wallet/postings", "The ledger, newest first", postings),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/lots", "Sell a lot", sell).created().audited("sell"),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/grants", "Give a lot away", grant)
            .created()
            .audited("grant"),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/captures", "Use a part of a hold", capture)
            .created()
            .audited("capture"),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/releases", "Give a hold back", release)
            .created()
            .audited("release"),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/reversals", "Give used units back", reverse)
            .created()
            .audited("reverse"),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/adjustments", "Adjust the balance", adjust)
            .created()
            .audited("adjust"),
        Route::new(Method::GET, "/api/contracts/{id}/wallet/adjustments", "Adjustments by two", adjustments),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/adjustments/{adjustment}/decision", "Decide", decide)
            .audited("decide"),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/transfers", "Move units", transfer)
            .created()
            .audited("transfer"),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/refunds", "Pay unused units back", refund)
            .created()
            .audited("refund"),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/voids", "Make an untouched lot void", void)
            .created()
            .audited("void"),
        Route::new(Method::GET, "/api/contracts/{id}/wallet/lots/{lot}/tickets", "The tickets of a lot", tickets),
        Route::new(Method::GET, "/api/adjustments", "Adjustments that wait for a second person", waiting),
        Route::new(Method::GET, "/api/contracts/{id}/wallet/refusals", "What the ledger refused", refusals),
        Route::new(Method::PUT, "/api/contracts/{id}/wallet/lots/{lot}/invoice", "The invoice of a lot", set_invoice)
            .audited("invoice"),
        Route::new(
            Method::PUT,
            "/api/contracts/{id}/wallet/lots/{lot}/acknowledgement",
            "The customer knows the last day of a lot",
            acknowledge,
        )
        .audited("acknowledge"),
        Route::new(Method::POST, "/api/contracts/{id}/wallet/overdraft-invoices", "Invoice what was overdrawn", bill)
            .created()
            .audited("invoice_overdraft"),
        Route::new(Method::GET, "/api/contracts/{id}/policies", "Policies and price lists", policies),
        Route::new(Method::POST, "/api/contracts/{id}/policies", "Set the next policy", set_policy)
            .created()
            .audited("policy"),
    ]
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct AdjustmentPath {
    id: ContractId,
    adjustment: AdjustmentId,
}

#[derive(Deserialize, Serialize, JsonSchema)]
struct LotPath {
    id: ContractId,
    lot: LotId,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TicketQuery {
    /// `next` of the page before.
    after: Option<i32>,
    /// Tickets on the page, at most 500.
    limit: Option<i64>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PageQuery {
    /// `next` of the page before.
    before: Option<i64>,
    /// Postings on the page, at most 500.
    limit: Option<i64>,
}

/// Runs a change once for its operation id.
pub(super) async fn post<T: Serialize + 'static>(
    shared: &Shared,
    actor: Actor,
    operation: Operation,
    status: u16,
    mut change: impl FnMut(&mut Unit<'_>) -> Result<T, Fault> + Send + 'static,
) -> Result<Stored<T>, Fault> {
    let made = shared.store.command(actor, operation, move |unit| Ok(Answer::json(status, &change(unit)?)));
    Ok(made.await?.into())
}

macro_rules! postings {
    ($($name:ident($right:ident, $body:ty);)+) => {$(
        async fn $name(
            who: Allowed<perm::$right>,
            shared: Shared,
            Path(path): Path<ById<ContractId>>,
            OperationId(operation): OperationId,
            Body(request): Body<$body>,
        ) -> Result<Stored<LedgerReceipt>, Fault> {
            let change = move |unit: &mut Unit<'_>| wallet::$name(unit, path.id, &request);
            post(&shared, who.actor, operation, 201, change).await
        }
    )+};
}

postings! {
    sell(SellTickets, LotRequest);
    grant(GrantTickets, LotRequest);
    capture(CaptureHold, CaptureRequest);
    release(ReleaseHold, ReleaseRequest);
    reverse(ReverseUse, ReversalRequest);
    adjust(AdjustBalance, AdjustRequest);
    transfer(TransferTickets, TransferRequest);
    refund(RefundTickets, RefundRequest);
    void(VoidLot, VoidRequest);
}

async fn bill(
    who: Allowed<perm::SellTickets>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    OperationId(operation): OperationId,
    Body(request): Body<OverdraftInvoiceRequest>,
) -> Result<Stored<LedgerReceipt>, Fault> {
    let change = move |unit: &mut Unit<'_>| wallet::invoice_overdraft(unit, path.id, &request);
    post(&shared, who.actor, operation, 201, change).await
}

async fn set_invoice(
    who: Allowed<perm::SellTickets>,
    shared: Shared,
    Path(path): Path<LotPath>,
    OperationId(operation): OperationId,
    Body(request): Body<InvoiceRequest>,
) -> Result<Stored<Invoice>, Fault> {
    let change = move |unit: &mut Unit<'_>| wallet::set_invoice(unit, path.id, path.lot, &request);
    post(&shared, who.actor, operation, 200, change).await
}

async fn acknowledge(
    who: Allowed<perm::AcknowledgeLot>,
    shared: Shared,
    Path(path): Path<LotPath>,
    OperationId(operation): OperationId,
    Body(request): Body<AcknowledgementRequest>,
) -> Result<Stored<Acknowledgement>, Fault> {
    let user = who.user;
    shared.store.read(move |reader| own_contract(reader, &user, path.id)).await?;
    let change = move |unit: &mut Unit<'_>| wallet::acknowledge(unit, path.id, path.lot, &request);
    post(&shared, who.actor, operation, 200, change).await
}

async fn decide(
    who: Allowed<perm::ApproveAdjustment>,
    shared: Shared,
    Path(path): Path<AdjustmentPath>,
    OperationId(operation): OperationId,
    Body(request): Body<DecisionRequest>,
) -> Result<Stored<LedgerReceipt>, Fault> {
    let change = move |unit: &mut Unit<'_>| wallet::decide(unit, path.id, path.adjustment, &request);
    post(&shared, who.actor, operation, 200, change).await
}

async fn postings(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    Query(query): Query<PageQuery>,
) -> Result<Json<LedgerPage>, Fault> {
    let user = who.user;
    let page = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        reader.ledger_page(path.id, query.before, query.limit)
    });
    Ok(Json(page.await?))
}

async fn tickets(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<LotPath>,
    Query(query): Query<TicketQuery>,
) -> Result<Json<TicketPage>, Fault> {
    let user = who.user;
    let page = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        reader.lot_tickets(path.id, path.lot, query.after, query.limit)
    });
    Ok(Json(page.await?))
}

async fn waiting(_: Allowed<perm::ApproveAdjustment>, shared: Shared) -> Result<Json<Vec<WaitingAdjustment>>, Fault> {
    Ok(Json(shared.store.read(|reader| reader.waiting_adjustments()).await?))
}

async fn adjustments(
    _: Allowed<perm::ApproveAdjustment>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<Vec<AdjustmentView>>, Fault> {
    Ok(Json(shared.store.read(move |reader| reader.adjustments(path.id)).await?))
}

async fn refusals(
    _: Allowed<perm::AuditLedger>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<Vec<RefusalView>>, Fault> {
    Ok(Json(shared.store.read(move |reader| reader.refusals(path.id)).await?))
}

async fn policies(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
) -> Result<Json<Vec<PolicyView>>, Fault> {
    let user = who.user;
    let all = shared.store.read(move |reader| {
        own_contract(reader, &user, path.id)?;
        wallet::versions(reader, path.id)
    });
    Ok(Json(all.await?))
}

async fn set_policy(
    who: Allowed<perm::SetPolicy>,
    shared: Shared,
    Path(path): Path<ById<ContractId>>,
    OperationId(operation): OperationId,
    Body(request): Body<PolicyRequest>,
) -> Result<Stored<Vec<PolicyView>>, Fault> {
    let change = move |unit: &mut Unit<'_>| wallet::set_policy(unit, path.id, &request);
    post(&shared, who.actor, operation, 201, change).await
}
