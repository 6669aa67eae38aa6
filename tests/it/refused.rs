//! What the rules of a wallet refuse: each by its name, and each kept for audit under every contract that it touched.

use serde_json::{Value, json};

use crate::claims::{colleague, last_line};
use crate::kit::office::{intake, text, usual_policy};
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    a_lot_in_the_past_a_negative_count_and_a_policy_with_a_hole_are_kept_for_audit
    units_of_six_months_are_not_used_late_by_whatever_way
    units_of_six_months_used_in_time_without_a_signal_are_used
    a_contract_that_honours_no_holds_says_so_before_it_takes_nothing
    whoever_reaches_for_another_customers_wallet_is_kept_for_audit
    a_contact_that_a_role_may_not_save_is_kept_under_its_contract
    who_ends_an_issue_twice_or_reports_on_anothers_visit_is_kept_for_audit
    what_a_customer_reports_and_no_rule_allows_is_kept_for_audit
    an_operation_id_stays_bound_to_what_it_was_first_used_for
}

fn path(card: &Value, what: &str) -> String {
    format!("/api/contracts/{}/{what}", text(&card["id"]))
}

/// What was kept under a contract, the newest first: action, rule and who.
async fn kept(office: &Office, number: &str) -> Vec<(String, String, String)> {
    let admin = office.person("admin").await;
    let card = office.card(&admin, number).await;
    let list = admin.see(&path(&card, "wallet/refusals")).await;
    let entry = |entry: &Value| {
        let field = |name: &str| text(&entry[name]).to_owned();
        (field("action"), field("code"), text(&entry["actor"]["name"]).trim_end_matches("さん").to_owned())
    };
    list.as_array().expect("a list").iter().map(entry).collect()
}

async fn check(office: &Office, number: &str, expected: &[(&str, &str, &str)]) {
    let seen = kept(office, number).await;
    let seen: Vec<_> = seen.iter().map(|(action, code, who)| (action.as_str(), code.as_str(), who.as_str())).collect();
    assert_eq!(seen, expected);
}

fn lot(units: i64, last_day: &str, class: &str) -> Value {
    json!({ "units": units, "price_yen": 5_000, "expires_on": last_day, "scope": "any", "law_class": class })
}

async fn a_lot_in_the_past_a_negative_count_and_a_policy_with_a_hole_are_kept_for_audit(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let card = office.card(&operator, "KS-1001").await;
    let lots = path(&card, "wallet/lots");
    let mut past = lot(10, "2027-11-22", "b2b_exempt");
    past["issued_on"] = json!("2026-11-20");
    refused(operator.post(&lots, &past).await, 400, "wallet.lot_in_past").await;
    refused(operator.post(&lots, &lot(-5, "2027-11-22", "b2b_exempt")).await, 400, "wallet.count").await;
    let long = lot(5, "2027-11-22", "six_month_exempt");
    refused(operator.post(&lots, &long).await, 409, "wallet.six_months").await;
    let policy = |term: &str, value: Value| {
        let mut policy = usual_policy();
        policy[term] = value;
        json!({ "contract_version": card["version"], "from_day": "2026-11-23", "reason": "改定", "policy": policy })
    };
    let policies = path(&card, "policies");
    for (term, value) in
        [("fault_cost", json!(-1)), ("no_access_captures", Value::Null), ("honours_holds", Value::Null)]
    {
        let problem = refused(admin.post(&policies, &policy(term, value)).await, 400, "policy.hole").await;
        assert_eq!(problem["field"], term, "{problem}");
    }
    refused(admin.post(&policies, &policy("colour", json!("red"))).await, 400, "request.unknown_field").await;
    refused(operator.post(&policies, &policy("fault_cost", json!(1))).await, 403, "auth.forbidden").await;
    let hole = ("policy", "policy.hole", "admin");
    check(
        &office,
        "KS-1001",
        &[
            ("policy", "auth.forbidden", "operator"),
            ("policy", "request.unknown_field", "admin"),
            hole,
            hole,
            hole,
            ("sell", "wallet.six_months", "operator"),
            ("sell", "wallet.count", "operator"),
            ("sell", "wallet.lot_in_past", "operator"),
        ],
    )
    .await;

    let mut call = intake(&card, 0, Value::Null);
    call["issues"] = json!(vec![call["issues"][0].clone(); 10]);
    operator.change("/api/interactions", &call).await;
    refused(operator.post("/api/interactions", &call).await, 409, "wallet.insufficient").await;
    call["issues"][0]["colour"] = json!("red");
    refused(operator.post("/api/interactions", &call).await, 400, "request.unknown_field").await;
    assert_eq!(kept(&office, "KS-1001").await[0].1, "wallet.insufficient", "a typing error is nothing for the audit");
    office.assert_sound().await;
}

