//! Service levels and pauses: each is as the journal told it last.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Deserialize;

use super::Findings;
use crate::domain::event::EventKind;
use crate::domain::ids::{ContractId, EventId};
use crate::store::clocks::{PauseRow, level};
use crate::store::codec::to_json;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{clock_pauses, journal, service_levels};
use crate::views::clock::{LevelView, PauseView};

/// What an entry of the journal told of them, beside whatever else it did.
#[derive(Deserialize)]
struct Told {
    service_level: Option<LevelView>,
    pause: Option<PauseView>,
}

/// By what it is known as, in words that both sides write.
type Known = BTreeMap<String, String>;

fn promised(level: &LevelView) -> (String, String) {
    (format!("{} {}", level.contract_id, level.from_day), to_json(level))
}

fn paused(pause: &PauseView) -> (String, String) {
    (pause.id.to_string(), to_json(pause))
}

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    use EventKind::{ClockPaused, ClockResumed, ServiceLevelSet};
    let mut told = Known::new();
    let entries: Vec<(EventId, String)> = journal::table
        .filter(journal::kind.eq_any([ServiceLevelSet, ClockPaused, ClockResumed]))
        .order((journal::at, journal::id))
        .select((journal::id, journal::data))
        .load(database)?;
    for (event, data) in entries {
        match serde_json::from_str(&data) {
            Ok(Told { service_level, pause }) => {
                told.extend(service_level.as_ref().map(promised));
                told.extend(pause.as_ref().map(paused));
            }
            Err(error) => findings.add("journal.clock", event, format!("the event cannot be read: {error}")),
        }
    }
    for (name, row) in kept(database)? {
        match told.remove(&name) {
            Some(told) if told == row => {}
            Some(_) => findings.add("journal.clock", name, "it is not as the journal told it last"),
            None => findings.add("journal.clock", name, "the journal knows nothing of it"),
        }
    }
    for name in told.keys() {
        findings.add("journal.clock", name, "the journal tells of something that does not exist");
    }
    Ok(())
}

fn kept(database: &mut Database) -> Result<Known, Fault> {
    let levels: Vec<(ContractId, String, String)> = service_levels::table.load(database)?;
    let mut known = levels.into_iter().map(|row| Ok(promised(&level(row)?))).collect::<Result<Known, Fault>>()?;
    let pauses: Vec<PauseRow> = clock_pauses::table.select(PauseRow::as_select()).load(database)?;
    known.extend(pauses.into_iter().map(|row| paused(&row.view())));
    Ok(known)
}
