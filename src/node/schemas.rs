//! The generated documents under `schemas/`: the API, the live frames and the events, for people and for generators
//! of clients. A test compares them with what is checked in.

use std::io;
use std::path::Path;

use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::settings::SettingsLayer;
use crate::company::CompanyFile;
use crate::company::calls::CallsFile;
use crate::domain::event::{Event, EventKind};
use crate::http;
use crate::http::describe::generator;
use crate::http::merge::merge;
use crate::views::live::{ClientFrame, ServerFrame, close};

/// Every document by its file name.
pub fn documents() -> Vec<(&'static str, Value)> {
    vec![
        ("openapi.json", http::openapi::document(&super::routes())),
        ("live.json", live()),
        ("events.json", events()),
        ("company.json", import_file::<CompanyFile>()),
        ("calls.json", import_file::<CallsFile>()),
        ("settings.json", import_file::<SettingsLayer>()),
    ]
}

/// Writes every document into a folder.
pub fn write_schemas(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, document) in documents() {
        std::fs::write(folder.join(name), text(&document))?;
    }
    Ok(())
}

fn text(document: &Value) -> String {
    format!("{document:#}\n")
}

/// What goes over the socket.
fn live() -> Value {
    let (mut inputs, mut outputs) = (generator("/$defs", true), generator("/$defs", false));
    let mut client = inputs.subschema_for::<ClientFrame>().to_value();
    let server = outputs.subschema_for::<ServerFrame>();
    let mut merged = merge("#/$defs/", inputs.take_definitions(true), outputs.take_definitions(true));
    merged.point_to_inputs(&mut client);
    let closes: Vec<Value> = close::ALL
        .iter()
        .map(|(code, meaning, then)| json!({ "code": code, "meaning": meaning, "client_then": then }))
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Frames of the live stream (subprotocol kaketsuke.1)",
        "properties": { "client": client, "server": server },
        "x-close-codes": closes,
        "$defs": merged.take_schemas(),
    })
}

/// A file that people write.
fn import_file<T: schemars::JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>().to_value()
}

/// A journal entry as it leaves, and every kind with its names.
fn events() -> Value {
    let kinds: Vec<Value> = EventKind::ALL
        .iter()
        .map(|kind| json!({ "kind": kind.as_str(), "name_ja": kind.ja(), "name_en": kind.en() }))
        .collect();
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut document = settings.into_generator().into_root_schema_for::<Event>().to_value();
    document["x-kinds"] = json!(kinds);
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_FIXTURES=1 cargo test schemas` writes them anew, as the subcommand does.
    #[test]
    fn the_checked_in_schemas_are_those_of_the_code() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            write_schemas(&folder).expect("the schemas are written");
        }
        for (name, document) in documents() {
            let stands = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
            assert!(stands == text(&document), "schemas/{name} is stale: run `cargo run -- schemas` and check it in");
        }
    }
}
