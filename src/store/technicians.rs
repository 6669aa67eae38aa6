//! Technicians as the planner needs them: their files and their live state.

mod fixes;
mod routes;

use std::collections::BTreeMap;

use chrono::Datelike;
use diesel::prelude::*;

use super::codec::json;
use super::connection::{Address, Database, open_reader};
use super::error::Fault;
use super::schema::*;
use super::trips::{self, Trips};
use super::visits::position;
use super::{Reader, Unit};
use crate::company::{self, Weekday};
use crate::domain::ids::*;
use crate::domain::place::Position;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::domain::visit::VisitState;
use crate::planner::live::LiveDay;
use crate::planner::problem::{BreakPlan, PartCount, Qualification, Skill, TechnicianState};
use crate::planner::stock;
pub(super) use fixes::SeenAt;
use fixes::fixes;
use routes::{RouteRow, live_routes, stop};

/// A technician's file: what changes rarely.
#[derive(Debug, Clone)]
pub struct Profile {
    pub id: TechnicianId,
    pub territory: TerritoryId,
    pub home: Position,
    pub record: company::Technician,
    pub lends_to: Vec<TerritoryId>,
}

impl Profile {
    /// At home in a territory, or to be lent to it.
    pub fn serves(&self, territory: TerritoryId) -> bool {
        self.territory == territory || self.lends_to.contains(&territory)
    }

    /// The shift on the local day of `now`; none on a day off.
    pub fn shift(&self, now: Timestamp, zone: chrono_tz::Tz) -> Option<Window> {
        let day = now.day(zone);
        let weekday = Weekday::from(day.weekday());
        let shift = self.record.shifts.iter().find(|shift| shift.weekday == weekday)?;
        Window::new(Timestamp::on_day(day, shift.from.time(), zone), Timestamp::on_day(day, shift.to.time(), zone))
    }

    /// The window in which the break of the day lies.
    pub fn rest(&self, now: Timestamp, zone: chrono_tz::Tz) -> Option<Window> {
        let (day, rest) = (now.day(zone), self.record.rest.as_ref()?);
        Window::new(Timestamp::on_day(day, rest.from.time(), zone), Timestamp::on_day(day, rest.to.time(), zone))
    }

    /// The break of the whole day.
    fn break_plan(&self, now: Timestamp, zone: chrono_tz::Tz) -> Option<BreakPlan> {
        let whole = self.rest(now, zone)?;
        let duration = Seconds::minutes(i64::from(self.record.rest.as_ref()?.minutes));
        let window = Window { from: whole.from, to: (whole.to - duration).max(whole.from + Seconds(1)) };
        Some(BreakPlan { window, duration })
    }
}

/// Whose files to read.
#[derive(Debug, Clone)]
pub enum Team {
    One(TechnicianId),
    Some(Vec<TechnicianId>),
    /// The technicians of a territory and those who may be lent to it.
    Territory(TerritoryId),
    /// Every technician of the company.
    Company,
}

impl Reader<'_> {
    pub fn profiles(&mut self, team: &Team) -> Result<Vec<Profile>, Fault> {
        profiles(self.database, team)
    }

    /// Live states, with who knows which of `assets`: a life's work would be read for nothing.
    pub fn technician_states(
        &mut self,
        profiles: &[Profile],
        assets: &[AssetId],
        now: Timestamp,
    ) -> Result<Vec<TechnicianState>, Fault> {
        states(self.database, &profiles.iter().collect::<Vec<_>>(), assets, now, self.zone)
    }

    /// The live state of those who serve a territory. Of the others only what stands in their files is told, as if
    /// their day were empty: the territory rules them out, whatever they do.
    pub fn states_for(
        &mut self,
        profiles: &[Profile],
        territory: TerritoryId,
        assets: &[AssetId],
        now: Timestamp,
    ) -> Result<Vec<TechnicianState>, Fault> {
        let (own, foreign): (Vec<&Profile>, Vec<&Profile>) =
            profiles.iter().partition(|profile| profile.serves(territory));
        let mut found = states(self.database, &own, assets, now, self.zone)?;
        for profile in foreign {
            found.push(state(profile, Today::empty(now, self.zone))?);
        }
        Ok(found)
    }

    /// As `states_for`, whatever the hour of the local day of `now`, and without who knows what: to be kept.
    pub(super) fn days_for(
        &mut self,
        profiles: &[Profile],
        territory: TerritoryId,
        now: Timestamp,
    ) -> Result<Vec<Followed>, Fault> {
        let (own, foreign): (Vec<&Profile>, Vec<&Profile>) =
            profiles.iter().partition(|profile| profile.serves(territory));
        let mut found = Vec::with_capacity(profiles.len());
        for (profile, today) in todays(self.database, &own, &[], now, self.zone)? {
            let (fix, places) = (today.fix, today.trips.places.clone());
            let shift = profile.shift(now, self.zone);
            let day = live_day(profile, today)?;
            found.push(Followed { day, follows: true, fix, places, home: profile.home, shift });
        }
        for profile in foreign {
            let day = live_day(profile, Today::empty(now, self.zone))?;
            let home = profile.home;
            found.push(Followed { day, follows: false, fix: None, places: Vec::new(), home, shift: None });
        }
        Ok(found)
    }

    /// Territory in which a technician is at home.
    pub fn home_territory(&mut self, technician: TechnicianId) -> Result<TerritoryId, Fault> {
        home_territory(self.database, technician)
    }

    pub fn technicians_at_home(&mut self, territory: TerritoryId) -> Result<Vec<TechnicianId>, Fault> {
        let columns = technicians::table.filter(technicians::territory_id.eq(territory)).select(technicians::id);
        Ok(columns.order(technicians::id).load(self.database)?)
    }
}

