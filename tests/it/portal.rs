//! What a customer's people do themselves: report a fault, follow it, and ask about a ticket by its number.

use serde_json::{Value, json};

use crate::kit::office::{text, usual_policy};
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    a_fault_is_reported_from_the_portal_and_reaches_the_desk_with_the_ticket_that_was_shown
    a_report_is_refused_for_what_it_lacks_and_leaves_nothing
    a_report_above_the_customers_own_limit_waits_for_his_yes
    work_of_the_price_list_is_reported_at_its_price
    a_quoted_ticket_is_found_by_its_own_people_only
    a_customer_reads_three_years_of_repairs_from_before_the_system
}

fn path(card: &Value, what: &str) -> String {
    format!("/api/portal/contracts/{}/{what}", text(&card["id"]))
}

async fn report(customer: &Person, card: &Value) -> Value {
    let form = customer.see(&path(card, "report-form")).await;
    let asset = &form["assets"][0];
    json!({ "kind": "fault", "site_id": asset["site_id"], "asset_id": asset["id"], "symptom": "noise",
        "description": "朝から異音がします", "impact": "partial", "urgency": "today", "needs_visit": true,
        "phone": "076-555-0111" })
}

fn agreed(report: &Value, units: i64) -> Value {
    let mut report = report.clone();
    report["agreed_units"] = json!(units);
    report
}

async fn a_fault_is_reported_from_the_portal_and_reaches_the_desk_with_the_ticket_that_was_shown(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let card = office.card(&operator, "KS-1001").await;
    let wanted = report(&customer, &card).await;
    let shown: Value = customer.post(&path(&card, "reports/preview"), &wanted).await.json().await.expect("a preview");
    assert_eq!((&shown["total"], &shown["available_after"]), (&json!(1), &json!(9)));
    assert_eq!(office.card(&operator, "KS-1001").await["wallet"]["held"], 0, "a look changes nothing");

    let operation = customer.operation();
    let sent = agreed(&wanted, 1);
    let mut answers = Vec::new();
    for _ in 0..2 {
        let answer = customer.post_as(&operation, &path(&card, "reports"), &sent).await;
        assert_eq!(answer.status().as_u16(), 201);
        answers.push(answer.json::<Value>().await.expect("a receipt"));
    }
    assert_eq!(answers[0], answers[1], "pressed twice, it is one report");
    let receipt = answers.remove(0);
    assert_eq!(receipt["issues"][0]["tickets"], shown["lines"][0]["tickets"]);
    assert_eq!(receipt["consumption"], shown);

    let reported = operator.see("/api/desk/reported").await;
    let row = &reported[0];
    assert_eq!((reported.as_array().map(Vec::len), &row["channel"]), (Some(1), &json!("portal")));
    assert_eq!((&row["number"], &row["contract_number"]), (&receipt["issues"][0]["number"], &json!("KS-1001")));
    let order = &receipt["issues"][0]["work_order_id"];
    let dispatcher = office.person("dispatcher").await;
    assert_eq!(office.queued(&dispatcher, order).await["work_order_id"], *order);

    let portal = customer.see("/api/portal").await;
    let open = &portal["contracts"][0]["open_issues"][0];
    assert_eq!((&open["state"], &open["channel"]), (&json!("awaiting_dispatch"), &json!("portal")));
    let history = customer.see(&format!("/api/contracts/{}/history", text(&card["id"]))).await;
    let logged = history["entries"].as_array().expect("entries").iter().find(|e| e["kind"] == "interaction.logged");
    assert_eq!(logged.expect("the report")["actor_role"], "customer");
    let hayashi = office.person("hayashi").await;
    office.assign(&dispatcher, order, &hayashi).await;
    assert_eq!(operator.see("/api/desk/reported").await, json!([]), "somebody comes");
    assert_eq!(customer.see("/api/portal").await["contracts"][0]["open_issues"][0]["visit_state"], "dispatched");
    office.assert_sound().await;
}

