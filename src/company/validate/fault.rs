//! One fault of a company file, and the list that gathers them.

use std::collections::BTreeSet;
use std::fmt::Display;

use schemars::JsonSchema;
use serde::Serialize;

use crate::company::limits;
use crate::domain::text::is_code;

/// What is wrong and where, with a stable code and a reason in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Fault {
    /// Such as `customers[3].contracts[0].lots[1].number`; for unreadable JSON the line and column.
    pub path: String,
    pub code: &'static str,
    pub ja: String,
    pub en: String,
}

/// Gathers faults, at most [`limits::FAULTS_MAX`].
#[derive(Debug, Default)]
pub struct Faults {
    list: Vec<Fault>,
}

impl Faults {
    pub fn into_list(self) -> Vec<Fault> {
        self.list
    }

    pub fn add(&mut self, path: impl Display, code: &'static str, ja: impl Into<String>, en: impl Into<String>) {
        self.push(Fault { path: path.to_string(), code, ja: ja.into(), en: en.into() });
    }

    /// Adds one that was told elsewhere.
    pub fn push(&mut self, fault: Fault) {
        if self.list.len() < limits::FAULTS_MAX {
            self.list.push(fault);
        }
    }

    /// `code` must be one of `known`.
    pub fn reference(&mut self, path: impl Display, code: &str, known: &BTreeSet<&str>) {
        if !known.contains(code) {
            let ja = format!("「{code}」は定義されていません。");
            self.add(path, "reference.unknown", ja, format!("“{code}” is not defined."));
        }
    }

    /// No code twice; each well formed. `path` tells the path of the entry at an index.
    pub fn codes<'a>(&mut self, codes: impl Iterator<Item = &'a str>, path: impl Fn(usize) -> String) {
        let mut seen = BTreeSet::new();
        for (index, code) in codes.enumerate() {
            if !is_code(code) {
                let ja =
                    format!("コード「{code}」は英数字と - _ . の{}文字以内にしてください。", limits::CODE_CHARS_MAX);
                let en = format!("The code “{code}” must be 1 to {} letters, digits, - _ or .", limits::CODE_CHARS_MAX);
                self.add(path(index), "code.form", ja, en);
            }
            if !seen.insert(code) {
                let ja = format!("「{code}」が重複しています。");
                self.add(path(index), "code.duplicate", ja, format!("“{code}” is there twice."));
            }
        }
    }

    pub fn count(&mut self, path: impl Display, count: usize, max: usize) {
        if count > max {
            let ja = format!("{count}件は上限の{max}件を超えています。");
            self.add(path, "limit.exceeded", ja, format!("{count} entries are more than the {max} allowed."));
        }
    }

    /// A number within its range.
    pub fn range(&mut self, path: impl Display, value: u32, min: u32, max: u32) {
        if !(min..=max).contains(&value) {
            let ja = format!("{value}は{min}から{max}の範囲外です。");
            self.add(path, "number.range", ja, format!("{value} is not between {min} and {max}."));
        }
    }

    /// A name: not blank, not endless.
    pub fn name(&mut self, path: impl Display, text: &str) {
        if text.trim().is_empty() {
            self.add(path, "text.empty", "空欄にはできません。", "This must not be empty.");
        } else {
            self.text_max(path, text, limits::NAME_CHARS_MAX);
        }
    }

    /// Free text; may be empty.
    pub fn text(&mut self, path: impl Display, text: &str) {
        self.text_max(path, text, limits::TEXT_CHARS_MAX);
    }

    fn text_max(&mut self, path: impl Display, text: &str, max: usize) {
        if text.chars().count() > max {
            let ja = format!("{max}文字以内にしてください。");
            self.add(path, "text.too_long", ja, format!("This must have at most {max} characters."));
        }
    }

    /// `first` must come before `second`, or be equal when `equal_ok`.
    pub fn order<T: PartialOrd + Display>(&mut self, path: impl Display, first: T, second: T, equal_ok: bool) {
        if !(first < second || equal_ok && first == second) {
            let ja = format!("{second}が{first}より前になっています。");
            self.add(path, "date.order", ja, format!("{second} does not come after {first}."));
        }
    }

    /// Digits, with + and hyphens: 4 digits for an extension up to 15 (ITU-T E.164).
    pub fn phone(&mut self, path: impl Display, phone: &str) {
        let digits = phone.bytes().filter(u8::is_ascii_digit).count();
        let shape = phone.bytes().enumerate().all(|(i, b)| b.is_ascii_digit() || b == b'-' || (i == 0 && b == b'+'));
        if !shape || !(4..=15).contains(&digits) {
            let ja = format!("電話番号「{phone}」の形式が正しくありません。");
            self.add(path, "phone.form", ja, format!("“{phone}” is no phone number."));
        }
    }
}
