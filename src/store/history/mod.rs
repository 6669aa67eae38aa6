//! The one history of a contract: the journal's entries about it in words, then the repairs of the time before it.

mod choices;
mod earlier;
mod issue;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Reader;
use super::error::Fault;
use super::schema::{interactions, issues, journal, stream_entries, users};
use super::unit::{EventRow, event_from};
use crate::domain::access::{Actor, Role};
use crate::domain::event::{Event, EventKind, Stream};
use crate::domain::ids::{AssetId, ContactId, ContractId, IssueId, SiteId, TechnicianId, UserId};
use crate::domain::person::Person;
use crate::limits;
use crate::sentences::Words;
use crate::sentences::history::{balance_change, sentence, shown};
use crate::views::history::{HistoryEntry, HistoryPage};
use issue::HistoryIssue;

/// Which part of the history to read.
#[derive(Debug, Clone, Default)]
pub struct HistoryFilter {
    /// Entries before this place; none is from the newest. Below 0 stand the repairs from before this system.
    pub before: Option<i64>,
    /// At most [`limits::HISTORY_PAGE_MAX`]; none is the usual page.
    pub limit: Option<i64>,
    /// Only what is about this asset.
    pub asset: Option<AssetId>,
    /// Only what is about this site.
    pub site: Option<SiteId>,
    /// Only what is about this issue: its contact, visits, report and movements.
    pub issue: Option<IssueId>,
    /// Only what this person had a part in: a technician's own visits, what a contact asked for and what came of it,
    /// what somebody at the desk did.
    pub person: Option<Person>,
    /// Leaves out what only the vendor reads.
    pub for_customer: bool,
}

type Row = (i64, EventRow);

impl Reader<'_> {
    /// A page of the history, newest first.
    pub fn history(&mut self, contract: ContractId, filter: &HistoryFilter) -> Result<HistoryPage, Fault> {
        let limit = filter.limit.unwrap_or(limits::HISTORY_PAGE).clamp(1, limits::HISTORY_PAGE_MAX);
        let before = filter.before.unwrap_or(i64::MAX);
        let (rows, mut more) = if before > 0 { self.told(contract, filter, limit)? } else { (Vec::new(), false) };
        let mut earlier = Vec::new();
        if !more {
            let (skip, room) = (before.min(0).saturating_neg(), limit - rows.len() as i64);
            (earlier, more) = self.earlier_repairs(contract, filter, skip, room)?;
        }
        let last = earlier.last().map(|repair| repair.seq).or(rows.last().map(|row| row.0));
        let next = last.filter(|_| more);
        let issues: BTreeSet<IssueId> = rows.iter().filter_map(|(_, row)| row.issue_id).collect();
        let issues = self.history_issues(contract, issues.into_iter().collect())?;
        let zone = self.zone;
        let entries = rows.into_iter().map(|row| entry(row, &issues, zone)).collect::<Result<_, Fault>>()?;
        Ok(HistoryPage { entries, earlier, next })
    }

    /// Entries of the journal, and whether there are more of them.
    fn told(&mut self, contract: ContractId, filter: &HistoryFilter, limit: i64) -> Result<(Vec<Row>, bool), Fault> {
        let mut query = stream_entries::table
            .inner_join(journal::table)
            .filter(stream_entries::stream.eq(Stream::Contract(contract).to_string()))
            .filter(stream_entries::seq.lt(filter.before.unwrap_or(i64::MAX)))
            .order(stream_entries::seq.desc())
            .limit(limit + 1)
            .select((stream_entries::seq, EventRow::as_select()))
            .into_boxed();
        let (asset, site, issue, contact) = (filter.asset, filter.site, filter.issue, filter.contact());
        if asset.is_some() || site.is_some() || issue.is_some() || contact.is_some() {
            let any = |wanted: bool| (!wanted).into_sql::<Bool>();
            let asked = || interactions::table.filter(interactions::contact_id.eq(contact)).select(interactions::id);
            let issues_wanted = || {
                issues::table
                    .filter(issues::contract_id.eq(contract))
                    .filter(issues::asset_id.eq(asset).or(any(asset.is_some())))
                    .filter(issues::site_id.nullable().eq(site).or(any(site.is_some())))
                    .filter(issues::id.nullable().eq(issue).or(any(issue.is_some())))
                    .filter(issues::interaction_id.eq_any(asked()).or(any(contact.is_some())))
            };
            let calls = diesel::alias!(interactions as calls);
            let contacts = calls
                .filter(calls.field(interactions::contract_id).eq(contract))
                .filter(calls.field(interactions::id).eq_any(issues_wanted().select(issues::interaction_id)))
                .select(calls.field(interactions::saved_at));
            // A contact and the entry that tells of it are written at one instant.
            let told = journal::kind.eq(EventKind::InteractionLogged).and(journal::at.eq_any(contacts));
            query = query.filter(journal::issue_id.eq_any(issues_wanted().select(issues::id.nullable())).or(told));
        }
        query = match filter.person {
            Some(Person::Technician(id)) => {
                query.filter(journal::technician_id.eq(id).or(done_by(self.log_in_of(id)?)))
            }
            Some(Person::User(id)) => query.filter(done_by(Some(id))),
            Some(Person::Contact(_)) | None => query,
        };
        if filter.for_customer {
            query = query.filter(journal::kind.ne_all(EventKind::INTERNAL));
        }
        let mut rows: Vec<Row> = query.load(self.database)?;
        let more = rows.len() as i64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        Ok((rows, more))
    }

    fn log_in_of(&mut self, technician: TechnicianId) -> Result<Option<UserId>, Fault> {
        let found = users::table.filter(users::technician_id.eq(technician)).order(users::login).select(users::id);
        Ok(found.first(self.database).optional()?)
    }
}

