use std::fs;
use std::path::{Path, PathBuf};

/// A file of more lines holds a second idea. Tables of cases are the exception and are named here.
const LINES_MAX: usize = 400;
const LONG_TABLES: &[&str] = &["src/store/schema.rs"];

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The Rust sources below `folder`, as paths from the root, in order.
pub fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root().join(folder), &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

pub fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

/// A function of more lines does a second thing. Tables of cases are the exception and are named here.
const FUNCTION_LINES_MAX: usize = 60;
const LONG_FUNCTIONS: &[&str] = &["src/domain/wallet/draft.rs: decide"];

/// The functions of a file with their lines, signature included, in the form that rustfmt gives them.
fn functions(source: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = source.lines().collect();
    let name = |line: &str| {
        let (before, after) = line.split_once("fn ")?;
        let known = ["", "pub ", "pub(super) ", "pub(crate) ", "async ", "const "];
        let opens = before.is_empty() || before.trim_start().split_inclusive(' ').all(|word| known.contains(&word));
        let end = after.find(['(', '<'])?;
        opens.then(|| after[..end].to_owned())
    };
    let found = lines.iter().enumerate().filter_map(|(at, line)| {
        let name = name(line)?;
        let indent = line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        let rest = lines[at..].iter().take_while(|line| **line != end).count();
        Some((name, if line.ends_with(['}', ';']) { 1 } else { rest + 1 }))
    });
    found.collect()
}

#[test]
fn the_lines_of_a_function_are_counted() {
    let source = "impl A {\n    pub(super) async fn b<T>(\n        t: T,\n    ) {\n        t\n    }\n}\n\nfn c();\n";
    assert_eq!(functions(source), [("b".to_owned(), 5), ("c".to_owned(), 1)]);
}

#[test]
fn no_function_does_a_second_thing() {
    let mut long = Vec::new();
    for path in sources("src") {
        let shown = shown(&path);
        if crate::words::is_test_file(&shown) {
            continue;
        }
        for (name, lines) in functions(crate::words::without_tests(&text(&path))) {
            let place = format!("{shown}: {name}");
            if lines > FUNCTION_LINES_MAX && !LONG_FUNCTIONS.contains(&place.as_str()) {
                long.push(format!("{place}: {lines} lines, at most {FUNCTION_LINES_MAX}"));
            }
        }
    }
    assert!(long.is_empty(), "split these functions:\n{}", long.join("\n"));
}

#[test]
fn no_file_holds_a_second_idea() {
    let long: Vec<String> = ["src", "tests"]
        .into_iter()
        .flat_map(sources)
        .filter(|path| !LONG_TABLES.contains(&shown(path).as_str()))
        .map(|path| (text(&path).lines().count(), shown(&path)))
        .filter(|(lines, _)| *lines > LINES_MAX)
        .map(|(lines, path)| format!("{path}: {lines} lines, at most {LINES_MAX}"))
        .collect();
    assert!(long.is_empty(), "split these files:\n{}", long.join("\n"));
}
