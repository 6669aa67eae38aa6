use crate::files::{shown, sources, text};

/// Marks of unfinished or unsafe work. Written in two halves, so that this file does not find itself.
const BANNED: &[&str] = &[
    concat!("todo", "!("),
    concat!("unimple", "mented!("),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("dbg", "!("),
];

/// A server that panics on bad luck drops everybody's work: outside tests there is `expect` with a reason, or an error.
const PANICS: &[&str] = &[concat!(".unw", "rap()"), concat!("pan", "ic!(")];

/// Without the module of tests at the end of a file. One that stands in a file of its own (`mod tests;`) is only named.
pub fn without_tests(source: &str) -> &str {
    source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default()
}

pub fn is_test_file(path: &str) -> bool {
    path.contains("/tests/")
        || path.ends_with("/tests.rs")
        || path.ends_with("/kit.rs")
        || path.ends_with("/testing.rs")
        || path.ends_with("/plant.rs")
}

fn lines_with(words: &[&str], source: &str, path: &str) -> Vec<String> {
    let hits = source.lines().enumerate().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    hits.filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(number, line)| format!("{path}:{}: {}", number + 1, line.trim()))
        .collect()
}

#[test]
fn nothing_is_left_unfinished() {
    let found: Vec<String> = ["src", "tests"]
        .into_iter()
        .flat_map(sources)
        .flat_map(|path| lines_with(BANNED, &text(&path), &shown(&path)))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_server_does_not_panic_on_bad_luck() {
    let found: Vec<String> = sources("src")
        .into_iter()
        .filter(|path| !is_test_file(&shown(path)))
        .flat_map(|path| lines_with(PANICS, without_tests(&text(&path)), &shown(&path)))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_is_ignored_or_skipped() {
    let ignore = concat!("#[ig", "nore");
    let found: Vec<String> = ["src", "tests"]
        .into_iter()
        .flat_map(sources)
        .flat_map(|path| lines_with(&[ignore], &text(&path), &shown(&path)))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
