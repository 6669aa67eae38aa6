//! The pictures from which live pages start: the board of a territory, a technician's day, a customer's visit. Each is
//! read in one snapshot together with the offset from which the live stream goes on.

use chrono::{NaiveDate, NaiveTime};
use diesel::prelude::*;

use super::Reader;
use super::access::TrackPass;
use super::codec::json;
use super::error::Fault;
use super::issues::QueueFilter;
use super::schema::*;
use super::technicians::{Profile, Team};
use super::tracking::FixRow;
use super::visits::{VisitFilter, day_window, visit_rows};
use crate::domain::event::Stream;
use crate::domain::ids::*;
use crate::domain::place::Position;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::visit::{VisitState, allowed};
use crate::planner::names::called;
use crate::planner::problem::PartCount;
use crate::views::absence::AbsenceView;
use crate::views::board::{Board, Fix, SkillView, TechnicianRow, VisitRow};
use crate::views::desk::RepairView;
use crate::views::live::Cursor;
use crate::views::session::ServerClock;
use crate::views::technician::{MyDay, MyVisit, PartNeed};
use crate::views::track::{TrackReport, TrackStep, TrackView};

/// An hour of every day, whatever the clocks do in its night.
const NOON: NaiveTime = NaiveTime::from_hms_opt(12, 0, 0).expect("noon is a time of day");

impl Reader<'_> {
    /// Where a stream's watchers go on from this snapshot.
    pub fn cursor(&mut self, stream: Stream) -> Result<Cursor, Fault> {
        Ok(Cursor { topic: stream, epoch: self.epoch()?, offset: self.head(stream)? })
    }

    /// The board of a day; none means today. Of another day only what is planned or was done on it is shown, of today
    /// also what is still open from the days before.
    pub fn board(&mut self, territory: TerritoryId, date: Option<NaiveDate>, now: Timestamp) -> Result<Board, Fault> {
        let known = territories::table.find(territory).select(territories::id).first::<TerritoryId>(self.database);
        if known.optional()?.is_none() {
            return Err(Refusal::new(Code::NotFound).into());
        }
        let zone = self.zone;
        let other = date.filter(|date| *date != now.day(zone));
        let at = other.map_or(now, |date| Timestamp::on_day(date, NOON, zone));
        let day = day_window(at, zone);
        let profiles = self.profiles(&Team::Territory(territory))?;
        let ids: Vec<TechnicianId> = profiles.iter().map(|profile| profile.id).collect();
        let mut visits = self.visit_rows(&VisitFilter::Territory(territory, day))?;
        // Where somebody is now says nothing of another day.
        let fixes = if other.is_none() { self.fixes(&ids, day.from)? } else { Vec::new() };
        if other.is_some() {
            visits.retain(|row| day.contains(row.planned_start));
        }
        let absences = self.absences_in(&ids, day)?;
        let seen = Seen { at, zone, visits: &visits, fixes: &fixes, absences: &absences };
        let technicians = profiles.iter().enumerate().map(|(index, profile)| seen.technician(profile, index)).collect();
        Ok(Board {
            territory_id: territory,
            date: at.day(zone),
            stream: self.cursor(Stream::Territory(territory))?,
            technicians,
            visits,
            queue: self.queue(QueueFilter::Territory(territory))?,
        })
    }

    pub(super) fn fixes(&mut self, ids: &[TechnicianId], since: Timestamp) -> Result<Vec<(TechnicianId, Fix)>, Fault> {
        let rows: Vec<(TechnicianId, FixRow)> = positions::table
            .filter(positions::technician_id.eq_any(ids.to_vec()).and(positions::at.ge(since)))
            .select((
                positions::technician_id,
                (positions::lat, positions::lon, positions::accuracy_m, positions::at, positions::seq),
            ))
            .load(self.database)?;
        Ok(rows.into_iter().map(|(id, row)| (id, Fix::from(row))).collect())
    }

    pub fn my_day(&mut self, technician: TechnicianId, clock: ServerClock) -> Result<MyDay, Fault> {
        let now = clock.now;
        let profile = self.profiles(&Team::One(technician))?.into_iter().next();
        let profile = profile.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let rows = visit_rows(self.database, &VisitFilter::Technician(technician, day_window(now, self.zone)))?;
        let visits = rows.into_iter().map(|row| my_visit(self, row)).collect::<Result<_, _>>()?;
        Ok(MyDay {
            technician_id: technician,
            date: now.day(self.zone),
            shift: profile.shift(now, self.zone),
            clock,
            visits,
            stream: self.cursor(Stream::Technician(technician))?,
        })
    }

    /// One visit of a technician, as after his tap.
    pub fn my_visit(&mut self, id: VisitId) -> Result<MyVisit, Fault> {
        let row = visit_rows(self.database, &VisitFilter::One(id))?.pop();
        my_visit(self, row.ok_or_else(|| Refusal::new(Code::NotFound))?)
    }
}

