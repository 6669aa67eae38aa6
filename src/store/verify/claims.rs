//! What customers said about their wallets, and what was answered: each row is the one that the journal told last, and
//! what was granted was given back.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use super::Findings;
use crate::domain::access::Actor;
use crate::domain::event::EventKind;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Movement;
use crate::domain::wallet::dispute::DisputeState;
use crate::store::codec::json;
use crate::store::connection::Database;
use crate::store::disputes;
use crate::store::error::Fault;
use crate::store::schema::{disputes as dispute_rows, journal, postings, stream_entries};
use crate::views::claims::Dispute;

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    let rows: Vec<disputes::Row> =
        dispute_rows::table.order(dispute_rows::id).select(disputes::Row::as_select()).load(database)?;
    let kinds =
        [EventKind::DisputeRaised, EventKind::DisputeGranted, EventKind::DisputeRefused, EventKind::DisputeWithdrawn];
    let mut claims = Claims::told(database, "journal.dispute", "dispute", "id", &kinds)?;
    for row in rows {
        let dispute = row.view()?;
        let decided = dispute.decided_by.clone().zip(dispute.decided_at);
        let raised = (dispute.raised_by.clone(), dispute.raised_at);
        claims.kept(&dispute.id.to_string(), &dispute, Some(raised), decided, findings);
        if dispute.state == DisputeState::Granted {
            given_back(database, &dispute, findings)?;
        }
    }
    claims.gone(findings);
    Ok(())
}

/// Who did something, and when.
type Step = (Actor, Timestamp);

/// What the journal tells of the claims of one kind, by their ids.
struct Claims {
    check: &'static str,
    told: BTreeMap<String, Told>,
}

/// A claim as its newest entry shows it, the first step and the one after it that was the last.
struct Told {
    shown: Value,
    first: Step,
    last: Option<Step>,
}

impl Claims {
    /// Reads the entries of some kinds, which carry the claim whole in `field` with its id in `id`.
    fn told(
        database: &mut Database,
        check: &'static str,
        field: &str,
        id: &str,
        kinds: &[EventKind],
    ) -> Result<Self, Fault> {
        let rows: Vec<(String, Timestamp, String)> = stream_entries::table
            .inner_join(journal::table)
            .filter(journal::kind.eq_any(kinds).and(stream_entries::stream.like("contract:%")))
            .order((stream_entries::stream, stream_entries::seq))
            .select((journal::actor, journal::at, journal::data))
            .load(database)?;
        let mut told: BTreeMap<String, Told> = BTreeMap::new();
        for (actor, at, data) in rows {
            let (mut data, step): (Value, Step) = (json(&data)?, (json(&actor)?, at));
            let shown = data[field].take();
            let subject = shown[id].as_str().unwrap_or_default().to_owned();
            match told.get_mut(&subject) {
                Some(claim) => (claim.shown, claim.last) = (shown, Some(step)),
                None => drop(told.insert(subject, Told { shown, first: step, last: None })),
            }
        }
        Ok(Self { check, told })
    }

    /// Holds a row against what was told of it: as a whole, and the steps to the microsecond.
    fn kept(
        &mut self,
        id: &str,
        row: &impl Serialize,
        first: Option<Step>,
        last: Option<Step>,
        findings: &mut Findings,
    ) {
        let Some(told) = self.told.remove(id) else {
            findings.add(self.check, id, "the journal knows nothing of it");
            return;
        };
        if serde_json::to_value(row).ok().as_ref() != Some(&told.shown) {
            findings.add(self.check, id, "it is not as the journal told it last");
        }
        if first.is_some() {
            findings.equal(self.check, id, "who began it, and when", first, Some(told.first));
        }
        findings.equal(self.check, id, "who did what was done last, and when", last, told.last);
    }

    /// What was told of and is not there.
    fn gone(self, findings: &mut Findings) {
        for id in self.told.keys() {
            findings.add(self.check, id, "the journal tells of something that does not exist");
        }
    }
}

/// The ledger gave back what was granted, when it was granted.
fn given_back(database: &mut Database, dispute: &Dispute, findings: &mut Findings) -> Result<(), Fault> {
    let back: Vec<i64> = postings::table
        .filter(postings::issue_id.eq(dispute.issue_id).and(postings::at.nullable().eq(dispute.decided_at)))
        .filter(postings::movement.eq_any([Movement::Reverse, Movement::Release, Movement::Expire]))
        .select(postings::units)
        .load(database)?;
    let units: i64 = back.into_iter().sum();
    findings.equal("dispute.ledger", dispute.id, "the units given back", units, dispute.returned);
    Ok(())
}
