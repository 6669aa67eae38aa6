//! The ledger by hand, from outside: who may post what, what is refused, and what everybody can read of it.

use serde_json::{Value, json};

use crate::kit::Office;
use crate::kit::office::{intake, text, usual_policy};
use crate::kit::person::refused;
use crate::on_both;

on_both! {
    a_use_is_corrected_by_a_new_posting_and_what_was_refused_is_kept_for_audit
    each_kind_of_posting_has_a_permission_of_its_own
    a_customer_reads_his_own_ledger_and_price_list_and_no_others
    a_policy_with_a_hole_is_refused_and_a_whole_one_is_what_the_operator_reads_out
    a_posting_sent_twice_is_posted_once
    what_the_screens_ask_for_beside_the_ledger
    tickets_die_at_midnight_in_tokyo_and_not_a_second_before
}

fn path(card: &Value, what: &str) -> String {
    format!("/api/contracts/{}/{what}", text(&card["id"]))
}

fn correction(issue: &Value, units: i64) -> Value {
    json!({ "issue_id": issue["id"], "units": units, "reason": "entry_error", "note": "数え間違い" })
}

fn lot(units: i64) -> Value {
    json!({ "units": units, "price_yen": 50_000, "expires_on": "2027-11-22", "scope": "any", "law_class": "b2b_exempt" })
}

async fn a_use_is_corrected_by_a_new_posting_and_what_was_refused_is_kept_for_audit(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let card = office.card(&operator, "KS-1001").await;
    let other = office.card(&operator, "KS-2001").await;
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let foreign = operator.post(&path(&other, "wallet/captures"), &correction(&issue, 1)).await;
    refused(foreign, 403, "wallet.foreign").await;
    let used = operator.change(&path(&card, "wallet/captures"), &correction(&issue, 1)).await;
    assert_eq!((&used["wallet"]["held"], &used["wallet"]["consumed"]), (&json!(0), &json!(1)));
    let again = operator.post(&path(&card, "wallet/captures"), &correction(&issue, 1)).await;
    refused(again, 409, "wallet.second_capture").await;
    let release = json!({ "issue_id": issue["id"], "reason": "entry_error" });
    refused(operator.post(&path(&card, "wallet/releases"), &release).await, 409, "wallet.release_after_capture").await;
    let back = admin.change(&path(&card, "wallet/reversals"), &correction(&issue, 1)).await;
    assert_eq!(back["wallet"]["available"], 10);
    assert_eq!(back["postings"][0]["refers_to"], used["postings"][0]["id"]);

    let kept = admin.see(&path(&card, "wallet/refusals")).await;
    let rules: Vec<&str> = kept.as_array().expect("a list").iter().map(|entry| text(&entry["code"])).collect();
    assert_eq!(rules, ["wallet.release_after_capture", "wallet.second_capture", "wallet.foreign"]);
    assert_eq!(kept[0]["actor"]["name"], "operatorさん");
    assert_eq!(admin.see(&path(&other, "wallet/refusals")).await[0]["code"], "wallet.foreign");
    let history = operator.see(&path(&card, "history")).await;
    assert_eq!(history["entries"][0]["ja"], "入力誤りのため 1枚を消費取消（残 10枚）");
    office.assert_sound().await;
}

