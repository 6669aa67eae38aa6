//! Visits: the rows of the board, and the writes that move a visit.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::codec::json;
use super::connection::Database;
use super::error::{Fault, StoreError};
use super::schema::*;
use super::{Reader, Unit};
use crate::domain::ids::*;
use crate::domain::place::Position;
use crate::domain::priority::Priority;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::domain::visit::VisitState;
use crate::domain::wallet::terms::UnitKind;
use crate::views::board::{Timeline, VisitRow};

/// A visit as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = visits, treat_none_as_null = true)]
pub struct Visit {
    pub id: VisitId,
    pub work_order_id: WorkOrderId,
    pub territory_id: TerritoryId,
    pub technician_id: TechnicianId,
    pub state: VisitState,
    pub state_before: Option<VisitState>,
    /// Rises along a technician's route.
    pub route_order: i64,
    pub planned_start: Timestamp,
    pub planned_end: Timestamp,
    pub travel_s: i64,
    pub promised_from: Option<Timestamp>,
    pub promised_to: Option<Timestamp>,
    /// Arrival in the technician's own words.
    pub declared_arrival: Option<Timestamp>,
    pub declared_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub accepted_at: Option<Timestamp>,
    pub en_route_at: Option<Timestamp>,
    pub en_route_lat: Option<f64>,
    pub en_route_lon: Option<f64>,
    pub arrived_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub version: i64,
    /// The times of the steps as they stood before the last tap.
    pub en_route_before: Option<Timestamp>,
    pub arrived_before: Option<Timestamp>,
    pub started_before: Option<Timestamp>,
}

impl Visit {
    /// Remembers where it stands, before a tap leads on to `next`.
    pub fn step_on(&mut self, next: VisitState) {
        (self.en_route_before, self.arrived_before, self.started_before) =
            (self.en_route_at, self.arrived_at, self.started_at);
        self.state_before = Some(self.state);
        self.state = next;
    }

    /// Takes the last tap back, to `earlier`: what it made true is no longer, and what stood before it stands again.
    pub fn step_back(&mut self, earlier: VisitState) {
        (self.en_route_at, self.arrived_at, self.started_at) =
            (self.en_route_before, self.arrived_before, self.started_before);
        match self.state {
            VisitState::Accepted => self.accepted_at = None,
            VisitState::EnRoute => (self.en_route_lat, self.en_route_lon) = (None, None),
            _ => {}
        }
        self.state_before = None;
        self.state = earlier;
    }

    pub fn promised(&self) -> Option<Window> {
        Window::new(self.promised_from?, self.promised_to?)
    }

    /// Where the technician was when he set out.
    pub fn set_out_from(&self) -> Option<Position> {
        Position::new(self.en_route_lat?, self.en_route_lon?)
    }
}

/// Which visits to show.
#[derive(Debug, Clone)]
pub enum VisitFilter {
    One(VisitId),
    Issue(IssueId),
    /// Those of a technician that touch the day `window`, and all his live ones.
    Technician(TechnicianId, Window),
    /// Those of a territory that touch the day `window`, and all its live ones.
    Territory(TerritoryId, Window),
}

impl Reader<'_> {
    /// Rows in order of technician and route.
    pub fn visit_rows(&mut self, filter: &VisitFilter) -> Result<Vec<VisitRow>, Fault> {
        visit_rows(self.database, filter)
    }
}

