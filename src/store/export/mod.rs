//! Tables on their way out, page by page in the order of their keys: a record that stands from the beginning of an export to
//! its end is there exactly once, as it stood when its page was read. Records that come meanwhile may be there.
//!
//! Those that can come in as a table have the same columns and the same words, so that what went out can come in again.

mod cases;
mod ledger;
mod masters;

use serde_json::Value;
use uuid::Uuid;

use super::Reader;
use super::error::Fault;
use crate::company::table;
use crate::domain::ids::Id;
use crate::limits;
use crate::views::table::{ExportKind, ImportKind};

/// Some rows of a table.
pub struct Page {
    /// As many cells as there are columns.
    pub rows: Vec<Vec<Value>>,
    /// After which the next page begins; none after the last row.
    pub next: Option<String>,
}

impl Page {
    /// Makes cells of rows; `mark` is what they are in order of.
    fn of<R>(rows: Vec<R>, mark: impl Fn(&R) -> String, cells: impl FnMut(R) -> Vec<Value>) -> Self {
        let full = rows.len() as i64 == limits::EXPORT_PAGE;
        let next = rows.last().filter(|_| full).map(mark);
        Self { rows: rows.into_iter().map(cells).collect(), next }
    }
}

/// The two parts of a mark: an id, which is nil before all, and the rest.
fn parted<I: Id>(mark: &str) -> (I, &str) {
    let (id, rest) = mark.split_once(' ').unwrap_or((mark, ""));
    (id.parse().unwrap_or_else(|_| I::from_uuid(Uuid::nil())), rest)
}

/// The cells of a row.
macro_rules! cells {
    ($($value:expr),+ $(,)?) => { vec![$(serde_json::json!($value)),+] };
}
use cells;

/// The names of a table's columns, in the order of its cells.
pub fn columns(kind: ExportKind) -> Vec<String> {
    let of = |kind| table::columns(kind).into_iter().map(|column| column.name.into_owned()).collect();
    let names: &[&str] = match kind {
        ExportKind::Customers => return of(ImportKind::Customers),
        ExportKind::Contacts => return of(ImportKind::Contacts),
        ExportKind::Sites => return of(ImportKind::Sites),
        ExportKind::Contracts => return of(ImportKind::Contracts),
        ExportKind::Assets => return of(ImportKind::Assets),
        ExportKind::Lots => return of(ImportKind::Lots),
        ExportKind::Tickets => ledger::TICKETS,
        ExportKind::Postings => ledger::POSTINGS,
        ExportKind::Interactions => cases::INTERACTIONS,
        ExportKind::Issues => cases::ISSUES,
        ExportKind::Visits => cases::VISITS,
        ExportKind::Reports => cases::REPORTS,
    };
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl Reader<'_> {
    /// The rows after the mark of the page before; an empty one is before all.
    pub fn export_page(&mut self, kind: ExportKind, after: &str) -> Result<Page, Fault> {
        match kind {
            ExportKind::Customers => masters::customers(self, after),
            ExportKind::Contacts => masters::contacts(self, after),
            ExportKind::Sites => masters::sites(self, after),
            ExportKind::Contracts => masters::contracts(self, after),
            ExportKind::Assets => masters::assets(self, after),
            ExportKind::Lots => ledger::lots(self, after),
            ExportKind::Tickets => ledger::tickets(self, after),
            ExportKind::Postings => ledger::postings(self, after),
            ExportKind::Interactions => cases::interactions(self, after),
            ExportKind::Issues => cases::issues(self, after),
            ExportKind::Visits => cases::visits(self, after),
            ExportKind::Reports => cases::reports(self, after),
        }
    }
}
