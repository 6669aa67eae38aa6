//! Text as the document's font wants it, and how wide it is.
//!
//! The font is not embedded. Every viewer brings a Japanese one for the standard collection Adobe-Japan1 (PDF 32000-1,
//! 9.7.5.2); Latin letters are told to be half a square wide, so every width is known without looking into a font.

/// The text in UTF-16, high byte first.
pub fn encode(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// Width of a text in thousandths of its size: half a square for Latin letters and half-width kana, else a whole one.
pub fn width(text: &str) -> u32 {
    text.chars().map(|c| if is_half(c) { 500 } else { 1_000 }).sum()
}

const fn is_half(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{ff61}'..='\u{ff9f}')
}

/// A character that must not begin a line (JIS X 4051, the common ones).
const fn hangs(c: char) -> bool {
    matches!(c, '、' | '。' | '，' | '．' | '」' | '』' | '）' | ')' | 'ー' | '！' | '？' | ',' | '.')
}

/// The text in lines of at most `limit` thousandths of its size. Latin words stay whole where they can.
pub fn wrap(text: &str, limit: u32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && width(&line) + width(piece.trim_end()) > limit && !piece.starts_with(hangs) {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        for c in piece.chars() {
            if !line.is_empty() && width(&line) + width(c.encode_utf8(&mut [0; 4])) > limit && !hangs(c) && c != ' ' {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// Words of Latin letters with the space after them, everything else one by one.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut before) = (0, None);
    for (at, c) in text.char_indices() {
        let joined = before.is_some_and(|last: char| is_half(last) && last != ' ' && is_half(c));
        if at > 0 && !joined {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    if start < text.len() {
        pieces.push(&text[start..]);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, squares: u32, expected: &[&str]) {
        assert_eq!(wrap(text, squares * 1_000), expected, "{text}");
    }

    #[test]
    fn lines_break_between_characters_and_not_inside_words() {
        check("空調が止まった", 10, &["空調が止まった"]);
        check("空調が止まった", 4, &["空調が止", "まった"]);
        check("replaced the pump", 5, &["replaced", "the pump"]);
        check("室外機 AX-2000 を交換", 7, &["室外機 AX-2000", "を交換"]);
        check("", 4, &[""]);
    }

    #[test]
    fn a_stop_never_begins_a_line() {
        check("修理した。", 4, &["修理した。"]);
    }

    #[test]
    fn a_word_longer_than_the_line_is_cut() {
        check("ABCDEFGHIJ", 2, &["ABCD", "EFGH", "IJ"]);
    }

    #[test]
    fn rare_characters_of_names_are_kept() {
        assert_eq!(encode("A漢𠮷"), [0x00, 0x41, 0x6f, 0x22, 0xd8, 0x42, 0xdf, 0xb7]);
        assert_eq!(width("Aｱ漢"), 2_000);
    }
}
