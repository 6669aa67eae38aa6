//! A telephone call as the desk sees it: it rings, somebody answers, it ends; or nobody does, and it is called back.

use crate::coded;
use crate::domain::phone;

coded! {
    /// What a telephone system tells of a call.
    CallTold {
        Ring = "ring", "呼出", "Rings";
        Answered = "answered", "応答", "Answered";
        Ended = "ended", "終話", "Ended";
        Missed = "missed", "不応答", "Missed";
    }
}

coded! {
    CallState {
        Ringing = "ringing", "呼出中", "Ringing";
        Answered = "answered", "通話中", "In conversation";
        Ended = "ended", "終話", "Ended";
        Missed = "missed", "不在着信", "Missed";
    }
}

impl CallState {
    /// Nothing more is told of it.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Ended | Self::Missed)
    }
}

coded! {
    /// How it stands with calling back whoever was missed.
    CallBackState {
        Open = "open", "折り返し待ち", "To be called back";
        Taken = "taken", "折り返し担当あり", "Somebody calls back";
        Done = "done", "折り返し済み", "Done";
    }
}

coded! {
    /// How a call-back ended.
    CallBackOutcome {
        Reached = "reached", "つながった", "Reached";
        Unreached = "unreached", "つながらず終了", "Given up";
        NotNeeded = "not_needed", "折り返し不要", "Not needed";
        CalledAgain = "called_again", "お客様から再入電", "The caller rang again";
    }
}

coded! {
    /// Who calls, as far as the telephone system knows.
    CallerKind {
        /// A number that can be called back.
        Number = "number", "番号あり", "Number";
        /// A telephone of our own house.
        Internal = "internal", "内線", "Internal";
        /// The caller does not show his number (非通知).
        Withheld = "withheld", "非通知", "Withheld";
        /// What came is no number.
        Unknown = "unknown", "不明", "Unknown";
    }
}

/// The state after something was told of a call; none when it changes nothing: it comes late, or of a call that nobody
/// heard of. Telephone systems tell each thing at least once and in any order, so that a lost `ring` must not lose the
/// call, and what was over stays over.
pub const fn step(before: Option<CallState>, told: CallTold) -> Option<CallState> {
    use {CallState as S, CallTold as T};
    match (before, told) {
        (None | Some(S::Ringing), T::Ring) => Some(S::Ringing),
        // Handed on to a colleague: it rings there while somebody still speaks, and then he has it.
        (Some(S::Answered), T::Ring) | (None | Some(S::Ringing | S::Answered), T::Answered) => Some(S::Answered),
        // Whoever hangs up before anybody took it was missed.
        (Some(S::Ringing), T::Ended | T::Missed) | (None, T::Missed) => Some(S::Missed),
        (Some(S::Answered), T::Ended) => Some(S::Ended),
        // A colleague did not take it; who speaks goes on speaking.
        (Some(S::Answered), T::Missed) | (None, T::Ended) | (Some(S::Ended | S::Missed), _) => None,
    }
}

/// Digits of a telephone of the house: longer ones are of the public network.
const INTERNAL_DIGITS: usize = 5;
/// Digits of the shortest and longest number of the public network: E.164 allows 15, and six lie below every number that
/// can be called from outside.
const PUBLIC_DIGITS: std::ops::RangeInclusive<usize> = 6..=15;

/// Who calls, by what the telephone system shows of him, and the digits by which he is looked up: of nobody else than a
/// number or a telephone of the house there are any.
pub fn caller(shown: &str) -> (CallerKind, String) {
    let text = bare(shown);
    if is_withheld(&text) {
        return (CallerKind::Withheld, String::new());
    }
    if text.chars().any(is_word) {
        return (CallerKind::Unknown, String::new());
    }
    let inside = internal(&text);
    match phone::normalise(&text).map(without_prefix) {
        Some(digits) if !inside && PUBLIC_DIGITS.contains(&digits.len()) => (CallerKind::Number, digits),
        _ => match phone::digits(&text) {
            digits if (1..=INTERNAL_DIGITS).contains(&digits.len()) => (CallerKind::Internal, digits),
            _ => (CallerKind::Unknown, String::new()),
        },
    }
}

/// The number as people in Japan read it: without its address, `+81` as the 0 before the area. Whatever is no number stays
/// as it was told.
pub fn readable(shown: &str) -> String {
    if caller(shown).0 != CallerKind::Number {
        return shown.to_owned();
    }
    let text = bare(shown);
    let abroad = text.strip_prefix("+81").or_else(|| text.strip_prefix("0081"));
    match abroad {
        Some(rest) => format!("0{}", rest.trim_start_matches(|c: char| !('1'..='9').contains(&c))),
        None => text,
    }
}

/// Without what addresses carry beside the number: `"Name" <sip:0355550199@pbx.example;user=phone>`, `tel:+81-3-…`.
fn bare(shown: &str) -> String {
    let mut text = shown.trim();
    if let Some((_, rest)) = text.rsplit_once('<') {
        text = rest.split('>').next().unwrap_or_default();
    }
    for scheme in ["sips:", "sip:", "tel:"] {
        if text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)) {
            text = &text[scheme.len()..];
        }
    }
    let text = text.split(['@', ';']).next().unwrap_or_default();
    phone::half_width(text).trim().to_lowercase()
}

