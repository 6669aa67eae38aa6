//! Telephone calls: each is as the journal told it last, and is linked to the contacts of which the journal tells.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde::Deserialize;

use super::Findings;
use crate::domain::event::EventKind;
use crate::domain::ids::{CallId, EventId, InteractionId};
use crate::store::calls::Row;
use crate::store::codec::to_json;
use crate::store::connection::Database;
use crate::store::error::Fault;
use crate::store::schema::{call_contacts, calls, journal};
use crate::views::call::CallView;

pub(super) fn check(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    as_told(database, findings)?;
    linked(database, findings)
}

fn as_told(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    use EventKind::{CallAnswered, CallBackDone, CallBackTaken, CallEnded, CallMissed, CallRang};
    #[derive(Deserialize)]
    struct Told {
        call: CallView,
    }
    let kinds = [CallRang, CallAnswered, CallEnded, CallMissed, CallBackTaken, CallBackDone];
    let mut last: BTreeMap<CallId, CallView> = BTreeMap::new();
    for (event, data) in entries(database, &kinds)? {
        match serde_json::from_str::<Told>(&data) {
            Ok(Told { call }) => {
                let newer = last.get(&call.id).is_none_or(|known| known.version < call.version);
                if newer {
                    last.insert(call.id, call);
                }
            }
            Err(error) => findings.add("journal.call", event, format!("the event cannot be read: {error}")),
        }
    }
    let rows: Vec<Row> = calls::table.order(calls::id).select(Row::as_select()).load(database)?;
    for row in rows {
        let call = row.view()?;
        match last.remove(&call.id) {
            // As people read it: an entry tells instants to the millisecond.
            Some(told) if to_json(&told) == to_json(&call) => {}
            Some(_) => findings.add("journal.call", call.id, "it is not as the journal told it last"),
            None => findings.add("journal.call", call.id, "the journal knows nothing of it"),
        }
    }
    for id in last.keys() {
        findings.add("journal.call", id, "the journal tells of a call that does not exist");
    }
    Ok(())
}

fn linked(database: &mut Database, findings: &mut Findings) -> Result<(), Fault> {
    #[derive(Deserialize)]
    struct Link {
        call_id: CallId,
        interaction_id: InteractionId,
    }
    let mut told = BTreeSet::new();
    for (event, data) in entries(database, &[EventKind::CallLinked])? {
        match serde_json::from_str::<Link>(&data) {
            Ok(link) => drop(told.insert((link.call_id, link.interaction_id))),
            Err(error) => findings.add("journal.call", event, format!("the event cannot be read: {error}")),
        }
    }
    let rows: Vec<(CallId, InteractionId)> =
        call_contacts::table.select((call_contacts::call_id, call_contacts::interaction_id)).load(database)?;
    let kept: BTreeSet<_> = rows.into_iter().collect();
    for (call, contact) in told.symmetric_difference(&kept) {
        findings.add("journal.call", call, format!("table and journal do not agree on its contact {contact}"));
    }
    Ok(())
}

fn entries(database: &mut Database, kinds: &[EventKind]) -> Result<Vec<(EventId, String)>, Fault> {
    let of = journal::table.filter(journal::kind.eq_any(kinds)).order(journal::id);
    Ok(of.select((journal::id, journal::data)).load(database)?)
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use serde_json::json;

    use crate::commands::calls::hear;
    use crate::store::connection::open;
    use crate::store::testing::{company_with, on_both};

    #[tokio::test]
    async fn whoever_makes_a_call_back_vanish_behind_the_servers_back_is_found_out() {
        on_both(company_with(json!([])), async |kit| {
            let told = json!({ "event": "missed", "call": "a", "from": "076-555-0111" });
            let signal = serde_json::from_value(told).unwrap();
            kit.write(move |unit| hear(unit, "webhook", "m1", &signal)).await.unwrap();
            kit.assert_sound().await;
            let forged = "UPDATE calls SET call_back = 'done'";
            open(&kit.address).unwrap().batch_execute(forged).unwrap();
            let found = kit.read(|reader| reader.verify()).await.unwrap();
            assert_eq!(found.iter().map(|finding| finding.check).collect::<Vec<_>>(), ["journal.call"]);
        })
        .await;
    }
}
