//! Tracking links at rest: only the hash of the secret is kept.

use diesel::prelude::*;

use super::error::Fault;
use super::schema::{track_links, visits};
use super::{Reader, Unit};
use crate::domain::ids::{TrackLinkId, VisitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::views::track::OpenLink;

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = track_links)]
pub struct TrackLink {
    pub id: TrackLinkId,
    pub visit_id: VisitId,
    pub token_hash: Vec<u8>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

impl Reader<'_> {
    /// The links of a visit that are neither withdrawn nor over, the oldest first.
    pub fn open_links(&mut self, visit: VisitId, now: Timestamp) -> Result<Vec<OpenLink>, Fault> {
        let known: Option<VisitId> = visits::table.find(visit).select(visits::id).first(self.database).optional()?;
        known.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let rows: Vec<(TrackLinkId, Timestamp, Timestamp)> = track_links::table
            .filter(track_links::visit_id.eq(visit).and(track_links::revoked_at.is_null()))
            .filter(track_links::expires_at.gt(now))
            .order((track_links::created_at, track_links::id))
            .select((track_links::id, track_links::created_at, track_links::expires_at))
            .load(self.database)?;
        let link = |(id, created_at, expires_at)| OpenLink { id, created_at, expires_at };
        Ok(rows.into_iter().map(link).collect())
    }
}

impl Unit<'_> {
    pub(crate) fn insert_link(&mut self, link: &TrackLink) -> Result<(), Fault> {
        diesel::insert_into(track_links::table).values(link).execute(self.database)?;
        Ok(())
    }

    /// Returns the visit that the link showed.
    pub(crate) fn revoke_link(&mut self, id: TrackLinkId) -> Result<VisitId, Fault> {
        let target = track_links::table.filter(track_links::id.eq(id).and(track_links::revoked_at.is_null()));
        let now = self.now();
        let visit = diesel::update(target)
            .set(track_links::revoked_at.eq(now))
            .returning(track_links::visit_id)
            .get_result(self.database)
            .optional()?;
        visit.ok_or_else(|| Refusal::new(Code::NotFound).into())
    }
}
