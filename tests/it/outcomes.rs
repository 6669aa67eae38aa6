//! What an issue costs in the end, from outside and with real visits: whatever the contract's capture point, the outcome
//! decides, and what was captured too early or too much goes back.

use serde_json::{Value, json};

use crate::kit::office::{question, text};
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    an_arrival_tapped_by_mistake_uses_nothing
    a_start_tapped_by_mistake_uses_nothing_and_an_approved_one_neither
    whoever_withdraws_after_a_visit_pays_as_after_departure
    a_question_counted_at_its_acceptance_costs_what_its_end_says
    a_use_counts_from_the_arrival_and_a_closed_door_is_none
    a_trip_to_a_closed_door_is_paid_where_the_contract_says_so
    a_use_counts_from_the_start_of_the_investigation
    a_resumption_taken_back_leaves_the_work_begun_and_its_use_counted
    a_second_trip_taken_back_leaves_the_first_one_made
    what_proves_to_be_a_recurrence_is_made_good_by_report_and_from_the_desk
    a_recurrence_found_later_is_a_correction_where_the_contract_guarantees_it
    a_recurrence_of_no_repair_within_the_guarantee_costs_as_worked_and_says_why
}

fn path(card: &Value, what: &str) -> String {
    format!("/api/contracts/{}/{what}", text(&card["id"]))
}

/// Available, held and used units of the first contract.
async fn check(office: &Office, expected: [i64; 3]) {
    let operator = office.person("operator").await;
    let wallet = office.card(&operator, "KS-1001").await["wallet"].clone();
    let seen = ["available", "held", "consumed"].map(|account| wallet[account].as_i64().expect("units"));
    assert_eq!(seen, expected);
    office.assert_sound().await;
}

/// The dispatcher takes a visit off for the customer.
async fn cancel(office: &Office, visit: &Value) {
    let dispatcher = office.person("dispatcher").await;
    let path = format!("/api/visits/{}", text(visit));
    let board = dispatcher.see(&format!("/api/board?territory_id={}", office.territory(&dispatcher).await)).await;
    let rows = board["visits"].as_array().expect("visits");
    let row = rows.iter().find(|row| row["id"] == *visit).expect("the visit");
    let body = json!({ "version": row["version"], "reason": "お客様の都合" });
    dispatcher.change(&format!("{path}/cancel"), &body).await;
}

async fn close(operator: &Person, issue: &Value, outcome: &str) -> Value {
    let path = format!("/api/issues/{}", text(&issue["id"]));
    let version = operator.see(&path).await["version"].clone();
    operator.change(&format!("{path}/outcome"), &json!({ "version": version, "outcome": outcome })).await
}

/// The newest line of the history about the wallet.
async fn told(office: &Office, kind: &str) -> String {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    let history = operator.see(&path(&card, "history")).await;
    let entries = history["entries"].as_array().expect("entries");
    let entry = entries.iter().find(|entry| entry["kind"] == kind).expect("an entry of the kind");
    text(&entry["ja"]).to_owned()
}

async fn no_access(office: &Office, technician: &Person, visit: &Value) {
    let body = json!({ "action": "no_access", "at": office.now(), "version": null, "reason": "施錠されていた" });
    technician.change(&format!("/api/visits/{}/progress", text(visit)), &body).await;
}

async fn an_arrival_tapped_by_mistake_uses_nothing(office: Office) {
    office.agree("KS-1001", json!({ "capture_point": "arrival", "cancel_after_departure_cost": 0 })).await;
    let hayashi = office.person("hayashi").await;
    let (_, visit) = office.on_the_way("KS-1001").await;
    office.tap(&hayashi, &visit, "arrive").await;
    check(&office, [9, 0, 1]).await;
    office.tap(&hayashi, &visit, "undo").await;
    check(&office, [9, 1, 0]).await;
    assert_eq!(told(&office, "wallet.reversed").await, "到着・作業開始の取り消しのため 1枚を仮押さえに戻し（残 9枚）");
    office.tap(&hayashi, &visit, "arrive").await;
    check(&office, [9, 0, 1]).await;
    office.tap(&hayashi, &visit, "undo").await;
    cancel(&office, &visit).await;
    check(&office, [10, 0, 0]).await;
}

