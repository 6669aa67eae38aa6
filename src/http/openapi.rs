//! The OpenAPI 3.1 document, made from the route table.

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Map, Value, json};

use super::describe::{COMPONENTS, Describe, generator};
use super::guard::Public;
use super::{Method, Route, cookie, merge};
use crate::store::{Fault, StoreError};

/// Where the document finds all routes of the house, also those of rooms above this one.
pub struct Table(pub fn() -> Vec<Route>);

pub fn routes() -> Vec<Route> {
    vec![Route::new(Method::GET, "/api/openapi.json", "This API as an OpenAPI document", document_route)]
}

async fn document_route(_: Public, request: HttpRequest) -> Result<HttpResponse, Fault> {
    let table = request.app_data::<web::Data<Table>>().ok_or(StoreError::Stopped)?;
    Ok(HttpResponse::Ok().content_type("application/json").body(document(&(table.0)()).to_string()))
}

/// The document of these routes.
pub fn document(routes: &[Route]) -> Value {
    let (mut inputs, mut outputs) = (generator("/components/schemas", true), generator("/components/schemas", false));
    let mut asked: Vec<(&Route, Map<String, Value>)> = Vec::new();
    for route in routes {
        let mut describe = Describe {
            inputs: &mut inputs,
            outputs: &mut outputs,
            operation: Map::new(),
            status: route.status.as_u16(),
            path_names: names_in(route.path),
        };
        route.describe(&mut describe);
        asked.push((route, describe.operation));
    }
    let mut merged = merge::merge(COMPONENTS, inputs.take_definitions(true), outputs.take_definitions(true));
    let mut paths: Map<String, Value> = Map::new();
    for (route, mut operation) in asked {
        for part in ["parameters", "requestBody"] {
            if let Some(part) = operation.get_mut(part) {
                merged.point_to_inputs(part);
            }
        }
        operation.insert("summary".to_owned(), json!(route.summary));
        operation.insert("operationId".to_owned(), json!(operation_id(route)));
        let methods = paths.entry(open_path(route.path)).or_insert_with(|| json!({}));
        methods[route.method.as_str().to_lowercase()] = Value::Object(operation);
    }
    paths.sort_keys();
    let schemas = merged.take_schemas();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "kaketsuke",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Field service dispatch: calls, ticket wallets, dispatch and live arrival times.",
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "cookie": { "type": "apiKey", "in": "cookie", "name": cookie::SESSION,
                    "description": "Changes need the header X-Kaketsuke: 1 too." },
                "bearer": { "type": "http", "scheme": "bearer" },
            },
        },
    })
}

/// The names in braces. `{tail:.*}` names `tail`.
fn names_in(path: &str) -> Vec<String> {
    let inside = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    inside.map(|name| name.split(':').next().unwrap_or(name).to_owned()).collect()
}

/// The address as OpenAPI writes it, without patterns.
fn open_path(path: &str) -> String {
    let mut shown = path.split('{').next().unwrap_or_default().to_owned();
    for part in path.split('{').skip(1) {
        let (inside, after) = part.split_once('}').unwrap_or((part, ""));
        let name = inside.split(':').next().unwrap_or(inside);
        shown.push_str(&format!("{{{name}}}{after}"));
    }
    shown
}

/// A name for generated clients: `get_api_contracts_id`.
fn operation_id(route: &Route) -> String {
    let path: String = open_path(route.path)
        .chars()
        .filter(|c| !matches!(c, '{' | '}'))
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    format!("{}{path}", route.method.as_str().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Permission;

    #[test]
    fn every_route_stands_in_the_document() {
        let routes = crate::node::routes();
        let document = document(&routes);
        for route in &routes {
            let operation = &document["paths"][open_path(route.path)][route.method.as_str().to_lowercase()];
            assert_eq!(operation["summary"], route.summary, "{}", route.path);
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let document = document(&crate::node::routes());
        let mut references = Vec::new();
        collect(&document, &mut references);
        assert!(references.len() > 5);
        for reference in references {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }

    fn collect(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                into.extend(fields.get("$ref").and_then(Value::as_str).map(str::to_owned));
                fields.values().for_each(|value| collect(value, into));
            }
            Value::Array(items) => items.iter().for_each(|value| collect(value, into)),
            _ => {}
        }
    }

    #[test]
    fn a_guarded_route_says_which_right_it_needs() {
        let document = document(&crate::node::routes());
        assert_eq!(document["paths"]["/api/users"]["post"]["x-permission"], Permission::Administer.as_str());
        assert!(document["paths"]["/api/health"]["get"].get("security").is_none());
    }

    #[test]
    fn a_name_in_an_address_stands_for_its_own_text() {
        let document = document(&crate::node::routes());
        let schema = |path: &str| document["paths"][path]["get"]["parameters"][0]["schema"].clone();
        assert_eq!(schema("/api/contracts/{id}/wallet"), json!({ "$ref": format!("{COMPONENTS}ContractId") }));
        assert_eq!(schema("/api/track/{token}")["type"], "string");
    }

    #[test]
    fn patterns_are_not_shown() {
        assert_eq!(open_path("/tiles/{z}/{x}/{y:\\d+}.pbf"), "/tiles/{z}/{x}/{y}.pbf");
        assert_eq!(names_in("/api/visits/{id}/assign"), ["id"]);
    }
}