/// Sells units of six months that end before any other, and somebody calls who needs them.
async fn dying(office: &Office, last_day: &str) -> (Value, Value) {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    operator.change(&path(&card, "wallet/lots"), &lot(1, last_day, "six_month_exempt")).await;
    office.on_the_way("KS-1001").await
}

async fn work(office: &Office, technician: &Person, visit: &Value, taps: &[&str]) {
    for action in taps {
        office.tap(technician, visit, action).await;
    }
}

async fn units_of_six_months_are_not_used_late_by_whatever_way(mut office: Office) {
    // By the report: the work is done, so nobody is refused, and the unit is not used all the same.
    let (issue, visit) = dying(&office, "2026-11-25").await;
    office.sleep(7).await;
    let (operator, hayashi) = (office.person("operator").await, office.person("hayashi").await);
    let card = office.card(&operator, "KS-1001").await;
    let by_hand = json!({ "issue_id": issue["id"], "units": 1, "reason": "entry_error" });
    refused(operator.post(&path(&card, "wallet/captures"), &by_hand).await, 409, "wallet.six_months").await;
    work(&office, &hayashi, &visit, &["arrive", "start"]).await;
    office.report(&hayashi, &visit, "repaired", 40).await;
    let wallet = office.card(&operator, "KS-1001").await["wallet"].clone();
    assert_eq!((&wallet["consumed"], &wallet["expired"], &wallet["available"]), (&json!(0), &json!(1), &json!(10)));
    let history = operator.see(&path(&card, "history")).await;
    let lines: Vec<&str> = history["entries"].as_array().expect("entries").iter().map(|e| text(&e["ja"])).collect();
    assert!(lines.contains(&"期限後は使えない前払式（6か月以内）のため 1枚を失効（残 10枚）"), "{lines:?}");
    check(
        &office,
        "KS-1001",
        &[("capture", "wallet.six_months", "hayashi"), ("capture", "wallet.six_months", "operator")],
    )
    .await;

    // By the arrival.
    office.agree("KS-1001", json!({ "capture_point": "arrival", "recurrence_days": 0 })).await;
    let (_, visit) = dying(&office, "2026-12-02").await;
    office.sleep(7).await;
    let hayashi = office.person("hayashi").await;
    work(&office, &hayashi, &visit, &["arrive", "start"]).await;
    assert_eq!(kept(&office, "KS-1001").await.len(), 3);
    office.report(&hayashi, &visit, "repaired", 40).await;

    // The customer's late yes is about work that was done in time: nothing is used late.
    let before = kept(&office, "KS-1001").await.len();
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    customer.put(&path(&card, "approval-rule"), &json!({ "version": 0, "units_per_issue": 0 })).await;
    let (issue, visit) = dying(&office, "2026-12-09").await;
    work(&office, &hayashi, &visit, &["arrive", "start"]).await;
    office.report(&hayashi, &visit, "repaired", 40).await;
    office.sleep(7).await;
    let customer_later = office.person("customer").await;
    let asked = customer_later.see(&path(&card, "approvals")).await[0].clone();
    let yes = json!({ "approved": true, "version": asked["version"] });
    customer_later.change(&format!("/api/issues/{}/approval", text(&issue["id"])), &yes).await;
    assert_eq!(kept(&office, "KS-1001").await.len(), before);
    drop((operator, customer));
    let admin = office.person("admin").await;
    let wallet = office.card(&admin, "KS-1001").await["wallet"].clone();
    assert_eq!((&wallet["consumed"], &wallet["expired"], &wallet["held"]), (&json!(1), &json!(2), &json!(0)));
    office.assert_sound().await;
}

async fn units_of_six_months_used_in_time_without_a_signal_are_used(mut office: Office) {
    let hayashi = office.person("hayashi").await;
    let (_, visit) = dying(&office, "2026-11-23").await;
    work(&office, &hayashi, &visit, &["arrive", "start"]).await;
    // The report of the last day comes with the phone's own time, the next morning.
    let done = office.now();
    office.sleep(1).await;
    let report = json!({ "cause": "wear", "remedy": "ベルト交換", "minutes": 40, "outcome": "repaired", "parts": [],
        "at": done });
    let hayashi = office.person("hayashi").await;
    hayashi.change(&format!("/api/visits/{}/report", text(&visit)), &report).await;
    let operator = office.person("operator").await;
    let wallet = office.card(&operator, "KS-1001").await["wallet"].clone();
    assert_eq!((&wallet["consumed"], &wallet["expired"], &wallet["held"]), (&json!(1), &json!(0), &json!(0)));
    assert!(kept(&office, "KS-1001").await.is_empty());
    office.assert_sound().await;
}

