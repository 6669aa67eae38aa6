//! From bytes to rows: the header, then one row after the other.

use std::collections::BTreeMap;
use std::io::{self, Read};

use csv::StringRecord;

use super::cells::Cells;
use super::columns::columns;
use super::decode::{Decoded, PlainLines};
use super::rows::Entry;
use crate::company::validate::{Fault, Faults};
use crate::limits;
use crate::views::table::{ImportKind, RowFault, TextEncoding};

/// Why a table cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("the table has {} fault(s)", .0.len())]
    Faulty(Vec<RowFault>),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A row and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<T> {
    /// As a spreadsheet numbers rows: the header is row 1.
    pub row: u64,
    /// Line of the file on which it begins.
    pub line: u64,
    /// The contract that a lot's row names, also where the rest of the row cannot be read.
    pub contract: Option<String>,
    /// What it says, or what is wrong with it.
    pub entry: Result<T, Vec<Fault>>,
}

impl<T> Line<T> {
    /// A fault of this row.
    pub fn fault(&self, fault: Fault) -> RowFault {
        told(self.row, self.line, fault)
    }
}

fn told(row: u64, line: u64, fault: Fault) -> RowFault {
    let Fault { path, code, ja, en } = fault;
    RowFault { row, line, column: column_of(&path).to_owned(), code: code.to_owned(), ja, en }
}

/// The column that a path of a company file means: `.policy.fault_cost` is `fault_cost`, `.phones[1]` is `phones`.
fn column_of(path: &str) -> &str {
    let path = path.strip_prefix('.').unwrap_or(path);
    let path = path.strip_prefix("policy.").unwrap_or(path);
    match path.split(['[', '.']).next().unwrap_or_default() {
        "position" => "lat",
        "invoice" => match path {
            "invoice.number" => "invoice_number",
            other => other.strip_prefix("invoice.").unwrap_or(other),
        },
        column => column,
    }
}

/// A table that is being read.
pub struct Table<R> {
    reader: csv::Reader<PlainLines<Decoded<R>>>,
    places: BTreeMap<String, usize>,
    width: usize,
    record: StringRecord,
    row: u64,
}

impl<R: Read> Table<R> {
    /// Reads the header of a table of `T`s. A column that is missing, unknown or there twice is refused by its name.
    pub fn open<T: Entry>(input: R, encoding: TextEncoding) -> Result<Self, TableError> {
        let input = PlainLines::new(Decoded::new(input, encoding));
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
        let (places, record) = (BTreeMap::new(), StringRecord::new());
        let mut table = Self { reader, places, width: 0, record, row: 0 };
        let faults = table.read_header::<T>()?;
        if faults.is_empty() { Ok(table) } else { Err(TableError::Faulty(faults)) }
    }

    fn read_header<T: Entry>(&mut self) -> Result<Vec<RowFault>, TableError> {
        let mut faults = Faults::default();
        if !self.read_record()? {
            faults.add(
                "",
                "file.empty",
                "ファイルが空です。1行目に列名を書いてください。",
                "The file is empty. Begin it with the names of the columns.",
            );
        }
        self.width = self.record.len();
        let known = columns(T::KIND);
        for (place, name) in self.record.iter().map(str::trim).enumerate() {
            let column = known.iter().find(|column| column.name.eq_ignore_ascii_case(name) || column.ja == name);
            let Some(column) = column.filter(|_| !name.is_empty()) else {
                let ja = format!("「{name}」という列はありません。列名を確かめてください。");
                let en = format!("There is no column “{name}”. Check the names of the columns.");
                faults.add(name, "column.unknown", ja, en);
                continue;
            };
            if self.places.insert(column.name.to_string(), place).is_some() {
                let ja = format!("列「{name}」が2回あります。どちらかを削ってください。");
                faults.add(
                    &column.name,
                    "column.twice",
                    ja,
                    format!("The column “{name}” is there twice. Remove one."),
                );
            }
        }
        for column in known.iter().filter(|column| column.needed && !self.places.contains_key(column.name.as_ref())) {
            let ja = format!("列「{}」({})がありません。列を足してください。", column.name, column.ja);
            let en = format!("The column “{}” is missing. Add it.", column.name);
            faults.add(&column.name, "column.missing", ja, en);
        }
        Ok(faults.into_list().into_iter().map(|fault| told(1, 1, fault)).collect())
    }

    /// The next row that is not empty; none at the end.
    pub fn next<T: Entry>(&mut self) -> Result<Option<Line<T>>, TableError> {
        loop {
            if !self.read_record()? {
                return Ok(None);
            }
            if self.record.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let line = self.record.position().map_or(0, csv::Position::line);
            if self.row > limits::IMPORT_ROWS + 1 {
                let ja = format!("{}行を超えています。ファイルを分けてください。", limits::IMPORT_ROWS);
                let en = format!("There are more than {} rows. Split the file.", limits::IMPORT_ROWS);
                let fault = Fault { path: String::new(), code: "file.too_long", ja, en };
                return Err(TableError::Faulty(vec![told(self.row, line, fault)]));
            }
            let contract = (T::KIND == ImportKind::Lots).then(|| self.cell("contract")).flatten();
            return Ok(Some(Line { row: self.row, line, contract, entry: self.entry() }));
        }
    }

    /// What stands in a column, unjudged.
    fn cell(&self, column: &str) -> Option<String> {
        let cell = self.record.get(*self.places.get(column)?)?.trim();
        (!cell.is_empty()).then(|| cell.to_owned())
    }

    fn read_record(&mut self) -> Result<bool, TableError> {
        self.row += 1;
        self.reader.read_record(&mut self.record).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => TableError::Io(error),
            other => TableError::Io(io::Error::other(format!("{other:?}"))),
        })
    }

    fn entry<T: Entry>(&self) -> Result<T, Vec<Fault>> {
        let mut faults = Faults::default();
        if self.record.len() != self.width {
            let (count, width) = (self.record.len(), self.width);
            let ja = format!("列が{count}個あります(見出しは{width}個)。カンマと引用符を確かめてください。");
            let en = format!("There are {count} cells where the header has {width}. Check commas and quotes.");
            faults.add("", "row.cells", ja, en);
            return Err(faults.into_list());
        }
        let cells = Cells::new(&self.record, &self.places);
        cells.check_letters(&mut faults);
        let entry = T::read(&cells, &mut faults);
        let faults = faults.into_list();
        entry.filter(|_| faults.is_empty()).ok_or(faults)
    }
}