/// What of a day stands beside the technicians' files.
struct Seen<'a> {
    /// The present, or noon of another day.
    at: Timestamp,
    zone: chrono_tz::Tz,
    visits: &'a [VisitRow],
    fixes: &'a [(TechnicianId, Fix)],
    absences: &'a [AbsenceView],
}

impl Seen<'_> {
    fn technician(&self, profile: &Profile, index: usize) -> TechnicianRow {
        let record = &profile.record;
        let mine = self.visits.iter().filter(|row| row.technician_id == profile.id);
        let away = self.absences.iter().filter(|absence| absence.technician_id == profile.id);
        TechnicianRow {
            id: profile.id,
            name: record.name.clone(),
            kana: record.kana.clone(),
            phone: record.phone.clone(),
            color_index: u32::try_from(index).unwrap_or_default(),
            home: profile.home,
            skills: record.skills.iter().map(|s| SkillView { code: s.code.clone(), level: s.level }).collect(),
            shift: profile.shift(self.at, self.zone),
            rest: profile.rest(self.at, self.zone),
            break_minutes: record.rest.as_ref().map(|rest| rest.minutes),
            absences: away.cloned().collect(),
            position: self.fixes.iter().find(|(id, _)| *id == profile.id).map(|(_, fix)| *fix),
            route: mine.map(|row| row.id).collect(),
        }
    }
}

#[derive(Queryable)]
struct Background {
    caller: (String, String),
    access_notes: String,
    asset: Option<AssetId>,
    state_before: Option<VisitState>,
    parts_needed: String,
}

fn my_visit(reader: &mut Reader<'_>, row: VisitRow) -> Result<MyVisit, Fault> {
    let background: Background = visits::table
        .inner_join(work_orders::table.inner_join(
            issues::table.inner_join(sites::table).inner_join(interactions::table).inner_join(contracts::table),
        ))
        .filter(visits::id.eq(row.id))
        .select((
            (interactions::caller_name, interactions::caller_phone),
            sites::access_notes,
            issues::asset_id,
            visits::state_before,
            work_orders::parts_needed,
        ))
        .first(reader.database)?;
    let serial = match background.asset {
        Some(asset) => assets::table.find(asset).select(assets::serial).first(reader.database).optional()?,
        None => None,
    };
    let last_repairs: Vec<RepairView> = match background.asset {
        Some(asset) => reader.last_repairs(asset)?,
        None => Vec::new(),
    };
    let actions = allowed(row.state, background.state_before);
    Ok(MyVisit {
        visit: row,
        caller_name: background.caller.0,
        caller_phone: background.caller.1,
        access_notes: background.access_notes,
        serial,
        last_repairs,
        parts_needed: reader.parts_needed(&background.parts_needed)?,
        actions,
        report_required: ["cause", "remedy", "minutes"].map(str::to_owned).to_vec(),
    })
}

