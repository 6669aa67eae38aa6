//! What was done for an issue, at all its visits and at the desk together.

use chrono::{Days, NaiveTime};
use diesel::dsl::{exists, select};
use diesel::prelude::*;

use super::Unit;
use super::error::Fault;
use super::schema::{issues, past_repairs, service_reports, visits, work_orders};
use crate::domain::ids::{AssetId, ContractId, IssueId};
use crate::domain::issue::{IssueState, Outcome};
use crate::domain::time::Timestamp;
use crate::domain::visit::VisitState;
use crate::domain::wallet::policy::{CapturePoint, CostReason, Ending};

impl Unit<'_> {
    /// How an issue ends that is over with `outcome`: what its contract's rules ask about the visits that were made and
    /// the work at the desk.
    pub fn ending(&mut self, issue: IssueId, outcome: Outcome) -> Result<Ending, Fault> {
        let minutes: Vec<i64> = service_reports::table
            .inner_join(visits::table.on(visits::id.eq(service_reports::visit_id)))
            .inner_join(work_orders::table.on(work_orders::id.eq(visits::work_order_id)))
            .filter(work_orders::issue_id.eq(issue))
            .select(service_reports::minutes)
            .load(self.database)?;
        let (reason, said, at_desk): (CostReason, bool, i64) = issues::table
            .find(issue)
            .select((issues::cost_reason, issues::desk_minutes_said, issues::desk_minutes))
            .first(self.database)?;
        Ok(Ending {
            outcome,
            guaranteed: reason == CostReason::Recurrence,
            departed: self.has_departed(issue)?,
            closed_door: self.met_a_closed_door(issue)?,
            minutes: together(minutes.into_iter(), said.then_some(at_desk)),
        })
    }

    /// Whether an issue that proved to be a recurrence repeats a repair within the days that its contract guarantees,
    /// and a note of it on the issue: the newest repair of the same asset is named. One that was named at the intake
    /// stays; a repair from before this system makes it good too, and has no number to be named by.
    pub fn settle_recurrence(&mut self, issue: IssueId) -> Result<bool, Fault> {
        type Row = (ContractId, Option<AssetId>, Timestamp, CostReason);
        let (contract, asset, at, reason): Row = issues::table
            .find(issue)
            .select((issues::contract_id, issues::asset_id, issues::created_at, issues::cost_reason))
            .first(self.database)?;
        if reason == CostReason::Recurrence {
            return Ok(true);
        }
        let accepted = at.day(self.zone());
        let days = self.look().policy_on(contract, accepted)?.policy.recurrence_days;
        let since = accepted.checked_sub_days(Days::new(days.into())).unwrap_or(accepted);
        let since = Timestamp::on_day(since, NaiveTime::MIN, self.zone());
        let repair = match asset.filter(|_| days > 0) {
            Some(asset) => self.repair_between(asset, since, at)?,
            None => None,
        };
        let reason = if repair.is_some() { CostReason::Recurrence } else { CostReason::Unguaranteed };
        diesel::update(issues::table.find(issue)).set(issues::cost_reason.eq(reason)).execute(self.database)?;
        if let Some(Some(repair)) = repair {
            diesel::update(issues::table.find(issue)).set(issues::linked_issue_id.eq(repair)).execute(self.database)?;
        }
        Ok(repair.is_some())
    }

    /// Why an issue costs what it costs, and the repair that it repeats.
    pub fn cost_note(&mut self, issue: IssueId) -> Result<(CostReason, Option<IssueId>), Fault> {
        Ok(issues::table.find(issue).select((issues::cost_reason, issues::linked_issue_id)).first(self.database)?)
    }

    /// The newest repair of an asset in a span of time: its issue, or none for one from before this system.
    fn repair_between(
        &mut self,
        asset: AssetId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Option<Option<IssueId>>, Fault> {
        let solved: Option<IssueId> = issues::table
            .filter(issues::asset_id.eq(asset).and(issues::symptom.is_not_null()))
            .filter(issues::state.eq_any([IssueState::Resolved, IssueState::Closed]))
            .filter(issues::outcome.ne(Outcome::Withdrawn))
            .filter(issues::closed_at.between(since, until))
            .order((issues::closed_at.desc(), issues::id))
            .select(issues::id)
            .first(self.database)
            .optional()?;
        if solved.is_some() {
            return Ok(Some(solved));
        }
        let before =
            past_repairs::table.filter(past_repairs::asset_id.eq(asset).and(past_repairs::at.between(since, until)));
        let known: bool = select(exists(before)).get_result(self.database)?;
        Ok(known.then_some(None))
    }

    /// Whether anybody ever set out for an issue, and did not take that back.
    pub fn has_departed(&mut self, issue: IssueId) -> Result<bool, Fault> {
        let of_issue = visits::table.inner_join(work_orders::table).filter(work_orders::issue_id.eq(issue));
        Ok(select(exists(of_issue.filter(visits::en_route_at.is_not_null()))).get_result(self.database)?)
    }

    fn met_a_closed_door(&mut self, issue: IssueId) -> Result<bool, Fault> {
        let of_issue = visits::table.inner_join(work_orders::table).filter(work_orders::issue_id.eq(issue));
        Ok(select(exists(of_issue.filter(visits::state.eq(VisitState::NoAccess)))).get_result(self.database)?)
    }

    /// Whether a visit of the issue has come to a point at which contracts count a use, and was let in: whoever has
    /// begun the work was, also when the door is closed to him after a pause. An acceptance is never taken back.
    pub(super) fn has_come_to(&mut self, issue: IssueId, point: CapturePoint) -> Result<bool, Fault> {
        let of_issue = visits::table
            .inner_join(work_orders::table)
            .filter(work_orders::issue_id.eq(issue))
            .filter(visits::state.ne(VisitState::NoAccess).or(visits::started_at.is_not_null()));
        Ok(match point {
            CapturePoint::Acceptance => true,
            CapturePoint::Arrival => {
                select(exists(of_issue.filter(visits::arrived_at.is_not_null()))).get_result(self.database)?
            }
            CapturePoint::Investigation => {
                select(exists(of_issue.filter(visits::started_at.is_not_null()))).get_result(self.database)?
            }
            CapturePoint::Completion => false,
        })
    }
}

/// Minutes of all reports, and those that the desk said when it ended the issue. None: nobody said any.
pub(super) fn together(reports: impl Iterator<Item = i64>, at_desk: Option<i64>) -> Option<i64> {
    reports.chain(at_desk).fold(None, |sum: Option<i64>, more| Some(sum.unwrap_or_default() + more))
}
