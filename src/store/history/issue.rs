//! What the lines of a page tell of their issues: the number, the asset, and whether the fault came back.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::domain::ids::{AssetId, ContractId, IssueId, SiteId};
use crate::domain::issue::Outcome;
use crate::domain::wallet::policy::CostReason;
use crate::store::Reader;
use crate::store::error::Fault;
use crate::store::schema::issues;
use crate::views::history::IssueRef;

pub(super) struct HistoryIssue {
    pub number: String,
    pub asset: Option<AssetId>,
    pub site: SiteId,
    /// It repeats an earlier repair, whether that was seen at the intake or when it was over.
    pub recurrence: bool,
    /// None also for a repair of the time before this system.
    pub recurrence_of: Option<IssueRef>,
    /// The first later issue that repeats this one.
    pub recurred_as: Option<IssueRef>,
}

#[derive(Queryable)]
struct Row {
    id: IssueId,
    number: String,
    asset: Option<AssetId>,
    site: SiteId,
    cost_reason: CostReason,
    outcome: Option<Outcome>,
    linked: Option<IssueId>,
}

impl Reader<'_> {
    /// The issues of a page; a page has no more entries than a query may name ids.
    pub(super) fn history_issues(
        &mut self,
        contract: ContractId,
        ids: Vec<IssueId>,
    ) -> Result<BTreeMap<IssueId, HistoryIssue>, Fault> {
        let rows: Vec<Row> = issues::table
            .filter(issues::id.eq_any(&ids))
            .select((
                issues::id,
                issues::number,
                issues::asset_id,
                issues::site_id,
                issues::cost_reason,
                issues::outcome,
                issues::linked_issue_id,
            ))
            .load(self.database)?;
        let earlier = self.numbers(rows.iter().filter_map(|row| row.linked).collect())?;
        let later = self.repeated_by(contract, &ids)?;
        let issue = |row: Row| HistoryIssue {
            number: row.number,
            asset: row.asset,
            site: row.site,
            recurrence: row.cost_reason == CostReason::Recurrence || row.outcome == Some(Outcome::Recurrence),
            recurrence_of: row.linked.and_then(|id| earlier.get(&id).cloned()),
            recurred_as: later.get(&row.id).cloned(),
        };
        Ok(rows.into_iter().map(|row| (row.id, issue(row))).collect())
    }

    fn numbers(&mut self, ids: Vec<IssueId>) -> Result<BTreeMap<IssueId, IssueRef>, Fault> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows: Vec<(IssueId, String)> =
            issues::table.filter(issues::id.eq_any(ids)).select((issues::id, issues::number)).load(self.database)?;
        Ok(rows.into_iter().map(|(id, number)| (id, IssueRef { id, number })).collect())
    }

    fn repeated_by(&mut self, contract: ContractId, ids: &[IssueId]) -> Result<BTreeMap<IssueId, IssueRef>, Fault> {
        let rows: Vec<(Option<IssueId>, IssueId, String)> = issues::table
            .filter(issues::contract_id.eq(contract).and(issues::linked_issue_id.eq_any(ids)))
            .order((issues::created_at, issues::id))
            .select((issues::linked_issue_id, issues::id, issues::number))
            .load(self.database)?;
        let mut first = BTreeMap::new();
        for (linked, id, number) in rows {
            if let Some(earlier) = linked {
                first.entry(earlier).or_insert(IssueRef { id, number });
            }
        }
        Ok(first)
    }
}
