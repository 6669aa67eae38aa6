//! Postcodes (郵便番号) as people type and say them.

use super::phone::{fold, is_dash};

/// Digits of a postcode.
const DIGITS: usize = 7;
/// Digits of its area, the part before the hyphen.
const AREA_DIGITS: usize = 3;

/// How the postcodes begin that a text can mean, in the form in which they are stored: `〒９２００００１` gives `920-0001`,
/// and `920-` gives `920-`. Fewer than seven digits need the mark or the hyphen, without which they are anything else.
pub fn beginning(text: &str) -> Option<String> {
    let folded: String = fold(text).chars().map(|c| if is_dash(c) { '-' } else { c }).collect();
    let marked = folded.strip_prefix('〒');
    let body = marked.unwrap_or(&folded);
    let (area, rest) = match body.split_once('-') {
        Some((area, rest)) => (area, rest),
        None => body.split_at_checked(AREA_DIGITS.min(body.len()))?,
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let count = area.len() + rest.len();
    let fits = area.len() == AREA_DIGITS && digits(area) && digits(rest) && count <= DIGITS;
    let meant = count == DIGITS || marked.is_some() || body.contains('-');
    (fits && meant).then(|| format!("{area}-{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(typed: &str, expected: Option<&str>) {
        assert_eq!(beginning(typed).as_deref(), expected, "{typed}");
    }

    #[test]
    fn a_postcode_is_understood_in_full_width_and_without_its_hyphen() {
        for typed in [
            "920-0001",
            "9200001",
            "９２０−０００１",
            "９２０ー０００１",
            "〒920-0001",
            "〒 ９２０ ０００１",
            "920 0001",
        ] {
            check(typed, Some("920-0001"));
        }
        check("920-", Some("920-"));
        check("〒920", Some("920-"));
        check("〒92000", Some("920-00"));
    }

    #[test]
    fn what_can_be_anything_else_is_no_postcode() {
        for typed in
            ["", "92", "920", "0112", "076-555-0111", "92-00001", "920-00011", "92000011", "920-000a", "〒", "卯辰"]
        {
            check(typed, None);
        }
    }
}
