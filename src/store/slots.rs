//! Appointment slots at rest: held for a caller until they run out, then gone; or sold with a work order, whose promise
//! they are. And what the days hold already, for whoever offers slots.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use diesel::prelude::*;

use super::codec::{json, to_json};
use super::connection::Database;
use super::error::Fault;
use super::schema::{slots, territories, work_orders};
use super::technicians::{Profile, Today, state};
use super::{Reader, Unit, absences};
use crate::domain::ids::*;
use crate::domain::issue::WorkOrderState;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::limits;
use crate::planner::problem::Job;
use crate::planner::slots::{Commitment, Day, Hints};

/// A slot as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = slots)]
pub struct Slot {
    pub id: SlotId,
    pub territory_id: TerritoryId,
    pub contract_id: ContractId,
    pub site_id: SiteId,
    /// Who holds it.
    pub user_id: UserId,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// Who could serve it when it was last asked; no assignment.
    pub technician_id: Option<TechnicianId>,
    /// JSON of the work that it is held for.
    pub job: String,
    pub held_at: Timestamp,
    pub expires_at: Timestamp,
    /// Whose promise it is, once sold.
    pub work_order_id: Option<WorkOrderId>,
}

impl Slot {
    pub fn window(&self) -> Window {
        Window { from: self.starts_at, to: self.ends_at }
    }

    pub fn job(&self) -> Result<Job, Fault> {
        Ok(json(&self.job)?)
    }

    /// The text of the work that a slot is held for.
    pub fn text_of(job: &Job) -> String {
        to_json(job)
    }
}

impl Unit<'_> {
    /// Serialises everything that takes from the time of these territories, in one order for all.
    pub(crate) fn lock_territories(&mut self, ids: &BTreeSet<TerritoryId>) -> Result<(), Fault> {
        for id in ids {
            // An update without a change takes the row's lock on either database.
            diesel::update(territories::table.find(id))
                .set(territories::code.eq(territories::code))
                .execute(self.database)?;
        }
        Ok(())
    }

    pub(crate) fn insert_slot(&mut self, slot: &Slot) -> Result<(), Fault> {
        diesel::insert_into(slots::table).values(slot).execute(self.database)?;
        Ok(())
    }

    pub(crate) fn slot(&mut self, id: SlotId) -> Result<Option<Slot>, Fault> {
        Ok(slots::table.find(id).select(Slot::as_select()).first(self.database).optional()?)
    }

    /// False: it was sold or let go meanwhile.
    pub(crate) fn sell_slot(&mut self, id: SlotId, work_order: WorkOrderId) -> Result<bool, Fault> {
        let held = slots::table.filter(slots::id.eq(id).and(slots::work_order_id.is_null()));
        Ok(diesel::update(held).set(slots::work_order_id.eq(work_order)).execute(self.database)? == 1)
    }

    pub(crate) fn delete_slot(&mut self, id: SlotId) -> Result<(), Fault> {
        diesel::delete(slots::table.find(id)).execute(self.database)?;
        Ok(())
    }

    /// Slots whose hold has run out, oldest first: of some territories, or of all.
    pub(crate) fn lapsed_slots(&mut self, of: Option<&BTreeSet<TerritoryId>>) -> Result<Vec<Slot>, Fault> {
        let now = self.now();
        let mut query = slots::table
            .filter(slots::work_order_id.is_null().and(slots::expires_at.le(now)))
            .order((slots::expires_at, slots::id))
            .select(Slot::as_select())
            .into_boxed();
        if let Some(territories) = of {
            query = query.filter(slots::territory_id.eq_any(territories.clone()));
        }
        Ok(query.load(self.database)?)
    }

    /// Slots that somebody holds now.
    pub(crate) fn slots_held_by(&mut self, user: UserId) -> Result<i64, Fault> {
        let now = self.now();
        let held = slots::user_id.eq(user).and(slots::work_order_id.is_null()).and(slots::expires_at.gt(now));
        Ok(slots::table.filter(held).count().get_result(self.database)?)
    }

    /// Who could serve which commitment, by the number under which the planner knows it.
    pub(crate) fn set_slot_hints(&mut self, hints: &Hints) -> Result<(), Fault> {
        for (order, technician) in hints {
            let known = slots::id.eq(SlotId::from_uuid(order.uuid())).or(slots::work_order_id.eq(*order));
            diesel::update(slots::table.filter(known))
                .set(slots::technician_id.eq(*technician))
                .execute(self.database)?;
        }
        Ok(())
    }

    /// Forgets sold slots whose time was over before `keep`.
    pub(crate) fn forget_slots(&mut self, keep: Seconds) -> Result<(), Fault> {
        let over = slots::table.filter(slots::ends_at.lt(self.now() - keep));
        diesel::delete(over).execute(self.database)?;
        Ok(())
    }
}

