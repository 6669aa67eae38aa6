//! What the ledger tells on paper and to the bookkeeper.

use serde_json::{Value, json};

use crate::kit::Office;
use crate::kit::office::text;
use crate::kit::person::refused;
use crate::on_both;

on_both! {
    a_statement_shows_customer_and_company_what_was_used_and_why
    a_root_that_somebody_kept_is_checked_for_both_sides
    the_books_say_what_is_still_owed_to_customers
    a_lot_that_was_moved_stands_once_in_the_report_of_the_base_date_before
    each_movement_of_the_ledger_is_booked_once
    unused_tickets_are_paid_back_and_the_statement_says_so
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
    refused(customer.get(&statement(&other, "", TODAY)).await, 404, "not_found").await;
    refused(customer.get(&statement(&other, ".pdf", TODAY)).await, 404, "not_found").await;
    let turned = statement(&own, "", "from=2026-11-23&to=2026-11-22");
    refused(customer.get(&turned).await, 400, "request.invalid").await;
    let technician = office.person("hayashi").await;
    refused(technician.get(&statement(&own, "", TODAY)).await, 403, "auth.forbidden").await;
}

async fn a_root_that_somebody_kept_is_checked_for_both_sides(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let (own, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    let mine = text(&customer.see(&statement(&own, "", TODAY)).await["chain_root"]).to_owned();
    let theirs = text(&operator.see(&statement(&other, "", TODAY)).await["chain_root"]).to_owned();
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let asked = |root: &str| json!({ "root": root });
    let copied = format!(" {} {}", mine[..32].to_uppercase(), &mine[32..]);
    let seen = customer.change("/api/ledger-roots/check", &asked(&copied)).await;
    assert_eq!((&seen["verdict"], &seen["kind"]), (&json!("holds"), &json!("statement")), "{seen}");
    assert_eq!(seen["contract_number"], "KS-1001");
    assert_eq!(seen, operator.change("/api/ledger-roots/check", &asked(&mine)).await, "both sides are told the same");
    let foreign = customer.change("/api/ledger-roots/check", &asked(&theirs)).await;
    assert_eq!((&foreign["verdict"], &foreign["contract_id"]), (&json!("unknown"), &Value::Null));
    assert_eq!(operator.change("/api/ledger-roots/check", &asked(&theirs)).await["verdict"], "holds");
    let mistyped = customer.post("/api/ledger-roots/check", &asked(&mine[1..])).await;
    refused(mistyped, 400, "request.invalid").await;

    let admin = office.person("admin").await;
    let days = admin.see("/api/ledger-roots").await;
    let newest = days.as_array().and_then(|days| days.first()).expect("the root of today");
    let seen = customer.change("/api/ledger-roots/check", &asked(text(&newest["root"]))).await;
    assert_eq!((&seen["verdict"], &seen["kind"], &seen["day"]), (&json!("holds"), &json!("day"), &newest["day"]));
    refused(customer.get("/api/ledger-roots").await, 403, "auth.forbidden").await;
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
        let left: i64 = ["given", "refunded", "withdrawn", "used", "breakage"].iter().map(|what| yen(line, what)).sum();
        let grown = yen(line, "sold") + yen(line, "received") - left;
        assert_eq!(yen(line, "opening") + grown, yen(line, "closing"), "{line}");
    }
    let report = admin.see("/api/reports/base-date").await;
    assert_eq!((&report["base_date"], &report["regulated_yen"]), (&json!("2026-09-30"), &json!(0)));
    refused(admin.get("/api/reports/base-date?on=2026-10-01").await, 400, "request.invalid").await;
    refused(admin.get("/api/reports/liability?from=2026-11-30&to=2026-01-01").await, 400, "request.invalid").await;
    refused(operator.get(year).await, 403, "auth.forbidden").await;
}

/// Two contracts of one group that may give each other units.
async fn grouped(office: &Office) {
    office.data.sql("UPDATE customers SET customer_group = '百万石グループ'");
    for number in ["KS-1001", "KS-2001"] {
        office.agree(number, json!({ "transfer_allowed": true })).await;
    }
}

async fn a_lot_that_was_moved_stands_once_in_the_report_of_the_base_date_before(office: Office) {
    let admin = office.person("admin").await;
    grouped(&office).await;
    let table = "number,contract,origin,count,price_yen,issued_on,expires_on,law_class\r\n\
        TK-2026-000100,KS-1001,paid,10,6000000,2026-04-10,2027-03-31,regulated\r\n";
    assert_eq!(admin.post_text("/api/import/lots", table).await.status(), 200);
    let (here, there) = (office.card(&admin, "KS-1001").await, office.card(&admin, "KS-2001").await);
    let lots = here["wallet"]["lots"].as_array().expect("lots");
    let lot = lots.iter().find(|lot| lot["number"] == "TK-2026-000100").expect("the lot");
    let base_date = "/api/reports/base-date?on=2026-09-30";
    let before = admin.see(base_date).await;
    assert_eq!((&before["regulated_yen"], &before["b2b_exempt_yen"]), (&json!(6_000_000), &json!(100_000)));
    let order = json!({ "to_contract_id": there["id"], "lot_id": lot["id"], "units": 10, "reason": "contract_change",
        "note": "" });
    admin.change(&wallet(&here, "transfers"), &order).await;
    assert_eq!(admin.see(base_date).await, before, "a transfer of today changes nothing of September");
    let year = admin.see("/api/reports/liability?from=2026-04-01&to=2026-11-30").await;
    let months = year["months"].as_array().expect("months");
    let closing: Vec<i64> = months.iter().filter_map(|line| line["closing"].as_i64()).collect();
    assert_eq!(closing, [6_100_000; 8]);
    let moved = |line: &Value| (line["given"].as_i64(), line["received"].as_i64());
    assert_eq!((moved(&months[0]), moved(&months[7])), ((Some(0), Some(0)), (Some(6_000_000), Some(6_000_000))));
    office.assert_sound().await;
}

