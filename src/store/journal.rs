//! Reading the journal: what happened in a stream after, or before, a place in it.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::Reader;
use super::codec::json;
use super::error::Fault;
use super::schema::{company, etas, issues, journal, stream_entries, streams, visits, work_orders};
use super::unit::{EventRow, event_from};
use crate::domain::eta::Eta;
use crate::domain::event::{Event, Stream};
use crate::domain::time::Timestamp;
use crate::domain::visit::VisitState;
use crate::limits;

/// An event and its place in the stream that was read.
pub type Entry = (i64, Event);

impl Reader<'_> {
    /// The events after `offset`, oldest first, at most `limit`.
    pub fn events_after(&mut self, stream: Stream, offset: i64, limit: i64) -> Result<Vec<Entry>, Fault> {
        let rows: Vec<(i64, EventRow)> = stream_entries::table
            .inner_join(journal::table.on(journal::id.eq(stream_entries::event_id)))
            .filter(stream_entries::stream.eq(stream.to_string()))
            .filter(stream_entries::seq.gt(offset))
            .order(stream_entries::seq)
            .limit(limit)
            .select((stream_entries::seq, EventRow::as_select()))
            .load(self.database)?;
        entries(rows)
    }

    /// When the newest event of all happened; none in an empty house. Reads the whole journal.
    pub fn newest_event(&mut self) -> Result<Option<Timestamp>, Fault> {
        Ok(journal::table.select(diesel::dsl::max(journal::at)).first(self.database)?)
    }

    /// The place of the newest event of a stream; 0 while nothing has happened.
    pub fn head(&mut self, stream: Stream) -> Result<i64, Fault> {
        let head = streams::table.find(stream.to_string()).select(streams::head).first(self.database).optional()?;
        Ok(head.unwrap_or(0))
    }

    /// The heads of several streams; those in which nothing has happened are left out.
    pub fn heads(&mut self, wanted: &[Stream]) -> Result<BTreeMap<Stream, i64>, Fault> {
        let mut heads = BTreeMap::new();
        for chunk in wanted.chunks(limits::IDS_PER_QUERY) {
            let names: Vec<String> = chunk.iter().map(Stream::to_string).collect();
            let rows: Vec<(String, i64)> = streams::table
                .filter(streams::stream.eq_any(&names))
                .select((streams::stream, streams::head))
                .load(self.database)?;
            heads.extend(rows.into_iter().filter_map(|(name, head)| Some((name.parse().ok()?, head))));
        }
        Ok(heads)
    }

    /// Every stream with its head, in the order of their names.
    pub fn all_heads(&mut self) -> Result<Vec<(Stream, i64)>, Fault> {
        let rows: Vec<(String, i64)> =
            streams::table.order(streams::stream).select((streams::stream, streams::head)).load(self.database)?;
        rows.into_iter()
            .map(|(name, head)| Ok((name.parse().map_err(super::error::StoreError::corrupt)?, head)))
            .collect()
    }

    /// The arrival figures in force on a topic: of the visit, or of the live visits of a territory or technician.
    pub fn etas(&mut self, topic: Stream) -> Result<Vec<Eta>, Fault> {
        let live: Vec<VisitState> = VisitState::ALL.iter().copied().filter(|state| state.is_live()).collect();
        let mut query = visits::table
            .inner_join(etas::table.on(etas::visit_id.eq(visits::id)))
            .filter(visits::state.eq_any(live))
            .order(visits::id)
            .select(etas::snapshot)
            .into_boxed();
        query = match topic {
            Stream::Visit(id) => query.filter(visits::id.eq(id)),
            Stream::Territory(id) => query.filter(visits::territory_id.eq(id)),
            Stream::Technician(id) => query.filter(visits::technician_id.eq(id)),
            Stream::Agent(_) | Stream::Desk => query.filter(visits::id.is_null()),
            Stream::Contract(id) => {
                let orders = work_orders::table.inner_join(issues::table).filter(issues::contract_id.eq(id));
                query.filter(visits::work_order_id.eq_any(orders.select(work_orders::id)))
            }
        };
        let snapshots: Vec<String> = query.load(self.database)?;
        snapshots.iter().map(|text| Ok(json(text)?)).collect()
    }

    /// The life of these data: cursors of another one mean nothing here.
    pub fn epoch(&mut self) -> Result<String, Fault> {
        let epoch = company::table.select(company::epoch).first(self.database).optional()?;
        Ok(epoch.unwrap_or_else(|| "empty".to_owned()))
    }
}

fn entries(rows: Vec<(i64, EventRow)>) -> Result<Vec<Entry>, Fault> {
    rows.into_iter().map(|(seq, row)| Ok((seq, event_from(row)?))).collect()
}
