//! What people type: lines, texts and reasons, each within its bound.

use crate::domain::refusal::Refusal;
use crate::limits;

/// A name or number on one line.
pub fn line(field: &str, line: &str, required: bool) -> Result<(), Refusal> {
    if required && line.trim().is_empty() {
        return Err(Refusal::invalid_both(field, "空欄にはできません", "it must not be empty"));
    }
    if line.chars().count() > limits::LINE_CHARS || line.chars().any(char::is_control) {
        return Err(Refusal::invalid_both(field, "改行なしの200文字までです", "at most 200 characters on one line"));
    }
    Ok(())
}

/// Free text. Control characters other than line breaks and tabs are no text.
pub fn text(field: &str, text: &str) -> Result<(), Refusal> {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.chars().count() > limits::TEXT_CHARS || text.chars().any(odd) {
        return Err(Refusal::invalid_both(
            field,
            "制御文字を含まない4,000文字までの文章にしてください",
            "write at most 4,000 characters, without control characters",
        ));
    }
    Ok(())
}

/// Somebody's reason, without the blanks around it. It may be empty.
pub fn reason(typed: &str) -> Result<&str, Refusal> {
    let reason = typed.trim();
    if reason.chars().count() > limits::LINE_CHARS {
        return Err(Refusal::invalid_both("reason", "200文字以内です", "at most 200 characters"));
    }
    Ok(reason)
}

/// A reason that must be given.
pub fn needed_reason(typed: &str) -> Result<&str, Refusal> {
    let reason = typed.trim();
    if reason.is_empty() || reason.chars().count() > limits::LINE_CHARS {
        let (ja, en) = ("理由を1〜200文字で書いてください", "a reason of 1 to 200 characters is needed");
        return Err(Refusal::invalid_both("reason", ja, en));
    }
    Ok(reason)
}

/// Free text that must be given, without the blanks around it.
pub fn needed_text<'a>(field: &str, typed: &'a str) -> Result<&'a str, Refusal> {
    text(field, typed)?;
    match typed.trim() {
        "" => Err(Refusal::invalid_both(field, "空欄にはできません", "it must not be empty")),
        written => Ok(written),
    }
}
