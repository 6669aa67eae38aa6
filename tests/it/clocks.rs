//! Service levels from outside: what is promised from when on, and what stops the clocks of an issue.

use serde_json::{Value, json};

use crate::kit::office::text;
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    a_level_governs_what_is_accepted_from_its_day_on
    a_stopped_clock_takes_the_due_time_off_the_board_and_gives_it_back_later
    a_clock_stops_only_for_what_the_contract_accepts
    only_the_administrator_promises_and_only_the_desk_and_the_dispatch_stop
}

/// Mondays to Fridays from nine to noon and from one to half past five; the arrival within two hours of them.
fn level() -> Value {
    let day = "09:00-12:00 13:00-17:30";
    let target = |priority: &str| {
        json!({ "priority": priority, "respond_minutes": 30, "arrive_minutes": 120,
        "restore_minutes": 480 })
    };
    let targets = ["P1", "P2", "P3", "P4"].map(target);
    json!({
        "hours": { "mon": day, "tue": day, "wed": day, "thu": day, "fri": day, "sat": "", "sun": "", "holiday": "",
            "year_end": null },
        "targets": targets, "pauses": ["customer", "access", "parts"],
        "steps": [{ "percent": 75, "told": "dispatch" }],
    })
}

fn path(card: &Value) -> String {
    format!("/api/contracts/{}/service-levels", text(&card["id"]))
}

fn clocks_of(issue: &Value) -> String {
    format!("/api/issues/{}/clocks", text(&issue["id"]))
}

fn promise(from_day: &str) -> Value {
    json!({ "from_day": from_day, "level": level() })
}

/// A level from Tuesday 24 November on, and Tuesday.
async fn promised(office: &mut Office) -> Value {
    let admin = office.person("admin").await;
    let card = office.card(&admin, "KS-1001").await;
    let set = admin.change(&path(&card), &promise("2026-11-24")).await;
    assert_eq!(set["level"], level());
    office.sleep(1).await;
    card
}

async fn clock(reader: &Person, issue: &Value, kind: &str) -> Value {
    let clocks = reader.see(&clocks_of(issue)).await;
    let found = clocks["clocks"].as_array().expect("clocks").iter().find(|clock| clock["kind"] == kind).cloned();
    found.unwrap_or_else(|| panic!("no clock {kind}: {clocks}"))
}

fn since(from: &Value, to: &Value) -> i64 {
    let instant = |value: &Value| chrono::DateTime::parse_from_rfc3339(text(value)).expect("an instant");
    (instant(to) - instant(from)).num_seconds()
}

async fn a_level_governs_what_is_accepted_from_its_day_on(mut office: Office) {
    let operator = office.person("operator").await;
    let before = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let card = promised(&mut office).await;
    let operator = office.person("operator").await;
    assert_eq!(operator.see(&clocks_of(&before)).await["clocks"], json!([]), "nothing was promised then");
    let levels = operator.see(&path(&card)).await;
    assert_eq!(levels["levels"][0]["from_day"], "2026-11-24");

    let issue = office.fault(&operator, "KS-1001", 1, Value::Null).await;
    let arrive = clock(&operator, &issue, "arrive").await;
    assert_eq!((&arrive["standing"], &arrive["allowed"]), (&json!("running"), &json!(7_200)));
    assert_eq!(clock(&operator, &issue, "respond").await["standing"], "kept", "the operator took the call");
    let row = office.queued(&office.person("dispatcher").await, &issue["work_order_id"]).await;
    assert_eq!(row["arrive_by"], arrive["due_at"], "the board goes by what the contract promises");
    office.assert_sound().await;
}

async fn a_stopped_clock_takes_the_due_time_off_the_board_and_gives_it_back_later(mut office: Office) {
    promised(&mut office).await;
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let due = clock(&operator, &issue, "arrive").await["due_at"].clone();
    let stop = json!({ "reason": "access", "note": "鍵の方が11時まで不在" });
    let pause = operator.change(&format!("{}/pause", clocks_of(&issue)), &stop).await;
    assert_eq!(pause["resumed_at"], Value::Null);
    let stopped = clock(&operator, &issue, "arrive").await;
    assert_eq!((&stopped["standing"], &stopped["due_at"]), (&json!("paused"), &Value::Null));
    assert_eq!(office.queued(&dispatcher, &issue["work_order_id"]).await["arrive_by"], Value::Null);
    refused(operator.post(&format!("{}/pause", clocks_of(&issue)), &stop).await, 409, "clock.paused").await;

    let resumed = dispatcher.change(&format!("{}/resume", clocks_of(&issue)), &json!({})).await;
    let again = clock(&operator, &issue, "arrive").await;
    let stood = since(&resumed["paused_at"], &resumed["resumed_at"]);
    assert!((stood..=stood + 1).contains(&since(&due, &again["due_at"])), "{due} and {again} after {stood} s");
    assert_eq!(office.queued(&dispatcher, &issue["work_order_id"]).await["arrive_by"], again["due_at"]);
    refused(dispatcher.post(&format!("{}/resume", clocks_of(&issue)), &json!({})).await, 409, "clock.running").await;
    office.assert_sound().await;
}

async fn a_clock_stops_only_for_what_the_contract_accepts(mut office: Office) {
    let operator = office.person("operator").await;
    let without = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    promised(&mut office).await;
    let operator = office.person("operator").await;
    let stop = |reason: &str| json!({ "reason": reason, "note": "" });
    let none = operator.post(&format!("{}/pause", clocks_of(&without)), &stop("access")).await;
    refused(none, 409, "service_level.none").await;
    let issue = office.fault(&operator, "KS-1001", 1, Value::Null).await;
    let pause = format!("{}/pause", clocks_of(&issue));
    refused(operator.post(&pause, &stop("disaster")).await, 409, "clock.reason").await;
    operator.change(&pause, &stop("parts")).await;
    assert_eq!(clock(&operator, &issue, "restore").await["standing"], "paused");
    assert_eq!(clock(&operator, &issue, "arrive").await["standing"], "running", "he can come without the part");
    office.assert_sound().await;
}

async fn only_the_administrator_promises_and_only_the_desk_and_the_dispatch_stop(office: Office) {
    let (operator, admin) = (office.person("operator").await, office.person("admin").await);
    let (customer, hayashi) = (office.person("customer").await, office.person("hayashi").await);
    let card = office.card(&operator, "KS-1001").await;
    refused(operator.post(&path(&card), &promise("2026-11-24")).await, 403, "auth.forbidden").await;
    let today = refused(admin.post(&path(&card), &promise("2026-11-23")).await, 400, "request.invalid").await;
    assert_eq!(today["field"], "from_day");
    let mut never = promise("2026-11-24");
    for day in ["mon", "tue", "wed", "thu", "fri"] {
        never["level"]["hours"][day] = json!("");
    }
    refused(admin.post(&path(&card), &never).await, 400, "request.invalid").await;
    admin.change(&path(&card), &promise("2026-11-24")).await;
    refused(admin.post(&path(&card), &promise("2026-11-24")).await, 400, "request.invalid").await;
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let stop = json!({ "reason": "access", "note": "" });
    for person in [&customer, &hayashi] {
        refused(person.post(&format!("{}/pause", clocks_of(&issue)), &stop).await, 403, "auth.forbidden").await;
        refused(person.get(&clocks_of(&issue)).await, 403, "auth.forbidden").await;
    }
    office.assert_sound().await;
}
