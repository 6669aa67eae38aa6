//! People come, change their work and go: an administrator keeps their log-ins.

use kaketsuke::views::live::close;
use serde_json::{Value, json};

use crate::kit::office::text;
use crate::kit::person::refused;
use crate::kit::{Heard, Office, PASSWORD, Person};
use crate::on_both;

on_both! {
    somebody_changes_his_role_and_his_old_session_ends
    who_has_left_logs_in_no_more_and_comes_back
    nobody_bars_himself_and_one_administrator_always_stays
    a_new_password_ends_what_the_old_one_opened
}

/// The record of somebody who logs in.
async fn found(admin: &Person, login: &str) -> Value {
    let people = admin.see("/api/users").await;
    let people = people["users"].as_array().expect("people").clone();
    people.into_iter().find(|person| person["login"] == login).expect("a person")
}

fn of(person: &Value, what: &str) -> String {
    format!("/api/users/{}{what}", text(&person["id"]))
}

/// The same person, with some fields changed.
fn wanted(person: &Value, changes: &Value) -> Value {
    let mut body = json!({});
    for field in
        ["version", "login", "name", "role", "language", "territory_id", "technician_id", "customer_id", "active"]
    {
        body[field] = changes.get(field).unwrap_or(&person[field]).clone();
    }
    body
}

async fn put(admin: &Person, person: &Value, changes: &Value) -> Value {
    let answer = admin.put(&of(person, ""), &wanted(person, changes)).await;
    assert_eq!(answer.status(), 200, "{changes}");
    answer.json().await.expect("a person")
}

async fn somebody_changes_his_role_and_his_old_session_ends(office: Office) {
    let (admin, operator) = (office.person("admin").await, office.person("operator").await);
    let before = found(&admin, "operator").await;
    let renamed = put(&admin, &before, &json!({ "name": "山本 恵" })).await;
    assert_eq!((&renamed["name"], &renamed["version"]), (&json!("山本 恵"), &json!(2)));
    assert_eq!(operator.get("/api/session").await.status(), 200, "a new name ends no session");
    refused(admin.put(&of(&before, ""), &wanted(&before, &json!({}))).await, 409, "record.stale").await;
    let role = put(&admin, &renamed, &json!({ "role": "dispatcher" })).await;
    refused(operator.get("/api/session").await, 401, "auth.required").await;
    assert_eq!(office.person("operator").await.me["role"], "dispatcher");

    for (field, value) in [
        ("login", json!(" x")),
        ("name", json!("")),
        ("login", json!("admin")),
        ("role", json!("technician")),
        ("territory_id", json!(format!("ter_{:032x}", 1))),
    ] {
        let body = wanted(&role, &json!({ field: value }));
        refused(admin.put(&of(&role, ""), &body).await, 400, "request.invalid").await;
    }
    let told = admin.see(&of(&role, "/changes")).await;
    assert_eq!(told[0]["what"], json!([{ "field": "role", "before": "operator", "after": "dispatcher" }]));
    assert_eq!((&told[1]["what"][0]["field"], &told[1]["actor"]["role"]), (&json!("name"), &json!("admin")));
    let dispatcher = office.person("dispatcher").await;
    for path in ["/api/users".to_owned(), of(&role, "/changes")] {
        refused(dispatcher.get(&path).await, 403, "auth.forbidden").await;
    }
    refused(dispatcher.put(&of(&role, ""), &wanted(&role, &json!({}))).await, 403, "auth.forbidden").await;
    office.assert_sound().await;
}

async fn who_has_left_logs_in_no_more_and_comes_back(office: Office) {
    let (admin, customer) = (office.person("admin").await, office.person("customer").await);
    let person = found(&admin, "customer").await;
    assert!(person["customer_name"].is_string(), "{person}");
    let mut socket = office.socket(&customer).await;
    let gone = put(&admin, &person, &json!({ "active": false })).await;
    while socket.hear().await != Heard::Closed(close::AUTH_REQUIRED) {}
    refused(customer.get("/api/portal").await, 401, "auth.required").await;
    let again = reqwest::Client::new().post(format!("http://{}/api/session", office.address));
    let again = again.json(&json!({ "login": "customer", "password": PASSWORD })).send().await.expect("an answer");
    refused(again, 401, "auth.failed").await;
    assert_eq!(found(&admin, "customer").await["active"], false, "the list still has him");
    put(&admin, &gone, &json!({ "active": true })).await;
    office.person("customer").await;
}

async fn nobody_bars_himself_and_one_administrator_always_stays(office: Office) {
    let admin = office.person("admin").await;
    let me = found(&admin, "admin").await;
    for change in [json!({ "active": false }), json!({ "role": "operator" })] {
        refused(admin.put(&of(&me, ""), &wanted(&me, &change)).await, 409, "user.yourself").await;
    }
    let body =
        json!({ "login": "admin2", "password": PASSWORD, "name": "別の管理者", "role": "admin", "language": "ja" });
    let second = admin.change("/api/users", &body).await;
    assert_eq!(admin.see(&of(&second, "/changes")).await[0]["action"], "added");
    let other = office.person("admin2").await;
    put(&other, &me, &json!({ "role": "operator" })).await;
    refused(admin.get("/api/users").await, 401, "auth.required").await;
    refused(other.put(&of(&second, ""), &wanted(&second, &json!({ "active": false }))).await, 409, "user.yourself")
        .await;
}

async fn a_new_password_ends_what_the_old_one_opened(office: Office) {
    let (admin, operator) = (office.person("admin").await, office.person("operator").await);
    let person = found(&admin, "operator").await;
    let short = json!({ "password": "short" });
    refused(admin.post(&of(&person, "/password"), &short).await, 400, "request.invalid").await;
    let fresh = json!({ "password": "kenroku-en garden 7" });
    let operation = admin.operation();
    let path = of(&person, "/password");
    let first = admin.post_as(&operation, &path, &fresh).await.text().await.expect("a body");
    assert_eq!(admin.post_as(&operation, &path, &fresh).await.text().await.expect("a body"), first);
    assert!(!first.contains("kenroku"), "no answer tells a password");
    refused(operator.get("/api/session").await, 401, "auth.required").await;
    let log_in = async |password: &str| {
        let body = json!({ "login": "operator", "password": password });
        reqwest::Client::new()
            .post(format!("http://{}/api/session", office.address))
            .json(&body)
            .send()
            .await
            .expect("an answer")
    };
    refused(log_in(PASSWORD).await, 401, "auth.failed").await;
    assert_eq!(log_in("kenroku-en garden 7").await.status(), 200);
    let me = found(&admin, "admin").await;
    admin.change(&of(&me, "/password"), &json!({ "password": PASSWORD })).await;
    assert_eq!(admin.get("/api/session").await.status(), 200, "one's own session goes on");
    assert_eq!(admin.see(&of(&person, "/changes")).await[0]["action"], "password");
    let nobody = format!("/api/users/usr_{:032x}/password", 1);
    refused(admin.post(&nobody, &fresh).await, 404, "not_found").await;
}