impl HistoryFilter {
    fn contact(&self) -> Option<ContactId> {
        match self.person {
            Some(Person::Contact(id)) => Some(id),
            _ => None,
        }
    }
}

/// Entries that somebody caused. The actor stands in them as JSON, with his id in it.
fn done_by(user: Option<UserId>) -> diesel::dsl::Like<journal::actor, String> {
    journal::actor.like(user.map_or_else(String::new, |id| format!("%\"{id}\"%")))
}

fn entry(
    (seq, row): Row,
    issues: &BTreeMap<IssueId, HistoryIssue>,
    zone: chrono_tz::Tz,
) -> Result<HistoryEntry, Fault> {
    let event = event_from(row)?;
    let words = sentence(&event, zone);
    let (who, actor_role) = actor(&event);
    let issue = event.about.issue_id.and_then(|id| issues.get(&id));
    Ok(HistoryEntry {
        id: event.id,
        seq,
        at: event.at,
        kind: event.kind,
        actor_name: who.ja,
        actor_name_en: who.en,
        actor_role,
        issue_id: event.about.issue_id,
        issue_number: issue.map(|issue| issue.number.clone()),
        visit_id: event.about.visit_id,
        asset_id: issue.and_then(|issue| issue.asset),
        site_id: issue.map(|issue| issue.site),
        recurrence: issue.is_some_and(|issue| issue.recurrence),
        recurrence_of: issue.and_then(|issue| issue.recurrence_of.clone()),
        recurred_as: issue.and_then(|issue| issue.recurred_as.clone()),
        units: balance_change(&event),
        tickets: tickets(&event),
        ja: words.ja,
        en: words.en,
        data: shown(&event),
    })
}

/// A person stands under his own name in either language.
fn actor(event: &Event) -> (Words, Option<Role>) {
    match &event.actor {
        Actor::User { name, role, .. } => (Words::new(name, name), Some(*role)),
        Actor::Track { .. } => (Words::new("到着案内リンク", "Tracking link"), None),
        Actor::System { .. } => (Words::new("自動", "Automatic"), None),
    }
}

/// Only movements of tickets name them; an issue's own entry would name them twice.
fn tickets(event: &Event) -> Vec<String> {
    if !event.kind.as_str().starts_with("wallet.") {
        return Vec::new();
    }
    let list = event.data["tickets"].as_array();
    list.map_or_else(Vec::new, |list| list.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect())
}
