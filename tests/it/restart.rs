//! What the server keeps when it goes, and what people lose in the middle of a stream.

use serde_json::{Value, json};

use crate::kit::office::{intake, text};
use crate::kit::{Heard, Office};
use crate::on_both;

on_both! {
    a_restart_keeps_everything
    who_loses_a_visit_or_a_link_loses_its_stream
}

async fn a_restart_keeps_everything(mut office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let hayashi = office.person("hayashi").await;
    let card = office.card(&operator, "KS-1001").await;
    let (operation, body) = (operator.operation(), intake(&card, 0, Value::Null));
    let receipt = operator.post_as(&operation, "/api/interactions", &body).await.text().await.expect("a body");
    let issue = serde_json::from_str::<Value>(&receipt).expect("JSON")["issues"][0].clone();
    let assigned = office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await;
    let visit = assigned["visit"]["id"].clone();
    office.tap(&hayashi, &visit, "accept").await;
    office.tap(&hayashi, &visit, "set_out").await;
    let fix = json!({ "seq": 7, "lat": 36.565, "lon": 136.665, "accuracy_m": 9.0, "at": office.now() });
    hayashi.change("/api/my/positions", &json!({ "positions": [fix.clone()] })).await;
    let topic = format!("visit:{}", text(&visit));
    let mut desk = office.socket(&operator).await;
    let cursor = desk.subscribe(&topic, Value::Null).await;
    let before = operator.see(&format!("/api/contracts/{}/history", text(&card["id"]))).await;

    office.restart().await;
    let base = format!("http://{}", office.address);
    let (operator, hayashi) = (operator.moved_to(&base), hayashi.moved_to(&base));
    let after = operator.see(&format!("/api/contracts/{}/history", text(&card["id"]))).await;
    assert_eq!(known_kinds(&before), known_kinds(&after));
    let again = operator.post_as(&operation, "/api/interactions", &body).await.text().await.expect("a body");
    assert_eq!(receipt, again, "the earlier answer outlives the server");
    let day = hayashi.see("/api/my/day").await;
    assert_eq!(day["visits"][0]["state"], "en_route");
    let taken = hayashi.change("/api/my/positions", &json!({ "positions": [fix] })).await;
    assert_eq!(taken["ignored"][0]["code"], "position.out_of_order", "the last fix is remembered");

    office.tap(&hayashi, &visit, "arrive").await;
    let mut desk = office.socket(&operator).await;
    let place = json!({ "epoch": cursor["epoch"], "offset": cursor["offset"], "eta_seq": null });
    assert_eq!(desk.subscribe(&topic, place).await["type"], "subscribed");
    desk.event("visit.arrived").await;
    office.assert_sound().await;
}

/// Kinds of a history, without what the trackers and the herald tell by themselves.
fn known_kinds(page: &Value) -> Vec<&str> {
    let kinds = page["entries"].as_array().expect("entries").iter().map(|entry| text(&entry["kind"]));
    kinds.filter(|kind| !["eta.told", "notice.given"].contains(kind)).collect()
}

async fn who_loses_a_visit_or_a_link_loses_its_stream(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, mori) = (office.person("hayashi").await, office.person("mori").await);
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let order = &issue["work_order_id"];
    let assigned = office.assign(&dispatcher, order, &hayashi).await;
    let visit = &assigned["visit"]["id"];
    let topic = format!("visit:{}", text(visit));
    let made = dispatcher.change(&format!("/api/visits/{}/track-links", text(visit)), &json!({})).await;
    let mut page = office.track_socket(text(&made["url"]).trim_start_matches("/t/")).await;
    let mut phone = office.socket(&hayashi).await;
    assert_eq!(page.subscribe(&topic, Value::Null).await["type"], "subscribed");
    assert_eq!(phone.subscribe(&topic, Value::Null).await["type"], "subscribed");

    assert_eq!(dispatcher.delete(&format!("/api/track-links/{}", text(&made["id"]))).await.status(), 200);
    page.until(|frame| frame["code"] == "link.revoked").await;
    assert_eq!(page.hear().await, Heard::Closed(4003));

    let body = json!({ "version": assigned["visit"]["version"], "reason": "別の技術員が近い" });
    dispatcher.change(&format!("/api/visits/{}/unassign", text(visit)), &body).await;
    let lost = phone.until(|frame| frame["type"] == "error").await;
    assert_eq!((&lost["code"], &lost["topic"]), (&json!("auth.forbidden"), &json!(topic)));
    let again = office.assign(&dispatcher, order, &mori).await;
    let next = format!("visit:{}", text(&again["visit"]["id"]));
    assert_eq!(phone.subscribe(&next, Value::Null).await["code"], "auth.forbidden");
    let mut other = office.socket(&mori).await;
    assert_eq!(other.subscribe(&next, Value::Null).await["type"], "subscribed");
}
