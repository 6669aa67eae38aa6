//! Issues summed up for the desk and the portal, each with the visit that tells how it stands.

use diesel::prelude::*;

use super::Reader;
use super::codec::json;
use super::connection::Database;
use super::error::{Fault, StoreError};
use super::schema::*;
use crate::domain::eta::Eta;
use crate::domain::ids::*;
use crate::domain::issue::{IssueKind, IssueState};
use crate::domain::priority::Priority;
use crate::domain::time::Timestamp;
use crate::domain::visit::VisitState;
use crate::domain::wallet::approval::ApprovalState;
use crate::views::desk::{Channel, IssueSummary};

/// Which issues to sum up.
#[derive(Debug, Clone)]
pub enum IssueFilter {
    /// The open ones of these contracts.
    OpenOf(Vec<ContractId>),
    One(IssueId),
    /// Those of all contracts that customers reported on their own page and for which nobody has been sent.
    Reported,
}

impl Reader<'_> {
    /// Newest first, each with the contract that it belongs to.
    pub fn issue_summaries(&mut self, filter: &IssueFilter) -> Result<Vec<(ContractId, IssueSummary)>, Fault> {
        issue_summaries(self.database, filter)
    }
}

type SummaryRow = (
    (IssueId, ContractId, String, IssueKind, IssueState, Priority),
    (Option<String>, String, Option<AssetId>, Timestamp),
    (String, Channel),
    Option<ApprovalState>,
);

fn issue_summaries(database: &mut Database, filter: &IssueFilter) -> Result<Vec<(ContractId, IssueSummary)>, Fault> {
    let mut query = issues::table
        .inner_join(sites::table)
        .inner_join(interactions::table)
        .left_join(approvals::table.on(approvals::issue_id.eq(issues::id)))
        .order((issues::created_at.desc(), issues::id.desc()))
        .select((
            (issues::id, issues::contract_id, issues::number, issues::kind, issues::state, issues::priority),
            (issues::symptom, issues::description, issues::asset_id, issues::created_at),
            (sites::name, interactions::channel),
            approvals::state.nullable(),
        ))
        .into_boxed();
    query = match filter {
        IssueFilter::One(id) => query.filter(issues::id.eq(*id)),
        IssueFilter::Reported => {
            let waiting =
                [IssueState::Received, IssueState::Triaging, IssueState::Remote, IssueState::AwaitingDispatch];
            query.filter(interactions::channel.eq(Channel::Portal)).filter(issues::state.eq_any(waiting))
        }
        IssueFilter::OpenOf(contracts) => {
            let open: Vec<IssueState> = IssueState::ALL.iter().copied().filter(|state| state.is_open()).collect();
            query.filter(issues::contract_id.eq_any(contracts.clone())).filter(issues::state.eq_any(open))
        }
    };
    let rows: Vec<SummaryRow> = query.load(database)?;
    let ids: Vec<IssueId> = rows.iter().map(|row| row.0.0).collect();
    let visits = current_visits(database, &ids)?;
    Ok(rows.into_iter().map(|row| summary(row, &visits)).collect())
}

/// The visit that tells how an issue stands: the newest that is live or done.
struct CurrentVisit {
    issue: IssueId,
    id: VisitId,
    state: VisitState,
    eta: Option<Eta>,
}

fn current_visits(database: &mut Database, ids: &[IssueId]) -> Result<Vec<CurrentVisit>, Fault> {
    let telling: Vec<VisitState> =
        VisitState::ALL.iter().copied().filter(|state| state.is_live() || *state == VisitState::Done).collect();
    let rows: Vec<(IssueId, VisitId, VisitState, Option<String>)> = visits::table
        .inner_join(work_orders::table)
        .left_join(etas::table.on(etas::visit_id.eq(visits::id)))
        .filter(work_orders::issue_id.eq_any(ids))
        .filter(visits::state.eq_any(telling))
        .order((visits::created_at.desc(), visits::id.desc()))
        .select((work_orders::issue_id, visits::id, visits::state, etas::snapshot.nullable()))
        .load(database)?;
    let current = rows.into_iter().map(|(issue, id, state, eta)| {
        let eta = eta.filter(|_| state.is_live()).as_deref().map(json).transpose()?;
        Ok(CurrentVisit { issue, id, state, eta })
    });
    Ok(current.collect::<Result<_, StoreError>>()?)
}

fn summary(row: SummaryRow, visits: &[CurrentVisit]) -> (ContractId, IssueSummary) {
    let (head, (symptom, description, asset_id, created_at), (site_name, channel), approval) = row;
    let (id, contract, number, kind, state, priority) = head;
    let visit = visits.iter().find(|visit| visit.issue == id);
    let summary = IssueSummary {
        id,
        number,
        kind,
        channel,
        state,
        priority,
        symptom,
        description,
        site_name,
        asset_id,
        created_at,
        visit_id: visit.map(|visit| visit.id),
        visit_state: visit.map(|visit| visit.state),
        eta: visit.and_then(|visit| visit.eta.clone()),
        approval,
    };
    (contract, summary)
}
