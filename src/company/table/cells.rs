//! The cells of one row, read as what their column says.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::NaiveDate;
use csv::StringRecord;
use serde_json::Value;

use super::{LIST, PART};
use crate::company::PastUse;
use crate::company::validate::Faults;
use crate::documents::sheet::meant;
use crate::domain::text::UnknownCode;
use crate::domain::wallet::policy::MenuItem;

/// The cells by the names of their columns.
pub struct Cells<'a> {
    record: &'a StringRecord,
    places: &'a BTreeMap<String, usize>,
}

impl<'a> Cells<'a> {
    pub fn new(record: &'a StringRecord, places: &'a BTreeMap<String, usize>) -> Self {
        Self { record, places }
    }

    /// A letter that the encoding does not know was replaced while the file was read.
    pub fn check_letters(&self, faults: &mut Faults) {
        for (name, place) in self.places {
            if self.record.get(*place).is_some_and(|cell| cell.contains('\u{fffd}')) {
                let ja = "文字化けしています。UTF-8かShift_JISで保存し直してください。";
                faults.add(name, "cell.letters", ja, "This has broken letters. Save the file as UTF-8 or Shift_JIS.");
            }
        }
    }

    /// The text of a cell without blanks around it; empty when the column is not there.
    pub fn text(&self, column: &str) -> &'a str {
        let cell = self.places.get(column).and_then(|place| self.record.get(*place)).unwrap_or_default();
        meant(cell.trim()).trim()
    }

    pub fn owned(&self, column: &str) -> String {
        self.text(column).to_owned()
    }

    pub fn maybe(&self, column: &str) -> Option<String> {
        Some(self.owned(column)).filter(|text| !text.is_empty())
    }

    /// The values of a cell that may hold several.
    pub fn list(&self, column: &str) -> Vec<String> {
        let parts = split(self.text(column), LIST).into_iter().map(|part| part.trim().to_owned());
        parts.filter(|part| !part.is_empty()).collect()
    }

    /// A whole number; `1,000` is one too.
    pub fn number<T: FromStr>(&self, faults: &mut Faults, column: &str) -> Option<T> {
        let text = self.text(column);
        let found = plain_number(text).parse().ok();
        if found.is_none() {
            let ja = format!("「{text}」は0以上の整数ではありません。");
            faults.add(column, "cell.number", ja, format!("“{text}” is no whole number of 0 or more."));
        }
        found
    }

    /// The same where an empty cell says the usual.
    pub fn number_or<T: FromStr>(&self, faults: &mut Faults, column: &str, usual: T) -> Option<T> {
        if self.text(column).is_empty() { Some(usual) } else { self.number(faults, column) }
    }

    pub fn degrees(&self, faults: &mut Faults, column: &str, most: f64) -> Option<f64> {
        let text = self.text(column);
        let found = text.parse().ok().filter(|degrees: &f64| degrees.abs() <= most);
        if found.is_none() {
            let ja = format!("「{text}」は-{most}から{most}までの度数ではありません。");
            faults.add(column, "cell.degrees", ja, format!("“{text}” is not in degrees from -{most} to {most}."));
        }
        found
    }

    pub fn day(&self, faults: &mut Faults, column: &str) -> Option<NaiveDate> {
        let text = self.text(column);
        let found = date(text);
        if found.is_none() {
            let ja = format!("「{text}」は日付ではありません。2026-04-01か2026/4/1の形で書いてください。");
            faults.add(column, "cell.date", ja, format!("“{text}” is no date. Write 2026-04-01 or 2026/4/1."));
        }
        found
    }

    pub fn choice<T: FromStr<Err = UnknownCode>>(&self, faults: &mut Faults, column: &str) -> Option<T> {
        match self.text(column).parse() {
            Ok(found) => Some(found),
            Err(UnknownCode { text, allowed }) => {
                let allowed = allowed.join(", ");
                let ja = format!("「{text}」は選べません。次のどれかにしてください: {allowed}");
                faults.add(column, "cell.choice", ja, format!("“{text}” is none of: {allowed}"));
                None
            }
        }
    }

    pub fn choice_or<T: FromStr<Err = UnknownCode>>(&self, faults: &mut Faults, column: &str, usual: T) -> Option<T> {
        if self.text(column).is_empty() { Some(usual) } else { self.choice(faults, column) }
    }

    /// A value of the form of `like`, as JSON; none for an empty cell and for one with a fault.
    pub fn value(&self, faults: &mut Faults, column: &str, like: &Value) -> Option<Value> {
        let text = self.text(column);
        if text.is_empty() {
            return None;
        }
        match like {
            Value::Bool(_) => self.flag(faults, column).map(Value::from),
            Value::String(_) => Some(Value::from(text)),
            Value::Array(_) => {
                let numbers = self.list(column).into_iter().map(|part| part.parse::<u32>().map(Value::from));
                let found = numbers.collect::<Result<Vec<_>, _>>().ok();
                if found.is_none() {
                    let ja = format!("「{text}」は整数の並びではありません。90;60;30のように書いてください。");
                    faults.add(column, "cell.numbers", ja, format!("“{text}” is no list such as 90;60;30."));
                }
                found.map(Value::from)
            }
            _ => self.number::<u32>(faults, column).map(Value::from),
        }
    }

    fn flag(&self, faults: &mut Faults, column: &str) -> Option<bool> {
        let text = self.text(column);
        let found = match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        };
        if found.is_none() {
            let ja = format!("「{text}」はtrueかfalseにしてください。");
            faults.add(column, "cell.flag", ja, format!("“{text}” is neither true nor false."));
        }
        found
    }

    /// Days on which units were used: `2026-04-01|1;2026-05-20|2|AC20-0001`.
    pub fn uses(&self, faults: &mut Faults, column: &str) -> Vec<PastUse> {
        let items = split(self.text(column), LIST).into_iter().filter(|item| !item.trim().is_empty());
        let read = |item: String| {
            let found = past_use(&item);
            if found.is_none() {
                let ja = format!("「{item}」は 2026-04-01|1 の形で書いてください。");
                faults.add(column, "cell.uses", ja, format!("“{item}” is not written 2026-04-01|1."));
            }
            found
        };
        items.filter_map(read).collect()
    }

    /// A price list: `filter|30|清掃|Cleaning`, several with `;` between them.
    pub fn menu(&self, faults: &mut Faults, column: &str) -> Vec<MenuItem> {
        let items = split(self.text(column), LIST).into_iter().filter(|item| !item.trim().is_empty());
        let read = |item: String| {
            let found = menu_item(&item);
            if found.is_none() {
                let ja = format!("「{item}」は コード|単位数|日本語名|英語名 の形で書いてください。");
                faults.add(column, "cell.menu", ja, format!("“{item}” is not written code|units|Japanese|English."));
            }
            found
        };
        items.filter_map(read).collect()
    }
}

