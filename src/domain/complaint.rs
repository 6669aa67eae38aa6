//! What is wrong with a value that cannot be read, told in both languages with what is wanted instead. A reader knows
//! only its own words ("expected struct …, found …"); people are told none of them.

use std::fmt;

/// How a value of our own must be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Day,
    Instant,
    Window,
    ClockTime,
    Hours,
    Position,
    Topic,
}

impl Form {
    const ALL: [Self; 7] =
        [Self::Day, Self::Instant, Self::Window, Self::ClockTime, Self::Hours, Self::Position, Self::Topic];

    pub const fn ja(self) -> &'static str {
        match self {
            Self::Day => "2026-11-24 のような実在する日付（1970年から9999年）",
            Self::Instant => "2026-11-24T09:30:00+09:00 のような時差付きの実在する日時（1970年から9999年）",
            Self::Window => {
                "from が to より前の時間帯（例 from 2026-11-24T09:00:00+09:00、to 2026-11-24T12:00:00+09:00）"
            }
            Self::ClockTime => "08:30 のような時刻（00:00から23:59）",
            Self::Hours => {
                "09:00-12:00 13:00-17:30 のような1日の時間帯（6つまで、夜勤は 22:00-06:00、終日は 00:00-24:00、休みは空欄）"
            }
            Self::Position => "lat が-90から90、lon が-180から180の位置（例 lat 36.5613、lon 136.6562）",
            Self::Topic => {
                "visit:vis_、territory:ter_、technician:tec_、contract:con_、agent:usr_ のどれかに小文字の16進数32桁が続く宛先か、desk:duties"
            }
        }
    }

    pub const fn en(self) -> &'static str {
        match self {
            Self::Day => "a day that exists, such as 2026-11-24, between the years 1970 and 9999",
            Self::Instant => {
                "an instant that exists, with its offset, such as 2026-11-24T09:30:00+09:00, between the years 1970 \
                 and 9999"
            }
            Self::Window => {
                "a span whose from lies before its to, such as from 2026-11-24T09:00:00+09:00 to \
                 2026-11-24T12:00:00+09:00"
            }
            Self::ClockTime => "a time of day such as 08:30, from 00:00 to 23:59",
            Self::Hours => {
                "the hours of a day such as 09:00-12:00 13:00-17:30, at most six spans that do not overlap; a night is \
                 22:00-06:00, a whole day 00:00-24:00, a closed day empty"
            }
            Self::Position => {
                "a position whose lat lies in -90 to 90 and lon in -180 to 180, such as 36.5613, 136.6562"
            }
            Self::Topic => {
                "a topic: visit:vis_, territory:ter_, technician:tec_, contract:con_ or agent:usr_, and 32 hexadecimal \
                 digits in small letters; or desk:duties"
            }
        }
    }
}

/// What a type of our own tells its reader; [`Complaint::of`] knows it again.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be {}", self.en())
    }
}

/// Begins what an id tells its reader.
const ID: &str = "must be an id such as ";

/// What an id with this prefix tells its reader.
pub fn wanted_id(prefix: &str, to: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(to, "{ID}{prefix}{ID_EXAMPLE}, {prefix}_ and 32 hexadecimal digits in small letters")
}

const ID_EXAMPLE: &str = "_0190a1b2c3d47e5f8a9b0c1d2e3f4a5b";

/// A value that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    Form(Form),
    /// An id with this prefix.
    Id(String),
    /// A whole number, within bounds where they are narrow enough to tell.
    Whole(Option<(i64, i64)>),
    Number,
    Text,
    YesNo,
    List,
    Object,
    /// One of a closed list; empty where the reader does not tell it.
    Choice(Vec<String>),
}