async fn a_start_tapped_by_mistake_uses_nothing_and_an_approved_one_neither(office: Office) {
    office.agree("KS-1001", json!({ "capture_point": "investigation_start" })).await;
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let hayashi = office.person("hayashi").await;
    let card = office.card(&operator, "KS-1001").await;
    customer.put(&path(&card, "approval-rule"), &json!({ "version": 0, "units_per_issue": 0 })).await;
    let (issue, visit) = office.on_the_way("KS-1001").await;
    for action in ["arrive", "start", "undo"] {
        office.tap(&hayashi, &visit, action).await;
    }
    let asked = customer.see(&path(&card, "approvals")).await[0].clone();
    assert_eq!((&asked["state"], &asked["waiting_units"]), (&json!("pending"), &Value::Null), "nothing to be used");
    let yes = json!({ "approved": true, "version": asked["version"] });
    customer.change(&format!("/api/issues/{}/approval", text(&issue["id"])), &yes).await;
    check(&office, [9, 1, 0]).await;
    office.tap(&hayashi, &visit, "start").await;
    check(&office, [9, 0, 1]).await;
    office.tap(&hayashi, &visit, "undo").await;
    check(&office, [9, 1, 0]).await;
    office.tap(&hayashi, &visit, "start").await;
    office.report(&hayashi, &visit, "repaired", 40).await;
    check(&office, [9, 0, 1]).await;
}