async fn a_report_is_refused_for_what_it_lacks_and_leaves_nothing(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let card = office.card(&operator, "KS-1001").await;
    let good = agreed(&report(&customer, &card).await, 1);
    let to = path(&card, "reports");
    let with = |field: &str, value: Value| {
        let mut report = good.clone();
        report[field] = value;
        report
    };
    let other = office.card(&operator, "KS-2001").await;
    for (body, status, code) in [
        (with("agreed_units", Value::Null), 400, "request.invalid"),
        (with("agreed_units", json!(0)), 409, "report.cost_changed"),
        (with("kind", json!("inquiry")), 400, "request.invalid"),
        (with("kind", json!("maintenance")), 400, "request.invalid"),
        (with("site_id", other["sites"][0]["id"].clone()), 400, "site.foreign"),
        (with("symptom", json!("ghosts")), 400, "request.invalid"),
        (with("phone", json!("電話")), 400, "request.invalid"),
        (with("description", json!("あ".repeat(4_001))), 400, "request.invalid"),
        (with("colour", json!("red")), 400, "request.unknown_field"),
    ] {
        refused(customer.post(&to, &body).await, status, code).await;
    }
    refused(customer.post(&path(&other, "reports"), &good).await, 404, "not_found").await;
    refused(customer.post(&path(&other, "reports/preview"), &good).await, 404, "not_found").await;
    refused(customer.get(&path(&other, "report-form")).await, 404, "not_found").await;
    refused(operator.post(&to, &good).await, 403, "auth.forbidden").await;
    let after = office.card(&operator, "KS-1001").await;
    assert_eq!((&after["wallet"], &after["open_issues"]), (&card["wallet"], &json!([])));
}

async fn a_report_above_the_customers_own_limit_waits_for_his_yes(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let card = office.card(&operator, "KS-1001").await;
    let rule = format!("/api/contracts/{}/approval-rule", text(&card["id"]));
    let sent = customer.put(&rule, &json!({ "version": 0, "units_per_issue": 0 })).await;
    assert_eq!(sent.status().as_u16(), 200);
    let wanted = agreed(&report(&customer, &card).await, 1);
    let shown: Value = customer.post(&path(&card, "reports/preview"), &wanted).await.json().await.expect("a preview");
    assert_eq!(shown["approval_wanted"], json!([0]));
    customer.change(&path(&card, "reports"), &wanted).await;
    let asked = customer.see(&format!("/api/contracts/{}/approvals", text(&card["id"]))).await;
    assert_eq!((&asked[0]["state"], &asked[0]["units"]), (&json!("pending"), &json!(1)));
    office.assert_sound().await;
}

async fn work_of_the_price_list_is_reported_at_its_price(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let customer = office.person("customer").await;
    let card = office.card(&operator, "KS-1001").await;
    let none = customer.see(&path(&card, "report-form")).await;
    assert_eq!((&none["menu"], &none["covers_en"]), (&json!([]), &json!("One issue until it is solved")));
    let menu = json!([{ "code": "filter", "name_ja": "フィルター清掃", "name_en": "Filter cleaning", "units": 3 }]);
    let listed = json!({ "contract_version": card["version"], "from_day": "2026-11-23", "reason": "改定",
        "policy": usual_policy(), "menu": menu });
    admin.change(&format!("/api/contracts/{}/policies", text(&card["id"])), &listed).await;
    assert_eq!(customer.see(&path(&card, "report-form")).await["menu"], menu);

    let mut wanted = report(&customer, &card).await;
    wanted["menu_item"] = json!("oil");
    for to in ["reports", "reports/preview"] {
        refused(customer.post(&path(&card, to), &agreed(&wanted, 3)).await, 400, "menu.unknown").await;
    }
    wanted["menu_item"] = json!("filter");
    let shown: Value = customer.post(&path(&card, "reports/preview"), &wanted).await.json().await.expect("a preview");
    assert_eq!((&shown["total"], &shown["lines"][0]["reason"]), (&json!(3), &json!("menu")));
    refused(customer.post(&path(&card, "reports"), &agreed(&wanted, 1)).await, 409, "report.cost_changed").await;
    let receipt = customer.change(&path(&card, "reports"), &agreed(&wanted, 3)).await;
    assert_eq!(receipt["consumption"], shown);
    let row = &operator.see("/api/desk/reported").await[0];
    assert_eq!((&row["balance"], &row["unit"]), (&json!(7), &json!("ticket")));
    office.assert_sound().await;
}

