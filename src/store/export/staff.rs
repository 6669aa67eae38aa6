//! Territories, and the people who go.

use diesel::prelude::*;

use super::{Page, cells, kept, parted};
use crate::domain::absence::AbsenceKind;
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

pub(super) const TERRITORIES: &[&str] = &["code", "name_ja", "name_en", "lat", "lon"];

pub(super) const TECHNICIANS: &[&str] =
    &["code", "name", "kana", "phone", "territory", "home_lat", "home_lon", "profile"];

pub(super) const ABSENCES: &[&str] = &["id", "technician", "starts_at", "ends_at", "kind", "reason"];

pub(super) fn territories(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    let rows: Vec<(String, String, String, f64, f64)> = territories::table
        .filter(territories::code.gt(after))
        .order(territories::code)
        .limit(limits::EXPORT_PAGE)
        .select((territories::code, territories::name_ja, territories::name_en, territories::lat, territories::lon))
        .load(reader.database)?;
    Ok(Page::of(rows, |row| row.0.clone(), |(code, ja, en, lat, lon)| cells![code, ja, en, lat, lon]))
}

/// With skills, qualifications, hours and what the van carries in `profile`, as the company file has them.
pub(super) fn technicians(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = ((TechnicianId, String, String, String, String), (String, f64, f64, String));
    let rows: Vec<Row> = technicians::table
        .inner_join(territories::table.on(territories::id.eq(technicians::territory_id)))
        .filter(technicians::code.gt(after))
        .order(technicians::code)
        .limit(limits::EXPORT_PAGE)
        .select((
            (technicians::id, technicians::code, technicians::name, technicians::kana, technicians::phone),
            (territories::code, technicians::home_lat, technicians::home_lon, technicians::profile),
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.1.clone(),
        |((_, code, name, kana, phone), (territory, lat, lon, profile))| {
            cells![code, name, kana, phone, territory, lat, lon, kept(&profile)]
        },
    ))
}

pub(super) fn absences(reader: &mut Reader<'_>, after: &str) -> Result<Page, Fault> {
    type Row = (AbsenceId, String, Timestamp, Timestamp, AbsenceKind, String);
    let rows: Vec<Row> = absences::table
        .inner_join(technicians::table.on(technicians::id.eq(absences::technician_id)))
        .filter(absences::id.gt(parted::<AbsenceId>(after).0))
        .order(absences::id)
        .limit(limits::EXPORT_PAGE)
        .select((
            absences::id,
            technicians::code,
            absences::starts_at,
            absences::ends_at,
            absences::kind,
            absences::reason,
        ))
        .load(reader.database)?;
    Ok(Page::of(
        rows,
        |row| row.0.to_string(),
        |(id, technician, starts_at, ends_at, kind, reason)| cells![id, technician, starts_at, ends_at, kind, reason],
    ))
}
