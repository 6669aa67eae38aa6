use std::collections::BTreeSet;

use crate::files::{shown, sources, text};

/// Which rooms a room may look into. The order is the house from the ground up; ARCHITECTURE.md draws it.
const ROOMS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("limits", &[]),
    ("roads", &["domain"]),
    ("planner", &["domain", "roads"]),
    ("eta", &["domain", "roads"]),
    ("views", &["domain", "sla"]),
    ("sla", &["domain"]),
    ("telephone", &["domain", "limits", "views"]),
    ("company", &["documents", "domain", "limits", "views"]),
    ("effects", &["domain", "limits", "roads"]),
    ("map", &["domain", "roads"]),
    ("books", &["domain"]),
    ("forecast", &["books", "domain"]),
    ("documents", &[]),
    ("sentences", &["documents", "domain", "sla", "views"]),
    (
        "store",
        &[
            "books",
            "company",
            "domain",
            "effects",
            "eta",
            "forecast",
            "limits",
            "planner",
            "roads",
            "sentences",
            "sla",
            "views",
        ],
    ),
    (
        "commands",
        &[
            "company",
            "documents",
            "domain",
            "effects",
            "eta",
            "limits",
            "planner",
            "roads",
            "sentences",
            "sla",
            "store",
            "views",
        ],
    ),
    (
        "actors",
        &[
            "commands",
            "domain",
            "effects",
            "eta",
            "limits",
            "planner",
            "roads",
            "sentences",
            "store",
            "telephone",
            "views",
        ],
    ),
    ("web", &["domain", "views"]),
    (
        "http",
        &[
            "actors",
            "books",
            "commands",
            "documents",
            "domain",
            "effects",
            "eta",
            "forecast",
            "limits",
            "map",
            "node",
            "planner",
            "sentences",
            "store",
            "telephone",
            "views",
            "web",
        ],
    ),
    ("live", &["actors", "domain", "http", "limits", "node", "store", "views"]),
    ("demo", &["company", "domain", "roads", "views"]),
];

/// The rooms at the top, which compose the others.
const TOP: &[&str] = &["cli", "clients", "crowd", "node", "replay", "sim"];

fn room_of(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    Some(inside.split('/').next()?.trim_end_matches(".rs"))
}

/// Rooms named by `use crate::…` and `crate::…` in code, not in comments or in tests at the end of a file.
fn imports(source: &str) -> BTreeSet<String> {
    let lines = crate::words::without_tests(source).lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split("crate::").skip(1)).filter_map(first_word).collect()
}

fn first_word(rest: &str) -> Option<String> {
    let word: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
    let is_module = rest[word.len()..].starts_with("::") || rest[word.len()..].starts_with(';');
    (!word.is_empty() && is_module).then_some(word)
}

#[test]
fn rooms_look_only_into_the_rooms_below() {
    let mut wrong = Vec::new();
    for path in sources("src") {
        let shown = shown(&path);
        if crate::words::is_test_file(&shown) {
            continue;
        }
        let Some(room) = room_of(&shown).filter(|room| !TOP.contains(room) && !["lib", "main"].contains(room)) else {
            continue;
        };
        let Some((_, allowed)) = ROOMS.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{shown}: the room {room} is not on the plan"));
            continue;
        };
        for import in imports(&text(&path)) {
            // `coded!` is a macro of the domain that the crate's root exports.
            if import != room && import != "coded" && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{shown}: {room} may not look into {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn diesel_stays_inside_the_store() {
    let strays: Vec<String> = sources("src")
        .into_iter()
        .filter(|path| room_of(&shown(path)) != Some("store"))
        .filter(|path| text(path).lines().any(|line| line.contains("diesel::") && !line.trim_start().starts_with("//")))
        .map(|path| shown(&path))
        .collect();
    assert!(strays.is_empty(), "Diesel outside the store: {strays:?}");
}
