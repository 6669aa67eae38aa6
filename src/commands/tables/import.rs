//! A table comes in: every row is judged before one is written, and all of it is written or nothing.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::company::Customer;
use crate::company::table::{AssetRow, ContactRow, ContractRow, Line, LotRow, SiteRow, Table, TableError, encoding_of};
use crate::company::validate;
use crate::documents::sheet::push_line;
use crate::domain::refusal::{Code, Refusal};
use crate::effects::spool::Spool;
use crate::limits;
use crate::store::refusals::RefusedLot;
use crate::store::tables::{Figures, Judged, Stored, Touched};
use crate::store::{Fault, Reader, StoreError, Unit};
use crate::views::table::{ImportKind, ImportReport, RowFault, TextEncoding};

/// A table to be brought in.
#[derive(Debug, Clone)]
pub struct Source {
    pub kind: ImportKind,
    pub encoding: TextEncoding,
    file: Arc<Spool>,
}

impl Source {
    /// Finds out how the file is written, which reads it once.
    pub fn of(kind: ImportKind, file: Arc<Spool>) -> io::Result<Self> {
        let encoding = encoding_of(file.read()?)?;
        Ok(Self { kind, encoding, file })
    }
}

/// Takes each fault as it is found, also those that a report has no room for.
pub type Listener<'a> = &'a mut dyn FnMut(&RowFault) -> io::Result<()>;

/// What a table would bring, and what is wrong with it. Writes nothing.
pub fn look(reader: &mut Reader<'_>, source: &Source) -> Result<ImportReport, Fault> {
    look_told(reader, source, &mut |_| Ok(()))
}

/// The same, and every single fault is told to `listener`, in the order of the file.
pub fn look_told(reader: &mut Reader<'_>, source: &Source, listener: Listener<'_>) -> Result<ImportReport, Fault> {
    there_is_a_company(reader)?;
    of_kind(&mut Look(reader), source, Run::new(source, true, listener, &mut Vec::new()))
}

/// The same before a table is brought in, with the lots that are refused under contracts: those are kept for audit.
pub fn look_before(reader: &mut Reader<'_>, source: &Source) -> Result<(ImportReport, Vec<RefusedLot>), Fault> {
    there_is_a_company(reader)?;
    let mut refused = Vec::new();
    let report = of_kind(&mut Look(reader), source, Run::new(source, false, &mut |_| Ok(()), &mut refused))?;
    Ok((report, refused))
}

/// Every fault of a table as a table of its own, kept in a file of a folder: there may be more than memory has room for.
pub fn every_fault(reader: &mut Reader<'_>, source: &Source, folder: &Path) -> Result<Arc<Spool>, Fault> {
    let mut filling = Spool::begin(folder).map_err(unread)?;
    let mut head = String::from('\u{feff}');
    push_line(&mut head, ["row", "line", "column", "code", "ja", "en"].into_iter());
    filling.push(head.as_bytes()).map_err(unread)?;
    look_told(reader, source, &mut |fault| {
        let (row, place, mut line) = (fault.row.to_string(), fault.line.to_string(), String::new());
        let cells = [&row, &place, &fault.column, &fault.code, &fault.ja, &fault.en];
        push_line(&mut line, cells.into_iter().map(String::as_str));
        filling.push(line.as_bytes())
    })?;
    Ok(Arc::new(filling.finish()))
}

/// Brings a table in. One fault, and nothing is written.
pub fn enter(unit: &mut Unit<'_>, source: &Source) -> Result<ImportReport, Fault> {
    there_is_a_company(&mut unit.look())?;
    let mut place = Enter { unit, touched: Touched::default() };
    let report = of_kind(&mut place, source, Run::new(source, false, &mut |_| Ok(()), &mut Vec::new()))?;
    if report.faults_total > 0 {
        return Err(refusal(&report).into());
    }
    let ImportReport { kind, rows, added, changed, unchanged, .. } = report;
    let figures = Figures { kind, rows, added, changed, unchanged, sha256: source.file.sha256() };
    let Enter { unit, touched } = place;
    unit.tell_table(&figures, touched)?;
    Ok(report)
}

/// The "no" to a table with faults; it carries the list.
pub fn refusal(report: &ImportReport) -> Refusal {
    Refusal::new(Code::ImportFaulty).with("faults", report.faults_total).with("report", report)
}

