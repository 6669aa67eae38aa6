//! A repair that cannot be done without a part: whoever goes has it in the van.

use serde_json::{Value, json};

use crate::kit::office::{assign_path, assignment, intake, text};
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    whoever_goes_has_the_part_and_it_is_meant_for_one_customer_only
}

/// Somebody calls about a torn belt; gives the work order.
async fn torn_belt(office: &Office, operator: &Person, asset: usize) -> Value {
    let mut body = intake(&office.card(operator, "KS-1001").await, asset, Value::Null);
    body["issues"][0]["symptom"] = json!("torn");
    operator.change("/api/interactions", &body).await["issues"][0]["work_order_id"].clone()
}

/// What the planner says of the parts in somebody's van.
async fn parts_rule(dispatcher: &Person, order: &Value, technician: &Person) -> Value {
    let ranking = dispatcher.see(&format!("/api/work-orders/{}/candidates", text(order))).await;
    let candidates = ranking["candidates"].as_array().expect("a list");
    let mine = candidates.iter().find(|one| one["technician_id"] == technician.me["technician_id"]).expect("ranked");
    let rules = mine["rules"].as_array().expect("rules");
    rules.iter().find(|rule| rule["rule"] == "parts").cloned().unwrap_or_default()
}

async fn whoever_goes_has_the_part_and_it_is_meant_for_one_customer_only(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, mori) = (office.person("hayashi").await, office.person("mori").await);
    let noise = office.fault(&operator, "KS-1001", 3, Value::Null).await["work_order_id"].clone();
    assert_eq!(parts_rule(&dispatcher, &noise, &mori).await, Value::Null, "a noise needs no part");

    let first = torn_belt(&office, &operator, 0).await;
    let missing = parts_rule(&dispatcher, &first, &mori).await;
    assert_eq!(missing["passed"], false);
    assert!(text(&missing["ja"]).contains("ベルト") && text(&missing["en"]).contains("Belt"), "{missing}");
    let row = office.queued(&dispatcher, &first).await;
    let problem =
        refused(dispatcher.post(&assign_path(&first), &assignment(&row, &mori)).await, 409, "technician.unfit");
    assert!(text(&problem.await["ja"]).contains("ベルト"));
    assert_eq!(parts_rule(&dispatcher, &first, &hayashi).await["passed"], true);
    let visit = office.assign(&dispatcher, &first, &hayashi).await["visit"]["id"].clone();
    let day = hayashi.see("/api/my/day").await;
    let needed = json!([{ "code": "belt", "name_ja": "ベルト", "name_en": "Belt", "quantity": 1 }]);
    assert_eq!(day["visits"][0]["parts_needed"], needed);

    let second = torn_belt(&office, &operator, 1).await;
    assert_eq!(parts_rule(&dispatcher, &second, &hayashi).await["passed"], false, "his belt is meant for the first");
    for action in ["accept", "set_out", "arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    let mut report = json!({ "cause": "wear", "remedy": "締め直し", "minutes": 20, "outcome": "repaired", "parts": [],
        "at": office.now() });
    let unused = report.clone();
    report["parts"] = json!([{ "code": "belt", "quantity": 1, "serial_old": null, "serial_new": null }]);
    let path = |visit: &Value| format!("/api/visits/{}/report", text(visit));
    hayashi.change(&path(&visit), &unused).await;
    assert_eq!(parts_rule(&dispatcher, &second, &hayashi).await["passed"], true, "he did not need it");

    let visit = office.assign(&dispatcher, &second, &hayashi).await["visit"]["id"].clone();
    for action in ["accept", "set_out", "arrive", "start"] {
        office.tap(&hayashi, &visit, action).await;
    }
    hayashi.change(&path(&visit), &report).await;
    let third = torn_belt(&office, &operator, 2).await;
    assert_eq!(parts_rule(&dispatcher, &third, &hayashi).await["passed"], false, "it is used up");
    office.assert_sound().await;
}
