//! Notices from outside: who reads which, and that a watcher of the contract hears of them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::kit::office::{intake, text};
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    a_customer_is_told_what_was_entered_for_him_and_reads_it
    purchases_are_advised_from_the_contracts_own_use
}

/// The herald gathers what happens within a second.
async fn first_notice(reader: &Person) -> Value {
    for _ in 0..200 {
        let page = reader.see("/api/notices").await;
        if let Some(notice) = page["notices"].as_array().and_then(|notices| notices.first()) {
            return notice.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody was told");
}

async fn a_customer_is_told_what_was_entered_for_him_and_reads_it(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let mut entry = intake(&office.card(&operator, "KS-1001").await, 0, Value::Null);
    entry["on_behalf_of"] = json!(true);
    let receipt = operator.change("/api/interactions", &entry).await;
    let notice = first_notice(&customer).await;
    assert_eq!((&notice["kind"], &notice["read_at"]), (&json!("proxy_entry"), &Value::Null));
    assert!(text(&notice["ja"]).contains(text(&receipt["consumption"]["sentence_ja"])), "{notice}");

    let read = format!("/api/notices/{}/read", text(&notice["id"]));
    let left = customer.change(&read, &json!({})).await;
    assert_eq!((&left["unread"], left["notices"].as_array().map(Vec::len)), (&json!(0), Some(0)));
    assert_eq!(operator.see("/api/notices?unread=true").await["unread"], json!(1), "everybody reads for himself");
    let history = customer.see(&format!("/api/contracts/{}/history", text(&notice["contract_id"]))).await;
    assert!(text(&history["entries"][0]["ja"]).starts_with("お知らせ："), "{}", history["entries"][0]);

    let mut entry = intake(&office.card(&operator, "KS-2001").await, 0, Value::Null);
    entry["on_behalf_of"] = json!(true);
    operator.change("/api/interactions", &entry).await;
    let foreign = loop {
        let page = operator.see("/api/notices").await;
        if page["notices"].as_array().map(Vec::len) == Some(2) {
            break page["notices"][0].clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let foreign = format!("/api/notices/{}/read", text(&foreign["id"]));
    refused(customer.post(&foreign, &json!({})).await, 404, "not_found").await;
    refused(office.person("hayashi").await.get("/api/notices").await, 403, "auth.forbidden").await;
}

async fn purchases_are_advised_from_the_contracts_own_use(office: Office) {
    let customer = office.person("customer").await;
    let operator = office.person("operator").await;
    let own = office.card(&operator, "KS-1001").await;
    let path = |what: &str| format!("/api/contracts/{}/{what}", text(&own["id"]));
    let proposal = customer.see(&path("reorder?months=6")).await;
    assert_eq!((&proposal["available"], &proposal["until"]), (&json!(10), &json!("2027-05-23")));
    assert_eq!(proposal, customer.see(&path("reorder?months=6")).await, "the same day, the same advice");
    assert!(text(&proposal["ja"]).contains("残は10枚です"), "{proposal}");
    refused(customer.get(&path("reorder?months=99")).await, 400, "request.invalid").await;
    let compared = customer.see(&path("comparison?monthly_yen=8000")).await;
    assert_eq!((&compared["monthly_yen"], &compared["cheaper"]), (&json!(96_000), &json!("tickets")));
    assert_eq!(compared["break_even_units"], json!(19));
    refused(customer.get(&path("comparison?monthly_yen=-1")).await, 400, "request.invalid").await;
    let other = office.card(&operator, "KS-2001").await;
    let foreign = format!("/api/contracts/{}/reorder", text(&other["id"]));
    refused(customer.get(&foreign).await, 404, "not_found").await;
}
