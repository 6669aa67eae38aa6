//! Why a visit went to its technician: told next day as it was shown, whatever has changed since.

use kaketsuke::domain::time::Seconds;
use serde_json::{Value, json};

use crate::kit::Office;
use crate::kit::office::text;
use crate::on_both;

on_both! {
    next_day_the_log_alone_tells_what_was_shown
}

/// What of a ranking does not run on with the clock.
fn answer(ranking: &Value) -> Vec<Value> {
    let codes = |one: &Value| -> Vec<Value> {
        let rules = one["rules"].as_array().expect("rules");
        rules.iter().map(|rule| json!([rule["rule"], rule["passed"], rule["reason_code"]])).collect()
    };
    let goals = |one: &Value| -> Vec<Value> {
        one["goals"].as_array().expect("goals").iter().map(|goal| json!([goal["goal"], goal["weight"]])).collect()
    };
    let moved = |one: &Value| -> Vec<Value> {
        one["moves"].as_array().expect("moves").iter().map(|moved| moved["visit_id"].clone()).collect()
    };
    let candidates = ranking["candidates"].as_array().expect("candidates");
    let told = candidates.iter().map(|one| {
        json!([
            one["technician_id"],
            one["technician_name"],
            one["fit"],
            one["rank"],
            codes(one),
            goals(one),
            moved(one),
            one["insertion"]["position"]
        ])
    });
    told.collect()
}

async fn next_day_the_log_alone_tells_what_was_shown(mut office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, mori) = (office.person("hayashi").await, office.person("mori").await);
    let first = office.fault(&operator, "KS-1001", 0, Value::Null).await["work_order_id"].clone();
    office.assign(&dispatcher, &first, &hayashi).await;
    let order = office.fault(&operator, "KS-2001", 0, Value::Null).await["work_order_id"].clone();

    let shown = dispatcher.see(&format!("/api/work-orders/{}/candidates", text(&order))).await;
    assert_eq!(shown["scales"].as_array().map(Vec::len), Some(5), "how each goal is graded");
    let visit = office.assign(&dispatcher, &order, &hayashi).await["visit"]["id"].clone();
    let path = format!("/api/visits/{}/decision", text(&visit));
    let logged = dispatcher.see(&path).await;
    assert_eq!(answer(&logged["ranking"]), answer(&shown));
    assert_eq!(logged["ranking"]["scales"], shown["scales"]);
    let chosen = shown["candidates"].as_array().expect("candidates");
    let chosen = chosen.iter().find(|one| one["technician_id"] == hayashi.me["technician_id"]).expect("he is ranked");
    assert_eq!(logged["decision"]["rules"][0], chosen["rules"][0]);
    assert_eq!(logged["decision"]["moves"].as_array().map(Vec::len), chosen["moves"].as_array().map(Vec::len));
    assert_eq!((&logged["visit_id"], &logged["left_out"]), (&visit, &json!(0)));
    assert_eq!(hayashi.get(&path).await.status(), 403, "the dispatch stays inside");

    for technician in [&hayashi, &mori] {
        let away = json!({ "from": office.now(), "until": office.now() + Seconds::hours(9), "kind": "sick", "reason": "発熱" });
        let absences = format!("/api/technicians/{}/absences", text(&technician.me["technician_id"]));
        dispatcher.change(&absences, &away).await;
    }
    office.sleep(1).await;
    let changed = "UPDATE technicians SET profile = replace(profile, 'compressor', 'welding'), name = 'べつの人', \
                   home_lat = 36.0; DELETE FROM positions; UPDATE visits SET route_order = 9";
    office.data.sql(changed);
    let dispatcher = office.person("dispatcher").await;
    assert_eq!(dispatcher.see(&path).await, logged);
}
