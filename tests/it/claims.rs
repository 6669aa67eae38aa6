//! Disputes and approvals from outside: who may raise, set and decide them, what is posted, who sees them.

use serde_json::{Value, json};

use crate::kit::office::text;
use crate::kit::person::refused;
use crate::kit::{Office, PASSWORD, Person};
use crate::on_both;

on_both! {
    a_line_is_disputed_and_what_is_granted_is_given_back
    a_line_that_was_given_back_already_is_not_granted_again
    a_customer_confirms_a_use_and_nobody_does_it_for_him
    a_dispute_belongs_to_the_customer_and_not_to_who_raised_it
    nobody_else_learns_that_a_dispute_exists
    a_use_above_the_customers_own_limit_waits_for_his_yes_and_the_work_does_not
    the_dispatcher_sees_on_the_board_what_waits_for_a_yes
}

fn path(card: &Value, what: &str) -> String {
    format!("/api/contracts/{}/{what}", text(&card["id"]))
}

/// Somebody of a customer's logs in for the first time.
pub async fn colleague(office: &Office, login: &str, customer: &Value) -> Person {
    let body = json!({ "login": login, "password": PASSWORD, "name": format!("{login}さん"), "role": "customer",
        "language": "ja", "customer_id": customer });
    office.person("admin").await.change("/api/users", &body).await;
    office.person(login).await
}

/// The newest line of the day's statement.
pub async fn last_line(reader: &Person, card: &Value) -> Value {
    let statement = reader.see(&path(card, "statement?from=2026-11-23&to=2026-11-23")).await;
    statement["lines"].as_array().and_then(|lines| lines.last()).expect("a line").clone()
}

fn objection(line: &Value) -> Value {
    json!({ "posting_id": line["posting_id"], "reason": "訪問されていません" })
}

fn decision(granted: bool, note: &str) -> Value {
    json!({ "granted": granted, "note": note, "version": 1 })
}

fn of(dispute: &Value, what: &str) -> String {
    format!("/api/disputes/{}/{what}", text(&dispute["id"]))
}

async fn a_line_is_disputed_and_what_is_granted_is_given_back(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let customer = office.person("customer").await;
    let card = office.card(&operator, "KS-1001").await;
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let use_of = json!({ "issue_id": issue["id"], "units": 1, "reason": "entry_error" });
    operator.change(&path(&card, "wallet/captures"), &use_of).await;
    let line = last_line(&customer, &card).await;
    assert_eq!(
        (&line["movement"], &line["disputable"], &line["dispute"]),
        (&json!("capture"), &json!(true), &Value::Null)
    );
    let instant = |field: &str| chrono::DateTime::parse_from_rfc3339(text(&line[field])).expect("an instant");
    assert_eq!(instant("in_time_until") - instant("at"), chrono::TimeDelta::hours(72));

    let raised = customer.change(&path(&card, "disputes"), &objection(&line)).await;
    assert_eq!((&raised["state"], &raised["units"], &raised["late"]), (&json!("open"), &json!(1), &json!(false)));
    assert_eq!(last_line(&customer, &card).await["dispute"], json!({ "id": raised["id"], "state": "open" }));
    refused(customer.post(&path(&card, "disputes"), &objection(&line)).await, 409, "dispute.exists").await;
    let queue = operator.see("/api/disputes").await;
    assert_eq!((&queue[0]["id"], &queue[0]["issue_number"]), (&raised["id"], &issue["number"]));
    assert_eq!((&queue[0]["balance"], &queue[0]["unit"]), (&json!(9), &json!("ticket")));

    refused(operator.post(&of(&raised, "decision"), &decision(true, "")).await, 403, "auth.forbidden").await;
    refused(admin.post(&of(&raised, "decision"), &decision(false, " ")).await, 400, "request.invalid").await;
    let stale = json!({ "granted": true, "version": 7 });
    refused(admin.post(&of(&raised, "decision"), &stale).await, 409, "record.stale").await;
    let much = json!({ "granted": true, "units": 2, "version": 1 });
    refused(admin.post(&of(&raised, "decision"), &much).await, 409, "wallet.over_reverse").await;
    let granted = admin.change(&of(&raised, "decision"), &decision(true, "訪問の記録がありません")).await;
    assert_eq!((&granted["state"], &granted["returned"]), (&json!("granted"), &json!(1)));
    let again = admin.post(&of(&raised, "decision"), &json!({ "granted": true, "version": 2 })).await;
    refused(again, 409, "dispute.closed").await;

    assert_eq!(office.card(&operator, "KS-1001").await["wallet"]["available"], 10);
    let statement = customer.see(&path(&card, "statement?from=2026-11-23&to=2026-11-23")).await;
    let states: Vec<(&Value, &Value)> = statement["lines"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| (&line["movement"], &line["dispute"]["state"]))
        .collect();
    assert_eq!(states[states.len() - 2..], [(&json!("capture"), &json!("granted")), (&json!("reverse"), &Value::Null)]);
    let csv = customer.get(&path(&card, "statement.csv?from=2026-11-23&to=2026-11-23")).await;
    assert!(csv.text().await.expect("a table").contains("【異議：認容】"));
    let history = customer.see(&path(&card, "history")).await;
    let told = format!("異議を認容：{} の1枚を戻しました（訪問の記録がありません）", text(&issue["number"]));
    assert_eq!(history["entries"][0]["ja"], told);
    assert_eq!(admin.see("/api/disputes").await, json!([]));
    assert_eq!(admin.see("/api/disputes?state=granted").await[0]["id"], raised["id"]);
    office.assert_sound().await;
}