/// Codes refer to a company's territories and products.
fn there_is_a_company(reader: &mut Reader<'_>) -> Result<(), Fault> {
    if reader.vendor()?.is_some() {
        return Ok(());
    }
    let (ja, en) = ("先に会社ファイルを取り込んでください", "import the company file first");
    Err(Refusal::invalid_both("kind", ja, en).into())
}

fn of_kind(place: &mut impl Place, source: &Source, run: Run<'_>) -> Result<ImportReport, Fault> {
    match source.kind {
        ImportKind::Customers => run.all::<Customer>(place, source),
        ImportKind::Contacts => run.all::<ContactRow>(place, source),
        ImportKind::Sites => run.all::<SiteRow>(place, source),
        ImportKind::Contracts => run.all::<ContractRow>(place, source),
        ImportKind::Assets => run.all::<AssetRow>(place, source),
        ImportKind::Lots => run.all::<LotRow>(place, source),
    }
}

/// Where rows are judged, and written or not.
trait Place {
    fn judge<T: Stored>(&mut self, rows: &[&T]) -> Result<Vec<Judged<T::Plan>>, Fault>;
    fn enter<T: Stored>(&mut self, row: &T, plan: T::Plan) -> Result<(), Fault>;
    fn change(&mut self, key: String, columns: Vec<&'static str>);
}

struct Look<'r, 'd>(&'r mut Reader<'d>);

impl Place for Look<'_, '_> {
    fn judge<T: Stored>(&mut self, rows: &[&T]) -> Result<Vec<Judged<T::Plan>>, Fault> {
        T::judge(self.0, rows)
    }

    fn enter<T: Stored>(&mut self, _: &T, _: T::Plan) -> Result<(), Fault> {
        Ok(())
    }

    fn change(&mut self, _: String, _: Vec<&'static str>) {}
}

struct Enter<'u, 'd> {
    unit: &'u mut Unit<'d>,
    touched: Touched,
}

impl Place for Enter<'_, '_> {
    fn judge<T: Stored>(&mut self, rows: &[&T]) -> Result<Vec<Judged<T::Plan>>, Fault> {
        T::judge(&mut self.unit.look(), rows)
    }

    fn enter<T: Stored>(&mut self, row: &T, plan: T::Plan) -> Result<(), Fault> {
        row.enter(self.unit, plan, &mut self.touched)
    }

    fn change(&mut self, key: String, columns: Vec<&'static str>) {
        self.touched.change(key, columns);
    }
}

/// One way through a table, from its first row to its last.
struct Run<'l> {
    report: ImportReport,
    listener: Listener<'l>,
    refused: &'l mut Vec<RefusedLot>,
    /// Rows by their keys.
    seen: BTreeMap<String, u64>,
    tickets: u64,
}

impl<'l> Run<'l> {
    fn new(source: &Source, dry_run: bool, listener: Listener<'l>, refused: &'l mut Vec<RefusedLot>) -> Self {
        let report = ImportReport {
            kind: source.kind,
            dry_run,
            encoding: source.encoding,
            rows: 0,
            added: 0,
            changed: 0,
            unchanged: 0,
            faults: Vec::new(),
            faults_total: 0,
            faulty_rows: 0,
        };
        Self { report, listener, refused, seen: BTreeMap::new(), tickets: 0 }
    }

    fn all<T: Stored>(mut self, place: &mut impl Place, source: &Source) -> Result<ImportReport, Fault> {
        let opened =
            source.file.read().map_err(TableError::Io).and_then(|file| Table::open::<T>(file, source.encoding));
        let mut table = match opened {
            Ok(table) => table,
            Err(TableError::Faulty(faults)) => {
                self.wrong(faults)?;
                return Ok(self.report);
            }
            Err(TableError::Io(error)) => return Err(unread(error)),
        };
        loop {
            let (batch, more) = self.batch::<T>(&mut table)?;
            self.judged(place, batch)?;
            if !more {
                return Ok(self.report);
            }
        }
    }

