//! One issue with its contact, its tickets and its visits.

use diesel::prelude::*;

use crate::domain::ids::*;
use crate::domain::issue::Outcome;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::visit::VisitState;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::*;
use crate::store::summaries::IssueFilter;
use crate::store::visits::VisitFilter;
use crate::views::board::VisitRow;
use crate::views::desk::IssueDetail;
use crate::views::technician::ReportView;

#[derive(Queryable)]
struct Row {
    contract: (ContractId, String, String),
    contact: (InteractionId, String, String),
    territory_id: TerritoryId,
    work_order_id: Option<WorkOrderId>,
    version: i64,
    units: i64,
    outcome: Option<Outcome>,
    linked_issue_id: Option<IssueId>,
    desk: (String, i64, Timestamp, Timestamp),
}

impl Reader<'_> {
    pub fn issue_detail(&mut self, id: IssueId) -> Result<IssueDetail, Fault> {
        let summary = self.issue_summaries(&IssueFilter::One(id))?.pop();
        let (_, summary) = summary.ok_or_else(|| Refusal::new(Code::NotFound))?;
        let row: Row = issues::table
            .inner_join(interactions::table)
            .inner_join(contracts::table.inner_join(customers::table))
            .left_join(work_orders::table.on(work_orders::issue_id.eq(issues::id)))
            .filter(issues::id.eq(id))
            .select((
                (contracts::id, contracts::number, customers::name),
                (interactions::id, interactions::caller_name, interactions::caller_phone),
                issues::territory_id,
                work_orders::id.nullable(),
                issues::version,
                issues::units,
                issues::outcome,
                issues::linked_issue_id,
                (issues::remedy, issues::desk_minutes, interactions::started_at, interactions::saved_at),
            ))
            .first(self.database)?;
        let tickets = self.issue_tickets(&[id])?.remove(&id).unwrap_or_default();
        let visits = self.visit_rows(&VisitFilter::Issue(id))?;
        Ok(IssueDetail {
            summary,
            interaction_id: row.contact.0,
            contract_id: row.contract.0,
            contract_number: row.contract.1,
            customer_name: row.contract.2,
            caller_name: row.contact.1,
            caller_phone: row.contact.2,
            territory_id: row.territory_id,
            work_order_id: row.work_order_id,
            version: row.version,
            tickets: tickets.numbers,
            units: row.units,
            hold_state: tickets.state,
            outcome: row.outcome,
            report: self.last_report(&visits)?,
            visits,
            linked_issue_id: row.linked_issue_id,
            remedy: row.desk.0,
            desk_minutes: row.desk.1,
            contact_minutes: contact_minutes(row.desk.2, row.desk.3, self.issues_of_contact(row.contact.0)?),
            asked: self.approval(id)?,
        })
    }

    fn issues_of_contact(&mut self, contact: InteractionId) -> Result<i64, Fault> {
        Ok(issues::table.filter(issues::interaction_id.eq(contact)).count().get_result(self.database)?)
    }

    /// The report of the visit that was finished last.
    fn last_report(&mut self, visits: &[VisitRow]) -> Result<Option<ReportView>, Fault> {
        let reported = visits.iter().filter(|visit| matches!(visit.state, VisitState::Done | VisitState::NeedsRevisit));
        match reported.max_by_key(|visit| visit.timeline.finished_at) {
            Some(visit) => self.report_view(visit.id),
            None => Ok(None),
        }
    }

    /// The customer of a contract, for checks of access.
    pub fn contract_owner(&mut self, id: ContractId) -> Result<CustomerId, Fault> {
        let owner = contracts::table.find(id).select(contracts::customer_id).first(self.database).optional()?;
        Ok(owner.ok_or_else(|| Refusal::new(Code::NotFound))?)
    }
}

/// Each issue's part of a contact's minutes, begun ones counted as whole. What took longer than a working day was
/// entered late.
fn contact_minutes(began: Timestamp, saved: Timestamp, issues: i64) -> i64 {
    const MINUTE_MICROS: i64 = 60_000_000;
    const LATE_MINUTES: i64 = 480;
    let minutes = (saved.micros() - began.micros() + MINUTE_MICROS - 1) / MINUTE_MICROS;
    if (0..=LATE_MINUTES).contains(&minutes) { (minutes + issues - 1) / issues.max(1) } else { 0 }
}
