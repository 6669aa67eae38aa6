//! Planted faults are found.

use diesel::prelude::*;
use serde_json::json;

use crate::commands::intake::save;
use crate::store::connection::open;
use crate::store::testing::{Kit, call, company_with, lot, on_both};

async fn kit_with_a_hold(kit: &Kit) {
    let request = call(&kit.card("KS-1001").await);
    kit.write(move |unit| save(unit, &request)).await.unwrap();
    kit.assert_sound().await;
}

/// Runs a statement behind the store's back and says which checks speak up.
async fn after(kit: &Kit, sql: &str) -> Vec<&'static str> {
    let mut database = open(&kit.address).unwrap();
    assert_eq!(diesel::sql_query(sql).execute(&mut database).unwrap(), 1, "{sql}");
    let findings = kit.read(|reader| reader.verify()).await.unwrap();
    let mut checks: Vec<_> = findings.iter().map(|finding| finding.check).collect();
    checks.dedup();
    checks
}

#[tokio::test]
async fn one_changed_byte_of_the_ledger_is_found() {
    on_both(company_with(json!([lot(1, 3, None)])), async |kit| {
        kit_with_a_hold(&kit).await;
        let change = "UPDATE postings SET reason = 'acceptee' WHERE movement = 'hold'";
        assert_eq!(after(&kit, change).await, ["wallet.chain"]);
    })
    .await;
}

#[tokio::test]
async fn a_ticket_given_back_by_hand_is_found() {
    on_both(company_with(json!([lot(1, 3, None)])), async |kit| {
        kit_with_a_hold(&kit).await;
        let change = "UPDATE tickets SET state = 'available', issue_id = NULL WHERE state = 'held'";
        assert_eq!(after(&kit, change).await, ["wallet.lot", "wallet.ticket", "hold.tickets", "wallet.tickets"]);
    })
    .await;
}

#[tokio::test]
async fn a_balance_an_entry_and_a_state_changed_by_hand_are_found() {
    on_both(company_with(json!([lot(1, 3, None)])), async |kit| {
        kit_with_a_hold(&kit).await;
        let balance = "UPDATE wallets SET available = available + 1 WHERE available = 2";
        assert_eq!(after(&kit, balance).await, ["wallet.balance", "wallet.tickets"]);
        let event = "UPDATE journal SET data = replace(data, '\"units\":1', '\"units\":9') WHERE kind = 'wallet.held'";
        assert!(after(&kit, event).await.contains(&"journal.wallet"));
        let gap = "DELETE FROM stream_entries WHERE seq = 2 AND stream LIKE 'contract:%'";
        assert!(after(&kit, gap).await.contains(&"stream.gap"));
        let state = "UPDATE issues SET state = 'closed'";
        let checks = after(&kit, state).await;
        assert!(checks.contains(&"journal.issue") && checks.contains(&"hold.issue"), "{checks:?}");
    })
    .await;
}