/// As telephone systems write it. P, O and C are the reasons of Japan's number display: at the caller's wish, not
/// possible, a public telephone.
fn is_withheld(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "",
        "anonymous",
        "private",
        "withheld",
        "restricted",
        "unavailable",
        "非通知",
        "非通知設定",
        "表示圏外",
        "公衆電話",
        "通知不可",
        "p",
        "o",
        "c",
    ];
    WORDS.contains(&text)
}

/// A letter that no way of writing a number has: of 内線, ext. and x there are some.
fn is_word(c: char) -> bool {
    c.is_alphabetic() && !phone::is_dash(c) && !"内線extn".contains(c)
}

/// Written as a telephone of the house, with nothing before it.
fn internal(text: &str) -> bool {
    ["内", "ext", "x", "#"].iter().any(|mark| text.starts_with(mark))
}

/// Without 184 and 186, which a caller dials before the number to hide or to show his own.
fn without_prefix(digits: String) -> String {
    let rest = digits.strip_prefix("184").or_else(|| digits.strip_prefix("186"));
    match rest.filter(|rest| rest.starts_with('0') && rest.len() >= 10) {
        Some(rest) => rest.to_owned(),
        None => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shown: &str, kind: CallerKind, digits: &str) {
        assert_eq!(caller(shown), (kind, digits.to_owned()), "{shown}");
    }

    #[test]
    fn a_number_is_shown_as_people_in_japan_read_it() {
        for (told, read) in [
            ("+81-21-892-9196", "021-892-9196"),
            ("+8121-892-9196", "021-892-9196"),
            ("+81 (0)21 892 9196", "021 892 9196"),
            ("\"Nagisa\" <sip:0081355550199@pbx.example;user=phone>", "0355550199"),
            ("０３－５５５５－０１９９", "03-5555-0199"),
            ("+44 20 7946 0958", "+44 20 7946 0958"),
            ("たなか", "たなか"),
            ("201", "201"),
        ] {
            assert_eq!(readable(told), read, "{told}");
        }
    }

    #[test]
    fn a_caller_is_known_however_his_number_is_written() {
        for shown in [
            "03-5555-0199",
            "03/5555/0199",
            "０３−５５５５−０１９９",
            "０３ー５５５５ー０１９９",
            "（０３）５５５５‐０１９９",
            "03 5555 0199",
            "+81355550199",
            "+81 (0)3-5555-0199",
            "＋８１ー３ー５５５５ー０１９９",
            "0081 3 5555 0199",
            "tel:+81-3-5555-0199",
            "sip:0355550199@192.0.2.7",
            "SIP:+81355550199@pbx.example;user=phone",
            "\"佐藤\" <sip:0355550199@pbx.example>",
            "03-5555-0199 内線12",
            "03-5555-0199（内線１２）",
            "03-5555-0199 ext. 12",
            "186-03-5555-0199",
        ] {
            check(shown, CallerKind::Number, "0355550199");
        }
        check("090-1234-5678", CallerKind::Number, "09012345678");
        check("0120-444-444", CallerKind::Number, "0120444444");
        check("+1 415 555 0123", CallerKind::Number, "14155550123");
    }

    #[test]
    fn a_telephone_of_the_house_is_no_customer() {
        for (shown, digits) in
            [("201", "201"), ("内線201", "201"), ("ext 4012", "4012"), ("#12", "12"), ("sip:201@pbx.example", "201")]
        {
            check(shown, CallerKind::Internal, digits);
        }
    }

    #[test]
    fn whoever_hides_his_number_is_nobody() {
        for shown in
            ["", "  ", "anonymous", "Anonymous", "sip:anonymous@anonymous.invalid", "非通知", "P", "公衆電話", "Ｃ"]
        {
            check(shown, CallerKind::Withheld, "");
        }
    }

    #[test]
    fn a_number_that_is_a_word_is_an_unknown_caller() {
        for shown in ["たなか", "helpdesk", "03-ABCD-0199", "1234567890123456789", "--", "…"] {
            check(shown, CallerKind::Unknown, "");
        }
    }

    #[test]
    fn a_call_goes_its_way_whatever_is_lost_or_late() {
        use {CallState as S, CallTold as T};
        let run = |told: &[T]| told.iter().fold(None, |state, told| step(state, *told).or(state));
        for (told, end) in [
            (&[T::Ring, T::Answered, T::Ended][..], S::Ended),
            (&[T::Answered, T::Ended], S::Ended),
            (&[T::Ring, T::Missed], S::Missed),
            (&[T::Ring, T::Ended], S::Missed),
            (&[T::Missed], S::Missed),
            (&[T::Ring, T::Answered, T::Ring, T::Missed], S::Answered),
            (&[T::Ring, T::Answered, T::Ring, T::Answered, T::Ended], S::Ended),
            (&[T::Ring, T::Missed, T::Answered, T::Ended], S::Missed),
            (&[T::Ended, T::Ring], S::Ringing),
        ] {
            assert_eq!(run(told), Some(end), "{told:?}");
        }
        for over in [S::Ended, S::Missed] {
            assert!(T::ALL.iter().all(|told| step(Some(over), *told).is_none()));
        }
    }
}
