//! Absences at rest. One that was withdrawn is no row any more; the journal tells of it.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::connection::Database;
use super::error::Fault;
use super::schema::absences;
use super::{Reader, Unit};
use crate::domain::absence::AbsenceKind;
use crate::domain::ids::{AbsenceId, TechnicianId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Timestamp, Window};
use crate::views::absence::AbsenceView;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = absences)]
pub struct Absence {
    pub id: AbsenceId,
    pub technician_id: TechnicianId,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub kind: AbsenceKind,
    pub reason: String,
}

impl From<Absence> for AbsenceView {
    fn from(row: Absence) -> Self {
        let Absence { id, technician_id, starts_at, ends_at, kind, reason } = row;
        Self { id, technician_id, from: starts_at, until: ends_at, kind, reason }
    }
}

impl Reader<'_> {
    /// Absences that touch a span of time, in order of technician and time.
    pub fn absences_in(&mut self, technicians: &[TechnicianId], span: Window) -> Result<Vec<AbsenceView>, Fault> {
        let rows = rows_after(self.database, technicians, span.from)?;
        Ok(rows.into_iter().filter(|row| row.starts_at < span.to).map(AbsenceView::from).collect())
    }

    /// What of a technician's absences is not over.
    pub fn absences_of(&mut self, technician: TechnicianId, now: Timestamp) -> Result<Vec<AbsenceView>, Fault> {
        self.home_territory(technician)?;
        Ok(rows_after(self.database, &[technician], now)?.into_iter().map(AbsenceView::from).collect())
    }
}

impl Unit<'_> {
    pub(crate) fn absence(&mut self, id: AbsenceId) -> Result<Absence, Fault> {
        let row = absences::table.find(id).select(Absence::as_select()).first(self.database).optional()?;
        row.ok_or_else(|| Refusal::new(Code::NotFound).into())
    }

    /// An absence of his that touches a span of time.
    pub(crate) fn absence_in(&mut self, technician: TechnicianId, span: Window) -> Result<Option<Absence>, Fault> {
        let rows = rows_after(self.database, &[technician], span.from)?;
        Ok(rows.into_iter().find(|row| row.starts_at < span.to))
    }

    pub(crate) fn insert_absence(&mut self, absence: &Absence) -> Result<(), Fault> {
        diesel::insert_into(absences::table).values(absence).execute(self.database)?;
        Ok(())
    }

    pub(crate) fn shorten_absence(&mut self, id: AbsenceId, ends_at: Timestamp) -> Result<(), Fault> {
        diesel::update(absences::table.find(id)).set(absences::ends_at.eq(ends_at)).execute(self.database)?;
        Ok(())
    }

    pub(crate) fn delete_absence(&mut self, id: AbsenceId) -> Result<(), Fault> {
        diesel::delete(absences::table.find(id)).execute(self.database)?;
        Ok(())
    }
}

/// Those that end after an instant, in order of technician and time.
fn rows_after(database: &mut Database, technicians: &[TechnicianId], at: Timestamp) -> Result<Vec<Absence>, Fault> {
    Ok(absences::table
        .filter(absences::technician_id.eq_any(technicians.to_vec()).and(absences::ends_at.gt(at)))
        .order((absences::technician_id, absences::starts_at, absences::id))
        .select(Absence::as_select())
        .load(database)?)
}

/// The spans in which technicians are away, as far as they are not over.
pub(super) fn spans(
    database: &mut Database,
    technicians: &[TechnicianId],
    now: Timestamp,
) -> Result<BTreeMap<TechnicianId, Vec<Window>>, Fault> {
    let mut away: BTreeMap<TechnicianId, Vec<Window>> = BTreeMap::new();
    for row in rows_after(database, technicians, now)? {
        away.entry(row.technician_id).or_default().extend(Window::new(row.starts_at, row.ends_at));
    }
    Ok(away)
}