async fn each_kind_of_posting_has_a_permission_of_its_own(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let (dispatcher, customer) = (office.person("dispatcher").await, office.person("customer").await);
    let card = office.card(&operator, "KS-1001").await;
    refused(dispatcher.post(&path(&card, "wallet/lots"), &lot(10)).await, 403, "auth.forbidden").await;
    refused(customer.post(&path(&card, "wallet/lots"), &lot(10)).await, 403, "auth.forbidden").await;
    let sold = operator.change(&path(&card, "wallet/lots"), &lot(10)).await;
    let lot_id = &sold["postings"][0]["lot_id"];
    let void = json!({ "lot_id": lot_id, "reason": "entry_error" });
    refused(operator.post(&path(&card, "wallet/voids"), &void).await, 403, "auth.forbidden").await;
    let voided = admin.change(&path(&card, "wallet/voids"), &void).await;
    assert_eq!((&voided["wallet"]["available"], &voided["wallet"]["voided"]), (&json!(10), &json!(10)));
    for (what, body) in [
        ("wallet/grants", lot(1)),
        ("wallet/adjustments", json!({ "units": 1, "reason": "goodwill" })),
        (
            "wallet/transfers",
            json!({ "to_contract_id": card["id"], "lot_id": lot_id, "units": 1, "reason": "goodwill" }),
        ),
    ] {
        refused(operator.post(&path(&card, what), &body).await, 403, "auth.forbidden").await;
    }
    refused(operator.get(&path(&card, "wallet/refusals")).await, 403, "auth.forbidden").await;
    let waiting = admin.change(&path(&card, "wallet/adjustments"), &json!({ "units": 50, "reason": "goodwill" })).await;
    let decision = format!("wallet/adjustments/{}/decision", text(&waiting["waiting"]));
    let own = admin.post(&path(&card, &decision), &json!({ "accept": true })).await;
    refused(own, 409, "wallet.same_person").await;
    admin.change(&path(&card, &decision), &json!({ "accept": false })).await;
    assert_eq!(admin.see(&path(&card, "wallet/adjustments")).await[0]["state"], "refused");
    office.assert_sound().await;
}

async fn a_customer_reads_his_own_ledger_and_price_list_and_no_others(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let (own, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let page = customer.see(&path(&own, "wallet/postings?limit=1")).await;
    assert_eq!((&page["postings"][0]["movement"], &page["postings"][0]["seq"]), (&json!("hold"), &json!(2)));
    assert_eq!(page["chain_head"], page["postings"][0]["link"]);
    assert_eq!(page["chain_head"], customer.see(&path(&own, "wallet")).await["chain_head"]);
    let before = format!("wallet/postings?before={}", page["next"]);
    let rest = customer.see(&path(&own, &before)).await;
    assert_eq!((&rest["postings"][0]["movement"], &rest["next"]), (&json!("purchase"), &Value::Null));
    assert_eq!(customer.see(&path(&own, "policies")).await[0]["in_force"], true);
    for what in ["wallet/postings", "policies", "wallet"] {
        refused(customer.get(&path(&other, what)).await, 404, "not_found").await;
    }
}

async fn a_policy_with_a_hole_is_refused_and_a_whole_one_is_what_the_operator_reads_out(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let card = office.card(&operator, "KS-1001").await;
    let mut body = json!({ "contract_version": card["version"], "from_day": "2026-11-23", "reason": "改定",
        "policy": usual_policy(),
        "menu": [{ "code": "clean", "name_ja": "清掃", "name_en": "Cleaning", "units": 3 }] });
    (body["policy"]["fault_cost"], body["policy"]["capture_point"]) = (json!(2), json!("arrival"));
    body["policy"]["no_access_captures"] = Value::Null;
    let problem = refused(admin.post(&path(&card, "policies"), &body).await, 400, "policy.hole").await;
    assert_eq!(problem["field"], "no_access_captures");
    assert!(text(&problem["ja"]).contains("不在・入館不可のとき"), "{problem}");
    body["policy"]["no_access_captures"] = json!(false);
    refused(operator.post(&path(&card, "policies"), &body).await, 403, "auth.forbidden").await;
    let versions = admin.change(&path(&card, "policies"), &body).await;
    assert_eq!((&versions[0]["version"], &versions[0]["in_force"]), (&json!(2), &json!(true)));
    refused(admin.post(&path(&card, "policies"), &body).await, 409, "record.stale").await;

    let card = office.card(&operator, "KS-1001").await;
    let mut request = intake(&card, 0, Value::Null);
    let read_out = operator.change("/api/interactions/preview", &request).await;
    assert_eq!(read_out["sentence_ja"], "1要件 → 2枚（残 10枚 → 8枚、うち2枚は3/31期限分）");
    request["issues"][0]["menu_item"] = json!("clean");
    let saved = operator.change("/api/interactions", &request).await;
    assert_eq!(
        (&saved["consumption"]["total"], &saved["consumption"]["lines"][0]["reason"]),
        (&json!(3), &json!("menu"))
    );
    office.assert_sound().await;
}

async fn a_posting_sent_twice_is_posted_once(office: Office) {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    let operation = operator.operation();
    let mut answers = Vec::new();
    for _ in 0..2 {
        let answer = operator.post_as(&operation, &path(&card, "wallet/lots"), &lot(5)).await;
        answers.push((answer.status().as_u16(), answer.text().await.expect("a body")));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, 201);
    let reused = operator.post_as(&operation, &path(&card, "wallet/lots"), &lot(6)).await;
    refused(reused, 422, "operation.reused").await;
    assert_eq!(office.card(&operator, "KS-1001").await["wallet"]["available"], 15);
}

async fn tickets_die_at_midnight_in_tokyo_and_not_a_second_before(office: Office) {
    let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).expect("an instant").to_utc();
    let store = office.services.store.clone();
    let day = |text: &str| kaketsuke::domain::time::Timestamp::from(at(text)).day(store.zone());
    let (last, first) = (day("2027-03-31T23:59:59+09:00"), day("2027-04-01T00:00:00+09:00"));
    let system = || kaketsuke::domain::access::Actor::system("timekeeper");
    let before = store.task(system(), move |unit| unit.expire_due(last)).await.expect("a run");
    assert_eq!(before.units, 0);
    let after = store.task(system(), move |unit| unit.expire_due(first)).await.expect("a run");
    assert_eq!((after.wallets, after.units), (2, 20));
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    assert_eq!((&card["wallet"]["available"], &card["wallet"]["expired"]), (&json!(0), &json!(10)));
    office.assert_sound().await;
}