impl Unit<'_> {
    /// Territory in which a technician is at home.
    pub fn home_territory(&mut self, technician: TechnicianId) -> Result<TerritoryId, Fault> {
        home_territory(self.database, technician)
    }

    /// One technician's file and live state; which assets he knows is for rankings and not read.
    pub fn technician(&mut self, id: TechnicianId) -> Result<(Profile, TechnicianState), Fault> {
        let (now, zone) = (self.now(), self.zone());
        let found = profiles(self.database, &Team::One(id))?;
        let state = states(self.database, &found.iter().collect::<Vec<_>>(), &[], now, zone)?.pop();
        let profile = found.into_iter().next();
        profile.zip(state).ok_or_else(|| Refusal::new(Code::NotFound).into())
    }
}

fn home_territory(database: &mut Database, technician: TechnicianId) -> Result<TerritoryId, Fault> {
    let found = technicians::table.find(technician).select(technicians::territory_id).first(database);
    found.optional()?.ok_or_else(|| Refusal::new(Code::NotFound).into())
}

#[derive(Queryable)]
struct TechnicianRow {
    id: TechnicianId,
    territory: TerritoryId,
    home: (f64, f64),
    profile: String,
}

fn profiles(database: &mut Database, team: &Team) -> Result<Vec<Profile>, Fault> {
    let columns = (
        technicians::id,
        technicians::territory_id,
        (technicians::home_lat, technicians::home_lon),
        technicians::profile,
    );
    let mut query = technicians::table.select(columns).order(technicians::id).into_boxed();
    match team {
        Team::One(id) => query = query.filter(technicians::id.eq(*id)),
        Team::Some(ids) => query = query.filter(technicians::id.eq_any(ids.clone())),
        Team::Territory(_) | Team::Company => {}
    }
    let rows: Vec<TechnicianRow> = query.load(database)?;
    let codes: BTreeMap<String, TerritoryId> =
        territories::table.select((territories::code, territories::id)).load(database)?.into_iter().collect();
    let mut profiles = Vec::with_capacity(rows.len());
    for row in rows {
        let record: company::Technician = json(&row.profile)?;
        let lends_to: Vec<_> = record.lends_to.iter().filter_map(|code| codes.get(code)).copied().collect();
        let home = position(row.home.0, row.home.1)?;
        profiles.push(Profile { id: row.id, territory: row.territory, home, record, lends_to });
    }
    if let Team::Territory(id) = team {
        profiles.retain(|profile| profile.serves(*id));
    }
    Ok(profiles)
}

fn states(
    database: &mut Database,
    profiles: &[&Profile],
    assets: &[AssetId],
    now: Timestamp,
    zone: chrono_tz::Tz,
) -> Result<Vec<TechnicianState>, Fault> {
    let todays = todays(database, profiles, assets, now, zone)?;
    todays.into_iter().map(|(profile, today)| state(profile, today)).collect()
}

fn todays<'a>(
    database: &mut Database,
    profiles: &[&'a Profile],
    assets: &[AssetId],
    now: Timestamp,
    zone: chrono_tz::Tz,
) -> Result<Vec<(&'a Profile, Today)>, Fault> {
    let ids: Vec<TechnicianId> = profiles.iter().map(|profile| profile.id).collect();
    let mut routes = live_routes(database, &ids)?;
    let fixes = fixes(database, &ids)?;
    let day = super::visits::day_window(now, zone);
    let mut trips = trips::of_day(database, &ids, day)?;
    let mut used = trips::parts_used(database, &ids, day)?;
    let mut away = super::absences::spans(database, &ids, now)?;
    let mut knows = trips::known_assets(database, &ids, assets)?;
    let todays = profiles.iter().map(|&profile| {
        let today = Today {
            now,
            zone,
            route: routes.remove(&profile.id).unwrap_or_default(),
            fix: fixes.get(&profile.id).copied(),
            trips: trips.remove(&profile.id).unwrap_or_default(),
            used: used.remove(&profile.id).unwrap_or_default(),
            absences: away.remove(&profile.id).unwrap_or_default(),
            knows: knows.remove(&profile.id).unwrap_or_default(),
        };
        (profile, today)
    });
    Ok(todays.collect())
}

