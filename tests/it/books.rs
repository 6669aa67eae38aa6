//! What the ledger tells on paper and to the bookkeeper.

use serde_json::{Value, json};

use crate::kit::Office;
use crate::kit::office::text;
use crate::kit::person::refused;
use crate::on_both;

on_both! {
    a_statement_shows_customer_and_company_what_was_used_and_why
    the_books_say_what_is_still_owed_to_customers
    only_those_who_staff_the_day_see_the_forecast
}

const TODAY: &str = "from=2026-11-23&to=2026-11-23";

fn statement(card: &Value, ending: &str, period: &str) -> String {
    format!("/api/contracts/{}/statement{ending}?{period}", text(&card["id"]))
}

async fn a_statement_shows_customer_and_company_what_was_used_and_why(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let (own, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let used = json!({ "issue_id": issue["id"], "units": 1, "reason": "entry_error", "note": "" });
    operator.change(&format!("/api/contracts/{}/wallet/captures", text(&own["id"])), &used).await;

    let seen = customer.see(&statement(&own, "", TODAY)).await;
    assert_eq!(seen, operator.see(&statement(&own, "", TODAY)).await, "both sides read the same lines");
    let lines = seen["lines"].as_array().expect("lines");
    let moved: Vec<&str> = lines.iter().map(|line| text(&line["movement"])).collect();
    assert!(moved.ends_with(&["hold", "capture"]), "{moved:?}");
    let last = &lines[lines.len() - 1];
    assert_eq!((&last["available"], &last["held"], &last["issue_number"]), (&json!(9), &json!(0), &issue["number"]));
    assert_eq!(last["tickets"].as_array().map(Vec::len), Some(1));
    assert_eq!(seen["closing"]["available"], 9);
    let ledger = customer.see(&format!("/api/contracts/{}/wallet/postings", text(&own["id"]))).await;
    assert_eq!(seen["chain_root"], ledger["chain_head"], "the root is the one of the ledger");

    let table = customer.get(&statement(&own, ".csv", TODAY)).await;
    assert_eq!(table.headers()["content-type"], "text/csv; charset=utf-8");
    let table = table.text().await.expect("a table");
    assert!(table.starts_with('\u{feff}') && table.contains(text(&issue["number"])), "{table}");
    let english = customer.get(&statement(&own, ".csv", &format!("{TODAY}&language=en"))).await;
    assert!(english.text().await.expect("a table").contains("Movement"));
    let paper = customer.get(&statement(&own, ".pdf", TODAY)).await;
    assert_eq!(paper.headers()["content-type"], "application/pdf");
    assert!(paper.bytes().await.expect("a document").starts_with(b"%PDF-"));

    let before = customer.see(&statement(&own, "", "from=2020-01-01&to=2020-12-31")).await;
    assert_eq!((before["lines"].as_array().map(Vec::len), &before["closing"]["available"]), (Some(0), &json!(0)));
    refused(customer.get(&statement(&other, "", TODAY)).await, 403, "contract.foreign").await;
    refused(customer.get(&statement(&other, ".pdf", TODAY)).await, 403, "contract.foreign").await;
    let turned = statement(&own, "", "from=2026-11-23&to=2026-11-22");
    refused(customer.get(&turned).await, 400, "request.invalid").await;
    let technician = office.person("hayashi").await;
    refused(technician.get(&statement(&own, "", TODAY)).await, 403, "auth.forbidden").await;
}

async fn the_books_say_what_is_still_owed_to_customers(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let card = office.card(&operator, "KS-1001").await;
    let year = "/api/reports/liability?from=2026-01-01&to=2026-11-30";
    let before = admin.see(year).await;
    let november =
        |books: &Value| books["months"].as_array().and_then(|months| months.last().cloned()).expect("a month");
    let lot = json!({ "units": 10, "price_yen": 50_000, "expires_on": "2027-11-22", "scope": "any",
        "law_class": "regulated" });
    operator.change(&format!("/api/contracts/{}/wallet/lots", text(&card["id"])), &lot).await;
    let sold = november(&admin.see(year).await);
    let yen = |line: &Value, what: &str| line[what].as_i64().expect("yen");
    assert_eq!(yen(&sold, "closing") - yen(&november(&before), "closing"), 50_000);
    for line in admin.see(year).await["months"].as_array().expect("months") {
        let grown =
            yen(line, "sold") + yen(line, "received") - yen(line, "given") - yen(line, "used") - yen(line, "breakage");
        assert_eq!(yen(line, "opening") + grown, yen(line, "closing"), "{line}");
    }
    let report = admin.see("/api/reports/base-date").await;
    assert_eq!((&report["base_date"], &report["regulated_yen"]), (&json!("2026-09-30"), &json!(0)));
    refused(admin.get("/api/reports/base-date?on=2026-10-01").await, 400, "request.invalid").await;
    refused(admin.get("/api/reports/liability?from=2026-11-30&to=2026-01-01").await, 400, "request.invalid").await;
    refused(operator.get(year).await, 403, "auth.forbidden").await;
}

async fn only_those_who_staff_the_day_see_the_forecast(office: Office) {
    let (dispatcher, operator) = (office.person("dispatcher").await, office.person("operator").await);
    let ahead = dispatcher.see("/api/reports/forecast?months=3").await;
    let months: Vec<&str> = ahead["months"].as_array().expect("months").iter().map(|m| text(&m["month"])).collect();
    assert_eq!(months, ["2026-11-01", "2026-12-01", "2027-01-01", "2027-02-01"]);
    assert_eq!((&ahead["months"][0]["from"], &ahead["travel_minutes"]), (&json!("2026-11-23"), &json!(25)));
    let expiring = ahead["expiring"].as_array().expect("what expires");
    let horizons: Vec<i64> = expiring.iter().filter_map(|line| line["days"].as_i64()).collect();
    assert!([30, 60, 90].iter().all(|days| horizons.contains(days)), "{expiring:?}");
    assert_eq!(ahead, dispatcher.see("/api/reports/forecast?months=3").await, "the same day, the same forecast");
    refused(dispatcher.get("/api/reports/forecast?months=99").await, 400, "request.invalid").await;
    refused(operator.get("/api/reports/forecast").await, 403, "auth.forbidden").await;
}
