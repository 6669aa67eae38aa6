//! The live board of a territory, kept in memory and brought up to what the store holds before each question.
//!
//! What changes a route, an absence or a file is told in the journal, on the stream of the territory where the
//! technician is at home; so the heads of the territories' streams say at once whether somebody changed, and the events
//! after the kept heads say who. Positions are no events: their numbers rise, so the sum of all of them says whether
//! one came in. Whoever changed is read anew; all of them when the local day or the company is another one, when a table
//! came in, or when more happened than one page of the journal holds. So an answer is never from a stale board.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::schema::{journal, stream_entries, territories};
use super::technicians::{Followed, SeenAt, Team};
use super::trips;
use super::{Fault, Reader};
use crate::domain::event::{EventKind, Stream};
use crate::domain::ids::{AssetId, TechnicianId, TerritoryId};
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;
use crate::planner::Names;
use crate::planner::board::LiveBoard;
use crate::roads::TravelTimes;

/// The board of one territory as of one snapshot of the store.
pub struct KeptBoard {
    territory: TerritoryId,
    /// The company's data and the local day that it was read from.
    epoch: String,
    day: NaiveDate,
    /// How far the stream of each territory has been followed.
    heads: BTreeMap<Stream, i64>,
    /// The number of the newest position of each technician, and the sum of them.
    fixes: BTreeMap<TechnicianId, i64>,
    fixes_told: i64,
    /// Since when positions have to be looked through again.
    fixes_from: Timestamp,
    followed: BTreeMap<TechnicianId, Followed>,
    board: LiveBoard,
    names: Names,
    /// How often everything was read, and how often one technician.
    pub reads: Reads,
}

/// What keeping the board fresh has cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reads {
    pub whole: u64,
    pub technicians: u64,
    pub positions: u64,
}

/// Who changed since the kept heads.
enum Changed {
    Some(BTreeSet<TechnicianId>),
    Everything,
}

/// A transaction that still may commit began no longer ago than its caller waits for it.
const SLACK: Seconds = Seconds(2 * limits::STORE_DEADLINE.as_secs() as i64);

impl KeptBoard {
    pub fn board(&self) -> &LiveBoard {
        &self.board
    }

    /// Takes in a position, unless a newer one is known.
    fn see(&mut self, id: TechnicianId, fix: SeenAt, travel: &dyn TravelTimes) {
        let newest = self.fixes.entry(id).or_insert(fix.seq);
        *newest = fix.seq.max(*newest);
        let followed = self.followed.get_mut(&id).filter(|one| one.follows && is_newer(one.fix, fix));
        if let Some(followed) = followed {
            self.board.replace(followed.seen(fix).clone(), travel);
            self.reads.positions += 1;
        }
    }

    /// What the sentences call things.
    pub fn names(&self) -> &Names {
        &self.names
    }
}

