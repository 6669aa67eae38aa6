use std::collections::BTreeMap;
use std::fs;

use crate::files::{root, text};

/// Each column of the SQLite tables in PostgreSQL's words.
const TYPES: &[(&str, &str)] = &[
    ("BLOB", "BYTEA"),
    ("BIGINT", "BIGINT"),
    ("INTEGER", "INTEGER"),
    ("TEXT", "TEXT"),
    ("DOUBLE", "DOUBLE PRECISION"),
    ("BOOLEAN", "BOOLEAN"),
];

fn names(database: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join("migrations").join(database)).expect("the folder of migrations");
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// `table.column` to the rest of its line.
fn columns(database: &str) -> BTreeMap<String, String> {
    let mut columns = BTreeMap::new();
    for name in names(database) {
        let sql = text(&root().join("migrations").join(database).join(&name).join("up.sql"));
        let mut table = String::new();
        for line in sql.lines() {
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                table = rest.split_whitespace().next().unwrap_or_default().to_owned();
            } else if let Some(rest) = line.strip_prefix("  ") {
                let (column, kind) = rest.split_once(' ').unwrap_or((rest, ""));
                columns.insert(format!("{table}.{column}"), kind.trim_end_matches(',').to_owned());
            }
        }
    }
    columns
}

fn in_postgres_words(kind: &str) -> String {
    let (first, rest) = kind.split_once(' ').unwrap_or((kind, ""));
    let known = TYPES.iter().find(|(sqlite, _)| *sqlite == first);
    format!("{} {rest}", known.map_or(first, |(_, postgres)| postgres)).trim().to_owned()
}

#[test]
fn both_databases_have_the_same_migrations() {
    assert_eq!(names("sqlite"), names("postgres"));
}

#[test]
fn both_databases_have_the_same_tables_and_columns() {
    let sqlite: BTreeMap<String, String> =
        columns("sqlite").into_iter().map(|(name, kind)| (name, in_postgres_words(&kind))).collect();
    assert!(sqlite.len() > 100, "the migrations were not read");
    assert_eq!(sqlite, columns("postgres"));
}
