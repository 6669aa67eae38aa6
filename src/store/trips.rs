//! The trips that technicians have made: where they were, what they finished and used, which assets they know.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::codec::json;
use super::connection::Database;
use super::error::Fault;
use super::schema::*;
use super::visits::position;
use crate::domain::ids::*;
use crate::domain::place::Position;
use crate::domain::time::{Timestamp, Window};
use crate::domain::visit::VisitState;
use crate::limits;
use crate::planner::problem::PartCount;
use crate::views::technician::PartUse;

/// What a technician's ended visits of one day tell of him.
#[derive(Debug, Default)]
pub(super) struct Trips {
    /// Sites that he reached, with the last moment at which he is known to have been there.
    pub places: Vec<(Timestamp, Position)>,
    /// Visits that were a day's work to him, a closed door included; withdrawn ones are none.
    pub finished: u32,
}

#[derive(Queryable)]
struct TripRow {
    technician: TechnicianId,
    state: VisitState,
    arrived_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    place: (f64, f64),
}

impl TripRow {
    /// When he was last seen on the site. A visit that was withdrawn ended wherever he was by then, so only his
    /// own steps count.
    fn last_there(&self) -> Option<Timestamp> {
        let arrived = self.arrived_at?;
        let there = if self.state.is_made() { self.finished_at } else { self.started_at };
        Some(there.unwrap_or(arrived).max(arrived))
    }
}

pub(super) fn of_day(
    database: &mut Database,
    ids: &[TechnicianId],
    day: Window,
) -> Result<BTreeMap<TechnicianId, Trips>, Fault> {
    let rows: Vec<TripRow> = visits::table
        .inner_join(work_orders::table.inner_join(issues::table.inner_join(sites::table)))
        .filter(visits::technician_id.eq_any(ids.to_vec()))
        .filter(visits::finished_at.ge(day.from).and(visits::finished_at.lt(day.to)))
        .select((
            visits::technician_id,
            visits::state,
            visits::arrived_at,
            visits::started_at,
            visits::finished_at,
            (sites::lat, sites::lon),
        ))
        .load(database)?;
    let mut trips: BTreeMap<TechnicianId, Trips> = BTreeMap::new();
    for row in rows {
        let mine = trips.entry(row.technician).or_default();
        mine.finished += u32::from(row.state.is_made());
        if let Some(at) = row.last_there().filter(|at| day.contains(*at)) {
            mine.places.push((at, position(row.place.0, row.place.1)?));
        }
    }
    Ok(trips)
}

/// Parts that the reports of a day name.
pub(super) fn parts_used(
    database: &mut Database,
    ids: &[TechnicianId],
    day: Window,
) -> Result<BTreeMap<TechnicianId, Vec<PartCount>>, Fault> {
    let rows: Vec<(TechnicianId, String)> = service_reports::table
        .inner_join(visits::table)
        .filter(visits::technician_id.eq_any(ids.to_vec()))
        .filter(visits::finished_at.ge(day.from).and(visits::finished_at.lt(day.to)))
        .select((visits::technician_id, service_reports::parts))
        .load(database)?;
    let mut used: BTreeMap<TechnicianId, Vec<PartCount>> = BTreeMap::new();
    for (id, parts) in rows {
        let parts: Vec<PartUse> = json(&parts)?;
        let count = |part: PartUse| PartCount { code: part.code, quantity: u32::try_from(part.quantity).unwrap_or(0) };
        used.entry(id).or_default().extend(parts.into_iter().map(count));
    }
    Ok(used)
}

/// Who finished work at an asset, here or before the company's data came in, each with his last visit.
pub(super) fn knowers(database: &mut Database, asset: AssetId) -> Result<BTreeMap<TechnicianId, Timestamp>, Fault> {
    let done: Vec<(TechnicianId, Option<Timestamp>)> = visits::table
        .inner_join(work_orders::table.inner_join(issues::table))
        .filter(issues::asset_id.eq(asset).and(visits::state.eq(VisitState::Done)))
        .select((visits::technician_id, visits::finished_at))
        .load(database)?;
    let before: Vec<(Option<TechnicianId>, Timestamp)> = past_repairs::table
        .filter(past_repairs::asset_id.eq(asset).and(past_repairs::technician_id.is_not_null()))
        .select((past_repairs::technician_id, past_repairs::at))
        .load(database)?;
    let done = done.into_iter().filter_map(|(who, at)| Some((who, at?)));
    let before = before.into_iter().filter_map(|(who, at)| Some((who?, at)));
    let mut last: BTreeMap<TechnicianId, Timestamp> = BTreeMap::new();
    for (who, at) in done.chain(before) {
        let known = last.entry(who).or_insert(at);
        *known = at.max(*known);
    }
    Ok(last)
}

/// Of these assets those at which a technician finished work, here or before the company's data came in, each with his
/// last visit.
pub(super) fn known_assets(
    database: &mut Database,
    ids: &[TechnicianId],
    assets: &[AssetId],
) -> Result<BTreeMap<TechnicianId, Vec<(AssetId, Timestamp)>>, Fault> {
    let mut knows: BTreeMap<TechnicianId, Vec<(AssetId, Timestamp)>> = BTreeMap::new();
    for part in assets.chunks(limits::IDS_PER_QUERY) {
        let done: Vec<(TechnicianId, Option<AssetId>, Option<Timestamp>)> = visits::table
            .inner_join(work_orders::table.inner_join(issues::table))
            .filter(issues::asset_id.eq_any(part.to_vec()).and(visits::state.eq(VisitState::Done)))
            .select((visits::technician_id, issues::asset_id, visits::finished_at))
            .load(database)?;
        let before: Vec<(Option<TechnicianId>, AssetId, Timestamp)> = past_repairs::table
            .filter(past_repairs::asset_id.eq_any(part.to_vec()).and(past_repairs::technician_id.is_not_null()))
            .select((past_repairs::technician_id, past_repairs::asset_id, past_repairs::at))
            .load(database)?;
        let done = done.into_iter().filter_map(|(who, asset, at)| Some((who, asset?, at?)));
        let before = before.into_iter().filter_map(|(who, asset, at)| Some((who?, asset, at)));
        for (who, asset, at) in done.chain(before).filter(|(who, ..)| ids.contains(who)) {
            let known = knows.entry(who).or_default();
            match known.iter_mut().find(|(one, _)| *one == asset) {
                Some((_, last)) => *last = at.max(*last),
                None => known.push((asset, at)),
            }
        }
    }
    Ok(knows)
}
