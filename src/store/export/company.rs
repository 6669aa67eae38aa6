//! The company itself and its catalogue: short lists, each of one page.

use serde_json::Value;

use super::{Page, cells};
use crate::company::{Cause, Named};
use crate::domain::refusal::Code;
use crate::store::Reader;
use crate::store::catalog::CompanyHead;
use crate::store::error::Fault;

pub(super) const COMPANY: &[&str] = &["name_ja", "name_en", "zone", "vendor_phone"];

/// Skills, qualifications and parts.
pub(super) const NAMED: &[&str] = &["code", "name_ja", "name_en"];

pub(super) const CAUSES: &[&str] = &["code", "name_ja", "name_en", "own_defect"];

pub(super) const HOLIDAYS: &[&str] = &["on", "name"];

/// The company; none on a server that has none yet.
pub(super) fn head(reader: &mut Reader<'_>) -> Result<Option<CompanyHead>, Fault> {
    match reader.company() {
        Ok(head) => Ok(Some(head)),
        Err(Fault::Refused(refusal)) if refusal.code == Code::NotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// A page of what `rows` takes of the company.
pub(super) fn page(reader: &mut Reader<'_>, rows: impl FnOnce(CompanyHead) -> Vec<Vec<Value>>) -> Result<Page, Fault> {
    Ok(Page { rows: head(reader)?.map(rows).unwrap_or_default(), next: None })
}

pub(super) fn company(reader: &mut Reader<'_>) -> Result<Page, Fault> {
    page(reader, |head| vec![cells![head.name_ja, head.name_en, head.zone, head.vendor_phone]])
}

pub(super) fn named(list: Vec<Named>) -> Vec<Vec<Value>> {
    list.into_iter().map(|item| cells![item.code, item.name_ja, item.name_en]).collect()
}

pub(super) fn causes(reader: &mut Reader<'_>) -> Result<Page, Fault> {
    page(reader, |head| {
        let cells = |cause: Cause| cells![cause.code, cause.name_ja, cause.name_en, cause.own_defect];
        head.catalog.causes.into_iter().map(cells).collect()
    })
}

pub(super) fn holidays(reader: &mut Reader<'_>) -> Result<Page, Fault> {
    page(reader, |head| head.catalog.holidays.into_iter().map(|day| cells![day.on, day.name]).collect())
}
