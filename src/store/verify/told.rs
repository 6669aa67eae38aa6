//! The journal's entries as they are written down, against the postings of which they tell.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::Findings;
use super::wallets::Line;
use crate::domain::event::{About, Written};
use crate::domain::ids::*;
use crate::domain::time::Timestamp;
use crate::domain::wallet::account::Movement;
use crate::domain::wallet::chain::Link;
use crate::limits;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{journal, stream_entries};
use crate::views::wallet::WalletMoved;

/// An entry and its seal.
pub(super) struct Entry {
    pub written: Written,
    pub seal: Link,
}

pub(super) type Told = BTreeMap<EventId, Entry>;

type Ids = (Option<ContractId>, Option<IssueId>, Option<WorkOrderId>, Option<VisitId>, Option<TechnicianId>);
type Row = (EventId, (String, i32, Timestamp, String), Ids, String);

/// The entries with these ids, those that exist.
pub(super) fn of(database: &mut Database, ids: impl Iterator<Item = EventId>) -> Result<Told, Fault> {
    let ids: Vec<EventId> = ids.collect::<BTreeSet<_>>().into_iter().collect();
    let mut told = Told::new();
    for part in ids.chunks(limits::STATEMENT_IDS) {
        let rows: Vec<Row> = journal::table
            .filter(journal::id.eq_any(part))
            .select((
                journal::id,
                (journal::kind, journal::version, journal::at, journal::actor),
                (
                    journal::contract_id,
                    journal::issue_id,
                    journal::work_order_id,
                    journal::visit_id,
                    journal::technician_id,
                ),
                journal::data,
            ))
            .load(database)?;
        told.extend(rows.into_iter().map(|row| (row.0, entry(row))));
    }
    Ok(told)
}

/// The seals that the links of postings with these events rest on. Postings that are older than such seals have none.
pub(in crate::store) fn seals(
    database: &mut Database,
    ids: impl Iterator<Item = EventId> + Clone,
) -> Result<BTreeMap<EventId, Link>, Fault> {
    let mut told = of(database, ids.clone())?;
    let ids: Vec<EventId> = ids.collect::<BTreeSet<_>>().into_iter().collect();
    for part in ids.chunks(limits::STATEMENT_IDS) {
        // Streams have links since entries have seals.
        let older: Vec<EventId> = stream_entries::table
            .filter(stream_entries::event_id.eq_any(part).and(stream_entries::link.is_null()))
            .select(stream_entries::event_id)
            .load(database)?;
        for id in older {
            told.remove(&id);
        }
    }
    Ok(told.into_iter().map(|(id, entry)| (id, entry.seal)).collect())
}

fn entry((id, (kind, version, at, actor), ids, data): Row) -> Entry {
    let (contract_id, issue_id, work_order_id, visit_id, technician_id) = ids;
    let about = About { contract_id, issue_id, work_order_id, visit_id, technician_id };
    let written = Written { id, kind, version, at, actor, about, data };
    let seal = written.seal();
    Entry { written, seal }
}

/// The movement of which an event tells.
fn movement_of(kind: &str) -> Option<Movement> {
    Some(match kind {
        "wallet.purchased" => Movement::Purchase,
        "wallet.granted" => Movement::Grant,
        "wallet.held" => Movement::Hold,
        "wallet.captured" => Movement::Capture,
        "wallet.released" => Movement::Release,
        "wallet.expired" => Movement::Expire,
        "wallet.reversed" => Movement::Reverse,
        "wallet.overdrawn" => Movement::Overdraft,
        "wallet.adjusted" => Movement::Adjust,
        "wallet.transferred" => Movement::Transfer,
        "wallet.voided" => Movement::Void,
        "wallet.refunded" => Movement::Refund,
        _ => return None,
    })
}

/// Each event tells of as many units as its postings move, and stands in the history of the wallet's contract.
pub(super) fn fits<'a>(
    told: &Told,
    contracts: &BTreeMap<WalletId, ContractId>,
    lines: impl Iterator<Item = &'a Line>,
    findings: &mut Findings,
) {
    let mut moved: BTreeMap<EventId, BTreeMap<&str, i64>> = BTreeMap::new();
    let mut owners: BTreeMap<EventId, (Option<ContractId>, Timestamp)> = BTreeMap::new();
    for line in lines {
        let gone = matches!(line.movement.as_str(), "adjust" | "transfer" | "refund") && line.from == "available";
        let units = if gone { -line.units } else { line.units };
        *moved.entry(line.event).or_default().entry(line.movement.as_str()).or_default() += units;
        owners.insert(line.event, (contracts.get(&line.wallet).copied(), line.at));
    }
    for (id, of_event) in moved {
        let Some(Entry { written, .. }) = told.get(&id) else {
            findings.add("journal.wallet", id, "postings without their event");
            continue;
        };
        let seen = (written.about.contract_id, written.at);
        findings.equal("journal.wallet", id, "contract and instant", Some(&seen), owners.get(&id));
        let movement = movement_of(&written.kind).map_or("", Movement::as_str);
        let posted = of_event.get(movement).copied().unwrap_or_default();
        match serde_json::from_str::<WalletMoved>(&written.data) {
            Ok(told) => findings.equal("journal.wallet", id, "the units told", told.units, posted),
            Err(error) => findings.add("journal.wallet", id, format!("the event cannot be read: {error}")),
        }
    }
}