impl Reader<'_> {
    /// Parts with their names, which are looked up only where there are parts.
    fn parts_needed(&mut self, stored: &str) -> Result<Vec<PartNeed>, Fault> {
        let parts: Vec<PartCount> = json(stored)?;
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let names = self.names()?;
        let named = |PartCount { code, quantity }: PartCount| {
            let (name_ja, name_en) = called(&names.parts, &code);
            PartNeed { name_ja: name_ja.to_owned(), name_en: name_en.to_owned(), code: code.clone(), quantity }
        };
        Ok(parts.into_iter().map(named).collect())
    }

    /// What a customer may see of his visit: no other customer, no home address, no other technician's work.
    pub fn track_view(&mut self, seen: &TrackPass, clock: ServerClock) -> Result<TrackView, Fault> {
        let row = visit_rows(self.database, &VisitFilter::One(seen.visit))?.pop();
        let row = row.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let vendor: (String, String, String) =
            company::table.select((company::name_ja, company::name_en, company::vendor_phone)).first(self.database)?;
        let report = self.report_view(seen.visit)?.map(|report| TrackReport {
            cause_ja: report.cause_ja,
            cause_en: report.cause_en,
            remedy: report.remedy,
            finished_at: report.finished_at,
        });
        let consumption = report.is_some().then(|| self.consumption_sentence(row.issue_id)).transpose()?.flatten();
        let (consumption_ja, consumption_en) = consumption.unzip();
        let under_way = row.state == VisitState::EnRoute;
        let position = if under_way { self.coarse_position(row.technician_id, clock.now)? } else { None };
        let live = row.state.is_live();
        let open = matches!(row.state, VisitState::Dispatched | VisitState::Accepted | VisitState::EnRoute);
        Ok(TrackView {
            visit_id: row.id,
            state: row.state,
            state_ja: row.state.ja().to_owned(),
            state_en: row.state.en().to_owned(),
            vendor_name_ja: vendor.0,
            vendor_name_en: vendor.1,
            vendor_phone: vendor.2,
            technician_name: (live || row.state == VisitState::Done).then(|| row.technician_name.clone()),
            promised: row.promised,
            stops_before: row.eta.as_ref().filter(|_| open).map(|eta| eta.stops_before),
            eta: row.eta.clone().filter(|_| open),
            position,
            destination: row.position,
            site_name: row.site_name.clone(),
            product_name_ja: row.product_name_ja.clone(),
            product_name_en: row.product_name_en.clone(),
            timeline: steps(&row, self.created_at(row.id)?),
            report,
            consumption_ja,
            consumption_en,
            stream: self.cursor(Stream::Visit(row.id))?,
            expires_at: seen.expires_at,
            clock,
        })
    }

    fn created_at(&mut self, visit: VisitId) -> Result<Timestamp, Fault> {
        Ok(visits::table.find(visit).select(visits::created_at).first(self.database)?)
    }

    fn coarse_position(&mut self, technician: TechnicianId, now: Timestamp) -> Result<Option<Position>, Fault> {
        let day = day_window(now, self.zone);
        let row: Option<(f64, f64)> = positions::table
            .filter(positions::technician_id.eq(technician).and(positions::at.ge(day.from)))
            .select((positions::lat, positions::lon))
            .first(self.database)
            .optional()?;
        Ok(row.and_then(|(lat, lon)| Position::new(lat, lon)).map(Position::coarse))
    }
}

fn steps(row: &VisitRow, created_at: Timestamp) -> Vec<TrackStep> {
    let times = [
        (VisitState::Dispatched, Some(created_at)),
        (VisitState::Accepted, row.timeline.accepted_at),
        (VisitState::EnRoute, row.timeline.en_route_at),
        (VisitState::Arrived, row.timeline.arrived_at),
        (VisitState::Working, row.timeline.started_at),
        (row.state, row.timeline.finished_at),
    ];
    times.into_iter().filter_map(|(state, at)| Some(TrackStep { state, at: at? })).collect()
}
