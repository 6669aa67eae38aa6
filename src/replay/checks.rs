//! After the day: what the server keeps is compared with what it confirmed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::stage::Stage;
use super::tally::{CallOff, Confirmed, JobStory};
use crate::clients::{Api, CallError};
use crate::domain::ids::{ContractId, IssueId, VisitId};
use crate::domain::wallet::account::HoldState;
use crate::views::desk::IssueDetail;
use crate::views::history::HistoryEntry;
use crate::views::technician::FieldOutcome;

/// What the records say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Records {
    /// Confirmed changes that are in no history, and such that are there twice.
    pub lost: u64,
    pub doubled: u64,
    pub confirmed: u64,
    /// Tickets that were ever held, and what became of them.
    pub held: i64,
    pub captured: i64,
    pub released: i64,
    /// Of the repairs that were finished: whose tickets were captured, whose were released because the contract
    /// charges nothing for such an end, and whose are neither.
    pub finished_captured: u64,
    pub finished_released: u64,
    pub finished_unsettled: u64,
    /// What is wrong, in words.
    pub wrong: Vec<String>,
}

/// What makes one change different from another.
type Key = (&'static str, Option<VisitId>, Option<IssueId>);

pub async fn records(stage: &Arc<Stage>, api: &Api) -> Result<Records, CallError> {
    let (stories, confirmed) = {
        let book = stage.tally.book();
        (book.jobs.clone(), book.confirmed.clone())
    };
    let mut expected: BTreeMap<ContractId, Vec<Confirmed>> = BTreeMap::new();
    for change in confirmed {
        expected.entry(change.contract).or_default().push(change);
    }
    let mut records = Records::default();
    for (contract, expected) in expected {
        let history = history(api, contract).await?;
        compare(&mut records, &expected, &history);
    }
    for (index, story) in stories.iter().enumerate() {
        settled(&mut records, &stage.job(index).id, story, api).await?;
    }
    Ok(records)
}

async fn history(api: &Api, contract: ContractId) -> Result<Vec<HistoryEntry>, CallError> {
    let mut entries = Vec::new();
    let mut before = None;
    loop {
        let page = api.history(contract, before).await?;
        entries.extend(page.entries);
        match page.next {
            Some(next) => before = Some(next),
            None => return Ok(entries),
        }
    }
}

/// Every confirmed change must be in the history, once.
fn compare(records: &mut Records, expected: &[Confirmed], history: &[HistoryEntry]) {
    let mut wanted: BTreeMap<Key, u64> = BTreeMap::new();
    for change in expected {
        *wanted.entry((change.kind, change.visit, about_issue(change.visit, change.issue))).or_default() += 1;
    }
    let mut found: BTreeMap<Key, u64> = BTreeMap::new();
    for entry in history {
        let key = (entry.kind.as_str(), entry.visit_id, about_issue(entry.visit_id, entry.issue_id));
        *found.entry(key).or_default() += 1;
    }
    records.confirmed += expected.len() as u64;
    for (key, count) in wanted {
        let there = found.get(&key).copied().unwrap_or(0);
        if there < count {
            records.lost += count - there;
            records.wrong.push(format!("{} was confirmed {count} times and is {there} times in the history", key.0));
        } else if there > count {
            records.doubled += there - count;
            records.wrong.push(format!("{} was confirmed {count} times but is {there} times in the history", key.0));
        }
    }
}

/// A change of a visit is known by the visit, any other by the issue.
fn about_issue(visit: Option<VisitId>, issue: Option<IssueId>) -> Option<IssueId> {
    issue.filter(|_| visit.is_none())
}

/// The ticket of a finished repair is used, that of any other end is free again.
async fn settled(records: &mut Records, name: &str, story: &JobStory, api: &Api) -> Result<(), CallError> {
    let used = match (story.outcome, story.called_off) {
        (Some(FieldOutcome::Repaired), _) => HoldState::Captured,
        (Some(FieldOutcome::OwnDefect | FieldOutcome::Recurrence | FieldOutcome::NoFaultFound), _) => {
            HoldState::Released
        }
        (None, Some(CallOff::InTime)) => HoldState::Released,
        _ => HoldState::Live,
    };
    let Some(issue) = story.issue else { return Ok(()) };
    let IssueDetail { hold_state: state, units, .. } = api.issue(issue).await?;
    records.held += units;
    match state {
        Some(HoldState::Captured) => records.captured += units,
        Some(HoldState::Released) => records.released += units,
        Some(HoldState::Live) | None => {}
    }
    if story.outcome.is_some() {
        match state {
            Some(HoldState::Captured) if used == HoldState::Captured => records.finished_captured += 1,
            Some(HoldState::Released) if used == HoldState::Released => records.finished_released += 1,
            _ => records.finished_unsettled += 1,
        }
    }
    if state != Some(used) {
        let is = state.map_or("missing", HoldState::as_str);
        records.wrong.push(format!("the hold of job {name} is {is}, must be {}", used.as_str()));
    }
    Ok(())
}