impl Unit<'_> {
    pub fn visit_row(&mut self, id: VisitId) -> Result<VisitRow, Fault> {
        let rows = visit_rows(self.database, &VisitFilter::One(id))?;
        rows.into_iter().next().ok_or_else(|| Refusal::new(Code::NotFound).into())
    }

    pub fn visit(&mut self, id: VisitId) -> Result<Visit, Fault> {
        let visit = visits::table.find(id).select(Visit::as_select()).first(self.database).optional()?;
        visit.ok_or_else(|| Refusal::new(Code::NotFound).into())
    }

    /// The technician's live visits in route order.
    pub fn live_route(&mut self, technician: TechnicianId) -> Result<Vec<Visit>, Fault> {
        Ok(visits::table
            .filter(visits::technician_id.eq(technician).and(visits::state.eq_any(live_codes())))
            .order((visits::route_order, visits::id))
            .select(Visit::as_select())
            .load(self.database)?)
    }

    /// The live visit of a work order, if it has one.
    pub fn live_visit_of(&mut self, work_order: WorkOrderId) -> Result<Option<Visit>, Fault> {
        Ok(visits::table
            .filter(visits::work_order_id.eq(work_order).and(visits::state.eq_any(live_codes())))
            .select(Visit::as_select())
            .first(self.database)
            .optional()?)
    }

    pub(crate) fn insert_visit(&mut self, visit: &Visit) -> Result<(), Fault> {
        diesel::insert_into(visits::table).values(visit).execute(self.database)?;
        Ok(())
    }

    /// Writes a changed visit; its version rises.
    pub(crate) fn update_visit(&mut self, visit: &mut Visit) -> Result<(), Fault> {
        let seen = visit.version;
        visit.version += 1;
        let target = visits::table.filter(visits::id.eq(visit.id).and(visits::version.eq(seen)));
        let changed = diesel::update(target).set(&*visit).execute(self.database)?;
        if changed == 1 { Ok(()) } else { Err(Refusal::new(Code::Stale).with("current_version", seen + 1).into()) }
    }

    /// Serialises everything that changes one technician's route.
    pub fn lock_technician(&mut self, technician: TechnicianId) -> Result<(), Fault> {
        let target = technicians::table.find(technician);
        let locked =
            diesel::update(target).set(technicians::version.eq(technicians::version + 1)).execute(self.database)?;
        if locked == 1 { Ok(()) } else { Err(Refusal::new(Code::NotFound).into()) }
    }
}

/// Codes of the states in which a visit stands on a route.
pub(super) fn live_codes() -> Vec<VisitState> {
    VisitState::ALL.iter().copied().filter(|state| state.is_live()).collect()
}

#[derive(Queryable)]
struct Joined {
    visit: Visit,
    issue: (IssueId, String, Priority, Option<ProductId>, Option<String>, String),
    service_minutes: i64,
    site: (String, String, f64, f64),
    customer_name: String,
    technician_name: String,
    eta: Option<String>,
    balance: (i64, UnitKind),
}

pub(super) fn visit_rows(database: &mut Database, filter: &VisitFilter) -> Result<Vec<VisitRow>, Fault> {
    let mut query = visits::table
        .inner_join(work_orders::table.inner_join(issues::table.inner_join(sites::table.inner_join(customers::table))))
        .inner_join(technicians::table)
        .inner_join(wallets::table.on(wallets::contract_id.eq(issues::contract_id)))
        .left_join(etas::table.on(etas::visit_id.eq(visits::id)))
        .select((
            Visit::as_select(),
            (issues::id, issues::number, issues::priority, issues::product_id, issues::symptom, issues::description),
            work_orders::service_minutes,
            (sites::name, sites::address, sites::lat, sites::lon),
            customers::name,
            technicians::name,
            etas::snapshot.nullable(),
            (wallets::available, wallets::unit),
        ))
        .order((visits::technician_id, visits::route_order, visits::id))
        .into_boxed();
    query = match filter {
        VisitFilter::One(id) => query.filter(visits::id.eq(*id)),
        VisitFilter::Issue(issue) => query.filter(issues::id.eq(*issue)),
        VisitFilter::Technician(id, day) => query.filter(visits::technician_id.eq(*id)).filter(
            visits::state
                .eq_any(live_codes())
                .or(visits::planned_start.ge(day.from).and(visits::planned_start.lt(day.to))),
        ),
        VisitFilter::Territory(id, day) => query.filter(visits::territory_id.eq(*id)).filter(
            visits::state
                .eq_any(live_codes())
                .or(visits::planned_start.ge(day.from).and(visits::planned_start.lt(day.to))),
        ),
    };
    let joined: Vec<Joined> = query.load(database)?;
    let names = Names::load(database, joined.iter().filter_map(|row| row.issue.3))?;
    joined.into_iter().map(|row| row_of(row, &names)).collect()
}