impl Reader<'_> {
    /// The board of a territory as it is now, from the one that was kept as far as it still holds.
    pub fn fresh_board(
        &mut self,
        kept: Option<KeptBoard>,
        territory: TerritoryId,
        travel: &dyn TravelTimes,
        now: Timestamp,
    ) -> Result<KeptBoard, Fault> {
        let reads = kept.as_ref().map(|kept| kept.reads).unwrap_or_default();
        let current = match kept {
            Some(kept) if kept.territory == territory && self.still_holds(&kept, now)? => Some(kept),
            _ => None,
        };
        let caught_up = match current {
            Some(kept) => self.catch_up(kept, travel, now)?,
            None => None,
        };
        match caught_up {
            Some(board) => Ok(board),
            None => self.whole_board(territory, travel, now, Reads { whole: reads.whole + 1, ..reads }),
        }
    }

    fn still_holds(&mut self, kept: &KeptBoard, now: Timestamp) -> Result<bool, Fault> {
        Ok(kept.day == now.day(self.zone) && kept.epoch == self.epoch()?)
    }

    fn whole_board(
        &mut self,
        territory: TerritoryId,
        travel: &dyn TravelTimes,
        now: Timestamp,
        reads: Reads,
    ) -> Result<KeptBoard, Fault> {
        let profiles = self.profiles(&Team::Company)?;
        let followed = self.days_for(&profiles, territory, now)?;
        let fixes = self.fixes_since(Timestamp::default())?.into_iter().map(|(id, fix)| (id, fix.seq));
        let fixes: BTreeMap<TechnicianId, i64> = fixes.collect();
        Ok(KeptBoard {
            territory,
            epoch: self.epoch()?,
            day: now.day(self.zone),
            heads: self.territory_heads()?,
            fixes_told: fixes.values().sum(),
            fixes,
            fixes_from: now - SLACK,
            board: LiveBoard::new(followed.iter().map(|one| one.day.clone()).collect(), travel),
            followed: followed.into_iter().map(|one| (one.day.id(), one)).collect(),
            names: self.names()?,
            reads,
        })
    }

    fn territory_heads(&mut self) -> Result<BTreeMap<Stream, i64>, Fault> {
        let all: Vec<TerritoryId> = territories::table.select(territories::id).load(self.database)?;
        self.heads(&all.into_iter().map(Stream::Territory).collect::<Vec<_>>())
    }

    /// None when everything has to be read.
    fn catch_up(
        &mut self,
        mut kept: KeptBoard,
        travel: &dyn TravelTimes,
        now: Timestamp,
    ) -> Result<Option<KeptBoard>, Fault> {
        let heads = self.territory_heads()?;
        let Changed::Some(changed) = self.changed(&kept.heads, &heads)? else {
            return Ok(None);
        };
        if !self.read_again(&mut kept, changed, travel, now)? {
            return Ok(None);
        }
        // Another question may have followed a stream further than this snapshot reaches.
        for (stream, head) in heads {
            let newest = kept.heads.entry(stream).or_default();
            *newest = head.max(*newest);
        }
        self.take_in_fixes(&mut kept, travel, now)?;
        Ok(Some(kept))
    }

    fn changed(&mut self, kept: &BTreeMap<Stream, i64>, heads: &BTreeMap<Stream, i64>) -> Result<Changed, Fault> {
        let mut changed = BTreeSet::new();
        for (stream, &head) in heads {
            let seen = kept.get(stream).copied().unwrap_or(0);
            if head <= seen {
                continue;
            }
            let rows: Vec<(String, Option<TechnicianId>)> = stream_entries::table
                .inner_join(journal::table)
                .filter(stream_entries::stream.eq(stream.to_string()).and(stream_entries::seq.gt(seen)))
                .limit(limits::JOURNAL_PAGE)
                .select((journal::kind, journal::technician_id))
                .load(self.database)?;
            let came_in = rows.iter().any(|(kind, _)| kind == EventKind::TableImported.as_str());
            if came_in || rows.len() as i64 != head - seen {
                return Ok(Changed::Everything);
            }
            changed.extend(rows.into_iter().filter_map(|(_, technician)| technician));
        }
        Ok(Changed::Some(changed))
    }

    /// False when one of them is not on the board yet.
    fn read_again(
        &mut self,
        kept: &mut KeptBoard,
        changed: BTreeSet<TechnicianId>,
        travel: &dyn TravelTimes,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        if changed.is_empty() {
            return Ok(true);
        }
        let profiles = self.profiles(&Team::Some(changed.into_iter().collect()))?;
        for one in self.days_for(&profiles, kept.territory, now)? {
            if !kept.board.replace(one.day.clone(), travel) {
                return Ok(false);
            }
            kept.reads.technicians += 1;
            kept.followed.insert(one.day.id(), one);
        }
        Ok(true)
    }

    fn take_in_fixes(&mut self, kept: &mut KeptBoard, travel: &dyn TravelTimes, now: Timestamp) -> Result<(), Fault> {
        let told = self.fixes_told()?;
        if told <= kept.fixes_told {
            return Ok(());
        }
        for from in [kept.fixes_from, Timestamp::default()] {
            for (id, fix) in self.fixes_since(from)? {
                kept.see(id, fix, travel);
            }
            kept.fixes_told = kept.fixes.values().sum();
            if kept.fixes_told >= told {
                break;
            }
        }
        kept.fixes_from = now - SLACK;
        Ok(())
    }

    /// Who was at an asset before, and when last.
    pub fn knowers(&mut self, asset: Option<AssetId>) -> Result<BTreeMap<TechnicianId, Timestamp>, Fault> {
        asset.map_or_else(|| Ok(BTreeMap::new()), |asset| trips::knowers(self.database, asset))
    }
}

fn is_newer(known: Option<SeenAt>, fix: SeenAt) -> bool {
    known.is_none_or(|known| fix.seq > known.seq)
}

#[cfg(test)]
mod tests;