impl Wanted {
    fn ja(&self) -> String {
        match self {
            Self::Form(form) => form.ja().to_owned(),
            Self::Id(prefix) => format!("{prefix}_ に小文字の16進数32桁が続くID（例 {prefix}{ID_EXAMPLE}）"),
            Self::Whole(Some((least, most))) => format!("{least}から{most}までの整数"),
            Self::Whole(None) => "20 のような整数".to_owned(),
            Self::Number => "36.5 のような数".to_owned(),
            Self::Text => "\"…\" で囲んだ文字列".to_owned(),
            Self::YesNo => "true か false".to_owned(),
            Self::List => "[ ] で囲んだ一覧".to_owned(),
            Self::Object => "項目名と値を並べたオブジェクト".to_owned(),
            Self::Choice(codes) if codes.is_empty() => "決められたコードの文字列".to_owned(),
            Self::Choice(codes) => format!("次のどれか: {}", codes.join("、")),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::Form(form) => form.en().to_owned(),
            Self::Id(prefix) => {
                format!("an id such as {prefix}{ID_EXAMPLE}: {prefix}_ and 32 hexadecimal digits in small letters")
            }
            Self::Whole(Some((least, most))) => format!("a whole number from {least} to {most}"),
            Self::Whole(None) => "a whole number such as 20".to_owned(),
            Self::Number => "a number such as 36.5".to_owned(),
            Self::Text => "text in quotes".to_owned(),
            Self::YesNo => "true or false".to_owned(),
            Self::List => "a list in [ ]".to_owned(),
            Self::Object => "an object of names and values".to_owned(),
            Self::Choice(codes) if codes.is_empty() => "one of its codes, in quotes".to_owned(),
            Self::Choice(codes) => format!("one of: {}", codes.join(", ")),
        }
    }

    /// What the reader says that it expected.
    fn expected(said: &str) -> Option<Self> {
        Some(match said {
            "u8" => Self::Whole(Some((0, u8::MAX.into()))),
            "u16" => Self::Whole(Some((0, u16::MAX.into()))),
            "u32" => Self::Whole(Some((0, u32::MAX.into()))),
            "i8" => Self::Whole(Some((i8::MIN.into(), i8::MAX.into()))),
            "i16" => Self::Whole(Some((i16::MIN.into(), i16::MAX.into()))),
            "i32" => Self::Whole(Some((i32::MIN.into(), i32::MAX.into()))),
            "u64" | "usize" | "i64" | "isize" => Self::Whole(None),
            "f32" | "f64" => Self::Number,
            "a string" | "a borrowed string" | "string" => Self::Text,
            "a boolean" => Self::YesNo,
            "a formatted date string" => Self::Form(Form::Day),
            "variant identifier" | "string or map" => Self::Choice(Vec::new()),
            _ if said.starts_with("enum ") => Self::Choice(Vec::new()),
            _ if ["a sequence", "an array", "a tuple"].iter().any(|list| said.starts_with(list)) => Self::List,
            _ if ["a map", "struct ", "internally tagged"].iter().any(|kind| said.starts_with(kind)) => Self::Object,
            _ => return None,
        })
    }
}

/// Why a value cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Complaint {
    /// There is no such field; these there are.
    Unknown {
        name: String,
        known: Vec<String>,
    },
    Missing {
        name: String,
    },
    Twice {
        name: String,
    },
    Wanted(Wanted),
    Unclear,
}

/// What readers of dates and numbers say, which are not ours.
const FOREIGN: [(&str, Wanted); 14] = [
    ("input is out of range", Wanted::Form(Form::Day)),
    ("no possible date and time matching input", Wanted::Form(Form::Day)),
    ("input is not enough for unique date and time", Wanted::Form(Form::Day)),
    ("input contains invalid characters", Wanted::Form(Form::Day)),
    ("premature end of input", Wanted::Form(Form::Day)),
    ("trailing input", Wanted::Form(Form::Day)),
    ("invalid digit found in string", Wanted::Whole(None)),
    ("cannot parse integer from empty string", Wanted::Whole(None)),
    ("number too large to fit in target type", Wanted::Whole(None)),
    ("number too small to fit in target type", Wanted::Whole(None)),
    ("invalid float literal", Wanted::Number),
    ("cannot parse float from empty string", Wanted::Number),
    ("provided string was not `true` or `false`", Wanted::YesNo),
    ("expected unit variant", Wanted::Choice(Vec::new())),
];

impl Complaint {
    /// What a reader's words mean.
    pub fn of(said: &str) -> Self {
        let said = said.split(" at line ").next().unwrap_or(said);
        let mut quoted = said.split('`').skip(1).step_by(2).map(str::to_owned);
        let mut name = || quoted.next().unwrap_or_default();
        if said.starts_with("unknown field") {
            return Self::Unknown { name: name(), known: quoted.collect() };
        }
        if said.starts_with("missing field") {
            return Self::Missing { name: name() };
        }
        if said.starts_with("duplicate field") {
            return Self::Twice { name: name() };
        }
        if said.starts_with("unknown variant") {
            return Self::Wanted(Wanted::Choice(quoted.skip(1).collect()));
        }
        Self::wanted(said).map_or(Self::Unclear, Self::Wanted)
    }