/// A day to be kept, with the traces that tell where he is.
pub(super) struct Followed {
    pub day: LiveDay,
    /// Where he is matters here: he serves the territory.
    pub follows: bool,
    pub fix: Option<SeenAt>,
    places: Vec<(Timestamp, Position)>,
    home: Position,
    shift: Option<Window>,
}

impl Followed {
    /// The same day after his phone told of another position.
    pub fn seen(&mut self, fix: SeenAt) -> &LiveDay {
        self.fix = Some(fix);
        self.day.move_to(whereabouts(self.home, self.fix, &self.places, self.shift));
        &self.day
    }
}

pub(super) struct Today {
    now: Timestamp,
    zone: chrono_tz::Tz,
    route: Vec<RouteRow>,
    fix: Option<SeenAt>,
    trips: Trips,
    /// Parts that today's reports name.
    used: Vec<PartCount>,
    pub(super) absences: Vec<Window>,
    knows: Vec<(AssetId, Timestamp)>,
}

impl Today {
    pub(super) fn empty(now: Timestamp, zone: chrono_tz::Tz) -> Self {
        Self {
            now,
            zone,
            route: Vec::new(),
            fix: None,
            trips: Trips::default(),
            used: Vec::new(),
            absences: Vec::new(),
            knows: Vec::new(),
        }
    }
}

pub(super) fn state(profile: &Profile, today: Today) -> Result<TechnicianState, Fault> {
    let now = today.now;
    Ok(live_day(profile, today)?.at(now))
}

/// What holds of him for the whole local day.
fn live_day(profile: &Profile, today: Today) -> Result<LiveDay, Fault> {
    let Today { now, zone, route, fix, trips, used, absences, knows } = today;
    let record = &profile.record;
    let shift = profile.shift(now, zone);
    let carried: Vec<PartCount> =
        record.parts.iter().map(|p| PartCount { code: p.code.clone(), quantity: p.quantity }).collect();
    let mut taken = used;
    for row in &route {
        taken.extend(json::<Vec<PartCount>>(&row.parts_needed)?);
    }
    let begun = route.iter().map(|row| row.visit.started_at.filter(|_| row.visit.state == VisitState::Working));
    let mut begun: Vec<Option<Timestamp>> = begun.collect();
    begun.truncate(begun.iter().rposition(Option::is_some).map_or(0, |last| last + 1));
    let stops = route.into_iter().map(stop).collect::<Result<Vec<_>, _>>()?;
    let state = TechnicianState {
        id: profile.id,
        name: record.name.clone(),
        territory: profile.territory,
        lends_to: profile.lends_to.clone(),
        skills: record.skills.iter().map(|s| Skill { code: s.code.clone(), level: s.level }).collect(),
        qualifications: record
            .qualifications
            .iter()
            .map(|held| Qualification { code: held.code.clone(), expires_on: held.expires_on })
            .collect(),
        shift,
        overtime_max: Seconds::minutes(i64::from(record.overtime_max_minutes)),
        absences,
        break_plan: profile.break_plan(now, zone),
        max_jobs: record.max_jobs,
        parts: stock::free(&carried, taken),
        home: profile.home,
        free_at: now,
        free_position: whereabouts(profile.home, fix, &trips.places, shift),
        done_today: trips.finished,
        stops,
        knows,
    };
    Ok(LiveDay::clocked(state, begun))
}

/// The newest trace of today: a fix of this shift or the last site he was at; at home before that.
fn whereabouts(
    home: Position,
    fix: Option<SeenAt>,
    places: &[(Timestamp, Position)],
    shift: Option<Window>,
) -> Position {
    let begins = shift.map(|shift| shift.from);
    let fix = fix.map(|fix| (fix.at, fix.place)).filter(|(at, _)| begins.is_none_or(|begins| *at >= begins));
    let newest = fix.into_iter().chain(places.iter().copied()).max_by_key(|(at, _)| *at);
    newest.map_or(home, |(_, place)| place)
}

/// The territories of a database, for a server that is about to start.
pub fn territories(address: &Address) -> Result<Vec<TerritoryId>, Fault> {
    let mut database = open_reader(address)?;
    Ok(territories::table.select(territories::id).order(territories::id).load(&mut database)?)
}

#[cfg(test)]
mod tests;