fn row_of(row: Joined, names: &Names) -> Result<VisitRow, Fault> {
    let (issue_id, issue_number, priority, product, symptom, description) = row.issue;
    let (site_name, address, lat, lon) = row.site;
    let (product_name_ja, product_name_en) = names.product(product);
    let (symptom_ja, symptom_en) = names.symptom(product, symptom.as_deref());
    let visit = row.visit;
    Ok(VisitRow {
        id: visit.id,
        work_order_id: visit.work_order_id,
        issue_id,
        issue_number,
        territory_id: visit.territory_id,
        technician_id: visit.technician_id,
        technician_name: row.technician_name,
        state: visit.state,
        priority,
        customer_name: row.customer_name,
        site_name,
        address,
        position: position(lat, lon)?,
        product_name_ja,
        product_name_en,
        symptom_ja,
        symptom_en,
        description,
        planned_start: visit.planned_start,
        planned_end: visit.planned_end,
        travel_s: visit.travel_s,
        service_minutes: row.service_minutes,
        promised: visit.promised(),
        version: visit.version,
        eta: row.eta.as_deref().map(json).transpose()?,
        timeline: Timeline {
            accepted_at: visit.accepted_at,
            en_route_at: visit.en_route_at,
            arrived_at: visit.arrived_at,
            started_at: visit.started_at,
            finished_at: visit.finished_at,
        },
        balance: row.balance.0,
        unit: row.balance.1,
    })
}

pub(super) fn position(lat: f64, lon: f64) -> Result<Position, StoreError> {
    Position::new(lat, lon).ok_or_else(|| StoreError::corrupt("a place off the globe"))
}

/// Names of products and their symptoms in both languages.
pub(super) struct Names {
    products: BTreeMap<ProductId, (String, String)>,
    symptoms: BTreeMap<(ProductId, String), (String, String)>,
}

impl Names {
    pub(super) fn load(database: &mut Database, ids: impl Iterator<Item = ProductId>) -> Result<Self, Fault> {
        let mut wanted: Vec<ProductId> = ids.collect();
        wanted.sort_unstable();
        wanted.dedup();
        let products: Vec<(ProductId, String, String)> = products::table
            .filter(products::id.eq_any(wanted.clone()))
            .select((products::id, products::name_ja, products::name_en))
            .load(database)?;
        let symptoms: Vec<(ProductId, String, String, String)> = symptoms::table
            .filter(symptoms::product_id.eq_any(wanted))
            .select((symptoms::product_id, symptoms::code, symptoms::name_ja, symptoms::name_en))
            .load(database)?;
        Ok(Self {
            products: products.into_iter().map(|(id, ja, en)| (id, (ja, en))).collect(),
            symptoms: symptoms.into_iter().map(|(id, code, ja, en)| ((id, code), (ja, en))).collect(),
        })
    }

    pub(super) fn product(&self, id: Option<ProductId>) -> (String, String) {
        id.and_then(|id| self.products.get(&id)).cloned().unwrap_or_default()
    }

    /// The code itself where no name is known.
    pub(super) fn symptom(&self, product: Option<ProductId>, code: Option<&str>) -> (String, String) {
        let Some(code) = code else { return Default::default() };
        let known = product.and_then(|id| self.symptoms.get(&(id, code.to_owned())));
        known.cloned().unwrap_or_else(|| (code.to_owned(), code.to_owned()))
    }
}

/// The local day around `now` as a span of time.
pub fn day_window(now: Timestamp, zone: chrono_tz::Tz) -> Window {
    let from = Timestamp::on_day(now.day(zone), chrono::NaiveTime::MIN, zone);
    Window { from, to: from + Seconds::hours(24) }
}