    fn wanted(said: &str) -> Option<Wanted> {
        if let Some(form) = Form::ALL.into_iter().find(|form| said == form.to_string()) {
            return Some(Wanted::Form(form));
        }
        if let Some(id) = said.strip_prefix(ID) {
            return id.split_once('_').map(|(prefix, _)| Wanted::Id(prefix.to_owned()));
        }
        let foreign = FOREIGN.into_iter().find(|(words, _)| *words == said).map(|(_, wanted)| wanted);
        foreign.or_else(|| said.rsplit_once(", expected ").and_then(|(_, what)| Wanted::expected(what)))
    }

    /// The field that it is about and that the path to it may not name yet.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Unknown { name, .. } | Self::Missing { name } | Self::Twice { name } => Some(name),
            Self::Wanted(_) | Self::Unclear => None,
        }
    }

    /// The sentence about a place, such as `issues[0].asset_id`; empty when the place is told beside it.
    pub fn ja(&self, place: &str) -> String {
        let place = if place.is_empty() { "この値" } else { place };
        match self {
            Self::Unknown { known, .. } if known.is_empty() => format!("{place} という項目はありません"),
            Self::Unknown { known, .. } => {
                format!("{place} という項目はありません。使える項目: {}", known.join("、"))
            }
            Self::Missing { .. } => format!("{place} がありません"),
            Self::Twice { .. } => format!("{place} が重複しています"),
            Self::Wanted(wanted) => format!("{place} に書けるのは{}です", wanted.ja()),
            Self::Unclear => format!("{place} を読めません"),
        }
    }

    /// The same in English.
    pub fn en(&self, place: &str) -> String {
        let place = if place.is_empty() { "this" } else { place };
        match self {
            Self::Unknown { known, .. } if known.is_empty() => format!("{place} is no field here"),
            Self::Unknown { known, .. } => format!("{place} is no field here; there are: {}", known.join(", ")),
            Self::Missing { .. } => format!("{place} is missing"),
            Self::Twice { .. } => format!("{place} is there twice"),
            Self::Wanted(wanted) => format!("{place} must be {}", wanted.en()),
            Self::Unclear => format!("{place} cannot be read"),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::event::Stream;
    use crate::domain::ids::TerritoryId;
    use crate::domain::place::Position;
    use crate::domain::time::{Timestamp, Window};

    fn check<T: serde::de::DeserializeOwned>(value: Value, wanted: Wanted) {
        let said = serde_json::from_value::<T>(value).err().expect("it cannot be read").to_string();
        assert_eq!(Complaint::of(&said), Complaint::Wanted(wanted), "{said}");
    }

    #[test]
    fn what_our_own_types_want_is_known_again() {
        check::<TerritoryId>(json!("1"), Wanted::Id("ter".into()));
        check::<Timestamp>(json!("2026-02-30T00:00:00Z"), Wanted::Form(Form::Instant));
        check::<Timestamp>(json!("1899-01-01T00:00:00Z"), Wanted::Form(Form::Instant));
        check::<Stream>(json!("visit:abc"), Wanted::Form(Form::Topic));
        check::<Position>(json!({ "lat": 95, "lon": 0 }), Wanted::Form(Form::Position));
        let turned = json!({ "from": "2026-11-23T01:00:00Z", "to": "2026-11-23T00:00:00Z" });
        check::<Window>(turned, Wanted::Form(Form::Window));
    }

    #[test]
    fn what_others_want_is_told_in_our_words() {
        for wrong in ["2026-02-30", "2026-13-01", "soon", "", "2026-11", "2026-11-24x"] {
            check::<NaiveDate>(json!(wrong), Wanted::Form(Form::Day));
        }
        check::<NaiveDate>(json!(5), Wanted::Form(Form::Day));
        check::<i64>(json!("1"), Wanted::Whole(None));
        check::<u8>(json!(-1), Wanted::Whole(Some((0, 255))));
        check::<Vec<u8>>(json!("1"), Wanted::List);
        check::<bool>(json!("1"), Wanted::YesNo);
        check::<String>(json!(1), Wanted::Text);
        let outcome = serde_json::from_value::<crate::domain::issue::IssueKind>(json!("dance")).unwrap_err();
        let told = Complaint::of(&outcome.to_string()).en("kind");
        assert_eq!(told, "kind must be one of: fault, question, inquiry, maintenance");
    }
}