async fn a_contract_that_honours_no_holds_says_so_before_it_takes_nothing(mut office: Office) {
    office.agree("KS-1001", json!({ "honours_holds": false })).await;
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    operator.change(&path(&card, "wallet/lots"), &lot(1, "2026-11-25", "b2b_exempt")).await;
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    office.sleep(7).await;
    let operator = office.person("operator").await;
    let by_hand = json!({ "issue_id": issue["id"], "units": 1, "reason": "entry_error" });
    let problem = refused(operator.post(&path(&card, "wallet/captures"), &by_hand).await, 409, "wallet.late_use").await;
    assert!(text(&problem["ja"]).starts_with("2026-11-25で期限の切れたチケットです"), "{problem}");
    let wallet = office.card(&operator, "KS-1001").await["wallet"].clone();
    assert_eq!((&wallet["held"], &wallet["consumed"], &wallet["expired"]), (&json!(1), &json!(0), &json!(0)));
    let release = json!({ "issue_id": issue["id"], "reason": "entry_error" });
    let given = operator.change(&path(&card, "wallet/releases"), &release).await;
    assert_eq!(given["wallet"]["expired"], 1);
    office.assert_sound().await;
}

async fn whoever_reaches_for_another_customers_wallet_is_kept_for_audit(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let (card, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let line = last_line(&customer, &card).await;
    let stranger = colleague(&office, "stranger", &other["customer"]["id"]).await;
    let objection = json!({ "posting_id": line["posting_id"], "reason": "?" });
    refused(stranger.post(&path(&card, "disputes"), &objection).await, 404, "not_found").await;
    refused(stranger.post(&path(&other, "disputes"), &objection).await, 404, "not_found").await;
    let rule = json!({ "version": 0, "units_per_issue": 0 });
    refused(stranger.put(&path(&card, "approval-rule"), &rule).await, 404, "not_found").await;
    let raised = customer.change(&path(&card, "disputes"), &objection).await;
    let withdraw = format!("/api/disputes/{}/withdraw", text(&raised["id"]));
    refused(stranger.post(&withdraw, &json!({ "version": 1 })).await, 404, "not_found").await;
    let foreign = json!({ "issue_id": issue["id"], "units": 1, "reason": "entry_error" });
    refused(operator.post(&path(&other, "wallet/captures"), &foreign).await, 403, "wallet.foreign").await;
    refused(stranger.post(&path(&card, "wallet/captures"), &foreign).await, 403, "auth.forbidden").await;
    let (_, visit) = office.on_the_way("KS-1001").await;
    let cancel = format!("/api/visits/{}/cancel", text(&visit));
    refused(stranger.post(&cancel, &json!({})).await, 403, "auth.forbidden").await;
    check(
        &office,
        "KS-1001",
        &[
            ("cancel", "auth.forbidden", "stranger"),
            ("capture", "auth.forbidden", "stranger"),
            ("capture", "wallet.foreign", "operator"),
            ("withdraw_dispute", "not_found", "stranger"),
            ("approval_rule", "not_found", "stranger"),
            ("dispute", "not_found", "stranger"),
            ("dispute", "not_found", "stranger"),
        ],
    )
    .await;
    check(&office, "KS-2001", &[("capture", "wallet.foreign", "operator"), ("dispute", "not_found", "stranger")]).await;
    office.assert_sound().await;
}

async fn what_a_customer_reports_and_no_rule_allows_is_kept_for_audit(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let (card, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    let reports = |card: &Value| format!("/api/portal/contracts/{}/reports", text(&card["id"]));
    let report = |asset: &Value, site: &Value| {
        json!({ "kind": "fault", "site_id": site["site_id"], "asset_id": asset["id"], "symptom": "noise",
            "description": "朝から異音がします", "impact": "partial", "urgency": "today", "needs_visit": true,
            "phone": "076-555-0111", "agreed_units": 1 })
    };
    let (own, foreign) = (&card["assets"][0], &other["assets"][0]);
    let stranger = colleague(&office, "stranger", &other["customer"]["id"]).await;
    refused(stranger.post(&reports(&card), &report(own, own)).await, 404, "not_found").await;
    refused(stranger.post(&reports(&card), &report(foreign, foreign)).await, 404, "not_found").await;
    refused(customer.post(&reports(&card), &report(foreign, own)).await, 400, "asset.foreign").await;
    refused(customer.post(&reports(&card), &report(foreign, foreign)).await, 400, "site.foreign").await;
    refused(operator.post(&reports(&card), &report(own, own)).await, 403, "auth.forbidden").await;
    check(
        &office,
        "KS-1001",
        &[
            ("report", "auth.forbidden", "operator"),
            ("report", "site.foreign", "customer"),
            ("report", "asset.foreign", "customer"),
            ("report", "not_found", "stranger"),
            ("report", "not_found", "stranger"),
        ],
    )
    .await;
    assert_eq!(office.card(&operator, "KS-1001").await["wallet"]["held"], 0);

    // A form that lacks something has reached for nothing.
    let mut empty = report(own, own);
    empty["agreed_units"] = Value::Null;
    refused(customer.post(&reports(&card), &empty).await, 400, "request.invalid").await;
    assert_eq!(kept(&office, "KS-1001").await.len(), 5);
    office.assert_sound().await;
}

async fn an_operation_id_stays_bound_to_what_it_was_first_used_for(office: Office) {
    let operator = office.person("operator").await;
    let (card, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    let (here, there) = (path(&card, "wallet/lots"), path(&other, "wallet/lots"));
    let (few, fine) = (lot(-5, "2027-11-22", "b2b_exempt"), lot(5, "2027-11-22", "b2b_exempt"));
    let operation = operator.operation();
    for _ in 0..2 {
        refused(operator.post_as(&operation, &here, &few).await, 400, "wallet.count").await;
    }
    refused(operator.post_as(&operation, &here, &fine).await, 422, "operation.reused").await;
    refused(operator.post_as(&operation, &there, &few).await, 422, "operation.reused").await;
    refused(operator.post_as(&operation, &here, &few).await, 400, "wallet.count").await;
    check(&office, "KS-1001", &[("sell", "operation.reused", "operator"), ("sell", "wallet.count", "operator")]).await;
    check(&office, "KS-2001", &[("sell", "operation.reused", "operator")]).await;

    // What was refused for a reason that has passed is taken under the same id.
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let admin = office.person("admin").await;
    let reversal = json!({ "issue_id": issue["id"], "units": 1, "reason": "entry_error" });
    let operation = admin.operation();
    let reversals = path(&card, "wallet/reversals");
    refused(admin.post_as(&operation, &reversals, &reversal).await, 409, "wallet.over_reverse").await;
    operator.change(&path(&card, "wallet/captures"), &reversal).await;
    assert_eq!(admin.post_as(&operation, &reversals, &reversal).await.status(), 201);
    office.assert_sound().await;
}

async fn a_contact_that_a_role_may_not_save_is_kept_under_its_contract(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let card = office.card(&operator, "KS-1001").await;
    let call = json!({ "contract_id": card["id"], "issues": [] });
    refused(customer.post("/api/interactions", &call).await, 403, "auth.forbidden").await;
    check(&office, "KS-1001", &[("intake", "auth.forbidden", "customer")]).await;
    let mut stranger = office.person("customer").await;
    stranger.token = "no session".to_owned();
    refused(stranger.post("/api/interactions", &call).await, 401, "auth.required").await;
    check(&office, "KS-1001", &[("intake", "auth.forbidden", "customer")]).await;
    office.assert_sound().await;
}

async fn who_ends_an_issue_twice_or_reports_on_anothers_visit_is_kept_for_audit(office: Office) {
    let (issue, visit) = office.on_the_way("KS-1001").await;
    let (operator, other) = (office.person("operator").await, office.person("mori").await);
    let report = json!({ "cause": "wear", "remedy": "ベルト交換", "minutes": 40, "outcome": "repaired", "parts": [],
        "at": office.now() });
    let of_another = format!("/api/visits/{}/report", text(&visit));
    refused(other.post(&of_another, &report).await, 403, "visit.not_yours").await;
    let hayashi = office.person("hayashi").await;
    work(&office, &hayashi, &visit, &["arrive", "start"]).await;
    office.report(&hayashi, &visit, "repaired", 40).await;
    let path = format!("/api/issues/{}", text(&issue["id"]));
    let version = operator.see(&path).await["version"].clone();
    let again = json!({ "version": version, "outcome": "answered", "note": "", "remedy": "" });
    refused(operator.post(&format!("{path}/outcome"), &again).await, 409, "issue.transition").await;
    check(&office, "KS-1001", &[("outcome", "issue.transition", "operator"), ("report", "visit.not_yours", "mori")])
        .await;
    office.assert_sound().await;
}
