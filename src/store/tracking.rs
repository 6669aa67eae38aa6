//! Where technicians are and when they will be where: the newest position of each, the newest ETA of each visit.

use diesel::prelude::*;

use super::codec::{json, to_json};
use super::error::{Fault, StoreError};
use super::schema::position_doubts as doubts;
use super::schema::*;
use super::visits::{Visit, live_codes, position};
use super::{Reader, Unit};
use crate::domain::eta::Eta;
use crate::domain::event::Stream;
use crate::domain::ids::*;
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::visit::VisitState;
use crate::eta::{Doubted, Durations, Numbered, Seen, Told, WorkKey, WorkKind};
use crate::views::board::Fix;

/// A live visit with what its arrival depends on.
#[derive(Debug, Clone)]
pub struct TrackedVisit {
    pub visit: Visit,
    pub position: Position,
    pub contract: ContractId,
    pub issue: IssueId,
    pub work: Option<WorkKey>,
    pub service: Seconds,
    /// The figure that people see now.
    pub shown: Option<Eta>,
    pub told: Told,
}

#[derive(Queryable)]
struct TrackedRow {
    visit: Visit,
    service_minutes: i64,
    place: (f64, f64),
    issue: (IssueId, ContractId, Option<ProductId>, Option<String>, Option<IssueId>),
    snapshot: Option<String>,
    told: Option<String>,
}

impl Unit<'_> {
    /// A technician's live visits, the started one first.
    pub fn tracked_route(&mut self, technician: TechnicianId) -> Result<Vec<TrackedVisit>, Fault> {
        let rows: Vec<TrackedRow> = visits::table
            .inner_join(work_orders::table.inner_join(issues::table.inner_join(sites::table)))
            .left_join(etas::table.on(etas::visit_id.eq(visits::id)))
            .filter(visits::technician_id.eq(technician).and(visits::state.eq_any(live_codes())))
            .order((visits::route_order, visits::id))
            .select((
                Visit::as_select(),
                work_orders::service_minutes,
                (sites::lat, sites::lon),
                (issues::id, issues::contract_id, issues::product_id, issues::symptom, issues::linked_issue_id),
                etas::snapshot.nullable(),
                etas::told.nullable(),
            ))
            .load(self.database)?;
        let mut route = rows.into_iter().map(tracked).collect::<Result<Vec<_>, Fault>>()?;
        route.sort_by_key(|tracked| !tracked.visit.state.is_started());
        Ok(route)
    }

    /// When the technician finished a visit last.
    pub fn last_done(&mut self, technician: TechnicianId) -> Result<Option<Timestamp>, Fault> {
        let finished = visits::table.filter(visits::technician_id.eq(technician)).select(visits::finished_at);
        let last =
            finished.filter(visits::finished_at.is_not_null()).order(visits::finished_at.desc()).first(self.database);
        Ok(last.optional()?.flatten())
    }

    /// The newest accepted position.
    pub fn last_fix(&mut self, technician: TechnicianId) -> Result<Option<Fix>, Fault> {
        let columns = (positions::lat, positions::lon, positions::accuracy_m, positions::at, positions::seq);
        let row: Option<FixRow> = positions::table.find(technician).select(columns).first(self.database).optional()?;
        Ok(row.map(Fix::from))
    }

    pub(crate) fn save_fix(&mut self, technician: TechnicianId, fix: &Fix) -> Result<(), Fault> {
        let received_at = self.now();
        let values = (
            positions::technician_id.eq(technician),
            positions::seq.eq(fix.seq),
            positions::lat.eq(fix.lat),
            positions::lon.eq(fix.lon),
            positions::accuracy_m.eq(fix.accuracy_m),
            positions::at.eq(fix.at),
            positions::received_at.eq(received_at),
        );
        if diesel::update(positions::table.find(technician)).set(values).execute(self.database)? == 0 {
            diesel::insert_into(positions::table).values(values).execute(self.database)?;
        }
        Ok(())
    }

    /// The newest position that was not believed, with how many before it agreed.
    pub fn doubted_fix(&mut self, technician: TechnicianId) -> Result<Option<Doubted>, Fault> {
        let columns = ((doubts::lat, doubts::lon, doubts::accuracy_m, doubts::at, doubts::seq), doubts::times);
        let row: Option<(FixRow, i64)> =
            doubts::table.find(technician).select(columns).first(self.database).optional()?;
        row.map(|((lat, lon, accuracy_m, at, seq), times)| {
            let seen = Seen { position: position(lat, lon)?, accuracy_m, at };
            let times = u32::try_from(times).map_err(StoreError::corrupt)?;
            Ok(Doubted { fix: Numbered { seq, seen }, times })
        })
        .transpose()
    }

    pub(crate) fn save_doubt(&mut self, technician: TechnicianId, doubt: &Doubted) -> Result<(), Fault> {
        let seen = doubt.fix.seen;
        let values = (
            doubts::technician_id.eq(technician),
            doubts::seq.eq(doubt.fix.seq),
            doubts::lat.eq(seen.position.lat()),
            doubts::lon.eq(seen.position.lon()),
            doubts::accuracy_m.eq(seen.accuracy_m),
            doubts::at.eq(seen.at),
            doubts::times.eq(i64::from(doubt.times)),
        );
        if diesel::update(doubts::table.find(technician)).set(values).execute(self.database)? == 0 {
            diesel::insert_into(doubts::table).values(values).execute(self.database)?;
        }
        Ok(())
    }

    pub(crate) fn save_eta(&mut self, eta: &Eta, told: &Told) -> Result<(), Fault> {
        let row = EtaRow {
            visit_id: eta.visit_id,
            seq: i64::try_from(eta.seq).unwrap_or(i64::MAX),
            snapshot: to_json(eta),
            told: to_json(told),
        };
        if diesel::update(etas::table.find(eta.visit_id)).set(&row).execute(self.database)? == 0 {
            diesel::insert_into(etas::table).values(&row).execute(self.database)?;
        }
        Ok(())
    }
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = etas)]
struct EtaRow {
    visit_id: VisitId,
    seq: i64,
    snapshot: String,
    told: String,
}