async fn what_the_screens_ask_for_beside_the_ledger(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let customer = office.person("customer").await;
    let rights = |me: &Value| me["permissions"].as_array().expect("a list").contains(&json!("sell_tickets"));
    assert!(rights(&operator.see("/api/session").await) && !rights(&customer.see("/api/session").await));

    let (card, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let tickets = format!("wallet/lots/{}/tickets", text(&card["wallet"]["lots"][0]["id"]));
    let first = customer.see(&path(&card, &format!("{tickets}?limit=6"))).await;
    assert_eq!((first["tickets"].as_array().map(Vec::len), &first["next"]), (Some(6), &json!(6)));
    assert_eq!(first["tickets"][0]["issue_id"], issue["id"]);
    let rest = customer.see(&path(&card, &format!("{tickets}?limit=6&after=6"))).await;
    assert_eq!((rest["tickets"].as_array().map(Vec::len), &rest["next"]), (Some(4), &Value::Null));
    refused(customer.get(&path(&other, &tickets)).await, 404, "not_found").await;
    refused(operator.get(&path(&other, &tickets)).await, 404, "not_found").await;

    let of_issue = customer.see(&path(&card, &format!("history?issue_id={}", text(&issue["id"])))).await;
    let entries = of_issue["entries"].as_array().expect("a list");
    assert!(
        entries.len() >= 2
            && entries.iter().all(|entry| entry["issue_id"] == issue["id"] || entry["kind"] == "interaction.logged"),
        "{of_issue}"
    );
    let choices = customer.see(&path(&card, "history/choices")).await;
    assert!(!choices["assets"].as_array().expect("a list").is_empty(), "{choices}");
    assert!(choices["people"].to_string().contains("operatorさん"), "{choices}");
    refused(customer.get(&path(&other, "history/choices")).await, 404, "not_found").await;

    let asked = json!({ "units": 50, "reason": "goodwill" });
    let waiting = admin.change(&path(&card, "wallet/adjustments"), &asked).await;
    let listed = admin.see("/api/adjustments").await;
    assert_eq!(listed[0]["contract_number"], "KS-1001");
    assert_eq!(listed[0]["adjustment"]["id"], waiting["waiting"]);
    refused(operator.get("/api/adjustments").await, 403, "auth.forbidden").await;
}
