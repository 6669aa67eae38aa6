//! Records that come in as tables, into a company at work: what each row means beside what is there, and its writing.
//!
//! What is harmless changes (names, addresses, phones, where an asset stands). What others have already acted on does
//! not: whose a record is, the terms of a contract, the terms of a lot. Those are faults that name their column.

mod assets;
mod contacts;
mod contracts;
mod customers;
mod lots;
mod sites;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Display;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;

use super::connection::Database;
use super::error::Fault;
use super::schema::{contracts as agreements, customers as clients, territories};
use super::{Reader, Unit};
use crate::company::table::Entry;
use crate::company::validate;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ContractId, CustomerId, TerritoryId};
use crate::domain::refusal::Refusal;
use crate::limits;
use crate::views::table::ImportKind;
pub(in crate::store) use customers::{contact_phones, phones_of};

/// What a row means beside what is there.
#[derive(Debug)]
pub enum Judged<P> {
    Add(P),
    /// The names of the columns that differ.
    Change(P, Vec<&'static str>),
    Same,
    Wrong(Vec<validate::Fault>),
}

/// A kind of row that can be kept.
pub trait Stored: Entry {
    /// What was looked up for the writing.
    type Plan: Send;
    /// Judges rows of different keys, in their order.
    fn judge(reader: &mut Reader<'_>, rows: &[&Self]) -> Result<Vec<Judged<Self::Plan>>, Fault>;
    fn enter(&self, unit: &mut Unit<'_>, plan: Self::Plan, touched: &mut Touched) -> Result<(), Fault>;
}

/// What one table did, for the journal.
#[derive(Debug, Default)]
pub struct Touched {
    /// Assets added and changed, by contract.
    assets: BTreeMap<ContractId, (u64, u64)>,
    changed: Vec<ChangedRow>,
}

#[derive(Debug, Serialize)]
struct ChangedRow {
    key: String,
    columns: Vec<&'static str>,
}

/// Figures of a table that was entered.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    pub kind: ImportKind,
    pub rows: u64,
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Of the file's bytes, so that it is known which file it was.
    pub sha256: [u8; 32],
}

impl Touched {
    /// A record that is there gets other values; the first of them are named in the journal.
    pub fn change(&mut self, key: String, columns: Vec<&'static str>) {
        if self.changed.len() < limits::IMPORT_NAMED {
            self.changed.push(ChangedRow { key, columns });
        }
    }

    fn asset(&mut self, contract: ContractId, is_new: bool) {
        let (added, changed) = self.assets.entry(contract).or_default();
        *(if is_new { added } else { changed }) += 1;
    }
}

impl Unit<'_> {
    /// Tells of a table that was entered: on the stream of each territory, and of the contracts whose assets it named.
    pub fn tell_table(&mut self, figures: &Figures, touched: Touched) -> Result<(), Fault> {
        for (contract, (added, changed)) in touched.assets {
            let about = About { contract_id: Some(contract), ..About::default() };
            let data = json!({ "added": added, "changed": changed });
            self.record(&[Stream::Contract(contract)], EventKind::AssetsEntered, about, data);
        }
        let Figures { kind, rows, added, changed, unchanged, sha256 } = *figures;
        let sha256: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        let data = json!({ "table": kind, "rows": rows, "added": added, "changed": changed, "unchanged": unchanged,
            "changed_rows": touched.changed, "sha256": sha256 });
        let all: Vec<TerritoryId> = territories::table.select(territories::id).load(self.database)?;
        if all.is_empty() {
            let (ja, en) = (
                "先に担当エリアのある会社ファイルを取り込んでください",
                "import a company file with territories first",
            );
            return Err(Refusal::invalid_both("kind", ja, en).into());
        }
        let streams: Vec<Stream> = all.into_iter().map(Stream::Territory).collect();
        self.record(&streams, EventKind::TableImported, About::default(), data);
        Ok(())
    }
}

/// The fault of a column.
fn fault(column: &str, code: &'static str, ja: String, en: String) -> validate::Fault {
    validate::Fault { path: column.to_owned(), code, ja, en }
}

fn unknown(column: &str, code: &str) -> validate::Fault {
    let ja = format!("「{code}」は登録されていません。先に登録するか、コードを直してください。");
    fault(column, "reference.unknown", ja, format!("“{code}” is not known here. Enter it first, or correct the code."))
}

/// Something that a table must not change is different.
fn differs(column: &str, stands: impl Display, row: impl Display) -> validate::Fault {
    let ja = format!(
        "登録済みの値は「{stands}」で、この一覧の「{row}」には変えられません。画面で変えるか、行を直してください。"
    );
    let en = format!(
        "It stands as “{stands}” and a table cannot make it “{row}”. Change it on the screen, or correct the row."
    );
    fault(column, "row.differs", ja, en)
}

/// Notes each column of which the values differ.
fn note<T: PartialEq>(columns: &mut Vec<&'static str>, column: &'static str, stands: &T, row: &T) {
    if stands != row {
        columns.push(column);
    }
}

/// Same, to be changed, or wrong: for a record that is there.
fn known<P>(plan: P, changed: Vec<&'static str>, faults: Vec<validate::Fault>) -> Judged<P> {
    match (faults.is_empty(), changed.is_empty()) {
        (false, _) => Judged::Wrong(faults),
        (true, true) => Judged::Same,
        (true, false) => Judged::Change(plan, changed),
    }
}

fn customers_by_code<'a>(
    database: &mut Database,
    codes: impl Iterator<Item = &'a String>,
) -> Result<BTreeMap<String, CustomerId>, Fault> {
    let codes: Vec<&String> = codes.collect();
    let rows: Vec<(String, CustomerId)> =
        clients::table.filter(clients::code.eq_any(codes)).select((clients::code, clients::id)).load(database)?;
    Ok(rows.into_iter().collect())
}

/// Contracts with their customers, by number.
fn contracts_by_number<'a>(
    database: &mut Database,
    numbers: impl Iterator<Item = &'a String>,
) -> Result<BTreeMap<String, (ContractId, CustomerId)>, Fault> {
    let numbers: Vec<&String> = numbers.collect();
    let rows: Vec<(String, ContractId, CustomerId)> = agreements::table
        .filter(agreements::number.eq_any(numbers))
        .select((agreements::number, agreements::id, agreements::customer_id))
        .load(database)?;
    Ok(rows.into_iter().map(|(number, id, customer)| (number, (id, customer))).collect())
}
