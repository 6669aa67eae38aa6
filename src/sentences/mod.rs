//! What the operator reads out and what a statement says, in Japanese and English. Pure: the same facts, the same
//! words on every screen.

pub mod advice;
pub mod consumption;
pub mod history;
pub mod statement;

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    pub ja: String,
    pub en: String,
}

impl Words {
    pub fn new(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ja: ja.into(), en: en.into() }
    }
}

/// `1 ticket`, `2 tickets`.
pub(crate) fn count_en(count: i64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
