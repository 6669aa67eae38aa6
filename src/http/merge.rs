//! One set of schemas out of two: what requests may hold and what answers hold. A type that differs between the two
//! is called `…Input` where it comes in.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

pub struct Merged {
    /// What references begin with.
    prefix: &'static str,
    schemas: Map<String, Value>,
    renamed: BTreeSet<String>,
}

/// Joins the definitions of both sides.
pub fn merge(prefix: &'static str, mut inputs: Map<String, Value>, mut outputs: Map<String, Value>) -> Merged {
    let renamed = differing(prefix, &inputs, &outputs);
    let mut merged = Merged { prefix, schemas: Map::new(), renamed };
    for (name, mut schema) in std::mem::take(&mut inputs) {
        merged.point_to_inputs(&mut schema);
        let name = if merged.renamed.contains(&name) { input_name(&name) } else { name };
        merged.schemas.insert(name, schema);
    }
    merged.schemas.append(&mut outputs);
    merged
}

impl Merged {
    /// Lets the references of a request's schema lead to what comes in.
    pub fn point_to_inputs(&self, schema: &mut Value) {
        match schema {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get_mut("$ref")
                    && let Some(name) = reference.strip_prefix(self.prefix)
                    && self.renamed.contains(name)
                {
                    *reference = format!("{}{}", self.prefix, input_name(name));
                }
                fields.values_mut().for_each(|value| self.point_to_inputs(value));
            }
            Value::Array(items) => items.iter_mut().for_each(|value| self.point_to_inputs(value)),
            _ => {}
        }
    }

    /// All schemas by name.
    pub fn take_schemas(&mut self) -> Map<String, Value> {
        let mut schemas = std::mem::take(&mut self.schemas);
        schemas.sort_keys();
        schemas
    }
}

fn input_name(name: &str) -> String {
    format!("{name}Input")
}

/// Names whose schema differs, or leads to one that does.
fn differing(prefix: &str, inputs: &Map<String, Value>, outputs: &Map<String, Value>) -> BTreeSet<String> {
    let shared = || inputs.iter().filter(|(name, _)| outputs.contains_key(*name));
    let mut found: BTreeSet<String> =
        shared().filter(|(name, schema)| outputs[*name] != **schema).map(|(name, _)| name.clone()).collect();
    loop {
        let more: Vec<String> = shared()
            .filter(|(name, schema)| {
                !found.contains(*name) && found.iter().any(|other| leads_to(prefix, schema, other))
            })
            .map(|(name, _)| name.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

fn leads_to(prefix: &str, schema: &Value, name: &str) -> bool {
    match schema {
        Value::Object(fields) => {
            let here = fields.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix(prefix));
            here == Some(name) || fields.values().any(|value| leads_to(prefix, value, name))
        }
        Value::Array(items) => items.iter().any(|value| leads_to(prefix, value, name)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_differs_gets_a_name_of_its_own_and_so_does_what_leads_to_it() {
        let side = |inner: Value| {
            let outer = json!({ "properties": { "inner": { "$ref": "#/components/schemas/Inner" } } });
            let Value::Object(map) = json!({ "Inner": inner, "Outer": outer, "Same": { "type": "string" } }) else {
                unreachable!("an object was written")
            };
            map
        };
        let mut merged =
            merge("#/components/schemas/", side(json!({ "type": "string" })), side(json!({ "type": "integer" })));
        let schemas = merged.take_schemas();
        let names: Vec<_> = schemas.keys().map(String::as_str).collect();
        assert_eq!(names, ["Inner", "InnerInput", "Outer", "OuterInput", "Same"]);
        assert_eq!(schemas["OuterInput"]["properties"]["inner"]["$ref"], "#/components/schemas/InnerInput");
        assert_eq!(schemas["Outer"]["properties"]["inner"]["$ref"], "#/components/schemas/Inner");
    }
}