async fn a_quoted_ticket_is_found_by_its_own_people_only(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let number = text(&issue["tickets"][0]).to_owned();
    let spoken = number.replace('-', "");
    for reader in [&operator, &customer] {
        let found = reader.see(&format!("/api/tickets?number={spoken}")).await;
        assert_eq!((&found["ticket"]["state"], &found["ticket"]["issue_id"]), (&json!("held"), &issue["id"]));
    }
    let swapped = number.replace("-2026-", "-2062-");
    refused(customer.get(&format!("/api/tickets?number={swapped}")).await, 400, "ticket.misheard").await;
    refused(operator.get(&format!("/api/desk/search?q={swapped}")).await, 400, "ticket.misheard").await;
    let hit = operator.see(&format!("/api/desk/search?q={number}")).await;
    assert_eq!((&hit["hits"][0]["matched_on"], &hit["quoted"]["ticket"]["number"]), (&json!("ticket"), &json!(number)));
    let card = office.card(&operator, "KS-2001").await;
    let stranger = crate::claims::colleague(&office, "hitomi", &card["customer"]["id"]).await;
    refused(stranger.get(&format!("/api/tickets?number={number}")).await, 404, "not_found").await;
}

async fn a_customer_reads_three_years_of_repairs_from_before_the_system(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let card = office.card(&operator, "KS-1001").await;
    let (site, asset) = (text(&card["sites"][0]["id"]), text(&card["assets"][2]["id"]));
    assert_eq!(card["assets"][2]["serial"], "AC20-1C");
    let history = |who: &str| format!("/api/contracts/{}/history?{who}", text(&card["id"]));
    for filter in [format!("asset_id={asset}"), format!("site_id={site}")] {
        let (mut days, mut before) = (Vec::new(), String::new());
        loop {
            let page = customer.see(&history(&format!("{filter}&limit=5{before}"))).await;
            assert_eq!(page["entries"], json!([]), "nothing happened since");
            days.extend(page["earlier"].as_array().expect("repairs").iter().map(|one| text(&one["on"]).to_owned()));
            let Some(next) = page["next"].as_i64() else { break };
            before = format!("&before={next}");
        }
        assert_eq!((days.len(), days[0].as_str(), days[11].as_str()), (12, "2025-11-10", "2023-02-10"));
        assert!(days.is_sorted_by(|newer, older| newer > older));
    }
    let at_the_desk = operator.see(&history(&format!("asset_id={asset}"))).await;
    let newest = &at_the_desk["earlier"][0];
    assert_eq!((&newest["symptom_ja"], &newest["cause_en"]), (&json!("ベルト切れ"), &json!("Wear")));
    assert_eq!((&newest["remedy"], &newest["minutes"]), (&json!("ベルト交換"), &json!(45)));
    let beside = customer.see(&history(&format!("asset_id={}", text(&card["assets"][0]["id"])))).await;
    assert_eq!(beside["earlier"], json!([]));
    let other = office.card(&operator, "KS-2001").await;
    let foreign = customer.get(&format!("/api/contracts/{}/history", text(&other["id"]))).await;
    refused(foreign, 404, "not_found").await;
    let foreign = customer.see(&history(&format!("asset_id={}", text(&other["assets"][0]["id"])))).await;
    assert_eq!((&foreign["entries"], &foreign["earlier"]), (&json!([]), &json!([])));
}