    /// The next rows, and whether there may be more.
    fn batch<T: Stored>(&mut self, table: &mut Table<File>) -> Result<(Vec<Line<T>>, bool), Fault> {
        let mut batch = Vec::new();
        while batch.len() < limits::IMPORT_BATCH {
            match table.next::<T>() {
                Ok(Some(line)) => batch.push(self.once(line)),
                Ok(None) => return Ok((batch, false)),
                Err(TableError::Faulty(faults)) => {
                    self.wrong(faults)?;
                    return Ok((batch, false));
                }
                Err(TableError::Io(error)) => return Err(unread(error)),
            }
        }
        Ok((batch, true))
    }

    /// A key that stood in an earlier row is a fault of the later one, and so is a lot that is too many.
    fn once<T: Stored>(&mut self, line: Line<T>) -> Line<T> {
        self.report.rows += 1;
        let Ok(entry) = &line.entry else { return line };
        let key = entry.key();
        self.tickets += entry.tickets();
        if self.tickets > limits::IMPORT_TICKETS {
            let most = limits::IMPORT_TICKETS;
            let ja = format!("チケットが合わせて{most}枚を超えます。ファイルを分けてください。");
            let en = format!("There are more than {most} tickets in all. Split the file.");
            let fault = validate::Fault { path: "count".to_owned(), code: "file.too_many_tickets", ja, en };
            return Line { entry: Err(vec![fault]), ..line };
        }
        let Some(before) = self.seen.get(&key) else {
            self.seen.insert(key, line.row);
            return line;
        };
        let ja = format!("「{key}」は{before}行目にもあります。どちらかを削ってください。");
        let en = format!("“{key}” stands in row {before} too. Remove one of them.");
        let fault = validate::Fault { path: T::KEY.to_owned(), code: "code.duplicate", ja, en };
        Line { entry: Err(vec![fault]), ..line }
    }

    fn judged<T: Stored>(&mut self, place: &mut impl Place, batch: Vec<Line<T>>) -> Result<(), Fault> {
        let sound: Vec<&T> = batch.iter().filter_map(|line| line.entry.as_ref().ok()).collect();
        let mut judged = place.judge(&sound)?.into_iter();
        for line in &batch {
            let row = match &line.entry {
                Ok(row) => row,
                Err(faults) => {
                    self.wrong_row(line, faults.clone())?;
                    continue;
                }
            };
            match judged.next().ok_or_else(|| StoreError::corrupt("a row was not judged"))? {
                Judged::Wrong(faults) => self.wrong_row(line, faults)?,
                Judged::Same => self.report.unchanged += 1,
                Judged::Add(plan) => {
                    self.report.added += 1;
                    self.write(place, row, plan)?;
                }
                Judged::Change(plan, columns) => {
                    self.report.changed += 1;
                    place.change(row.key(), columns);
                    self.write(place, row, plan)?;
                }
            }
        }
        Ok(())
    }

    /// After the first fault nothing will stand, so nothing more is written.
    fn write<T: Stored>(&mut self, place: &mut impl Place, row: &T, plan: T::Plan) -> Result<(), Fault> {
        if self.report.faults_total == 0 { place.enter(row, plan) } else { Ok(()) }
    }

    /// The faults of one row. What a lot's row is refused for is kept beside, as far as it names a contract.
    fn wrong_row<T>(&mut self, line: &Line<T>, faults: Vec<validate::Fault>) -> Result<(), Fault> {
        let faults: Vec<RowFault> = faults.into_iter().map(|fault| line.fault(fault)).collect();
        if let Some(contract) = &line.contract {
            let room = limits::IMPORT_REFUSALS.saturating_sub(self.refused.len());
            let refused = |fault: &RowFault| RefusedLot { contract: contract.clone(), fault: fault.clone() };
            self.refused.extend(faults.iter().take(room).map(refused));
        }
        self.wrong(faults)
    }

    /// The faults of one row, or of the header.
    fn wrong(&mut self, faults: Vec<RowFault>) -> Result<(), Fault> {
        for fault in &faults {
            (self.listener)(fault).map_err(unread)?;
        }
        self.report.faulty_rows += 1;
        self.report.faults_total += faults.len() as u64;
        let room = limits::IMPORT_FAULTS.saturating_sub(self.report.faults.len());
        self.report.faults.extend(faults.into_iter().take(room));
        Ok(())
    }
}

fn unread(error: io::Error) -> Fault {
    StoreError::corrupt(format!("the table cannot be read: {error}")).into()
}
