//! The work behind uses: minutes at the desk, on the way and on site, for whom and where.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::forecast::facts::Use;
use crate::limits;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;

/// Minutes at the desk for an issue that needed nobody on the road and of which nobody said how long it took.
const REMOTE_MINUTES: i64 = 15;
/// Minutes of a drive where no trip of the company is known: across a town.
pub const TRAVEL_MINUTES: i64 = 25;
/// A longer drive was none: the technician forgot to say that he had arrived.
const DRIVE_MINUTES_MAX: i64 = 240;

const MINUTE_MICROS: i64 = 60_000_000;

/// What one issue or repair took.
#[derive(Debug, Clone, Default)]
struct Done {
    day: Option<NaiveDate>,
    territory: Option<TerritoryId>,
    minutes: i64,
    travel: i64,
    skill: Option<Arc<str>>,
}

/// The work behind the uses of some wallets.
pub(super) struct Work {
    issues: BTreeMap<IssueId, Done>,
    repairs: BTreeMap<ReportId, Done>,
}

impl Reader<'_> {
    /// Minutes of a drive, the mean of the last ones from setting out to arriving; [`TRAVEL_MINUTES`] where there were
    /// none.
    pub fn usual_travel(&mut self) -> Result<i64, Fault> {
        let trips: Vec<(Option<Timestamp>, Option<Timestamp>)> = visits::table
            .filter(visits::en_route_at.is_not_null().and(visits::arrived_at.is_not_null()))
            .order(visits::id.desc())
            .limit(limits::TRAVEL_TRIPS)
            .select((visits::en_route_at, visits::arrived_at))
            .load(self.database)?;
        let minutes: Vec<i64> = trips.into_iter().filter_map(|(left, arrived)| drive(left, arrived)).collect();
        let count = i64::try_from(minutes.len()).unwrap_or(i64::MAX);
        Ok(if count == 0 { TRAVEL_MINUTES } else { (minutes.iter().sum::<i64>() + count / 2) / count })
    }
}

/// Minutes from setting out to arriving, where both were said.
fn drive(left: Option<Timestamp>, arrived: Option<Timestamp>) -> Option<i64> {
    let minutes = (arrived?.micros() - left?.micros()) / MINUTE_MICROS;
    (0..=DRIVE_MINUTES_MAX).contains(&minutes).then_some(minutes)
}

impl Work {
    pub fn read(reader: &mut Reader<'_>, issues: &[IssueId], repairs: &[ReportId], travel: i64) -> Result<Self, Fault> {
        let mut work = Self { issues: BTreeMap::new(), repairs: BTreeMap::new() };
        for part in issues.chunks(limits::IDS_PER_QUERY) {
            work.read_issues(reader, part)?;
            work.read_visits(reader, part, travel)?;
            work.read_reports(reader, part)?;
        }
        for part in repairs.chunks(limits::IDS_PER_QUERY) {
            work.read_repairs(reader, part, travel)?;
        }
        Ok(work)
    }

    fn read_issues(&mut self, reader: &mut Reader<'_>, ids: &[IssueId]) -> Result<(), Fault> {
        let zone = reader.zone();
        let rows: Vec<(IssueId, Timestamp, TerritoryId, i64)> = issues::table
            .filter(issues::id.eq_any(ids))
            .select((issues::id, issues::created_at, issues::territory_id, issues::desk_minutes))
            .load(reader.database)?;
        for (id, at, territory, minutes) in rows {
            let done = Done { day: Some(at.day(zone)), territory: Some(territory), minutes, ..Done::default() };
            self.issues.insert(id, done);
        }
        Ok(())
    }

    /// The drives of everybody who arrived, also where nothing could be done.
    fn read_visits(&mut self, reader: &mut Reader<'_>, ids: &[IssueId], usual: i64) -> Result<(), Fault> {
        type Row = (IssueId, String, i64, Option<Timestamp>, Option<Timestamp>);
        let rows: Vec<Row> = visits::table
            .inner_join(work_orders::table)
            .filter(work_orders::issue_id.eq_any(ids).and(visits::arrived_at.is_not_null()))
            .order(visits::id)
            .select((
                work_orders::issue_id,
                work_orders::skill,
                visits::travel_s,
                visits::en_route_at,
                visits::arrived_at,
            ))
            .load(reader.database)?;
        for (issue, skill, planned_s, left, arrived) in rows {
            let planned = Some(planned_s / 60).filter(|minutes| *minutes > 0);
            let done = self.issues.entry(issue).or_default();
            done.travel += drive(left, arrived).or(planned).unwrap_or(usual);
            done.skill = Some(skill.into());
        }
        Ok(())
    }

    fn read_reports(&mut self, reader: &mut Reader<'_>, ids: &[IssueId]) -> Result<(), Fault> {
        let rows: Vec<(IssueId, i64, String)> = service_reports::table
            .inner_join(visits::table.inner_join(work_orders::table))
            .filter(work_orders::issue_id.eq_any(ids))
            .order(service_reports::filed_at)
            .select((work_orders::issue_id, service_reports::minutes, work_orders::skill))
            .load(reader.database)?;
        for (issue, minutes, skill) in rows {
            let done = self.issues.entry(issue).or_default();
            done.minutes += minutes;
            done.skill = Some(skill.into());
        }
        Ok(())
    }

    fn read_repairs(&mut self, reader: &mut Reader<'_>, ids: &[ReportId], usual: i64) -> Result<(), Fault> {
        let rows: Vec<(ReportId, i64, TerritoryId, String)> = past_repairs::table
            .inner_join(assets::table.on(assets::id.eq(past_repairs::asset_id)))
            .inner_join(sites::table.on(sites::id.eq(assets::site_id)))
            .inner_join(products::table.on(products::id.eq(assets::product_id)))
            .filter(past_repairs::id.eq_any(ids))
            .select((past_repairs::id, past_repairs::minutes, sites::territory_id, products::skill))
            .load(reader.database)?;
        for (id, minutes, territory, skill) in rows {
            let (territory, skill) = (Some(territory), Some(skill.into()));
            self.repairs.insert(id, Done { day: None, territory, minutes, travel: usual, skill });
        }
        Ok(())
    }

    /// An issue that used units; `day` where the issue itself cannot be read.
    pub fn issue(&self, id: IssueId, units: i64, day: NaiveDate) -> Use {
        use_of(self.issues.get(&id), units, day)
    }

    pub fn repair(&self, id: ReportId, units: i64, day: NaiveDate) -> Use {
        use_of(self.repairs.get(&id), units, day)
    }

    /// A use of which only the day is known: it is taken for one that was settled at the desk.
    pub fn unknown(&self, units: i64, day: NaiveDate) -> Use {
        use_of(None, units, day)
    }
}

fn use_of(done: Option<&Done>, units: i64, day: NaiveDate) -> Use {
    let done = done.cloned().unwrap_or_default();
    let at_desk = done.minutes == 0 && done.skill.is_none();
    Use {
        day: done.day.unwrap_or(day),
        units,
        minutes: if at_desk { REMOTE_MINUTES } else { done.minutes },
        travel: done.travel,
        skill: done.skill,
        territory: done.territory,
    }
}
