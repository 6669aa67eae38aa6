//! The demo as files, for the import, for replays and for the map.

use std::io;
use std::path::Path;

use chrono::NaiveDate;
use serde_json::Value;

use super::city::{City, city};
use super::company::company;
use super::day::calls;
use super::scenario::scenario;
use super::{DEMO_SEED, base_date, demo_center};
use crate::company::CompanyFile;
use crate::company::calls::CallsFile;
use crate::domain::place::Position;

/// Everything of a demo.
pub struct Demo {
    pub city: City,
    pub company: CompanyFile,
    pub calls: CallsFile,
}

/// The demo of a seed on a day around a place; the same for the same arguments.
pub fn demo(seed: u64, base: NaiveDate, center: Position) -> Demo {
    let city = city(seed, center);
    let company = company(&city, seed, base);
    let calls = calls(&company, seed, base);
    Demo { city, company, calls }
}

/// The checked-in demo, made once for all tests.
#[cfg(test)]
pub(crate) fn sample() -> &'static Demo {
    static SAMPLE: std::sync::LazyLock<Demo> = std::sync::LazyLock::new(|| demo(DEMO_SEED, base_date(), demo_center()));
    &SAMPLE
}

/// Writes `demo/company.json`, `demo/calls.json`, `demo/city.geojson` and `scenario-day.json` of the checked-in demo
/// into a folder.
pub fn write_all(folder: &Path) -> io::Result<()> {
    for (name, text) in files()? {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}

/// Names below `fixtures/` with their text.
fn files() -> io::Result<Vec<(&'static str, String)>> {
    let demo = demo(DEMO_SEED, base_date(), demo_center());
    Ok(vec![
        ("demo/company.json", lines(&serde_json::to_value(&demo.company)?)?),
        ("demo/calls.json", lines(&serde_json::to_value(&demo.calls)?)?),
        ("demo/city.geojson", lines(&demo.city.geojson())?),
        ("scenario-day.json", lines(&serde_json::to_value(scenario(DEMO_SEED))?)?),
    ])
}

/// Compact, but each entry of a top-level list on a line of its own, so that a change shows what changed.
fn lines(value: &Value) -> io::Result<String> {
    let Value::Object(fields) = value else { return Ok(serde_json::to_string(value)?) };
    let mut parts = Vec::new();
    for (key, value) in fields {
        let text = match value {
            Value::Array(entries) if !entries.is_empty() => {
                let entries: Vec<String> = entries.iter().map(serde_json::to_string).collect::<Result<_, _>>()?;
                format!("[\n{}\n]", entries.join(",\n"))
            }
            other => serde_json::to_string(other)?,
        };
        parts.push(format!("{}:{text}", serde_json::to_string(key)?));
    }
    Ok(format!("{{{}}}\n", parts.join(",\n")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::validate;

    fn fixtures() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
    }

    /// `UPDATE_FIXTURES=1 cargo test fixtures` writes them anew.
    #[test]
    fn the_checked_in_fixtures_are_what_the_generator_makes() {
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            write_all(&fixtures()).unwrap();
        }
        for (name, text) in files().unwrap() {
            let stored = std::fs::read_to_string(fixtures().join(name)).unwrap_or_default();
            assert!(stored == text, "fixtures/{name} is stale: UPDATE_FIXTURES=1 cargo test fixtures");
            assert!(text.len() < 1_500_000, "{name} has {} bytes", text.len());
        }
    }

    #[test]
    fn the_company_file_can_be_read_back() {
        let company = &sample().company;
        let text = serde_json::to_string(company).unwrap();
        assert_eq!(validate::read(&text).as_ref(), Ok(company));
    }

    #[test]
    fn a_company_put_elsewhere_stays_valid() {
        let (from, to) = (demo_center(), Position::new(35.68, 139.76).unwrap());
        let company = sample().company.clone();
        let moved = company.relocate(|at| crate::demo::city::moved(from, to, at));
        assert_eq!(validate::check(&moved), vec![]);
        assert!(moved.technicians.iter().all(|technician| technician.home.metres_to(to) < 15_000.0));
    }

    #[test]
    fn the_published_schemas_accept_the_demo() {
        fn judge<T: schemars::JsonSchema>(value: &Value) {
            let schema = schemars::schema_for!(T).to_value();
            let judge = jsonschema::validator_for(&schema).unwrap();
            assert_eq!(judge.iter_errors(value).map(|error| error.to_string()).next(), None);
        }
        judge::<CompanyFile>(&serde_json::to_value(&sample().company).unwrap());
        judge::<CallsFile>(&serde_json::to_value(&sample().calls).unwrap());
    }
}
