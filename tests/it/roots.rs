//! The root on a statement, months later: the customer types it in and is told what it still says.

use serde_json::{Value, json};

use crate::claims::colleague;
use crate::kit::Office;
use crate::kit::office::text;
use crate::kit::person::refused;
use crate::on_both;

on_both! {
    a_kept_root_is_found_at_its_posting_however_it_is_typed
    a_changed_ledger_does_not_pass_for_what_was_printed
    a_bought_lot_stands_on_the_statement_with_its_invoice
}

const DAY: &str = "2026-11-23";

fn path(card: &Value, what: &str) -> String {
    format!("/api/contracts/{}/{what}", text(&card["id"]))
}

async fn a_kept_root_is_found_at_its_posting_however_it_is_typed(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let (card, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    let statement = customer.see(&path(&card, "statement?from=2026-11-23&to=2026-11-23")).await;
    let root = text(&statement["chain_root"]).to_owned();
    let ask = path(&card, "statement/root");
    let check = json!({ "root": root, "to": DAY });
    let found = customer.change(&ask, &check).await;
    assert_eq!((&found["verdict"], &found["last_of_day"]), (&json!("matches"), &json!(true)));
    assert_eq!(found["balances"]["available"], statement["closing"]["available"]);
    assert_eq!((&found["seq"], &found["broken_at"]), (&found["postings"], &Value::Null));

    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let groups: Vec<String> =
        root.to_uppercase().as_bytes().chunks(8).map(|g| String::from_utf8_lossy(g).into()).collect();
    let typed = json!({ "root": format!(" {}\n", groups.join(" ")), "to": DAY });
    let later = operator.change(&ask, &typed).await;
    assert_eq!((&later["verdict"], &later["seq"]), (&json!("matches"), &found["seq"]), "what was printed stays true");
    assert_eq!(later["last_of_day"], false, "more happened on that day since");
    assert_eq!(later["root"], json!(root));
    let undated = operator.change(&ask, &json!({ "root": root })).await;
    assert_eq!(undated["last_of_day"], Value::Null);

    let elsewhere = operator.change(&path(&other, "statement/root"), &check).await;
    assert_eq!((&elsewhere["verdict"], &elsewhere["seq"]), (&json!("unknown"), &Value::Null));
    let short = refused(operator.post(&ask, &json!({ "root": "12ab" })).await, 400, "request.invalid").await;
    assert_eq!(short["field"], "root");
    let stranger = colleague(&office, "stranger", &other["customer"]["id"]).await;
    refused(stranger.post(&ask, &check).await, 403, "contract.foreign").await;
    let hayashi = office.person("hayashi").await;
    refused(hayashi.post(&ask, &check).await, 403, "auth.forbidden").await;
}

async fn a_changed_ledger_does_not_pass_for_what_was_printed(office: Office) {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let statement = operator.see(&path(&card, "statement?from=2026-11-23&to=2026-11-23")).await;
    let root = json!({ "root": statement["chain_root"] });
    let ask = path(&card, "statement/root");
    let honest = operator.change(&ask, &root).await;
    assert_eq!(honest["verdict"], "matches");
    let last = honest["seq"].as_i64().expect("a place");
    office.data.sql(&format!("UPDATE postings SET reason = 'x' WHERE seq = {last}"));
    let broken = operator.change(&ask, &root).await;
    assert_eq!((&broken["verdict"], &broken["broken_at"]), (&json!("broken"), &json!(last)));
    assert_eq!((&broken["seq"], &broken["balances"]), (&Value::Null, &Value::Null));
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
