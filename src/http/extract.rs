//! Arguments of handlers that come from the request and describe themselves in the OpenAPI document.

use std::sync::Arc;

use actix_web::{HttpRequest, web};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::call::{Call, services};
use super::describe::Describe;
use crate::domain::refusal::{Code, Refusal};
use crate::effects::spool::Spool;
use crate::node::services::Services;
use crate::store::{Fault, Operation, StoreError};

/// An argument made from the request.
pub trait Extract: Sized {
    /// The body goes to a file and not into memory.
    const SPOOLED: bool = false;
    fn extract(call: &Call) -> Result<Self, Fault>;
    fn describe(_to: &mut Describe<'_>) {}
}

/// The state that all rooms share.
pub struct Shared(pub Arc<Services>);

impl std::ops::Deref for Shared {
    type Target = Services;
    fn deref(&self) -> &Services {
        &self.0
    }
}

impl Extract for Shared {
    fn extract(call: &Call) -> Result<Self, Fault> {
        Ok(Self(Arc::clone(&**services(&call.request)?)))
    }
}

/// The request itself, for what no other argument gives.
impl Extract for HttpRequest {
    fn extract(call: &Call) -> Result<Self, Fault> {
        Ok(call.request.clone())
    }
}

/// The JSON body.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + JsonSchema> Extract for Body<T> {
    fn extract(call: &Call) -> Result<Self, Fault> {
        Ok(Self(read_json(&call.body)?))
    }

    fn describe(to: &mut Describe<'_>) {
        to.body::<T>();
    }
}

/// Reads JSON strictly; a refusal says where the fault lies.
pub fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let mut text = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut text).map_err(|error| {
        let path = error.path().to_string();
        fault_at(&path, &error.into_inner().to_string())
    })?;
    text.end().map_err(|error| fault_at(".", &error.to_string()))?;
    Ok(read)
}

/// The refusal for a parser's complaint at a path. A field that is missing or unknown is named in the complaint.
fn fault_at(path: &str, complaint: &str) -> Refusal {
    let unknown = complaint.starts_with("unknown field");
    let missing = complaint.starts_with("missing field");
    let named = (unknown || missing).then(|| complaint.split('`').nth(1)).flatten();
    let path = if path == "." { "" } else { path };
    let field = match named {
        Some(name) if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) => format!("{path}.{name}"),
        None => path.to_owned(),
    };
    let code = if unknown { Code::UnknownField } else { Code::Malformed };
    let refusal = Refusal::new(code).with("why_ja", complaint_ja(complaint, &field)).with("why_en", complaint);
    if field.is_empty() { refusal } else { refusal.at(field) }
}

/// The parser's complaint in Japanese, by its kind.
fn complaint_ja(complaint: &str, field: &str) -> String {
    let kinds = [
        ("unknown field", "という項目はありません"),
        ("missing field", "がありません"),
        ("invalid type", "の型が違います"),
        ("unknown variant", "は決められた値から選んでください"),
        ("duplicate field", "が重複しています"),
    ];
    let told = kinds.into_iter().find(|(begin, _)| complaint.starts_with(begin)).map(|(_, ja)| ja);
    match (field, told) {
        ("", None) => "JSONとして読めません".to_owned(),
        ("", Some(ja)) => format!("内容{ja}"),
        (field, told) => format!("{field} {}", told.unwrap_or("の値を読めません")),
    }
}

/// The query of the address.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + JsonSchema> Extract for Query<T> {
    fn extract(call: &Call) -> Result<Self, Fault> {
        let read = web::Query::<T>::from_query(call.request.query_string());
        read.map(|query| Self(query.into_inner())).map_err(|error| {
            let text = error.to_string();
            let complaint = text.strip_prefix("Query deserialize error: ").unwrap_or(&text);
            fault_at("", complaint).into()
        })
    }

    fn describe(to: &mut Describe<'_>) {
        let schema = to.inputs.root_schema_for::<T>();
        let required: Vec<String> =
            schema.get("required").and_then(|names| serde_json::from_value(names.clone()).ok()).unwrap_or_default();
        let fields = schema.get("properties").and_then(|fields| fields.as_object()).cloned().unwrap_or_default();
        for (name, field) in fields {
            let field = field.try_into().unwrap_or_default();
            to.parameter("query", &name, required.contains(&name), field);
        }
    }
}

/// The ids in the path, a field each. What is no id names nothing: 404.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + JsonSchema> Extract for Path<T> {
    fn extract(call: &Call) -> Result<Self, Fault> {
        let read = call.request.match_info().load::<T>();
        read.map(Self).map_err(|_| Refusal::new(Code::NotFound).into())
    }

    fn describe(to: &mut Describe<'_>) {
        let schema = to.inputs.root_schema_for::<T>();
        for name in to.path_names.clone() {
            let found = schema.pointer(&format!("/properties/{name}")).cloned();
            let schema = found.and_then(|schema| schema.try_into().ok()).unwrap_or_default();
            to.parameter("path", &name, true, schema);
        }
    }
}

