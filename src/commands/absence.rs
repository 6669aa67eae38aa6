//! A technician is away. The planner follows the journal, so it knows at the next question; what stands on his route
//! already is the dispatcher's to move.

use serde_json::json;

use super::text;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{AbsenceId, TechnicianId};
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::limits;
use crate::store::absences::Absence;
use crate::store::visits::Visit;
use crate::store::{Fault, Unit};
use crate::views::absence::{AbsenceEnded, AbsenceEntered, AbsenceRequest, AbsenceView};
use crate::views::board::VisitRow;

/// Enters an absence and names the visits that lie in it. None of them moves.
pub fn enter(unit: &mut Unit<'_>, technician: TechnicianId, request: &AbsenceRequest) -> Result<AbsenceEntered, Fault> {
    unit.lock_technician(technician)?;
    let away = checked(request, unit.now())?;
    if let Some(other) = unit.absence_in(technician, away)? {
        return Err(overlaps(unit, other).into());
    }
    let absence = Absence {
        id: unit.id(),
        technician_id: technician,
        starts_at: away.from,
        ends_at: away.to,
        kind: request.kind,
        reason: request.reason.trim().to_owned(),
    };
    unit.insert_absence(&absence)?;
    let visits = visits_in(unit, technician, away)?;
    let absence = AbsenceView::from(absence);
    let touched: Vec<_> = visits.iter().map(|visit| visit.id).collect();
    tell(unit, EventKind::AbsenceSet, &absence, json!({ "absence": absence, "visit_ids": touched }))?;
    Ok(AbsenceEntered { absence, visits })
}

/// Ends an absence now: he is back. One that has not begun is withdrawn.
pub fn end(unit: &mut Unit<'_>, id: AbsenceId) -> Result<AbsenceEnded, Fault> {
    let technician = unit.absence(id)?.technician_id;
    unit.lock_technician(technician)?;
    let (mut absence, now) = (unit.absence(id)?, unit.now());
    if absence.ends_at <= now {
        return Err(Refusal::new(Code::AbsenceOver).into());
    }
    let withdrawn = absence.starts_at >= now;
    if withdrawn {
        unit.delete_absence(id)?;
    } else {
        absence.ends_at = now;
        unit.shorten_absence(id, now)?;
    }
    let absence = AbsenceView::from(absence);
    tell(unit, EventKind::AbsenceEnded, &absence, json!({ "absence": absence, "withdrawn": withdrawn }))?;
    Ok(AbsenceEnded { absence, withdrawn })
}

/// A span that is not over and lies within what a roster knows.
fn checked(request: &AbsenceRequest, now: Timestamp) -> Result<Window, Refusal> {
    let days = |days: i64| Seconds::hours(24 * days);
    let Some(away) = Window::new(request.from, request.until) else {
        return Err(Refusal::invalid_both(
            "until",
            "終わりは始まりより後にしてください",
            "it must end after it begins",
        ));
    };
    if away.to <= now {
        return Err(Refusal::invalid_both("until", "もう過ぎた時間です", "it is over already"));
    }
    if away.to.since(away.from) > days(limits::ABSENCE_SPAN_DAYS) {
        return Err(Refusal::invalid_both("until", "不在は366日以内です", "an absence lasts at most 366 days"));
    }
    if away.from > now + days(limits::ABSENCE_AHEAD_DAYS) {
        return Err(Refusal::invalid_both("from", "2年より先は登録できません", "it begins in more than two years"));
    }
    text::reason(&request.reason)?;
    Ok(away)
}

fn overlaps(unit: &Unit<'_>, other: Absence) -> Refusal {
    let zone = unit.zone();
    let shown = |at: Timestamp| at.utc().with_timezone(&zone).format("%Y-%m-%d %H:%M").to_string();
    Refusal::new(Code::AbsenceOverlaps)
        .with("from", shown(other.starts_at))
        .with("until", shown(other.ends_at))
        .with("absence", AbsenceView::from(other))
        .at("from")
}

/// Live visits whose drive or work touches the span, in route order.
fn visits_in(unit: &mut Unit<'_>, technician: TechnicianId, away: Window) -> Result<Vec<VisitRow>, Fault> {
    let route = unit.live_route(technician)?;
    let touched = route.iter().filter(|visit| planned(visit).is_some_and(|span| span.overlaps(&away)));
    touched.map(|visit| unit.visit_row(visit.id)).collect()
}

fn planned(visit: &Visit) -> Option<Window> {
    Window::new(visit.planned_start - Seconds(visit.travel_s), visit.planned_end)
}

/// Every board that shows him hears of it, and his own phone.
fn tell(unit: &mut Unit<'_>, kind: EventKind, absence: &AbsenceView, data: serde_json::Value) -> Result<(), Fault> {
    let (profile, _) = unit.technician(absence.technician_id)?;
    let mut streams = vec![Stream::Technician(profile.id), Stream::Territory(profile.territory)];
    streams.extend(profile.lends_to.iter().filter(|id| **id != profile.territory).map(|id| Stream::Territory(*id)));
    unit.record(&streams, kind, About { technician_id: Some(profile.id), ..About::default() }, data);
    Ok(())
}
