//! Planted faults are found.

use diesel::prelude::*;
use serde_json::json;

use super::plant::unguarded;
use crate::commands::intake::save;
use crate::domain::ids::{CustomerId, Id};
use crate::domain::time::Seconds;
use crate::domain::wallet::chain::Link;
use crate::domain::wallet::root::{self, Verdict};
use crate::store::connection::{Database, open};
use crate::store::testing::{Kit, call, company_with, lot, on_both};

async fn kit_with_a_hold(kit: &Kit) {
    let request = call(&kit.card("KS-1001").await);
    kit.write(move |unit| save(unit, &request)).await.unwrap();
    kit.assert_sound().await;
}

/// Runs a statement behind the store's back and says which checks speak up.
async fn after(kit: &Kit, sql: &str) -> Vec<&'static str> {
    let mut database = open(&kit.address).unwrap();
    unguarded(&mut database);
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

/// Whoever changes the past by mistake, or with an ordinary client of the database, is stopped by it.
#[tokio::test]
async fn the_database_itself_lets_nobody_change_or_delete_what_was_posted() {
    on_both(company_with(json!([lot(1, 3, None)])), async |kit| {
        kit_with_a_hold(&kit).await;
        let mut database = open(&kit.address).unwrap();
        for change in [
            "UPDATE postings SET units = 9",
            "UPDATE postings SET reason = reason",
            "DELETE FROM postings",
            "UPDATE journal SET actor = '{}'",
            "DELETE FROM journal",
            "DELETE FROM stream_entries",
            "UPDATE policies SET reason = ''",
            "UPDATE holds SET units = 2",
            "UPDATE lots SET price_yen = 0",
            "UPDATE tickets SET number = 'TK'",
            "DELETE FROM wallets",
        ] {
            let refused = diesel::sql_query(change).execute(&mut database).unwrap_err().to_string();
            assert!(refused.contains("never changed or deleted"), "{change}: {refused}");
        }
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn who_posted_cannot_be_changed_unseen() {
    on_both(company_with(json!([lot(1, 3, None)])), async |kit| {
        kit_with_a_hold(&kit).await;
        let other = "UPDATE journal SET actor = replace(actor, 'さくら', 'もみじ') WHERE kind = 'wallet.held'";
        assert_eq!(after(&kit, other).await, ["wallet.chain", "stream.link"]);
    })
    .await;
}

/// The newest root of a customer's statement and of the day.
async fn kept(kit: &Kit) -> [Link; 2] {
    let contract = kit.card("KS-1001").await.id;
    let day = kit.write(|unit| unit.take_root()).await.unwrap().expect("the first of the day");
    assert_eq!(kit.write(|unit| unit.take_root()).await.unwrap(), None, "one a day");
    let today = day.day;
    let statement = kit.read(move |reader| reader.statement(contract, today, today)).await.unwrap();
    assert_eq!(statement.day_root.as_ref(), Some(&day));
    [statement.chain_root, day.root].map(|text| root::parse(&text).expect("hex digits"))
}

async fn verdicts(kit: &Kit, kept: [Link; 2]) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for link in kept {
        verdicts.push(kit.read(move |reader| reader.check_root(link, None)).await.unwrap().verdict);
    }
    verdicts
}

#[tokio::test]
async fn a_root_that_somebody_kept_tells_whether_what_led_to_it_was_changed() {
    on_both(company_with(json!([lot(1, 3, None)])), async |kit| {
        kit_with_a_hold(&kit).await;
        let roots = kept(&kit).await;
        // Time goes on, and more is posted.
        kit.clock.advance(Seconds::hours(24));
        kit_with_a_hold(&kit).await;
        kit.write(|unit| unit.take_root()).await.unwrap().expect("another day");
        assert_eq!(verdicts(&kit, roots).await, [Verdict::Holds, Verdict::Holds]);
        kit.assert_sound().await;
        let stranger = CustomerId::from_uuid(uuid::Uuid::from_u128(5));
        let seen = kit.read(move |reader| reader.check_root(roots[0], Some(stranger))).await.unwrap();
        assert_eq!((seen.verdict, seen.contract_id), (Verdict::Unknown, None), "the statement of somebody else");
        after(&kit, "UPDATE postings SET reason = 'acceptee' WHERE seq = 2 AND movement = 'hold'").await;
        assert_eq!(verdicts(&kit, roots).await[0], Verdict::Broken);
        // Whoever rewrites the links too ends elsewhere, and who kept the root sees it.
        let mut database = open(&kit.address).unwrap();
        for (table, column, expected) in [
            ("postings", "link", [Verdict::Unknown, Verdict::Broken]),
            ("ledger_roots", "root", [Verdict::Unknown, Verdict::Unknown]),
        ] {
            let other = match &database {
                Database::Sqlite(_) => "randomblob(32)".to_owned(),
                Database::Postgres(_) => format!("sha256({column})"),
            };
            diesel::sql_query(format!("UPDATE {table} SET {column} = {other}")).execute(&mut database).unwrap();
            assert_eq!(verdicts(&kit, roots).await, expected, "{table}");
        }
    })
    .await;
}
