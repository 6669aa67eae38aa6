//! Roots of the ledger: the list of the days, for whoever keeps it elsewhere, and the check of a root that somebody kept.

use super::extract::{Body, Shared};
use super::guard::{Allowed, perm};
use super::reply::Json;
use super::{Method, Route};
use crate::domain::access::Role;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::wallet::root;
use crate::store::Fault;
use crate::views::roots::{LedgerRoot, RootCheck, RootCheckRequest};

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::GET, "/api/ledger-roots", "The roots of the days, newest first", roots),
        Route::new(Method::POST, "/api/ledger-roots/check", "Check a root that somebody kept", check),
    ]
}

async fn roots(_: Allowed<perm::AuditLedger>, shared: Shared) -> Result<Json<Vec<LedgerRoot>>, Fault> {
    Ok(Json(shared.store.read(|reader| reader.ledger_roots()).await?))
}

/// A customer's people may check what stands on their own statements, and the roots of the days.
async fn check(
    who: Allowed<perm::ReadHistory>,
    shared: Shared,
    Body(request): Body<RootCheckRequest>,
) -> Result<Json<RootCheck>, Fault> {
    let Some(link) = root::parse(&request.root) else {
        let (ja, en) = ("照合値は64桁の16進数（0〜9、a〜f）です", "a root has 64 hex digits (0 to 9, a to f)");
        return Err(Refusal::invalid_both("root", ja, en).into());
    };
    let of = match (who.user.role, who.user.customer) {
        (Role::Customer, None) => return Err(Refusal::new(Code::Forbidden).into()),
        (Role::Customer, customer) => customer,
        _ => None,
    };
    Ok(Json(shared.store.read(move |reader| reader.check_root(link, of)).await?))
}
