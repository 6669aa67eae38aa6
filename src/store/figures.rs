//! Past arrival figures and what came of them, and the drives of past days: what the estimate learns from.

use diesel::prelude::*;

use super::error::Fault;
use super::schema::{eta_figures, visits};
use super::visits::position;
use super::{Reader, Unit};
use crate::domain::eta::Eta;
use crate::domain::ids::{TerritoryId, VisitId};
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::visit::VisitState;
use crate::eta::horizon::horizon;
use crate::eta::{EtaInterval, Outcome};
use crate::limits;

/// A figure as it was said and as it was sampled, beside the arrival.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastFigure {
    pub said: Outcome,
    pub sampled: Outcome,
}

/// A drive of a past day, from where somebody set out to the site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PastDrive {
    pub from: Position,
    pub to: Position,
    pub left_at: Timestamp,
    pub took: Seconds,
}

impl Unit<'_> {
    /// Keeps the first figure of its class of time ahead. `before`: the visit's figure that was said last.
    pub(crate) fn keep_figure(&mut self, said: &Eta, sampled: &EtaInterval, before: Option<&Eta>) -> Result<(), Fault> {
        let class = class_of(said);
        if before.is_some_and(|before| class_of(before) == class) || self.has_figure(said.visit_id, class)? {
            return Ok(());
        }
        diesel::insert_into(eta_figures::table)
            .values((
                eta_figures::visit_id.eq(said.visit_id),
                eta_figures::horizon.eq(class),
                eta_figures::seq.eq(i64::try_from(said.seq).unwrap_or(i64::MAX)),
                eta_figures::computed_at.eq(said.computed_at),
                (
                    eta_figures::earliest.eq(said.earliest),
                    eta_figures::likely.eq(said.likely),
                    eta_figures::latest.eq(said.latest),
                ),
                (eta_figures::raw_earliest.eq(sampled.earliest), eta_figures::raw_latest.eq(sampled.latest)),
                eta_figures::stops_before.eq(i64::from(said.stops_before)),
                eta_figures::source.eq(said.source.as_str()),
            ))
            .execute(self.database)?;
        Ok(())
    }

    fn has_figure(&mut self, visit: VisitId, class: i64) -> Result<bool, Fault> {
        let found = eta_figures::table.find((visit, class)).select(eta_figures::horizon);
        Ok(found.first::<i64>(self.database).optional()?.is_some())
    }

    /// Forgets what was said so long ago that nothing is learned from it any more.
    pub fn forget_figures(&mut self, before: Timestamp) -> Result<(), Fault> {
        diesel::delete(eta_figures::table.filter(eta_figures::computed_at.lt(before))).execute(self.database)?;
        Ok(())
    }
}

fn class_of(eta: &Eta) -> i64 {
    horizon(eta.likely.since(eta.computed_at)) as i64
}

type Row = ((Timestamp, Timestamp, Timestamp, Timestamp), (Timestamp, Timestamp), i64, Option<Timestamp>);

impl Reader<'_> {
    /// Figures said since `since` of visits that were reached, the newest first, at most [`limits::FIGURES`]; of one
    /// territory or of all.
    pub fn past_figures(&mut self, territory: Option<TerritoryId>, since: Timestamp) -> Result<Vec<PastFigure>, Fault> {
        let mut query = eta_figures::table
            .inner_join(visits::table)
            .filter(eta_figures::computed_at.ge(since).and(visits::arrived_at.is_not_null()))
            .order((eta_figures::computed_at.desc(), eta_figures::visit_id))
            .limit(limits::FIGURES)
            .select((
                (eta_figures::computed_at, eta_figures::earliest, eta_figures::likely, eta_figures::latest),
                (eta_figures::raw_earliest, eta_figures::raw_latest),
                eta_figures::stops_before,
                visits::arrived_at,
            ))
            .into_boxed();
        if let Some(territory) = territory {
            query = query.filter(visits::territory_id.eq(territory));
        }
        let rows: Vec<Row> = query.load(self.database)?;
        Ok(rows.into_iter().filter_map(past).collect())
    }

    /// Drives that ended since `since` within a territory, the newest first, at most [`limits::FIGURES`].
    pub fn past_drives(&mut self, territory: TerritoryId, since: Timestamp) -> Result<Vec<PastDrive>, Fault> {
        use super::schema::{issues, sites, work_orders};
        type Row = (Option<Timestamp>, Option<Timestamp>, Option<f64>, Option<f64>, (f64, f64));
        let rows: Vec<Row> = visits::table
            .inner_join(work_orders::table.inner_join(issues::table.inner_join(sites::table)))
            .filter(visits::territory_id.eq(territory).and(visits::arrived_at.ge(since)))
            .filter(visits::state.eq(VisitState::Done))
            .order((visits::arrived_at.desc(), visits::id))
            .limit(limits::FIGURES)
            .select((
                visits::en_route_at,
                visits::arrived_at,
                visits::en_route_lat,
                visits::en_route_lon,
                (sites::lat, sites::lon),
            ))
            .load(self.database)?;
        let mut drives = Vec::with_capacity(rows.len());
        for (left, arrived, lat, lon, site) in rows {
            let from = lat.zip(lon).and_then(|(lat, lon)| Position::new(lat, lon));
            if let (Some(left_at), Some(arrived), Some(from)) = (left, arrived, from) {
                let to = position(site.0, site.1)?;
                drives.push(PastDrive { from, to, left_at, took: arrived.since(left_at) });
            }
        }
        Ok(drives)
    }
}

fn past(((computed_at, earliest, likely, latest), raw, stops, arrived): Row) -> Option<PastFigure> {
    let stops_before = u32::try_from(stops).ok()?;
    let said = Outcome { computed_at, earliest, likely, latest, stops_before, arrived: arrived? };
    Some(PastFigure { said, sampled: Outcome { earliest: raw.0, latest: raw.1, ..said } })
}
