//! Arguments of handlers that come from the request and describe themselves in the OpenAPI document.

use std::sync::Arc;

use actix_web::HttpRequest;
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::audit::Heard;
use super::call::{Call, services};
use super::describe::Describe;
use crate::domain::complaint::Complaint;
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
        let error = error.into_inner();
        if error.is_data() { fault_at(&path, &error.to_string()) } else { no_json(&error) }
    })?;
    text.end().map_err(|error| no_json(&error))?;
    Ok(read)
}

/// The text is broken, so that nothing in it can be told apart.
fn no_json(error: &serde_json::Error) -> Refusal {
    let (line, column) = (error.line(), error.column());
    Refusal::new(Code::Malformed)
        .with("why_ja", format!("{line}行{column}文字目でJSONとして読めなくなります"))
        .with("why_en", format!("it is no JSON from line {line} column {column} on"))
}

/// The refusal for a reader's complaint at a path. A field that is missing or unknown is named in the complaint.
fn fault_at(path: &str, said: &str) -> Refusal {
    let complaint = Complaint::of(said);
    let field = place(path, complaint.name());
    let code = if matches!(complaint, Complaint::Unknown { .. }) { Code::UnknownField } else { Code::Malformed };
    let refusal = Refusal::new(code).with("why_ja", complaint.ja(&field)).with("why_en", complaint.en(&field));
    if field.is_empty() { refusal } else { refusal.at(field) }
}

fn place(path: &str, name: Option<&str>) -> String {
    let path = if path == "." { "" } else { path };
    match name {
        Some(name) if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        Some(name) if path.is_empty() => name.to_owned(),
        Some(name) => format!("{path}.{name}"),
        None => path.to_owned(),
    }
}

/// Reads a query strictly; a refusal names the field.
fn read_query<T: DeserializeOwned>(query: &str) -> Result<T, Refusal> {
    let fields = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(fields)
        .map_err(|error| fault_at(&error.path().to_string(), &error.into_inner().to_string()))
}

/// The query of the address.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + JsonSchema> Extract for Query<T> {
    fn extract(call: &Call) -> Result<Self, Fault> {
        Ok(Self(read_query(call.request.query_string())?))
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
        Ok(Self(Operation { id, fingerprint: fingerprint(&call.request, &call.heard()) }))
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

/// Tells a request from any other: who asks, the address and the body.
pub fn fingerprint(request: &HttpRequest, heard: &Heard) -> [u8; 32] {
    let actor = json!(heard.actor).to_string();
    let method = request.method().as_str();
    let address = request.uri().to_string();
    let mut hash = Sha256::new();
    let spooled = heard.upload.as_ref().map(|file| file.sha256());
    let body = spooled.as_ref().map_or(&heard.body[..], |hash| hash);
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

    /// Both sentences name the field and carry what is wanted, and no word of a parser.
    fn check_query<T: DeserializeOwned>(query: &str, field: &str, wanted: &str) {
        let refusal = read_query::<T>(query).err().expect("refused");
        assert_eq!(refusal.field.as_deref(), Some(field), "{query}");
        for sentence in [refusal.ja(), refusal.en()] {
            assert!(sentence.contains(field) && sentence.contains(wanted), "{sentence}");
            for word in ["JSON", "expected", "struct", "i64", "invalid", "at line"] {
                assert!(!sentence.contains(word), "{sentence}");
            }
        }
    }

    #[test]
    fn a_wrong_value_in_an_address_is_named_with_the_wanted_form() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "only read")]
        struct Asked {
            day: Option<chrono::NaiveDate>,
            at: Option<crate::domain::time::Timestamp>,
            territory_id: Option<crate::domain::ids::TerritoryId>,
            limit: Option<i64>,
            role: crate::domain::access::Role,
        }
        check_query::<Asked>("role=admin&day=2026-02-30", "day", "2026-11-24");
        check_query::<Asked>("role=admin&at=soon", "at", "2026-11-24T09:30:00+09:00");
        check_query::<Asked>("role=admin&territory_id=1", "territory_id", "ter_0190");
        check_query::<Asked>("role=admin&limit=abc", "limit", "20");
        check_query::<Asked>("role=admin&limit=1&limit=2", "limit", "");
        check_query::<Asked>("role=admin&colour=red", "colour", "territory_id");
        check_query::<Asked>("role=pigeon", "role", "dispatcher");
        check_query::<Asked>("", "role", "");
        assert!(read_query::<Asked>("role=admin&limit=20&day=2026-11-24").is_ok());
    }

    #[test]
    fn no_word_of_a_parser_reaches_anybody() {
        for body in ["7", "[]", "{\"channel\":", "[] []", "{\"contract_version\":\"1\"}", "\"x\"", "", "{\"issues\":7}"]
        {
            let refusal = read_json::<IntakeRequest>(body.as_bytes()).err().expect("refused");
            for sentence in [refusal.ja(), refusal.en()] {
                for word in ["expected", "struct", "i64", "IntakeRequest", "invalid type", "at line", "EOF"] {
                    assert!(!sentence.contains(word), "{body}: {sentence}");
                }
            }
        }
    }

    #[test]
    fn half_a_body_is_refused() {
        check::<IntakeRequest>("{\"channel\":", Code::Malformed, None);
        check::<IntakeRequest>("[] []", Code::Malformed, None);
    }
}
