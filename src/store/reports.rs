//! Service reports.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::codec::{json, to_json};
use super::connection::Database;
use super::error::Fault;
use super::schema::*;
use super::{Reader, Unit};
use crate::company::{Cause, Named};
use crate::domain::ids::{ReportId, VisitId};
use crate::domain::issue::Outcome;
use crate::domain::time::Timestamp;
use crate::views::technician::{ReportRequest, ReportView};

impl Unit<'_> {
    pub(crate) fn insert_report(
        &mut self,
        visit: VisitId,
        request: &ReportRequest,
        outcome: Outcome,
        tapped_at: Timestamp,
    ) -> Result<(), Fault> {
        let id: ReportId = self.id();
        diesel::insert_into(service_reports::table)
            .values((
                service_reports::id.eq(id),
                service_reports::visit_id.eq(visit),
                service_reports::cause.eq(&request.cause),
                service_reports::cause_text.eq(&request.cause_text),
                service_reports::remedy.eq(&request.remedy),
                service_reports::parts.eq(to_json(&request.parts)),
                service_reports::minutes.eq(request.minutes),
                service_reports::outcome.eq(outcome),
                service_reports::tapped_at.eq(tapped_at),
                service_reports::filed_at.eq(self.now()),
            ))
            .execute(self.database)?;
        Ok(())
    }

    pub fn report_view(&mut self, visit: VisitId) -> Result<Option<ReportView>, Fault> {
        report_view(self.database, visit)
    }

    /// A cause of the company's list, by its code.
    pub fn cause(&mut self, code: &str) -> Result<Option<Cause>, Fault> {
        Ok(causes(self.database)?.into_iter().find(|cause| cause.code == code))
    }

    /// Codes of the parts that the company's catalogue lists.
    pub(crate) fn part_codes(&mut self) -> Result<BTreeSet<String>, Fault> {
        #[derive(serde::Deserialize)]
        struct Parts {
            parts: Vec<Named>,
        }
        let catalog: String = company::table.select(company::catalog).first(self.database)?;
        Ok(json::<Parts>(&catalog)?.parts.into_iter().map(|part| part.code).collect())
    }
}

impl Reader<'_> {
    pub fn report_view(&mut self, visit: VisitId) -> Result<Option<ReportView>, Fault> {
        report_view(self.database, visit)
    }
}

/// What a report says, as it stands.
#[derive(Queryable, Selectable)]
#[diesel(table_name = service_reports)]
pub(super) struct ReportRow {
    pub cause: String,
    pub cause_text: String,
    pub remedy: String,
    pub parts: String,
    pub minutes: i64,
    pub outcome: Outcome,
    pub tapped_at: Timestamp,
}

fn report_view(database: &mut Database, visit: VisitId) -> Result<Option<ReportView>, Fault> {
    let row: Option<ReportRow> = service_reports::table
        .filter(service_reports::visit_id.eq(visit))
        .select(ReportRow::as_select())
        .first(database)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let cause = causes(database)?.into_iter().find(|cause| cause.code == row.cause);
    let (cause_ja, cause_en) =
        cause.map_or_else(|| (row.cause.clone(), row.cause.clone()), |cause| (cause.name_ja, cause.name_en));
    Ok(Some(ReportView {
        cause: row.cause,
        cause_ja,
        cause_en,
        cause_text: row.cause_text,
        remedy: row.remedy,
        parts: json(&row.parts)?,
        minutes: row.minutes,
        outcome: row.outcome,
        finished_at: row.tapped_at,
    }))
}

pub(super) fn causes(database: &mut Database) -> Result<Vec<Cause>, Fault> {
    #[derive(serde::Deserialize)]
    struct Causes {
        causes: Vec<Cause>,
    }
    let catalog: String = company::table.select(company::catalog).first(database)?;
    Ok(json::<Causes>(&catalog)?.causes)
}
