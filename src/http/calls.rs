//! The telephone: what its system tells, what rings for whom, whom to call back, and the figures of it.

use chrono::{Days, NaiveDate, NaiveTime};
use schemars::JsonSchema;
use serde::Deserialize;

use super::call::Call;
use super::describe::Describe;
use super::extract::{Body, ById, Extract, OperationId, Path, Query, Shared, read_json};
use super::guard::{Allowed, Public, perm};
use super::reply::{Json, Stored};
use super::{Method, Route};
use crate::commands::calls;
use crate::domain::access::Actor;
use crate::domain::call::caller;
use crate::domain::ids::CallId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Timestamp, Window};
use crate::limits;
use crate::store::{Answer, Fault};
use crate::telephone::signature::{self, Signed};
use crate::views::call::{
    CallBackEnd, CallBackRow, CallBackTake, CallRefusal, CallReport, CallSignal, CallView, Caller, Extension,
    ExtensionRequest, NewCaller, SignalTaken, Telephone,
};

/// The way over which these messages come, beside which a call has its name.
const SOURCE: &str = "webhook";

pub fn routes() -> Vec<Route> {
    vec![
        Route::new(Method::POST, "/api/calls/events", "A telephone system tells of a call, signed", heard),
        Route::new(Method::GET, "/api/desk/telephone", "Calls that ring for me, and who calls", telephone),
        Route::new(Method::PUT, "/api/desk/telephone", "Sit down at an extension, or leave it", sit_down),
        Route::new(Method::GET, "/api/desk/callers", "Everybody to whom a number belongs", callers),
        Route::new(Method::POST, "/api/desk/callers", "Enter whoever calls for the first time", enter).created(),
        Route::new(Method::GET, "/api/desk/call-backs", "Who was missed and is to be called back", call_backs),
        Route::new(Method::POST, "/api/desk/call-backs/{id}/take", "Take a call-back", take),
        Route::new(Method::POST, "/api/desk/call-backs/{id}/done", "Say how a call-back ended", done),
        Route::new(Method::GET, "/api/reports/calls", "Answer rate and handling time, by hour and operator", report),
        Route::new(Method::GET, "/api/calls/refusals", "Messages of telephone systems that were refused", refusals),
    ]
}

/// A message with its signature, as it came.
struct Message {
    id: String,
    timestamp: String,
    signatures: String,
    body: actix_web::web::Bytes,
    sender: String,
}

impl Extract for Message {
    fn extract(call: &Call) -> Result<Self, Fault> {
        let header = |name: &str| {
            let value = call.request.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().trim().to_owned()
        };
        let sender = call.request.connection_info().peer_addr().unwrap_or_default().to_owned();
        let (id, timestamp) = (header(signature::ID), header(signature::TIMESTAMP));
        Ok(Self { id, timestamp, signatures: header(signature::SIGNATURE), body: call.body.clone(), sender })
    }

    fn describe(to: &mut Describe<'_>) {
        for name in [signature::ID, signature::TIMESTAMP, signature::SIGNATURE] {
            let schema = to.inputs.subschema_for::<String>();
            to.parameter("header", name, true, schema);
        }
        to.body::<CallSignal>();
    }
}

async fn heard(_: Public, shared: Shared, message: Message) -> Result<Json<SignalTaken>, Fault> {
    match take_signal(&shared, &message).await {
        Err(Fault::Refused(refusal)) => {
            keep(&shared, &message, &refusal).await;
            Err(refusal.into())
        }
        taken => taken.map(Json),
    }
}

async fn take_signal(shared: &Shared, message: &Message) -> Result<SignalTaken, Fault> {
    let Message { id, timestamp, signatures, body, .. } = message;
    shared.call_keys.check(&Signed { id, timestamp, signatures, body }, shared.store.clock().now())?;
    if body.len() > limits::CALL_BYTES {
        return Err(Refusal::new(Code::TooLarge).with("limit", limits::CALL_BYTES).into());
    }
    let signal: CallSignal = read_json(body)?;
    let name = id.clone();
    let taken = shared.store.task(Actor::system("telephone"), move |unit| calls::hear(unit, SOURCE, &name, &signal));
    taken.await
}

/// Keeps what was refused for audit. That it cannot be kept is logged and changes nothing for the one who asked.
async fn keep(shared: &Shared, message: &Message, refusal: &Refusal) {
    let code = refusal.code.as_str();
    tracing::warn!(code, sender = message.sender, "a message of a telephone system was refused");
    if refusal.code == Code::CallOff {
        return;
    }
    let named: String = message.id.chars().take(limits::CALL_NAME_CHARS).filter(|c| !c.is_control()).collect();
    let beginning = &message.body[..message.body.len().min(limits::CALL_REFUSED_BYTES)];
    // PostgreSQL takes no NUL in a text.
    let beginning = String::from_utf8_lossy(beginning).replace('\0', "\u{fffd}");
    let sender = message.sender.clone();
    let kept = shared
        .store
        .task(Actor::system("telephone"), move |unit| unit.note_call_refusal(&named, code, &sender, &beginning));
    match kept.await {
        Ok(true) => {}
        Ok(false) => tracing::warn!(code, "too many were refused in a minute; this one is not kept"),
        Err(error) => tracing::error!(%error, "a refused message could not be kept for audit"),
    }
}

