//! Tables on their way out, page by page in the order of their keys: a record that stands from the beginning of an export to
//! its end is there exactly once, as it stood when its page was read. Records that come meanwhile may be there.
//!
//! Those that can come in as a table have the same columns and the same words, so that what went out can come in again.

mod calls;
mod cases;
mod catalog;
mod claims;
mod clocks;
mod company;
#[cfg(test)]
mod extent;
mod holds;
mod ledger;
mod lots;
mod masters;
mod orders;
mod people;
mod proof;
mod staff;
mod terms;
#[cfg(test)]
mod tests;
mod told;

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

/// JSON that a column holds as text.
fn kept(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// Lower-case hex.
fn hex(bytes: &[u8]) -> String {
    crate::domain::wallet::chain::hex(bytes)
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
        ExportKind::Calls => calls::CALLS,
        ExportKind::CallRefusals => calls::CALL_REFUSALS,
        ExportKind::Extensions => calls::EXTENSIONS,
        ExportKind::ServiceLevels => clocks::LEVELS,
        ExportKind::ClockPauses => clocks::PAUSES,
        ExportKind::Issues => cases::ISSUES,
        ExportKind::Visits => cases::VISITS,
        ExportKind::Reports => cases::REPORTS,
        ExportKind::WorkOrders => orders::WORK_ORDERS,
        ExportKind::Policies => terms::POLICIES,
        ExportKind::Holds => holds::HOLDS,
        ExportKind::Invoices => terms::INVOICES,
        ExportKind::Acknowledgements => terms::ACKNOWLEDGEMENTS,
        ExportKind::Confirmations => terms::CONFIRMATIONS,
        ExportKind::Adjustments => claims::ADJUSTMENTS,
        ExportKind::Refusals => claims::REFUSALS,
        ExportKind::Disputes => claims::DISPUTES,
        ExportKind::ApprovalRules => claims::APPROVAL_RULES,
        ExportKind::Approvals => claims::APPROVALS,
        ExportKind::Notices => told::NOTICES,
        ExportKind::Journal => told::JOURNAL,
        ExportKind::Territories => staff::TERRITORIES,
        ExportKind::Technicians => staff::TECHNICIANS,
        ExportKind::Absences => staff::ABSENCES,
        ExportKind::Products => catalog::PRODUCTS,
        ExportKind::Symptoms => catalog::SYMPTOMS,
        ExportKind::PastRepairs => catalog::PAST_REPAIRS,
        ExportKind::Wallets => proof::WALLETS,
        ExportKind::Refunds => proof::REFUNDS,
        ExportKind::Roots => proof::ROOTS,
        ExportKind::RootHeads => proof::ROOT_HEADS,
        ExportKind::Streams => proof::STREAMS,
        ExportKind::NoticeReads => told::NOTICE_READS,
        ExportKind::Mails => told::MAILS,
        ExportKind::Company => company::COMPANY,
        ExportKind::Skills | ExportKind::Qualifications | ExportKind::Parts => company::NAMED,
        ExportKind::Causes => company::CAUSES,
        ExportKind::Holidays => company::HOLIDAYS,
        ExportKind::People => people::PEOPLE,
        ExportKind::PeopleChanges => people::PEOPLE_CHANGES,
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
            ExportKind::Lots => lots::lots(self, after),
            ExportKind::Tickets => ledger::tickets(self, after),
            ExportKind::Postings => ledger::postings(self, after),
            ExportKind::Interactions => cases::interactions(self, after),
            ExportKind::Calls => calls::calls(self, after),
            ExportKind::CallRefusals => calls::call_refusals(self, after),
            ExportKind::Extensions => calls::extensions(self, after),
            ExportKind::ServiceLevels => clocks::levels(self, after),
            ExportKind::ClockPauses => clocks::pauses(self, after),
            ExportKind::Issues => cases::issues(self, after),
            ExportKind::Visits => cases::visits(self, after),
            ExportKind::Reports => cases::reports(self, after),
            ExportKind::WorkOrders => orders::work_orders(self, after),
            ExportKind::Policies => terms::policies(self, after),
            ExportKind::Holds => holds::holds(self, after),
            ExportKind::Invoices => terms::invoices(self, after),
            ExportKind::Acknowledgements => terms::acknowledgements(self, after),
            ExportKind::Adjustments => claims::adjustments(self, after),
            ExportKind::Refusals => claims::refusals(self, after),
            ExportKind::Disputes => claims::disputes(self, after),
            ExportKind::Confirmations => terms::confirmations(self, after),
            ExportKind::ApprovalRules => claims::approval_rules(self, after),
            ExportKind::Approvals => claims::approvals(self, after),
            ExportKind::Notices => told::notices(self, after),
            ExportKind::Journal => told::journal(self, after),
            ExportKind::Territories => staff::territories(self, after),
            ExportKind::Technicians => staff::technicians(self, after),
            ExportKind::Absences => staff::absences(self, after),
            ExportKind::Products => catalog::products(self, after),
            ExportKind::Symptoms => catalog::symptoms(self, after),
            ExportKind::PastRepairs => catalog::past_repairs(self, after),
            ExportKind::Wallets => proof::wallets(self, after),
            ExportKind::Refunds => proof::refunds(self, after),
            ExportKind::Roots => proof::roots(self, after),
            ExportKind::RootHeads => proof::root_heads(self, after),
            ExportKind::Streams => proof::streams(self, after),
            ExportKind::NoticeReads => told::notice_reads(self, after),
            ExportKind::Mails => told::mails(self, after),
            ExportKind::Company => company::company(self),
            ExportKind::Skills => company::page(self, |head| company::named(head.catalog.skills)),
            ExportKind::Qualifications => company::page(self, |head| company::named(head.catalog.qualifications)),
            ExportKind::Parts => company::page(self, |head| company::named(head.catalog.parts)),
            ExportKind::Causes => company::causes(self),
            ExportKind::Holidays => company::holidays(self),
            ExportKind::People => people::people(self, after),
            ExportKind::PeopleChanges => people::people_changes(self, after),
        }
    }
}