fn tracked(row: TrackedRow) -> Result<TrackedVisit, Fault> {
    let (issue, contract, product, symptom, linked) = row.issue;
    Ok(TrackedVisit {
        visit: row.visit,
        position: position(row.place.0, row.place.1)?,
        contract,
        issue,
        work: product.map(|product| WorkKey { product, symptom, kind: kind_of(linked) }),
        service: Seconds::minutes(row.service_minutes),
        shown: row.snapshot.as_deref().map(json).transpose()?,
        told: row.told.as_deref().map(json).transpose()?.unwrap_or_default(),
    })
}

/// What continues an earlier issue is another visit to the same thing.
fn kind_of(linked: Option<IssueId>) -> WorkKind {
    if linked.is_some() { WorkKind::Revisit } else { WorkKind::Repair }
}

/// Latitude, longitude, accuracy in metres, time, number.
pub(super) type FixRow = (f64, f64, f64, Timestamp, i64);

impl From<FixRow> for Fix {
    fn from((lat, lon, accuracy_m, at, seq): FixRow) -> Self {
        Self { lat, lon, accuracy_m, at, seq }
    }
}

/// Product, symptom, the issue it continues, who did it, start and end of the work.
type FinishedRow =
    ((Option<ProductId>, Option<String>, Option<IssueId>), TechnicianId, Option<Timestamp>, Option<Timestamp>);

impl Reader<'_> {
    /// Where the technicians of a topic were last, as far as the topic shows it: on a visit's while he is on the way to it,
    /// on a territory's those who are at home there. Older ones than `since` say nothing any more.
    pub fn positions_on(&mut self, topic: Stream, since: Timestamp) -> Result<Vec<(TechnicianId, Fix)>, Fault> {
        let technicians: Vec<TechnicianId> = match topic {
            Stream::Visit(visit) => visits::table
                .find(visit)
                .filter(visits::state.eq(VisitState::EnRoute))
                .select(visits::technician_id)
                .load(self.database)?,
            Stream::Territory(territory) => self.technicians_at_home(territory)?,
            Stream::Contract(_) | Stream::Technician(_) | Stream::Agent(_) | Stream::Desk => Vec::new(),
        };
        if technicians.is_empty() { Ok(Vec::new()) } else { self.fixes(&technicians, since) }
    }

    /// Work times of visits finished since `since`, for the estimate to learn from.
    pub fn durations(&mut self, since: Timestamp) -> Result<Durations, Fault> {
        let rows: Vec<FinishedRow> = visits::table
            .inner_join(work_orders::table.inner_join(issues::table))
            .filter(visits::state.eq(VisitState::Done).and(visits::finished_at.ge(since)))
            .order(visits::id)
            .select((
                (issues::product_id, issues::symptom, issues::linked_issue_id),
                visits::technician_id,
                visits::started_at,
                visits::finished_at,
            ))
            .load(self.database)?;
        let finished = |((product, symptom, linked), who, started, finished): FinishedRow| {
            let key = WorkKey { product: product?, symptom, kind: kind_of(linked) };
            Some((key, who, finished?.since(started?)))
        };
        let visits: Vec<(WorkKey, TechnicianId, Seconds)> = rows.into_iter().filter_map(finished).collect();
        let mut durations = Durations::default();
        visits.iter().for_each(|(key, _, spent)| durations.observe(key, *spent));
        visits.iter().for_each(|(key, who, spent)| durations.observe_technician(*who, key, *spent));
        Ok(durations)
    }

    /// Technicians of a territory with a visit on their route.
    pub fn busy_technicians(&mut self, territory: TerritoryId) -> Result<Vec<TechnicianId>, Fault> {
        Ok(visits::table
            .inner_join(technicians::table)
            .filter(technicians::territory_id.eq(territory).and(visits::state.eq_any(live_codes())))
            .select(visits::technician_id)
            .distinct()
            .order(visits::technician_id)
            .load(self.database)?)
    }
}
