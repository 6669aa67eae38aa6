//! What was done for an issue at all its visits together.

use diesel::dsl::{exists, select};
use diesel::prelude::*;

use super::Unit;
use super::error::Fault;
use super::schema::{issues, service_reports, visits, work_orders};
use crate::domain::ids::{AssetId, ContractId, IssueId, ProductId, SiteId};
use crate::domain::issue::{IssueState, Outcome};
use crate::domain::time::{Seconds, Timestamp};
use crate::domain::visit::VisitState;
use crate::domain::wallet::policy::{CapturePoint, Ending};

impl Unit<'_> {
    /// How an issue ends that is over with `outcome`: what its contract's rules ask about the visits that were made.
    pub fn ending(&mut self, issue: IssueId, outcome: Outcome) -> Result<Ending, Fault> {
        let minutes: Vec<i64> = service_reports::table
            .inner_join(visits::table.on(visits::id.eq(service_reports::visit_id)))
            .inner_join(work_orders::table.on(work_orders::id.eq(visits::work_order_id)))
            .filter(work_orders::issue_id.eq(issue))
            .select(service_reports::minutes)
            .load(self.database)?;
        Ok(Ending {
            outcome,
            departed: self.has_departed(issue)?,
            closed_door: self.met_a_closed_door(issue)?,
            minutes: (!minutes.is_empty()).then(|| minutes.iter().sum()),
        })
    }

    /// Names the repair that did not last, for an issue that proved to be a recurrence: the newest one within the
    /// guarantee on the same asset, or of the same product at the same site where no asset is named. One that was named
    /// at the intake stays; where none is known to this system, none is named.
    pub fn link_recurrence(&mut self, issue: IssueId) -> Result<(), Fault> {
        type Row = (ContractId, SiteId, Option<AssetId>, Option<ProductId>, Timestamp, Option<IssueId>);
        let (contract, site, asset, product, at, linked): Row = issues::table
            .find(issue)
            .select((
                issues::contract_id,
                issues::site_id,
                issues::asset_id,
                issues::product_id,
                issues::created_at,
                issues::linked_issue_id,
            ))
            .first(self.database)?;
        if linked.is_some() {
            return Ok(());
        }
        let accepted = at.day(self.zone());
        let days = i64::from(self.look().policy_on(contract, accepted)?.policy.recurrence_days);
        let mut earlier = issues::table
            .filter(issues::contract_id.eq(contract).and(issues::id.ne(issue)))
            .filter(issues::state.eq_any([IssueState::Resolved, IssueState::Closed]))
            .filter(issues::outcome.ne(Outcome::Withdrawn))
            .filter(issues::closed_at.between(at - Seconds::hours(24 * days), at))
            .order((issues::closed_at.desc(), issues::id))
            .select(issues::id)
            .into_boxed();
        earlier = match asset {
            Some(asset) => earlier.filter(issues::asset_id.eq(asset)),
            None => earlier.filter(issues::site_id.eq(site).and(issues::product_id.eq(product))),
        };
        let Some(repair) = earlier.first::<IssueId>(self.database).optional()? else { return Ok(()) };
        diesel::update(issues::table.find(issue)).set(issues::linked_issue_id.eq(repair)).execute(self.database)?;
        Ok(())
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
