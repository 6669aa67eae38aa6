//! Follows a wallet's chain at rest to the root that somebody kept.

use chrono::{NaiveDate, NaiveTime};
use diesel::prelude::*;

use super::Reader;
use super::error::Fault;
use super::schema::postings;
use super::verify::told::{self, Told};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::{Link, Posting, genesis, hex};
use crate::domain::wallet::trace::{End, Kept, Tracer};
use crate::limits;
use crate::views::trace::{RootTrace, TraceVerdict};

/// A posting whose words are read one by one, so that a changed byte is an answer and not a failure to read.
#[derive(Queryable)]
struct Row {
    place: (PostingId, WalletId, i64, EventId, Timestamp),
    moved: (String, String, String, i64),
    about: (Option<LotId>, Option<TicketId>, Option<IssueId>, Option<PostingId>),
    sealed: (Option<Vec<u8>>, String, Vec<u8>),
}

impl Row {
    fn posting(&self, told: &Told) -> Option<Posting> {
        let (id, wallet, seq, event, at) = self.place;
        let (movement, from, to, units) = &self.moved;
        let (lot, ticket, issue, refers_to) = self.about;
        let (terms, reason, _) = &self.sealed;
        Some(Posting {
            id,
            wallet,
            seq,
            movement: movement.parse().ok()?,
            from: from.parse().ok()?,
            to: to.parse().ok()?,
            units: *units,
            lot,
            ticket,
            issue,
            refers_to,
            terms: terms.as_deref().map(Link::try_from).transpose().ok()?,
            event,
            told: told.get(&event).map(|entry| entry.seal),
            at,
            reason: reason.clone(),
        })
    }
}

impl Reader<'_> {
    /// Where `root` stands in the wallet of a contract. `to` is the last day of the statement that printed it.
    pub fn trace_root(&mut self, contract: ContractId, root: Link, to: Option<NaiveDate>) -> Result<RootTrace, Fault> {
        let (wallet, unit, postings) = self.wallet_head(contract)?;
        let mut tracer = Tracer::new(genesis(wallet, contract, unit), root);
        while tracer.end.is_none() {
            let rows = self.postings_after(wallet, tracer.seq)?;
            let told = told::of(self.database, rows.iter().map(|row| row.place.3))?;
            for row in &rows {
                tracer.follow(&Kept { posting: row.posting(&told).as_ref(), link: &row.sealed.2 });
            }
            if rows.len() < limits::ROOT_PAGE as usize {
                break;
            }
        }
        let found = tracer.end == Some(End::Found);
        let broken_at = match tracer.end {
            Some(End::Broken(seq)) => Some(seq),
            Some(End::Found) | None => None,
        };
        let last_of_day = match to {
            Some(day) if found => Some(self.last_until(wallet, day)? == tracer.seq),
            Some(_) | None => None,
        };
        Ok(RootTrace {
            root: hex(&root),
            verdict: match tracer.end {
                Some(End::Found) => TraceVerdict::Matches,
                Some(End::Broken(_)) => TraceVerdict::Broken,
                None => TraceVerdict::Unknown,
            },
            unit,
            seq: found.then_some(tracer.seq),
            at: tracer.at.filter(|_| found),
            balances: found.then_some(tracer.balances),
            last_of_day,
            broken_at,
            postings,
        })
    }

    /// Place of the last posting until the end of a day; 0 where there was none yet.
    fn last_until(&mut self, wallet: WalletId, day: NaiveDate) -> Result<i64, Fault> {
        let end = Timestamp::on_day(day.succ_opt().unwrap_or(day), NaiveTime::MIN, self.zone());
        let last: Option<i64> = postings::table
            .filter(postings::wallet_id.eq(wallet).and(postings::at.lt(end)))
            .select(diesel::dsl::max(postings::seq))
            .first(self.database)?;
        Ok(last.unwrap_or(0))
    }

    fn postings_after(&mut self, wallet: WalletId, seq: i64) -> Result<Vec<Row>, Fault> {
        Ok(postings::table
            .filter(postings::wallet_id.eq(wallet).and(postings::seq.gt(seq)))
            .order(postings::seq)
            .limit(limits::ROOT_PAGE)
            .select((
                (postings::id, postings::wallet_id, postings::seq, postings::event_id, postings::at),
                (postings::movement, postings::from_account, postings::to_account, postings::units),
                (postings::lot_id, postings::ticket_id, postings::issue_id, postings::refers_to),
                (postings::terms, postings::reason, postings::link),
            ))
            .load(self.database)?)
    }
}
