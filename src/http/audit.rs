//! What was refused on the routes of a wallet is kept for audit, in one way for all of them: whatever said no, the guard,
//! the reader of the body or a rule of the ledger, and under every contract that the request names.

use std::sync::Arc;

use actix_web::web::{Bytes, Payload};
use actix_web::{HttpMessage, HttpRequest};
use serde_json::Value;

use super::call::{read_body, services};
use super::extract::fingerprint;
use super::guard::whoever;
use crate::domain::access::Actor;
use crate::domain::refusal::{Code, Kind, Refusal};
use crate::effects::spool::Spool;
use crate::store::Fault;
use crate::store::refusals::Sent;

/// A route whose refused requests are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audited {
    /// What was tried.
    pub action: &'static str,
    pub kept: Kept,
}

/// Which refusals of a route are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    All,
    /// What a rule of the contract said no to, and whoever reached for what is not his: for routes on which a form may
    /// lack something.
    Reach,
}

/// What a handler had read of its request, kept beside the request until the answer leaves.
pub struct Heard {
    pub actor: Option<Actor>,
    pub body: Bytes,
    pub upload: Option<Arc<Spool>>,
}

/// Reads the body of a request that the guard of an audited route turned away, so that what was refused is kept under the contracts that it
/// names. Only of people who are logged in: a stranger's is not read. Gives back what the guard said.
pub async fn hear(request: &HttpRequest, payload: Payload, fault: Fault) -> Fault {
    let audited = request.extensions().contains::<Audited>();
    let forbidden = matches!(&fault, Fault::Refused(refusal) if refusal.code == Code::Forbidden);
    if audited
        && forbidden
        && let Ok(Some(actor)) = whoever(request).await
        && let Ok(body) = read_body(payload).await
    {
        request.extensions_mut().insert(Heard { actor: Some(actor), body, upload: None });
    }
    fault
}

/// Keeps a refusal. That it cannot be kept is logged and changes nothing for the one who asked.
pub async fn keep(request: &HttpRequest, audited: Audited, refusal: &Refusal) {
    if is_kept(audited, refusal)
        && let Err(error) = write(request, audited.action, refusal).await
    {
        tracing::error!(%error, "a refusal could not be kept for audit");
    }
}

/// A stranger is nobody to keep, and what failed by chance was not refused.
fn is_kept(audited: Audited, refusal: &Refusal) -> bool {
    let chance = matches!(refusal.code.kind(), Kind::Unauthenticated | Kind::Busy | Kind::TooMany | Kind::Internal);
    let kept = match audited.kept {
        Kept::All => true,
        Kept::Reach => refusal.code.is_of_contract() || is_reach(refusal.code),
    };
    kept && !chance
}

/// Somebody reached for what is not his, or for what is over: a second use of the same issue.
fn is_reach(code: Code) -> bool {
    matches!(code, Code::NotFound | Code::Forbidden | Code::NotYours | Code::IssueState)
}

/// The entry is written after the refused command was taken back, so it stands on its own.
async fn write(request: &HttpRequest, action: &'static str, refusal: &Refusal) -> Result<(), Fault> {
    let heard = request.extensions_mut().remove::<Heard>();
    let body = heard.as_ref().map_or(&[][..], |heard| &heard.body);
    let words = words(request, body);
    let sent = Sent {
        operation: request.headers().get("idempotency-key").and_then(|id| id.to_str().ok()?.parse().ok()),
        fingerprint: heard.as_ref().map(|heard| fingerprint(request, heard)),
    };
    let actor = match heard.and_then(|heard| heard.actor) {
        Some(actor) => actor,
        None => match whoever(request).await? {
            Some(actor) => actor,
            None => return Ok(()),
        },
    };
    tracing::warn!(action, code = refusal.code.as_str(), "a request on a wallet was refused");
    let (store, refusal) = (services(request)?.store.clone(), refusal.clone());
    let noted = store.task(actor, move |unit| {
        for contract in unit.look().contracts_named(&words)? {
            unit.note_attempt(sent, contract, action, &refusal)?;
        }
        Ok(())
    });
    noted.await
}

/// Everything in the address and at the top of the body that may be an id.
fn words(request: &HttpRequest, body: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = request.match_info().iter().map(|(_, value)| value.to_owned()).collect();
    if let Ok(Value::Object(fields)) = serde_json::from_slice(body) {
        words.extend(fields.into_iter().filter_map(|(name, value)| {
            let is_id = name == "id" || name.ends_with("_id");
            value.as_str().filter(|_| is_id).map(str::to_owned)
        }));
    }
    words
}
