//! What contracts promise, and what the clocks of their issues go by.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use diesel::prelude::*;

use super::codec::{day, json, to_json};
use super::error::{Fault, StoreError};
use super::schema::{clock_pauses, issues, journal, service_levels, visits, work_orders};
use super::{Reader, Unit};
use crate::company::holidays::public_holidays;
use crate::domain::access::{Actor, Role};
use crate::domain::ids::{ClockPauseId, ContractId, IssueId, TerritoryId, UserId, WorkOrderId};
use crate::domain::issue::{IssueState, Outcome, WorkOrderState};
use crate::domain::priority::Priority;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::sla::{Calendar, Course, Pause, PauseReason, ServiceLevel};
use crate::views::clock::{LevelView, Levels, PauseView};

/// Years of holidays after the one in which an issue was accepted: as far as a calendar looks ahead.
const YEARS: i32 = 3;

/// An issue as its clocks see it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = issues)]
pub struct ClockIssue {
    pub id: IssueId,
    #[diesel(column_name = contract_id)]
    pub contract: ContractId,
    #[diesel(column_name = territory_id)]
    pub territory: TerritoryId,
    pub priority: Priority,
    pub state: IssueState,
    pub outcome: Option<Outcome>,
    pub created_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = clock_pauses)]
pub(in crate::store) struct PauseRow {
    id: ClockPauseId,
    issue_id: IssueId,
    reason: PauseReason,
    note: String,
    paused_at: Timestamp,
    paused_by: UserId,
    resumed_at: Option<Timestamp>,
    resumed_by: Option<UserId>,
}

impl PauseRow {
    pub fn view(self) -> PauseView {
        let Self { id, issue_id, reason, note, paused_at, paused_by, resumed_at, resumed_by } = self;
        PauseView { id, issue_id, reason, note, paused_at, paused_by, resumed_at, resumed_by }
    }
}

/// A level as it stands in its row.
pub(in crate::store) fn level(
    (contract_id, from_day, form): (ContractId, String, String),
) -> Result<LevelView, StoreError> {
    Ok(LevelView { contract_id, from_day: day(&from_day)?, level: json(&form)? })
}