/// The path of what has one id.
#[derive(Deserialize, JsonSchema)]
pub struct ById<T> {
    pub id: T,
}

/// The client's operation id, from the header `Idempotency-Key`. It is bound to who asks, to the address and to the
/// body, so that an id used twice for different things is found out.
#[derive(Debug, Clone, Copy)]
pub struct OperationId(pub Operation);

impl Extract for OperationId {
    fn extract(call: &Call) -> Result<Self, Fault> {
        let header = call.request.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
        let id = header.and_then(|text| text.parse().ok()).ok_or_else(|| Refusal::new(Code::OperationMissing))?;
        Ok(Self(Operation { id, fingerprint: fingerprint(call) }))
    }

    fn describe(to: &mut Describe<'_>) {
        let schema = to.inputs.subschema_for::<crate::domain::ids::OperationId>();
        to.parameter("header", "Idempotency-Key", true, schema);
    }
}

/// Where a handler asks for the id only in some cases.
impl Extract for Option<OperationId> {
    fn extract(call: &Call) -> Result<Self, Fault> {
        let there = call.request.headers().contains_key("idempotency-key");
        there.then(|| OperationId::extract(call)).transpose()
    }

    fn describe(to: &mut Describe<'_>) {
        let schema = to.inputs.subschema_for::<crate::domain::ids::OperationId>();
        to.parameter("header", "Idempotency-Key", false, schema);
    }
}

/// A body that is too large for memory, in a file.
pub struct Upload(pub Arc<Spool>);

impl Extract for Upload {
    const SPOOLED: bool = true;

    fn extract(call: &Call) -> Result<Self, Fault> {
        Ok(Self(call.upload.clone().ok_or(StoreError::Stopped)?))
    }

    fn describe(to: &mut Describe<'_>) {
        to.text_body("text/csv");
    }
}

fn fingerprint(call: &Call) -> [u8; 32] {
    let actor = json!(call.actor).to_string();
    let method = call.request.method().as_str();
    let address = call.request.uri().to_string();
    let mut hash = Sha256::new();
    let spooled = call.upload.as_ref().map(|file| file.sha256());
    let body = spooled.as_ref().map_or(&call.body[..], |hash| hash);
    for part in [actor.as_bytes(), method.as_bytes(), address.as_bytes(), body] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::desk::IntakeRequest;

    fn check<T: DeserializeOwned>(body: &str, code: Code, field: Option<&str>) {
        let refusal = read_json::<T>(body.as_bytes()).err().expect("refused");
        assert_eq!((refusal.code, refusal.field.as_deref()), (code, field), "{}", refusal.en());
    }

    fn intake(change: impl FnOnce(&mut serde_json::Value)) -> String {
        let mut body = json!({
            "channel": "call", "contract_id": format!("con_{:032x}", 1), "contract_version": 1,
            "caller_name": "佐藤", "caller_phone": "076-111-2222",
            "issues": [{
                "kind": "fault", "site_id": format!("sit_{:032x}", 2), "description": "印刷が薄い",
                "impact": "partial", "urgency": "today", "needs_visit": true
            }]
        });
        change(&mut body);
        body.to_string()
    }

    #[test]
    fn an_honest_request_is_read() {
        assert!(read_json::<IntakeRequest>(intake(|_| ()).as_bytes()).is_ok());
    }

    #[test]
    fn a_wrong_place_is_named() {
        let body = intake(|body| body["issues"][0]["asset_id"] = json!("vis_1"));
        check::<IntakeRequest>(&body, Code::Malformed, Some("issues[0].asset_id"));
    }

    #[test]
    fn an_unknown_field_is_named() {
        let body = intake(|body| body["issues"][0]["colour"] = json!("red"));
        check::<IntakeRequest>(&body, Code::UnknownField, Some("issues[0].colour"));
        let body = intake(|body| body["colour"] = json!("red"));
        check::<IntakeRequest>(&body, Code::UnknownField, Some("colour"));
    }

    #[test]
    fn a_missing_field_is_named() {
        let body = intake(|body| drop(body["issues"][0].as_object_mut().unwrap().remove("impact")));
        check::<IntakeRequest>(&body, Code::Malformed, Some("issues[0].impact"));
    }

    #[test]
    fn an_impossible_date_is_refused_where_it_stands() {
        let body = intake(|body| body["started_at"] = json!("2026-02-30T00:00:00Z"));
        check::<IntakeRequest>(&body, Code::Malformed, Some("started_at"));
    }

    #[test]
    fn half_a_body_is_refused() {
        check::<IntakeRequest>("{\"channel\":", Code::Malformed, Some("channel"));
        check::<IntakeRequest>("[] []", Code::Malformed, None);
    }
}
