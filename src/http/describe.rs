//! How extractors and replies tell the OpenAPI document about themselves.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// Where shared schemas stand in the document.
pub const COMPONENTS: &str = "#/components/schemas/";

/// One operation of the document in the making. Requests and answers have generators of their own: the same type may
/// be stricter when it is written than when it is read.
pub struct Describe<'a> {
    pub inputs: &'a mut SchemaGenerator,
    pub outputs: &'a mut SchemaGenerator,
    pub operation: Map<String, Value>,
    /// Status of the answer that goes well.
    pub status: u16,
    /// Names in the path, in order.
    pub path_names: Vec<String>,
}

/// A generator whose references point to `place` in a document.
pub fn generator(place: &'static str, inputs: bool) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = place.into();
        settings.meta_schema = None;
    });
    let settings = if inputs { settings.for_deserialize() } else { settings.for_serialize() };
    settings.into_generator()
}

impl Describe<'_> {
    pub fn parameter(&mut self, place: &str, name: &str, required: bool, schema: Schema) {
        let parameter = json!({ "name": name, "in": place, "required": required, "schema": schema });
        let list = self.operation.entry("parameters").or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.push(parameter);
        }
    }

    pub fn body<T: JsonSchema>(&mut self) {
        let schema = self.inputs.subschema_for::<T>();
        let body = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        self.operation.insert("requestBody".to_owned(), body);
    }

    /// A body of text of a media type.
    pub fn text_body(&mut self, media: &str) {
        let body = json!({ "required": true, "content": { media: { "schema": { "type": "string" } } } });
        self.operation.insert("requestBody".to_owned(), body);
    }

    pub fn answer<T: JsonSchema>(&mut self) {
        let schema = self.outputs.subschema_for::<T>();
        self.respond(json!({ "description": "Done", "content": { "application/json": { "schema": schema } } }));
    }

    pub fn respond(&mut self, response: Value) {
        let problem = self.outputs.subschema_for::<crate::domain::refusal::Problem>();
        let refused =
            json!({ "description": "Refused", "content": { "application/problem+json": { "schema": problem } } });
        let responses = json!({ self.status.to_string(): response, "default": refused });
        self.operation.insert("responses".to_owned(), responses);
    }

    pub fn security(&mut self, permission: &str) {
        self.operation.insert("security".to_owned(), json!([{ "cookie": [] }, { "bearer": [] }]));
        self.operation.insert("x-permission".to_owned(), json!(permission));
    }
}