fn wallet(card: &Value, what: &str) -> String {
    format!("/api/contracts/{}/wallet/{what}", text(&card["id"]))
}

fn lot(units: i64) -> Value {
    json!({ "units": units, "price_yen": units * 5_000, "expires_on": "2027-11-22", "scope": "any",
        "law_class": "b2b_exempt" })
}

async fn each_movement_of_the_ledger_is_booked_once(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let card = office.card(&operator, "KS-1001").await;
    let year = "/api/reports/liability?from=2026-11-01&to=2026-11-30";
    let yen = async |what: &str| admin.see(year).await["months"][0][what].as_i64().expect("yen");
    let all = json!({ "lot_id": card["wallet"]["lots"][0]["id"], "units": -10, "reason": "count_difference" });
    let waiting = admin.change(&wallet(&card, "adjustments"), &all).await;
    assert!(waiting["waiting"].is_string(), "ten at once need a second person");

    // A sale by mistake, undone on the same day.
    let (breakage, closing) = (yen("breakage").await, yen("closing").await);
    let sold = operator.change(&wallet(&card, "lots"), &lot(10)).await;
    let void = json!({ "lot_id": sold["postings"][0]["lot_id"], "reason": "entry_error" });
    admin.change(&wallet(&card, "voids"), &void).await;
    assert_eq!((yen("withdrawn").await, yen("breakage").await - breakage, yen("closing").await), (50_000, 0, closing));

    // A call, its use, and the use taken back.
    let used = yen("used").await;
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    assert_eq!(yen("used").await, used, "a hold is no revenue");
    let one = json!({ "issue_id": issue["id"], "units": 1, "reason": "entry_error", "note": "" });
    operator.change(&wallet(&card, "captures"), &one).await;
    assert!(yen("used").await > used, "a use is");
    admin.change(&wallet(&card, "reversals"), &one).await;
    assert_eq!(yen("used").await, used);
    office.assert_sound().await;
}

async fn unused_tickets_are_paid_back_and_the_statement_says_so(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let customer = office.person("customer").await;
    let card = office.card(&operator, "KS-1001").await;
    let sold = operator.change(&wallet(&card, "lots"), &lot(10)).await;
    let lot_id = sold["postings"][0]["lot_id"].clone();
    let refund = json!({ "lot_id": lot_id, "units": 4, "ground": "by_contract", "note": "事業所の閉鎖。銀行振込" });
    refused(operator.post(&wallet(&card, "refunds"), &refund).await, 403, "auth.forbidden").await;
    let made = admin.change(&wallet(&card, "refunds"), &refund).await;
    assert_eq!((&made["refund_yen"], &made["wallet"]["available"]), (&json!(20_000), &json!(16)));
    let much = json!({ "lot_id": lot_id, "units": 7, "ground": "by_contract", "note": "残り" });
    let problem = refused(admin.post(&wallet(&card, "refunds"), &much).await, 409, "wallet.too_few_left").await;
    assert_eq!(problem["field"], "units");

    let regulated = json!({ "units": 10, "price_yen": 50_000, "expires_on": "2027-11-22", "scope": "any",
        "law_class": "regulated" });
    let bought = operator.change(&wallet(&card, "lots"), &regulated).await;
    let mut unlawful = json!({ "lot_id": bought["postings"][0]["lot_id"], "units": 1, "ground": "by_contract",
        "note": "解約" });
    refused(admin.post(&wallet(&card, "refunds"), &unlawful).await, 409, "wallet.refund_law").await;
    unlawful["ground"] = json!("small_amount");
    let problem = refused(admin.post(&wallet(&card, "refunds"), &unlawful).await, 409, "wallet.refund_room").await;
    assert!(text(&problem["ja"]).contains("今回 5000円"), "{problem}");
    let kept = admin.see(&wallet(&card, "refusals")).await;
    assert_eq!(kept[0]["code"], "wallet.refund_room", "what was refused is kept for audit");

    let history = operator.see(&format!("/api/contracts/{}/history", text(&card["id"]))).await;
    let told: Vec<&str> = history["entries"].as_array().expect("entries").iter().map(|e| text(&e["ja"])).collect();
    assert!(told.iter().any(|line| line.starts_with("4枚を払戻し（20,000円、契約による払戻し")), "{told:?}");
    let seen = customer.see(&statement(&card, "", TODAY)).await;
    let line = seen["lines"].as_array().expect("lines").iter().find(|line| line["movement"] == "refund");
    let line = line.expect("the refund stands on the statement");
    assert_eq!((&line["yen"], &line["units"]), (&json!(20_000), &json!(4)));
    let table = customer.get(&statement(&card, ".csv", TODAY)).await.text().await.expect("a table");
    assert!(table.contains("20,000円を払い戻し"), "{table}");
    let books = admin.see("/api/reports/liability?from=2026-11-01&to=2026-11-30").await;
    assert_eq!(books["months"][0]["refunded"], 20_000);
    office.assert_sound().await;
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
