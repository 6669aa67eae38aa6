//! Says all that is wrong with a company file before anything of it is imported. Pure: the same file, the same list.

mod catalog;
mod customers;
mod fault;
mod known;
mod people;
#[cfg(test)]
mod tests;
mod unread;

use chrono_tz::Tz;

pub use customers::{contact, head as customer, lot, site, terms as contract};
pub use fault::{Fault, Faults};
use known::Known;

use super::{COMPANY_FORMAT, CompanyFile, limits};

/// Reads and checks a file. Nothing of a file with a fault is to be imported.
pub fn read(text: &str) -> Result<CompanyFile, Vec<Fault>> {
    let file = parse(text)?;
    let faults = check(&file);
    if faults.is_empty() { Ok(file) } else { Err(faults) }
}

fn parse(text: &str) -> Result<CompanyFile, Vec<Fault>> {
    if text.len() > limits::FILE_BYTES_MAX {
        let (ja, en) = (
            format!("ファイルが上限の{}バイトを超えています。", limits::FILE_BYTES_MAX),
            format!("The file is larger than {} bytes.", limits::FILE_BYTES_MAX),
        );
        return Err(vec![Fault { path: String::new(), code: "file.too_large", ja, en }]);
    }
    serde_json::from_str(text).map_err(|error| unread::faults(text, &error))
}

/// Every fault of the file, in the order of the file, at most [`limits::FAULTS_MAX`]. Empty: it may be imported.
pub fn check(file: &CompanyFile) -> Vec<Fault> {
    let mut faults = Faults::default();
    let known = Known::of(file);
    front(&mut faults, file);
    catalog::check(&mut faults, file, &known);
    people::technicians(&mut faults, file, &known);
    people::absences(&mut faults, file, &known);
    customers::check(&mut faults, file, &known);
    holidays(&mut faults, file);
    people::users(&mut faults, file, &known);
    customers::history(&mut faults, file, &known);
    faults.into_list()
}

fn front(faults: &mut Faults, file: &CompanyFile) {
    if file.format != COMPANY_FORMAT {
        let ja = format!("形式「{}」には対応していません({COMPANY_FORMAT}のみ)。", file.format);
        faults.add("format", "format.unknown", ja, format!("The format must be {COMPANY_FORMAT}."));
    }
    if file.zone.parse::<Tz>().is_err() {
        let ja = format!("タイムゾーン「{}」がわかりません。", file.zone);
        faults.add("zone", "zone.unknown", ja, format!("“{}” is no time zone.", file.zone));
    }
    faults.name("name_ja", &file.name_ja);
    faults.name("name_en", &file.name_en);
    faults.phone("vendor_phone", &file.vendor_phone);
}

fn holidays(faults: &mut Faults, file: &CompanyFile) {
    faults.count("holidays", file.holidays.len(), limits::HOLIDAYS_MAX);
    let mut seen = std::collections::BTreeSet::new();
    for (index, holiday) in file.holidays.iter().enumerate() {
        faults.name(format!("holidays[{index}].name"), &holiday.name);
        if !seen.insert(holiday.on) {
            let ja = format!("{}が重複しています。", holiday.on);
            faults.add(
                format!("holidays[{index}].on"),
                "code.duplicate",
                ja,
                format!("{} is there twice.", holiday.on),
            );
        }
    }
}