async fn a_line_that_was_given_back_already_is_not_granted_again(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let customer = office.person("customer").await;
    let card = office.card(&operator, "KS-1001").await;
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let line = last_line(&customer, &card).await;
    let raised = customer.change(&path(&card, "disputes"), &objection(&line)).await;
    let release = json!({ "issue_id": issue["id"], "reason": "entry_error" });
    operator.change(&path(&card, "wallet/releases"), &release).await;
    let answer = admin.post(&of(&raised, "decision"), &decision(true, "")).await;
    let problem = refused(answer, 409, "dispute.already_reversed").await;
    assert_eq!(problem["ja"], "この行のチケットはすでに戻してあります。履歴を確かめてください。");
    assert_eq!(admin.see(&path(&card, "wallet/refusals")).await[0]["action"], "decide_dispute");
    admin.change(&of(&raised, "decision"), &decision(false, "11月23日に戻しました")).await;
    assert_eq!(office.card(&operator, "KS-1001").await["wallet"]["available"], 10);
    let release = last_line(&customer, &card).await;
    assert_eq!((&release["movement"], &release["disputable"]), (&json!("release"), &json!(false)));
    assert_eq!(release["in_time_until"], Value::Null);
    refused(customer.post(&path(&card, "disputes"), &objection(&release)).await, 409, "dispute.kind").await;
    office.assert_sound().await;
}

