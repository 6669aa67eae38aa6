//! What the codes of skills, qualifications and parts are called: people read sentences, not codes.

use std::collections::BTreeMap;

/// Names in Japanese and English, by code.
pub type Called = BTreeMap<String, (String, String)>;

/// What each kind of code is called. A code without a name stands for itself.
#[derive(Debug, Clone, Default)]
pub struct Names {
    pub skills: Called,
    pub qualifications: Called,
    pub parts: Called,
}

impl Names {
    pub const fn none() -> Self {
        Self { skills: BTreeMap::new(), qualifications: BTreeMap::new(), parts: BTreeMap::new() }
    }
}

/// The name in both languages, or the code twice.
pub fn called<'a>(names: &'a Called, code: &'a str) -> (&'a str, &'a str) {
    names.get(code).map_or((code, code), |(ja, en)| (ja, en))
}
