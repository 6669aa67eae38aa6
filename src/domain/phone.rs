//! Telephone numbers and kana as people type them, brought to one form for search.

/// The digits of a number in Japan's national form: full width, hyphens, `+81` and an extension are understood.
/// `None` when fewer than four digits remain.
pub fn normalise(text: &str) -> Option<String> {
    let half = half_width(text);
    let main = half.split(['x', 'X', '#', '内']).next().unwrap_or_default();
    let digits: String = main.chars().filter(char::is_ascii_digit).collect();
    let international = main.trim_start().starts_with('+') || main.trim_start().starts_with("0081");
    let country = digits.strip_prefix("0081").or_else(|| digits.strip_prefix("81"));
    let national = match country {
        Some(rest) if international => format!("0{}", rest.trim_start_matches('0')),
        _ => digits,
    };
    (national.len() >= 4).then_some(national)
}

/// One form for names and kana: half-width Latin and digits, full-width katakana for hiragana and half-width kana, no
/// spaces, lower case.
pub fn fold(text: &str) -> String {
    half_width(&full_kana(text))
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(katakana)
        .flat_map(char::to_lowercase)
        .collect()
}

/// A hyphen, or what is typed for one between digits: a dash, a minus, the long sound mark of kana.
pub fn is_dash(c: char) -> bool {
    matches!(c, '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '－' | 'ー' | 'ｰ' | '─')
}

/// The digits alone, in half width.
pub fn digits(text: &str) -> String {
    half_width(text).chars().filter(char::is_ascii_digit).collect()
}

/// Latin letters, digits and signs in half width.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            '　' => ' ',
            'ー' | '‐' | '−' | '―' if text.chars().any(|d| d.is_ascii_digit()) => '-',
            other => other,
        })
        .collect()
}

/// U+FF61 to U+FF9F in full width, in the order of their code points.
const FULL_KANA: &str = "。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン゛゜";

/// Half-width kana in full width; a sound mark that follows its kana melts into it.
fn full_kana(text: &str) -> String {
    let mut full = String::with_capacity(text.len());
    for c in text.chars() {
        let shown = match c {
            '｡'..='ﾟ' => FULL_KANA.chars().nth(c as usize - '｡' as usize).unwrap_or(c),
            other => other,
        };
        let melted = match shown {
            '゛' | '\u{3099}' => full.chars().next_back().and_then(voiced),
            '゜' | '\u{309A}' => full.chars().next_back().and_then(half_voiced),
            _ => None,
        };
        if melted.is_some() {
            full.pop();
        }
        full.push(melted.unwrap_or(shown));
    }
    full
}

/// The kana with two small strokes. In Unicode it follows its plain one.
fn voiced(plain: char) -> Option<char> {
    match plain {
        'ウ' => Some('ヴ'),
        'う' => Some('ゔ'),
        _ if "カキクケコサシスセソタチツテトハヒフヘホかきくけこさしすせそたちつてとはひふへほ".contains(plain) => {
            char::from_u32(plain as u32 + 1)
        }
        _ => None,
    }
}

/// The kana with a small circle, two places after its plain one.
fn half_voiced(plain: char) -> Option<char> {
    "ハヒフヘホはひふへほ".contains(plain).then(|| char::from_u32(plain as u32 + 2)).flatten()
}

/// A folded text with its kana as hiragana, for what is stored as people wrote it.
pub fn hiragana(folded: &str) -> String {
    let plain = |c| match c {
        'ァ'..='ヶ' => char::from_u32(c as u32 - 0x60).unwrap_or(c),
        other => other,
    };
    folded.chars().map(plain).collect()
}

fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_in_many_spellings() {
        for text in [
            "03-5555-0199",
            "０３−５５５５−０１９９",
            "+81 3 5555 0199",
            "0081-3-5555-0199",
            "03-5555-0199 内線12",
            "(03)5555-0199",
        ] {
            assert_eq!(normalise(text).as_deref(), Some("0355550199"), "{text}");
        }
        assert_eq!(normalise("たなか"), None);
    }

    #[test]
    fn kana_is_found_in_either_script() {
        for (half, full) in [
            ("ﾅｷﾞｻ", "ナギサ"),
            ("ﾎﾃﾙ", "ほてる"),
            ("ﾊﾟｰｸ ｳﾞｨﾗ", "パークヴィラ"),
            ("たなか　ｸﾘ", "タナカクリ"),
            ("ｦﾜﾝ｡｢｣､･", "ヲワン。「」、・"),
            ("カ\u{3099}ラス", "ガラス"),
            ("アﾞ", "ア゛"),
        ] {
            assert_eq!(fold(half), fold(full), "{half}");
        }
        assert_eq!(fold("Ｔｏｍｉ"), "tomi");
        assert_eq!(hiragana(&fold("ｱﾍﾞ まゆ")), "あべまゆ");
    }
}