async fn a_customer_confirms_a_use_and_nobody_does_it_for_him(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let customer = office.person("customer").await;
    let (card, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let line = last_line(&customer, &card).await;
    assert_eq!(line["assent"], Value::Null);
    let yes = json!({ "posting_id": line["posting_id"] });
    for staff in [&operator, &admin] {
        refused(staff.post(&path(&card, "confirmations"), &yes).await, 403, "auth.forbidden").await;
    }
    let stranger = colleague(&office, "stranger", &other["customer"]["id"]).await;
    refused(stranger.post(&path(&card, "confirmations"), &yes).await, 404, "not_found").await;
    let said = customer.change(&path(&card, "confirmations"), &yes).await;
    assert_eq!((&said["units"], &said["confirmed_by"]["name"]), (&json!(1), &json!("customerさん")));
    for reader in [&customer, &operator] {
        let assent = last_line(reader, &card).await["assent"].clone();
        assert_eq!(assent, json!({ "how": "said", "by": "customerさん", "at": said["confirmed_at"] }));
    }
    refused(customer.post(&path(&card, "confirmations"), &yes).await, 409, "confirmation.exists").await;
    let problem =
        refused(customer.post(&path(&card, "disputes"), &objection(&line)).await, 409, "dispute.confirmed").await;
    assert!(text(&problem["ja"]).contains("お電話ください"), "{problem}");
    let csv = customer.get(&path(&card, "statement.csv?from=2026-11-23&to=2026-11-23")).await;
    assert!(csv.text().await.expect("a table").contains("【確認済み：customerさん様】"));
    let kept = admin.see(&path(&card, "wallet/refusals")).await;
    let actions: Vec<&str> = kept.as_array().expect("refusals").iter().map(|row| text(&row["action"])).collect();
    assert_eq!(actions, ["dispute", "confirm_use", "confirm_use", "confirm_use", "confirm_use"]);
    office.assert_sound().await;
}

async fn a_dispute_belongs_to_the_customer_and_not_to_who_raised_it(office: Office) {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    let sato = colleague(&office, "sato", &card["customer"]["id"]).await;
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let raised = sato.change(&path(&card, "disputes"), &objection(&last_line(&sato, &card).await)).await;
    office.data.sql("UPDATE users SET active = NOT active WHERE login = 'sato'");
    refused(sato.get(&path(&card, "disputes")).await, 401, "auth.required").await;
    let customer = office.person("customer").await;
    let kept = customer.see(&path(&card, "disputes")).await;
    assert_eq!((&kept[0]["id"], &kept[0]["raised_by"]["name"]), (&raised["id"], &json!("satoさん")));
    refused(operator.post(&of(&raised, "withdraw"), &json!({ "version": 1 })).await, 403, "auth.forbidden").await;
    let back = customer.change(&of(&raised, "withdraw"), &json!({ "version": 1 })).await;
    assert_eq!((&back["state"], &back["decided_by"]["name"]), (&json!("withdrawn"), &json!("customerさん")));
    let line = last_line(&customer, &card).await;
    assert_eq!(line["dispute"]["state"], "withdrawn");
    let again = operator.change(&path(&card, "disputes"), &objection(&line)).await;
    assert_eq!(again["raised_by"]["role"], "operator", "by phone, entered for the customer");
    office.assert_sound().await;
}

async fn nobody_else_learns_that_a_dispute_exists(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let (card, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let line = last_line(&customer, &card).await;
    let raised = customer.change(&path(&card, "disputes"), &objection(&line)).await;
    let stranger = colleague(&office, "stranger", &other["customer"]["id"]).await;
    let nothing = json!({ "id": format!("con_{:032x}", 1) });
    for what in ["disputes", "approvals", "approval-rule"] {
        let foreign = refused(stranger.get(&path(&card, what)).await, 404, "not_found").await;
        assert_eq!(foreign, refused(stranger.get(&path(&nothing, what)).await, 404, "not_found").await);
    }
    let foreign = refused(stranger.post(&path(&card, "disputes"), &objection(&line)).await, 404, "not_found").await;
    let unknown = stranger.post(&path(&nothing, "disputes"), &objection(&line)).await;
    assert_eq!(foreign, refused(unknown, 404, "not_found").await);
    let version = json!({ "version": 1 });
    let foreign = refused(stranger.post(&of(&raised, "withdraw"), &version).await, 404, "not_found").await;
    let none = json!({ "id": format!("dsp_{:032x}", 1) });
    assert_eq!(foreign, refused(stranger.post(&of(&none, "withdraw"), &version).await, 404, "not_found").await);
    let smuggled = stranger.post(&path(&other, "disputes"), &objection(&line)).await;
    let foreign = refused(smuggled, 404, "not_found").await;
    let unknown = json!({ "posting_id": format!("pst_{:032x}", 1), "reason": "?" });
    assert_eq!(foreign, refused(stranger.post(&path(&other, "disputes"), &unknown).await, 404, "not_found").await);
    refused(customer.get("/api/disputes").await, 403, "auth.forbidden").await;
    office.assert_sound().await;
}

async fn a_use_above_the_customers_own_limit_waits_for_his_yes_and_the_work_does_not(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let (dispatcher, hayashi) = (office.person("dispatcher").await, office.person("hayashi").await);
    let (card, other) = (office.card(&operator, "KS-1001").await, office.card(&operator, "KS-2001").await);
    let rule = json!({ "version": 0, "units_per_issue": 0, "auto_minutes": 60 });
    refused(operator.put(&path(&card, "approval-rule"), &rule).await, 403, "auth.forbidden").await;
    refused(customer.put(&path(&other, "approval-rule"), &rule).await, 404, "not_found").await;
    assert_eq!(customer.put(&path(&card, "approval-rule"), &rule).await.status(), 200);
    refused(customer.put(&path(&card, "approval-rule"), &rule).await, 409, "record.stale").await;
    let seen = operator.see(&path(&card, "approval-rule")).await;
    assert_eq!((&seen["rule"]["version"], &seen["approvers"][0]["name"]), (&json!(1), &json!("customerさん")));

    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let assigned = office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await;
    let visit = &assigned["visit"]["id"];
    for action in ["accept", "set_out", "arrive", "start"] {
        office.tap(&hayashi, visit, action).await;
    }
    let report = json!({ "cause": "wear", "remedy": "ベルト交換", "minutes": 40, "outcome": "repaired", "parts": [],
        "at": office.now() });
    hayashi.change(&format!("/api/visits/{}/report", text(visit)), &report).await;
    let asked = customer.see(&path(&card, "approvals")).await[0].clone();
    assert_eq!((&asked["state"], &asked["waiting_units"]), (&json!("pending"), &json!(1)));
    let wallet = office.card(&operator, "KS-1001").await["wallet"].clone();
    assert_eq!((&wallet["held"], &wallet["consumed"]), (&json!(1), &json!(0)), "the work is done, the use waits");
    office.assert_sound().await;

    let approval = format!("/api/issues/{}/approval", text(&issue["id"]));
    let stranger = colleague(&office, "stranger", &other["customer"]["id"]).await;
    let yes = json!({ "approved": true, "version": asked["version"] });
    let foreign = refused(stranger.post(&approval, &yes).await, 404, "not_found").await;
    let none = format!("/api/issues/iss_{:032x}/approval", 1);
    assert_eq!(foreign, refused(stranger.post(&none, &yes).await, 404, "not_found").await);
    let no = json!({ "approved": false, "version": asked["version"] });
    refused(customer.post(&approval, &no).await, 409, "approval.goes_on").await;
    let approved = customer.change(&approval, &yes).await;
    assert_eq!(approved["state"], "approved");
    let detail = operator.see(&format!("/api/issues/{}", text(&issue["id"]))).await;
    assert_eq!((&detail["approval"], &detail["hold_state"]), (&json!("approved"), &json!("captured")));
    office.assert_sound().await;
}

async fn the_dispatcher_sees_on_the_board_what_waits_for_a_yes(office: Office) {
    let (operator, customer) = (office.person("operator").await, office.person("customer").await);
    let dispatcher = office.person("dispatcher").await;
    let card = office.card(&operator, "KS-1001").await;
    let plain = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let rule = json!({ "version": 0, "units_per_issue": 0 });
    assert_eq!(customer.put(&path(&card, "approval-rule"), &rule).await.status(), 200);
    let mut board = office.socket(&dispatcher).await;
    let territory = office.territory(&dispatcher).await;
    board.subscribe(format!("territory:{territory}"), Value::Null).await;

    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let opened = board.event("work_order.opened").await;
    assert_eq!(opened["event"]["data"]["queue"]["approval"], "pending");
    assert_eq!(office.queued(&dispatcher, &issue["work_order_id"]).await["approval"], "pending");
    assert_eq!(office.queued(&dispatcher, &plain["work_order_id"]).await["approval"], Value::Null);
    let card_now = office.card(&operator, "KS-1001").await;
    let open = card_now["open_issues"].as_array().expect("issues");
    let row = open.iter().find(|row| row["id"] == issue["id"]).expect("it is open");
    assert_eq!(row["approval"], "pending");

    let asked = customer.see(&path(&card, "approvals")).await[0].clone();
    let yes = json!({ "approved": true, "version": asked["version"] });
    customer.change(&format!("/api/issues/{}/approval", text(&issue["id"])), &yes).await;
    let told = board.event("approval.given").await;
    let row = &told["event"]["data"]["queue"];
    assert_eq!((&row["work_order_id"], &row["approval"]), (&issue["work_order_id"], &json!("approved")));
    let history = customer.see(&path(&card, "history")).await.to_string();
    assert!(!history.contains("work_order_id\":\"wor"), "the queue stays inside");
    office.assert_sound().await;
}