impl Reader<'_> {
    /// What a contract promises for whatever is accepted on a day.
    pub fn level_on(&mut self, contract: ContractId, on: NaiveDate) -> Result<Option<LevelView>, Fault> {
        let row = service_levels::table
            .filter(service_levels::contract_id.eq(contract).and(service_levels::from_day.le(on.to_string())))
            .order(service_levels::from_day.desc())
            .first(self.database)
            .optional()?;
        Ok(row.map(level).transpose()?)
    }

    /// All that a contract promises and promised, the newest first.
    pub fn levels(&mut self, contract: ContractId) -> Result<Levels, Fault> {
        self.contract_term(contract)?;
        let rows: Vec<(ContractId, String, String)> = service_levels::table
            .filter(service_levels::contract_id.eq(contract))
            .order(service_levels::from_day.desc())
            .load(self.database)?;
        let levels = rows.into_iter().map(level).collect::<Result<_, _>>()?;
        Ok(Levels { levels, usual: ServiceLevel::house() })
    }

    /// What a contract promises for whatever is accepted now, with the hours in which it counts.
    pub(super) fn service_at(
        &mut self,
        contract: ContractId,
        now: Timestamp,
    ) -> Result<Option<(ServiceLevel, Calendar)>, Fault> {
        let Some(found) = self.level_on(contract, now.day(self.zone()))? else {
            return Ok(None);
        };
        let calendar = self.calendar_of(&found.level, now)?;
        Ok(Some((found.level, calendar)))
    }

    /// The level under which an issue was accepted.
    pub fn level_of(&mut self, issue: &ClockIssue) -> Result<Option<ServiceLevel>, Fault> {
        let accepted = issue.created_at.day(self.zone());
        Ok(self.level_on(issue.contract, accepted)?.map(|found| found.level))
    }

    /// # Errors
    /// `not_found`
    pub fn clock_issue(&mut self, id: IssueId) -> Result<ClockIssue, Fault> {
        let found = issues::table.find(id).select(ClockIssue::as_select()).first(self.database).optional()?;
        found.ok_or_else(|| Refusal::new(Code::NotFound).into())
    }

    /// The pause that lasts.
    pub fn open_pause(&mut self, issue: IssueId) -> Result<Option<PauseView>, Fault> {
        Ok(self.pauses(issue)?.into_iter().find(|pause| pause.resumed_at.is_none()))
    }

    /// All of an issue, in order.
    pub fn pauses(&mut self, issue: IssueId) -> Result<Vec<PauseView>, Fault> {
        let rows: Vec<PauseRow> = clock_pauses::table
            .filter(clock_pauses::issue_id.eq(issue))
            .order((clock_pauses::paused_at, clock_pauses::id))
            .select(PauseRow::as_select())
            .load(self.database)?;
        Ok(rows.into_iter().map(PauseRow::view).collect())
    }

    /// The hours of a level, with the holidays of the country and the company's own.
    pub fn calendar_of(&mut self, level: &ServiceLevel, accepted: Timestamp) -> Result<Calendar, Fault> {
        let zone = self.zone();
        let year = accepted.day(zone).year();
        let mut holidays: BTreeSet<NaiveDate> =
            (year - 1..=year + YEARS).flat_map(public_holidays).map(|holiday| holiday.on).collect();
        holidays.extend(self.company()?.catalog.holidays.into_iter().map(|holiday| holiday.on));
        Ok(Calendar::new(level.hours.clone(), holidays, zone))
    }

    /// What happened to an issue, as far as its clocks go by it.
    pub fn course(&mut self, issue: &ClockIssue) -> Result<Course, Fault> {
        let of = work_orders::table.filter(work_orders::issue_id.eq(issue.id));
        let orders: i64 = of.count().get_result(self.database)?;
        let arrived_at: Option<Timestamp> = visits::table
            .inner_join(work_orders::table.on(work_orders::id.eq(visits::work_order_id)))
            .filter(work_orders::issue_id.eq(issue.id).and(visits::arrived_at.is_not_null()))
            .order(visits::arrived_at)
            .select(visits::arrived_at)
            .first(self.database)
            .optional()?
            .flatten();
        let pause = |pause: PauseView| Pause { reason: pause.reason, from: pause.paused_at, to: pause.resumed_at };
        Ok(Course {
            responded_at: self.first_response(issue.id)?,
            arrived_at,
            closed_at: issue.closed_at,
            withdrawn: issue.state == IssueState::Cancelled || issue.outcome == Some(Outcome::Withdrawn),
            pauses: self.pauses(issue.id)?.into_iter().map(pause).collect(),
            ..Course::begin(issue.priority, issue.created_at, orders > 0)
        })
    }

    /// The work order of an issue that somebody still has to arrive for, and whether it waits for a technician.
    pub fn order_ahead(&mut self, issue: IssueId) -> Result<Option<(WorkOrderId, bool)>, Fault> {
        let found: Option<(WorkOrderId, WorkOrderState)> = work_orders::table
            .filter(work_orders::issue_id.eq(issue).and(work_orders::state.ne(WorkOrderState::Closed)))
            .order(work_orders::created_at.desc())
            .select((work_orders::id, work_orders::state))
            .first(self.database)
            .optional()?;
        Ok(found.map(|(id, state)| (id, state == WorkOrderState::Open)))
    }

    /// The first that one of us did about it: what the customer enters himself, or the server does, is no answer.
    fn first_response(&mut self, issue: IssueId) -> Result<Option<Timestamp>, Fault> {
        let rows: Vec<(String, Timestamp)> = journal::table
            .filter(journal::issue_id.eq(issue))
            .order((journal::at, journal::id))
            .select((journal::actor, journal::at))
            .load(self.database)?;
        for (actor, at) in rows {
            if matches!(json::<Actor>(&actor)?, Actor::User { role, .. } if role != Role::Customer) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

impl Unit<'_> {
    /// When somebody must have arrived; nobody knows while that clock stands still.
    pub(crate) fn set_arrive_by(&mut self, id: WorkOrderId, at: Option<Timestamp>) -> Result<(), Fault> {
        diesel::update(work_orders::table.find(id))
            .set((work_orders::arrive_by.eq(at), work_orders::version.eq(work_orders::version + 1)))
            .execute(self.database)?;
        Ok(())
    }

    pub(crate) fn insert_level(&mut self, set: &LevelView) -> Result<(), Fault> {
        diesel::insert_into(service_levels::table)
            .values((
                service_levels::contract_id.eq(set.contract_id),
                service_levels::from_day.eq(set.from_day.to_string()),
                service_levels::form.eq(to_json(&set.level)),
            ))
            .execute(self.database)?;
        Ok(())
    }

    pub(crate) fn insert_pause(&mut self, pause: &PauseView) -> Result<(), Fault> {
        let PauseView { id, issue_id, reason, note, paused_at, paused_by, resumed_at, resumed_by } = pause.clone();
        let row = PauseRow { id, issue_id, reason, note, paused_at, paused_by, resumed_at, resumed_by };
        diesel::insert_into(clock_pauses::table).values(row).execute(self.database)?;
        Ok(())
    }

    /// False: somebody ended it meanwhile.
    pub(crate) fn end_pause(&mut self, pause: &PauseView) -> Result<bool, Fault> {
        let open = clock_pauses::table.filter(clock_pauses::id.eq(pause.id).and(clock_pauses::resumed_at.is_null()));
        let end = (clock_pauses::resumed_at.eq(pause.resumed_at), clock_pauses::resumed_by.eq(pause.resumed_by));
        Ok(diesel::update(open).set(end).execute(self.database)? == 1)
    }
}
