//! What the operator reads out and what a statement says, in Japanese and English. Pure: the same facts, the same
//! words on every screen.

pub mod advice;
pub mod consumption;
pub mod dispute;
pub mod history;
pub mod notice;
pub mod reason;
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

/// `50,000`.
pub(crate) fn grouped(yen: i64) -> String {
    let digits = yen.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if yen < 0 { format!("-{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn large_sums_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567, -50_000].map(grouped), ["0", "999", "1,000", "1,234,567", "-50,000"]);
    }
}