fn past_use(item: &str) -> Option<PastUse> {
    let parts: Vec<String> = split(item, PART).into_iter().map(|part| part.trim().to_owned()).collect();
    let (on, units, repair) = match parts.as_slice() {
        [on, units] => (on, units, None),
        [on, units, serial] => (on, units, Some(serial.clone()).filter(|serial| !serial.is_empty())),
        _ => return None,
    };
    Some(PastUse { on: date(on)?, units: units.parse().ok()?, repair })
}

fn date(text: &str) -> Option<NaiveDate> {
    text.parse().ok().or_else(|| NaiveDate::parse_from_str(text, "%Y/%m/%d").ok())
}

/// Past uses as one cell.
pub fn uses_text(uses: &[PastUse]) -> String {
    let item = |used: &PastUse| {
        let parts = [used.on.to_string(), used.units.to_string()].into_iter().chain(used.repair.clone());
        joined(parts, PART)
    };
    joined(uses.iter().map(item), LIST)
}

fn menu_item(item: &str) -> Option<MenuItem> {
    let parts: Vec<String> = split(item, PART).into_iter().map(|part| part.trim().to_owned()).collect();
    let [code, units, name_ja, name_en] = <[String; 4]>::try_from(parts).ok()?;
    Some(MenuItem { code, units: units.parse().ok()?, name_ja, name_en })
}

/// Several values as one cell. A mark that is meant as a letter has a backslash before it, and so has a backslash.
pub fn joined(parts: impl IntoIterator<Item = String>, mark: char) -> String {
    let escaped = |part: String| part.replace('\\', "\\\\").replace(mark, &format!("\\{mark}"));
    let parts: Vec<String> = parts.into_iter().map(escaped).collect();
    parts.join(&mark.to_string())
}

/// A price list as one cell.
pub fn menu_text(menu: &[MenuItem]) -> String {
    let item = |item: &MenuItem| {
        let MenuItem { code, units, name_ja, name_en } = item.clone();
        joined([code, units.to_string(), name_ja, name_en], PART)
    };
    joined(menu.iter().map(item), LIST)
}

/// The parts of a text between marks.
fn split(text: &str, mark: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter == mark {
            parts.push(String::new());
            continue;
        }
        let meant = if letter == '\\' { letters.next().unwrap_or(letter) } else { letter };
        if let Some(part) = parts.last_mut() {
            part.push(meant);
        }
    }
    parts
}

/// Without the commas between groups of three digits.
fn plain_number(text: &str) -> String {
    let groups: Vec<&str> = text.split(',').collect();
    let digits = |group: &&str| group.bytes().all(|b| b.is_ascii_digit());
    let grouped = groups.len() > 1
        && groups.iter().all(|group| digits(group))
        && (1..=3).contains(&groups[0].len())
        && groups[1..].iter().all(|group| group.len() == 3);
    if grouped { groups.concat() } else { text.to_owned() }
}