async fn telephone(who: Allowed<perm::TakeCalls>, shared: Shared) -> Result<Json<Telephone>, Fault> {
    let (user, connected) = (who.user.id, shared.telephone);
    let read = shared.store.read(move |reader| {
        let (extension, calls) = (reader.extension_of(user)?, reader.calls_of(user)?);
        Ok(Telephone { connected, extension, calls })
    });
    Ok(Json(read.await?))
}

async fn sit_down(
    who: Allowed<perm::TakeCalls>,
    shared: Shared,
    OperationId(operation): OperationId,
    Body(request): Body<ExtensionRequest>,
) -> Result<Stored<Extension>, Fault> {
    let seated = shared
        .store
        .command(who.actor, operation, move |unit| Ok(Answer::json(200, &calls::sit_down(unit, &request)?)));
    Ok(seated.await?.into())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct CallersQuery {
    /// In any writing.
    number: String,
}

async fn callers(
    _: Allowed<perm::ReadDesk>,
    shared: Shared,
    Query(query): Query<CallersQuery>,
) -> Result<Json<Vec<Caller>>, Fault> {
    if query.number.chars().count() > limits::LINE_CHARS {
        return Err(Refusal::invalid_both("number", "200文字以内です", "at most 200 characters").into());
    }
    let (_, number) = caller(&query.number);
    Ok(Json(shared.store.read(move |reader| reader.callers(&number)).await?))
}

async fn enter(
    who: Allowed<perm::TakeCalls>,
    shared: Shared,
    OperationId(operation): OperationId,
    Body(request): Body<NewCaller>,
) -> Result<Stored<Vec<Caller>>, Fault> {
    let entered = shared
        .store
        .command(who.actor, operation, move |unit| Ok(Answer::json(201, &calls::enter_caller(unit, &request)?)));
    Ok(entered.await?.into())
}

async fn call_backs(_: Allowed<perm::TakeCalls>, shared: Shared) -> Result<Json<Vec<CallBackRow>>, Fault> {
    Ok(Json(shared.store.read(|reader| reader.call_backs()).await?))
}

async fn take(
    who: Allowed<perm::TakeCalls>,
    shared: Shared,
    Path(path): Path<ById<CallId>>,
    OperationId(operation): OperationId,
    Body(request): Body<CallBackTake>,
) -> Result<Stored<CallView>, Fault> {
    let taken = shared.store.command(who.actor, operation, move |unit| {
        Ok(Answer::json(200, &calls::take_call_back(unit, path.id, &request)?))
    });
    Ok(taken.await?.into())
}

async fn done(
    who: Allowed<perm::TakeCalls>,
    shared: Shared,
    Path(path): Path<ById<CallId>>,
    OperationId(operation): OperationId,
    Body(request): Body<CallBackEnd>,
) -> Result<Stored<CallView>, Fault> {
    let ended = shared.store.command(who.actor, operation, move |unit| {
        Ok(Answer::json(200, &calls::called_back(unit, path.id, &request)?))
    });
    Ok(ended.await?.into())
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ReportQuery {
    /// The first local day; today when it is missing.
    #[schemars(with = "Option<String>")]
    from: Option<NaiveDate>,
    /// The last local day; the first one when it is missing.
    #[schemars(with = "Option<String>")]
    to: Option<NaiveDate>,
}

async fn report(
    _: Allowed<perm::ReadDesk>,
    shared: Shared,
    Query(query): Query<ReportQuery>,
) -> Result<Json<CallReport>, Fault> {
    let zone = shared.store.zone();
    let from = query.from.unwrap_or_else(|| shared.store.clock().now().day(zone));
    let to = query.to.unwrap_or(from);
    let days = (to - from).num_days();
    let after = to.checked_add_days(Days::new(1)).filter(|_| (0..limits::CALL_REPORT_DAYS).contains(&days));
    let midnight = |day| Timestamp::on_day(day, NaiveTime::MIN, zone);
    let span = after.and_then(|after| Window::new(midnight(from), midnight(after))).ok_or_else(|| {
        let (ja, en) =
            ("期間は31日以内で、終わりは始め以降です", "the span is up to 31 days, its end not before its begin");
        Refusal::invalid_both("to", ja, en)
    })?;
    Ok(Json(shared.store.read(move |reader| reader.call_report(span)).await?))
}

async fn refusals(_: Allowed<perm::AuditLedger>, shared: Shared) -> Result<Json<Vec<CallRefusal>>, Fault> {
    Ok(Json(shared.store.read(|reader| reader.call_refusals()).await?))
}
