//! Tracking links at rest: only the hash of the secret is kept.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::Unit;
use super::access::TokenHash;
use super::error::Fault;
use super::schema::track_links;
use crate::domain::ids::{TrackLinkId, VisitId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;

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

/// What is kept of a secret of 256 random bits; a plain hash is enough, as nobody can guess it.
pub fn hash(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).into()
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
