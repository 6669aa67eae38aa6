//! The decision log: on what an assignment rested, told from the journal alone. Nothing of today is read: skills, absences
//! and names may all be others by now.

use std::io::{Read, Write};

use diesel::prelude::*;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Reader;
use super::codec;
use super::error::{Fault, StoreError};
use super::schema::{journal, stream_entries};
use super::unit::{EventRow, event_from};
use crate::domain::access::Actor;
use crate::domain::event::{EventKind, Stream};
use crate::domain::ids::VisitId;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::domain::wallet::chain::hex;
use crate::limits;
use crate::planner::answer::{Candidate, Ranking};

/// Why a visit went to its technician, as it was known when it was decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decision {
    pub visit_id: VisitId,
    pub at: Timestamp,
    pub actor: Actor,
    /// The dispatcher's own words; empty when no promise had to be broken.
    pub reason: String,
    /// The technician who was chosen: what the assignment itself asked and found.
    pub decision: Candidate,
    /// What the board answered at that moment; none for an assignment that no ranking was asked for.
    pub ranking: Option<Ranking>,
    /// Technicians behind the last one in `ranking`, who are not in the log.
    pub left_out: u64,
}

/// A ranking as the journal keeps it.
#[derive(Debug, Clone)]
pub struct LoggedRanking(Value);

impl LoggedRanking {
    /// `json` is a [`Ranking`] of the first [`limits::DECISION_CANDIDATES`] of `asked` technicians.
    pub fn of(json: &[u8], asked: usize) -> Self {
        let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
        let packed = packer.write_all(json).and_then(|()| packer.finish());
        let packed = packed.expect("memory takes what is written to it");
        Self(json!({ "asked": asked, "zlib": hex(&packed) }))
    }

    pub(crate) fn value(&self) -> &Value {
        &self.0
    }
}

/// As it stands in an event's data.
#[derive(Deserialize)]
struct Packed {
    asked: u64,
    zlib: String,
}

impl Packed {
    fn ranking(&self) -> Result<Ranking, StoreError> {
        let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let packed: Option<Vec<u8>> = self.zlib.as_bytes().chunks(2).map(digits).collect();
        let packed = packed.ok_or_else(|| StoreError::corrupt("a ranking that is no hexadecimal number"))?;
        let mut text = String::new();
        let unpacked = ZlibDecoder::new(&packed[..]).take(limits::DECISION_BYTES).read_to_string(&mut text);
        unpacked.map_err(StoreError::corrupt)?;
        Ok(codec::json(&text)?)
    }
}

/// What an entry of an assignment says of the decision.
#[derive(Deserialize)]
struct Assigned {
    decision: Candidate,
    #[serde(default)]
    reason: String,
    ranking: Option<Packed>,
}

impl Reader<'_> {
    /// The decision that gave a visit to its technician.
    pub fn decision(&mut self, visit: VisitId) -> Result<Decision, Fault> {
        let row: Option<EventRow> = stream_entries::table
            .inner_join(journal::table)
            .filter(stream_entries::stream.eq(Stream::Visit(visit).to_string()))
            .filter(journal::kind.eq(EventKind::VisitAssigned))
            .order(stream_entries::seq.desc())
            .select(EventRow::as_select())
            .first(self.database)
            .optional()?;
        let event = event_from(row.ok_or_else(|| Refusal::new(Code::NotFound))?)?;
        let Assigned { decision, reason, ranking } = serde_json::from_value(event.data).map_err(StoreError::corrupt)?;
        let asked = ranking.as_ref().map_or(0, |packed| packed.asked);
        let ranking = ranking.map(|packed| packed.ranking()).transpose()?;
        let told = ranking.as_ref().map_or(0, |ranking| ranking.candidates.len() as u64);
        let left_out = asked.saturating_sub(told);
        Ok(Decision { visit_id: visit, at: event.at, actor: event.actor, reason, decision, ranking, left_out })
    }
}
