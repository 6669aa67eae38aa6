//! The one history of a contract: the journal's entries about it, in words.

use diesel::prelude::*;

use super::Reader;
use super::error::Fault;
use super::schema::{issues, journal, stream_entries};
use super::unit::{EventRow, event_from};
use crate::domain::access::Actor;
use crate::domain::event::{Event, Stream};
use crate::domain::ids::{AssetId, ContractId, IssueId, SiteId};
use crate::limits;
use crate::sentences::history::{balance_change, sentence, shown};
use crate::views::history::{HistoryEntry, HistoryPage};

/// Which part of the history to read.
#[derive(Debug, Clone, Default)]
pub struct HistoryFilter {
    /// Entries before this place; none is from the newest.
    pub before: Option<i64>,
    /// At most [`limits::HISTORY_PAGE_MAX`]; none is the usual page.
    pub limit: Option<i64>,
    /// Only what is about this asset.
    pub asset: Option<AssetId>,
    /// Only what is about this site.
    pub site: Option<SiteId>,
    /// Only what is about this issue: its contact, visits, report and movements.
    pub issue: Option<IssueId>,
}

type Row = (i64, EventRow, Option<String>, Option<AssetId>, Option<SiteId>);

impl Reader<'_> {
    /// A page of the history, newest first.
    pub fn history(&mut self, contract: ContractId, filter: &HistoryFilter) -> Result<HistoryPage, Fault> {
        let limit = filter.limit.unwrap_or(limits::HISTORY_PAGE).clamp(1, limits::HISTORY_PAGE_MAX);
        let mut query = stream_entries::table
            .inner_join(journal::table)
            .left_join(issues::table.on(issues::id.nullable().eq(journal::issue_id)))
            .filter(stream_entries::stream.eq(Stream::Contract(contract).to_string()))
            .filter(stream_entries::seq.lt(filter.before.unwrap_or(i64::MAX)))
            .order(stream_entries::seq.desc())
            .limit(limit + 1)
            .select((
                stream_entries::seq,
                EventRow::as_select(),
                issues::number.nullable(),
                issues::asset_id.nullable(),
                issues::site_id.nullable(),
            ))
            .into_boxed();
        if let Some(asset) = filter.asset {
            query = query.filter(issues::asset_id.eq(asset));
        }
        if let Some(site) = filter.site {
            query = query.filter(issues::site_id.eq(site));
        }
        if let Some(issue) = filter.issue {
            query = query.filter(journal::issue_id.eq(issue));
        }
        let mut rows: Vec<Row> = query.load(self.database)?;
        let more = rows.len() as i64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or_default());
        let next = rows.last().map(|row| row.0).filter(|_| more);
        let entries = rows.into_iter().map(|row| entry(row, self.zone)).collect::<Result<_, Fault>>()?;
        Ok(HistoryPage { entries, next })
    }
}

fn entry((seq, row, issue_number, asset_id, site_id): Row, zone: chrono_tz::Tz) -> Result<HistoryEntry, Fault> {
    let event = event_from(row)?;
    let words = sentence(&event, zone);
    let (actor_name, actor_role) = actor(&event);
    Ok(HistoryEntry {
        id: event.id,
        seq,
        at: event.at,
        kind: event.kind,
        actor_name,
        actor_role,
        issue_id: event.about.issue_id,
        issue_number,
        visit_id: event.about.visit_id,
        asset_id,
        site_id,
        units: balance_change(&event),
        tickets: tickets(&event),
        ja: words.ja,
        en: words.en,
        data: shown(&event),
    })
}

fn actor(event: &Event) -> (String, Option<crate::domain::access::Role>) {
    match &event.actor {
        Actor::User { name, role, .. } => (name.clone(), Some(*role)),
        Actor::Track { .. } => ("到着案内リンク".to_owned(), None),
        Actor::System { name } => (name.clone(), None),
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
