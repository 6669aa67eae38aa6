//! The root on a statement, months later: the customer types it in and is told what it still says.

use serde_json::{Value, json};

use crate::claims::colleague;
use crate::kit::Office;
use crate::kit::office::text;
use crate::kit::person::refused;
use crate::on_both;

on_both! {
    a_kept_root_is_found_at_its_posting_and_says_whose_it_is
    a_changed_ledger_does_not_pass_for_what_was_printed
    a_bought_lot_stands_on_the_statement_with_its_invoice
}

const ASK: &str = "/api/ledger-roots/check";
const DAY: &str = "2026-11-23";

fn path(card: &Value, what: &str) -> String {
    format!("/api/contracts/{}/{what}", text(&card["id"]))
}

async fn a_kept_root_is_found_at_its_posting_and_says_whose_it_is(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let (card, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    let statement = customer.see(&path(&card, "statement?from=2026-11-23&to=2026-11-23")).await;
    let root = text(&statement["chain_root"]).to_owned();
    let check = json!({ "root": root });
    let found = customer.change(ASK, &check).await;
    assert_eq!((&found["verdict"], &found["contract_number"]), (&json!("holds"), &json!("KS-1001")));

    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let later = operator.change(ASK, &json!({ "root": root.to_uppercase() })).await;
    assert_eq!((&later["verdict"], &later["postings"]), (&json!("holds"), &found["postings"]), "it stays true");
    let closing = customer.see(&path(&card, "statement?from=2026-11-23&to=2026-11-23")).await["chain_root"].clone();
    assert_ne!(closing, json!(root), "more happened on that day since");

    let stranger = colleague(&office, "stranger", &other["customer"]["id"]).await;
    assert_eq!(stranger.change(ASK, &check).await["verdict"], "unknown");
    let short = refused(operator.post(ASK, &json!({ "root": "12ab" })).await, 400, "request.invalid").await;
    assert_eq!(short["field"], "root");
    let hayashi = office.person("hayashi").await;
    refused(hayashi.post(ASK, &check).await, 403, "auth.forbidden").await;
}

async fn a_changed_ledger_does_not_pass_for_what_was_printed(office: Office) {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let statement = operator.see(&path(&card, "statement?from=2026-11-23&to=2026-11-23")).await;
    let root = json!({ "root": statement["chain_root"] });
    let honest = operator.change(ASK, &root).await;
    assert_eq!(honest["verdict"], "holds");
    office.data.tamper("UPDATE postings SET reason = 'x' WHERE seq = 1");
    assert_eq!(operator.change(ASK, &root).await["verdict"], "broken");
}

async fn a_bought_lot_stands_on_the_statement_with_its_invoice(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let card = office.card(&operator, "KS-1001").await;
    let lot = json!({ "units": 10, "price_yen": 60_000, "expires_on": "2027-11-22", "scope": "any",
        "law_class": "b2b_exempt" });
    let receipt = operator.change(&path(&card, "wallet/lots"), &lot).await;
    let bought = &receipt["postings"][0]["lot_id"];
    let invoice = json!({ "invoice_number": "INV-2026-11-007", "invoiced_on": DAY });
    let to = path(&card, &format!("wallet/lots/{}/invoice", text(bought)));
    assert_eq!(operator.put(&to, &invoice).await.status(), 200);
    let period = "?from=2026-11-23&to=2026-11-23&language=";
    let statement = customer.see(&path(&card, &format!("statement{period}ja"))).await;
    let line = statement["lines"].as_array().and_then(|lines| lines.last()).expect("a line").clone();
    assert_eq!((&line["movement"], &line["invoice_number"]), (&json!("purchase"), &json!("INV-2026-11-007")));
    for (language, words) in [("ja", "請求書 INV-2026-11-007"), ("en", "Invoice INV-2026-11-007")] {
        let csv = customer.get(&path(&card, &format!("statement.csv{period}{language}"))).await;
        assert!(csv.text().await.expect("a table").contains(words));
    }
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let statement = customer.see(&path(&card, &format!("statement{period}ja"))).await;
    let held = statement["lines"].as_array().and_then(|lines| lines.last()).expect("a line").clone();
    assert_eq!((&held["movement"], &held["invoice_number"]), (&json!("hold"), &Value::Null));
}