impl Reader<'_> {
    /// What is promised or held in some territories and has no technician yet. `except` counts as free.
    pub fn commitments(
        &mut self,
        of: &BTreeSet<TerritoryId>,
        except: Option<SlotId>,
        now: Timestamp,
    ) -> Result<Vec<Commitment>, Fault> {
        let open = slots::table
            .left_join(work_orders::table)
            .filter(slots::territory_id.eq_any(of.clone()).and(slots::ends_at.gt(now)))
            .filter(
                slots::work_order_id
                    .is_null()
                    .and(slots::expires_at.gt(now))
                    .or(work_orders::state.nullable().eq(WorkOrderState::Open)),
            )
            .order(slots::id)
            .select(Slot::as_select());
        let rows: Vec<Slot> = open.load(self.database)?;
        let sold: Vec<WorkOrderId> = rows.iter().filter_map(|slot| slot.work_order_id).collect();
        let mut jobs = self.jobs(&sold, now)?;
        let mut found = Vec::with_capacity(rows.len());
        for slot in rows.iter().filter(|slot| Some(slot.id) != except) {
            let job = match slot.work_order_id {
                Some(order) => jobs.remove(&order),
                None => Some(slot.job()?),
            };
            // The promise counts, and no longer the arrival due.
            let job = job.map(|job| Job { promised: Some(slot.window()), arrive_by: None, ..job });
            found.extend(job.map(|job| Commitment { job, hint: slot.technician_id }));
        }
        Ok(found)
    }

    /// What waits in some territories without a promise, the most urgent first.
    pub fn unpromised(&mut self, of: &BTreeSet<TerritoryId>, now: Timestamp) -> Result<Vec<Job>, Fault> {
        let mut waiting = Vec::new();
        for territory in of {
            waiting.extend(self.waiting_jobs(*territory, now)?.into_iter().filter(|job| job.promised.is_none()));
        }
        waiting.sort_by_key(|job| (job.priority, job.arrive_by, job.work_order));
        waiting.truncate(limits::SLOT_QUEUE);
        Ok(waiting)
    }

    /// One local day of some technicians: today as it is, a later one as it begins, the vans filled up overnight.
    pub fn slot_day(&mut self, profiles: &[Profile], date: NaiveDate, now: Timestamp) -> Result<Day, Fault> {
        let zone = self.zone();
        if date == now.day(zone) {
            let technicians = self.technician_states(profiles, &[], now)?;
            return Ok(Day { date, now, technicians });
        }
        let begin = Timestamp::on_day(date, NaiveTime::MIN, zone);
        let ids: Vec<TechnicianId> = profiles.iter().map(|profile| profile.id).collect();
        let mut away = absences::spans(self.database, &ids, begin)?;
        let later = profiles.iter().map(|profile| {
            let mut morning = Today::empty(begin, zone);
            morning.absences = away.remove(&profile.id).unwrap_or_default();
            state(profile, morning)
        });
        Ok(Day { date, now: begin, technicians: later.collect::<Result<_, _>>()? })
    }
}

/// The promises of work orders that wait, as far as they are not over.
pub(super) fn promised(
    database: &mut Database,
    ids: &[WorkOrderId],
    now: Timestamp,
) -> Result<BTreeMap<WorkOrderId, Window>, Fault> {
    let rows: Vec<(Option<WorkOrderId>, Timestamp, Timestamp)> = slots::table
        .filter(slots::work_order_id.eq_any(ids.to_vec()).and(slots::ends_at.gt(now)))
        .select((slots::work_order_id, slots::starts_at, slots::ends_at))
        .load(database)?;
    Ok(rows.into_iter().filter_map(|(order, from, to)| Some((order?, Window::new(from, to)?))).collect())
}
