//! Tracking links: random, hashed at rest, for one visit, expiring, revocable.

use serde_json::json;

use crate::domain::event::{EventKind, Stream};
use crate::domain::ids::{TrackLinkId, VisitId};
use crate::domain::time::Seconds;
use crate::limits;
use crate::store::access::token_hash;
use crate::store::links::TrackLink;
use crate::store::{Fault, Unit};
use crate::views::track::TrackLinkView;

/// Makes a link. The secret is shown in the answer and never kept.
pub fn issue_link(unit: &mut Unit<'_>, visit: VisitId) -> Result<TrackLinkView, Fault> {
    let found = unit.visit(visit)?;
    let token = unit.token();
    let link = TrackLink {
        id: unit.id(),
        visit_id: visit,
        token_hash: token_hash(&token).to_vec(),
        created_at: unit.now(),
        expires_at: found.planned_end.max(unit.now()) + Seconds::hours(limits::TRACK_LINK_HOURS),
        revoked_at: None,
    };
    unit.insert_link(&link)?;
    tell(unit, visit, link.id, EventKind::LinkCreated)?;
    Ok(TrackLinkView { id: link.id, url: format!("/t/{token}"), expires_at: link.expires_at })
}

/// Withdraws a link; whoever watches through it is cut off.
pub fn revoke_link(unit: &mut Unit<'_>, id: TrackLinkId) -> Result<(), Fault> {
    let visit = unit.revoke_link(id)?;
    tell(unit, visit, id, EventKind::LinkRevoked)
}

fn tell(unit: &mut Unit<'_>, visit: VisitId, link: TrackLinkId, kind: EventKind) -> Result<(), Fault> {
    let visit = unit.visit(visit)?;
    let case = unit.case(visit.work_order_id)?;
    let mut streams = case.streams();
    streams.push(Stream::Visit(visit.id));
    unit.record(&streams, kind, case.about_visit(visit.id, visit.technician_id), json!({ "link_id": link }));
    Ok(())
}