async fn whoever_withdraws_after_a_visit_pays_as_after_departure(office: Office) {
    let (operator, hayashi) = (office.person("operator").await, office.person("hayashi").await);
    let (issue, visit) = office.on_the_way("KS-1001").await;
    for action in ["arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    office.report(&hayashi, &visit, "needs_revisit", 30).await;
    check(&office, [9, 1, 0]).await;
    close(&operator, &issue, "withdrawn").await;
    check(&office, [9, 0, 1]).await;

    // The same when the second visit is taken off before anybody set out for it.
    let (issue, visit) = office.on_the_way("KS-1001").await;
    for action in ["arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    office.report(&hayashi, &visit, "needs_revisit", 30).await;
    let dispatcher = office.person("dispatcher").await;
    let second = office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await["visit"]["id"].clone();
    cancel(&office, &second).await;
    check(&office, [8, 0, 2]).await;
}

async fn a_question_counted_at_its_acceptance_costs_what_its_end_says(office: Office) {
    office.agree("KS-1001", json!({ "capture_point": "acceptance" })).await;
    let operator = office.person("operator").await;
    for (outcome, expected) in [
        ("solved_by_article", [10, 0, 0]),
        ("withdrawn", [10, 0, 0]),
        ("own_defect", [10, 0, 0]),
        ("answered", [9, 0, 1]),
    ] {
        let card = office.card(&operator, "KS-1001").await;
        let saved = operator.change("/api/interactions", &question(&card)).await;
        check(&office, [9, 0, 1]).await;
        close(&operator, &saved["issues"][0], outcome).await;
        check(&office, expected).await;
    }
}

async fn a_use_counts_from_the_arrival_and_a_closed_door_is_none(office: Office) {
    office.agree("KS-1001", json!({ "capture_point": "arrival" })).await;
    let (dispatcher, hayashi) = (office.person("dispatcher").await, office.person("hayashi").await);
    let (issue, visit) = office.on_the_way("KS-1001").await;
    check(&office, [9, 1, 0]).await;
    office.tap(&hayashi, &visit, "arrive").await;
    check(&office, [9, 0, 1]).await;
    no_access(&office, &hayashi, &visit).await;
    check(&office, [9, 1, 0]).await;
    assert_eq!(told(&office, "wallet.reversed").await, "不在・入館不可のため 1枚を仮押さえに戻し（残 9枚）");

    let second = office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await["visit"]["id"].clone();
    for action in ["accept", "set_out", "arrive", "start"] {
        office.tap(&hayashi, &second, action).await;
    }
    check(&office, [9, 0, 1]).await;
    office.report(&hayashi, &second, "own_defect", 40).await;
    check(&office, [10, 0, 0]).await;
}

async fn a_trip_to_a_closed_door_is_paid_where_the_contract_says_so(office: Office) {
    office.agree("KS-1001", json!({ "no_access_captures": true, "cancel_after_departure_cost": 0 })).await;
    let (operator, hayashi) = (office.person("operator").await, office.person("hayashi").await);
    let (dispatcher, mori) = (office.person("dispatcher").await, office.person("mori").await);
    let (issue, visit) = office.on_the_way("KS-1001").await;
    office.tap(&hayashi, &visit, "arrive").await;
    check(&office, [9, 1, 0]).await;
    no_access(&office, &hayashi, &visit).await;
    check(&office, [9, 0, 1]).await;
    // The next visit costs no more, and its mistaken arrival takes nothing back.
    let second = office.assign(&dispatcher, &issue["work_order_id"], &mori).await["visit"]["id"].clone();
    for action in ["accept", "set_out", "arrive", "undo", "arrive", "start"] {
        office.tap(&mori, &second, action).await;
    }
    check(&office, [9, 0, 1]).await;
    office.report(&mori, &second, "needs_revisit", 30).await;
    close(&operator, &issue, "withdrawn").await;
    check(&office, [9, 0, 1]).await;
}

async fn a_use_counts_from_the_start_of_the_investigation(office: Office) {
    office.agree("KS-1001", json!({ "capture_point": "investigation_start", "no_fault_found_cost": 0 })).await;
    let hayashi = office.person("hayashi").await;
    let (_, visit) = office.on_the_way("KS-1001").await;
    office.tap(&hayashi, &visit, "arrive").await;
    check(&office, [9, 1, 0]).await;
    office.tap(&hayashi, &visit, "start").await;
    check(&office, [9, 0, 1]).await;
    for action in ["pause", "resume"] {
        office.tap(&hayashi, &visit, action).await;
    }
    check(&office, [9, 0, 1]).await;
    office.report(&hayashi, &visit, "no_fault_found", 20).await;
    check(&office, [10, 0, 0]).await;
}

async fn a_resumption_taken_back_leaves_the_work_begun_and_its_use_counted(office: Office) {
    office.agree("KS-1001", json!({ "capture_point": "investigation_start" })).await;
    let hayashi = office.person("hayashi").await;
    let (_, visit) = office.on_the_way("KS-1001").await;
    for action in ["arrive", "start", "pause"] {
        office.tap(&hayashi, &visit, action).await;
    }
    let begun = office.tap(&hayashi, &visit, "resume").await["timeline"]["started_at"].clone();
    let back = office.tap(&hayashi, &visit, "undo").await;
    assert_eq!((&back["state"], &back["timeline"]["started_at"]), (&json!("paused"), &begun));
    check(&office, [9, 0, 1]).await;
    office.tap(&hayashi, &visit, "resume").await;
    office.report(&hayashi, &visit, "repaired", 40).await;
    check(&office, [9, 0, 1]).await;
}

async fn a_second_trip_taken_back_leaves_the_first_one_made(office: Office) {
    office.agree("KS-1001", json!({ "capture_point": "arrival" })).await;
    let (operator, hayashi) = (office.person("operator").await, office.person("hayashi").await);
    let (issue, visit) = office.on_the_way("KS-1001").await;
    for action in ["arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    let first = office.tap(&hayashi, &visit, "pause").await["timeline"].clone();
    // He leaves for a part: each of his taps is taken back once.
    for action in ["set_out", "undo", "set_out", "arrive", "undo", "arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
        check(&office, [9, 0, 1]).await;
    }
    let back = office.tap(&hayashi, &visit, "undo").await;
    assert_eq!((&back["state"], &back["timeline"]["started_at"]), (&json!("arrived"), &first["started_at"]));
    check(&office, [9, 0, 1]).await;
    no_access(&office, &hayashi, &visit).await;
    check(&office, [9, 0, 1]).await;
    close(&operator, &issue, "withdrawn").await;
    check(&office, [9, 0, 1]).await;

    // A set-out taken back to the pause is no reason to pay as if nobody had come.
    office.agree("KS-1001", json!({})).await;
    let (issue, visit) = office.on_the_way("KS-1001").await;
    for action in ["arrive", "start", "pause", "set_out", "undo", "resume"] {
        office.tap(&hayashi, &visit, action).await;
    }
    office.report(&hayashi, &visit, "needs_revisit", 30).await;
    close(&operator, &issue, "withdrawn").await;
    check(&office, [8, 0, 2]).await;
}

async fn what_proves_to_be_a_recurrence_is_made_good_by_report_and_from_the_desk(office: Office) {
    let (operator, hayashi) = (office.person("operator").await, office.person("hayashi").await);
    let (first, visit) = office.on_the_way("KS-1001").await;
    for action in ["arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    office.report(&hayashi, &visit, "repaired", 40).await;
    check(&office, [9, 0, 1]).await;

    // The caller named another symptom, so that nobody saw it at the intake.
    let card = office.card(&operator, "KS-1001").await;
    let mut call = crate::kit::office::intake(&card, 0, Value::Null);
    call["issues"][0]["symptom"] = json!("torn");
    let again = operator.change("/api/interactions", &call).await["issues"][0].clone();
    check(&office, [8, 1, 1]).await;
    let dispatcher = office.person("dispatcher").await;
    let visit = office.assign(&dispatcher, &again["work_order_id"], &hayashi).await["visit"]["id"].clone();
    for action in ["accept", "set_out", "arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    office.report(&hayashi, &visit, "recurrence", 30).await;
    check(&office, [9, 0, 1]).await;
    let detail = operator.see(&format!("/api/issues/{}", text(&again["id"]))).await;
    assert_eq!((&detail["outcome"], &detail["linked_issue_id"]), (&json!("recurrence"), &first["id"]));

    let asked = operator.change("/api/interactions", &question(&card)).await["issues"][0].clone();
    check(&office, [8, 1, 1]).await;
    close(&operator, &asked, "recurrence").await;
    check(&office, [9, 0, 1]).await;
    assert_eq!(told(&office, "wallet.released").await, "再発のため 1枚を解放（残 9枚）");
}

async fn a_recurrence_found_later_is_a_correction_where_the_contract_guarantees_it(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let hayashi = office.person("hayashi").await;
    let correction = |issue: &Value| json!({ "issue_id": issue["id"], "units": 1, "reason": "recurrence" });
    let (issue, visit) = office.on_the_way("KS-1001").await;
    for action in ["arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    office.report(&hayashi, &visit, "repaired", 40).await;
    let card = office.card(&operator, "KS-1001").await;
    let reversals = path(&card, "wallet/reversals");
    refused(admin.post(&reversals, &correction(&issue)).await, 409, "wallet.no_guarantee").await;
    let mut call = crate::kit::office::intake(&card, 0, Value::Null);
    call["issues"][0]["symptom"] = json!("torn");
    let again = operator.change("/api/interactions", &call).await["issues"][0].clone();
    let dispatcher = office.person("dispatcher").await;
    let visit = office.assign(&dispatcher, &again["work_order_id"], &hayashi).await["visit"]["id"].clone();
    for action in ["accept", "set_out", "arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    office.report(&hayashi, &visit, "repaired", 40).await;
    check(&office, [8, 0, 2]).await;
    admin.change(&reversals, &correction(&again)).await;
    check(&office, [9, 0, 1]).await;
    assert_eq!(told(&office, "wallet.reversed").await, "再発のため 1枚を消費取消（残 9枚）");
    assert_eq!(marked(&office, &again).await, issue["number"]);

    office.agree("KS-1001", json!({ "recurrence_days": 0 })).await;
    let issue = office.fault(&operator, "KS-1001", 1, Value::Null).await;
    let release = json!({ "issue_id": issue["id"], "reason": "recurrence" });
    refused(operator.post(&path(&card, "wallet/releases"), &release).await, 409, "wallet.no_guarantee").await;
    check(&office, [8, 1, 1]).await;
}

/// Number of the repair that an issue repeats, as the history marks it.
async fn marked(office: &Office, issue: &Value) -> Value {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    let history = operator.see(&path(&card, "history")).await;
    let entries = history["entries"].as_array().expect("entries");
    let entry = entries.iter().find(|entry| entry["issue_number"] == issue["number"]).expect("an entry of the issue");
    assert_eq!(entry["recurrence"], true, "{entry}");
    entry["recurrence_of"]["number"].clone()
}

async fn a_recurrence_of_no_repair_within_the_guarantee_costs_as_worked_and_says_why(mut office: Office) {
    let hayashi = office.person("hayashi").await;
    let (first, visit) = office.on_the_way("KS-1001").await;
    for action in ["arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    office.report(&hayashi, &visit, "repaired", 40).await;
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    let asked = |asset: usize| {
        let mut body = question(&card);
        body["issues"][0]["asset_id"] = card["assets"][asset]["id"].clone();
        body
    };
    // Another machine was never repaired.
    let other = operator.change("/api/interactions", &asked(1)).await["issues"][0].clone();
    let ended = close(&operator, &other, "recurrence").await;
    assert_eq!((&ended["outcome"], &ended["linked_issue_id"]), (&json!("recurrence"), &Value::Null));
    check(&office, [8, 0, 2]).await;
    assert_eq!(told(&office, "wallet.captured").await, "保証期間内の修理がない再発のため 1枚を消費確定（残 8枚）");
    assert_eq!(marked(&office, &other).await, Value::Null);

    // The last day of the guarantee, and the day after it.
    for (days, expected) in [(30, [8, 0, 2]), (1, [7, 0, 3])] {
        office.sleep(days).await;
        let operator = office.person("operator").await;
        let again = operator.change("/api/interactions", &asked(0)).await["issues"][0].clone();
        close(&operator, &again, "recurrence").await;
        check(&office, expected).await;
        if days == 30 {
            assert_eq!(marked(&office, &again).await, first["number"]);
        }
    }
}
