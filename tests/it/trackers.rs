//! Positions from phones and vehicle trackers: every fix gets its own result, whoever sends it and in whatever words.

use kaketsuke::domain::time::{Seconds, Timestamp};
use serde_json::{Value, json};

use crate::kit::office::text;
use crate::kit::person::refused;
use crate::kit::{Office, Person, soon_enough};
use crate::on_both;

on_both! {
    one_bad_fix_costs_its_batch_nothing
    a_phone_whose_clock_is_wrong_is_set_right_and_told
    what_was_sent_twice_counts_once
    owntracks_and_traccar_report_with_a_technicians_token
}

fn fix(seq: i64, lat: f64, at: Timestamp) -> Value {
    json!({ "seq": seq, "lat": lat, "lon": 136.66, "accuracy_m": 9.0, "at": at, "correlation_id": null })
}

fn with(mut fix: Value, name: &str, value: Value) -> Value {
    fix[name] = value;
    fix
}

async fn one_bad_fix_costs_its_batch_nothing(office: Office) {
    let (_, visit) = office.on_the_way("KS-1001").await;
    let hayashi = office.person("hayashi").await;
    let now = office.now();
    let foreign = visit_of_nobody();
    let batch = json!([
        fix(1, 36.5621, now - Seconds(50)),
        with(fix(2, 36.5621, now - Seconds(45)), "lat", json!("north")),
        with(fix(3, 36.5621, now - Seconds(40)), "colour", json!("red")),
        // In the Sea of Japan, far from the depot and every customer.
        with(fix(4, 41.5, now - Seconds(35)), "lon", json!(134.0)),
        // 900 km/h from the first.
        fix(5, 36.5621 + 0.045, now - Seconds(30)),
        fix(6, 36.5622, now + Seconds::hours(1)),
        with(fix(7, 36.5622, now - Seconds(25)), "visit_id", foreign),
        with(fix(8, 36.5622, now - Seconds(20)), "visit_id", visit),
        with(fix(9, 91.0, now - Seconds(15)), "accuracy_m", json!(-1)),
        7,
        fix(10, 36.5623, now - Seconds(5)),
    ]);
    let taken = hayashi.change("/api/my/positions", &json!({ "positions": batch })).await;
    let ignored = taken["ignored"].as_array().expect("a list");
    let told: Vec<_> = ignored.iter().map(|one| (one["index"].as_u64().unwrap_or(99), text(&one["code"]))).collect();
    let wanted = [
        (1, "request.malformed"),
        (2, "request.unknown_field"),
        (3, "position.far"),
        (4, "position.implausible"),
        (5, "position.future"),
        (6, "visit.not_yours"),
        (8, "position.off_globe"),
        (9, "request.malformed"),
    ];
    assert_eq!(told, wanted);
    assert_eq!(taken["accepted"], 3);
    for one in ignored {
        for language in ["ja", "en"] {
            let sentence = text(&one[language]);
            assert!(!sentence.is_empty() && !sentence.contains(['{', '}']), "{one}");
        }
    }
}

fn visit_of_nobody() -> Value {
    json!("vis_00000000000000000000000000000001")
}

async fn a_phone_whose_clock_is_wrong_is_set_right_and_told(office: Office) {
    office.on_the_way("KS-1001").await;
    let hayashi = office.person("hayashi").await;
    let ahead = Seconds::hours(3);
    let phone = office.now() + ahead;
    let batch = [fix(2, 36.5622, phone - Seconds(5)), fix(1, 36.5621, phone - Seconds(20))];
    let taken = hayashi.change("/api/my/positions", &json!({ "positions": batch, "sent_at": phone })).await;
    assert_eq!((&taken["accepted"], &taken["ignored"]), (&json!(2), &json!([])), "{taken}");
    let told = taken["clock_ahead_s"].as_i64().expect("the clock is told to be wrong");
    assert!((ahead.0 - 5..=ahead.0 + 5).contains(&told), "{told}");
    let unknown = hayashi.change("/api/my/positions", &json!({ "positions": [fix(3, 36.5623, phone)] })).await;
    assert_eq!(unknown["ignored"][0]["code"], "position.future", "without the time of sending nobody knows");
}

async fn what_was_sent_twice_counts_once(office: Office) {
    office.on_the_way("KS-1001").await;
    let hayashi = office.person("hayashi").await;
    let now = office.now();
    let batch = json!({ "positions": [fix(1, 36.5621, now - Seconds(30)), fix(2, 36.5622, now - Seconds(15))] });
    assert_eq!(hayashi.change("/api/my/positions", &batch).await["accepted"], 2);
    let mut socket = office.socket(&hayashi).await;
    socket.say(&json!({ "type": "positions", "id": 7, "positions": batch["positions"], "sent_at": now })).await;
    let again = socket.until(|frame| frame["type"] == "accepted").await;
    assert_eq!((&again["id"], &again["accepted"]), (&json!(7), &json!(0)));
    let codes: Vec<&str> = again["ignored"].as_array().expect("a list").iter().map(|one| text(&one["code"])).collect();
    assert_eq!(codes, ["position.out_of_order"; 2]);
}

/// Posts as a tracker does, without a header of ours.
async fn tracker(office: &Office, query: &str, login: Option<&Person>, body: &Value) -> reqwest::Response {
    let url = format!("http://{}/api/my/positions{query}", office.address);
    let mut request = reqwest::Client::new().post(url);
    if let Some(person) = login {
        request = request.basic_auth("hayashi", Some(&person.token));
    }
    if !body.is_null() {
        request = request.json(body);
    }
    soon_enough(request.send()).await.expect("an answer")
}

async fn owntracks_and_traccar_report_with_a_technicians_token(office: Office) {
    let (_, visit) = office.on_the_way("KS-1001").await;
    let (hayashi, dispatcher) = (office.person("hayashi").await, office.person("dispatcher").await);
    let mut board = office.socket(&dispatcher).await;
    board.subscribe(format!("visit:{}", text(&visit)), Value::Null).await;
    let at = |ago: i64| office.now() - Seconds(ago);
    let seen = |lat: f64| move |frame: &Value| frame["type"] == "position" && frame["fix"]["lat"] == lat;

    let own =
        json!({ "_type": "location", "tid": "hy", "lat": 36.5621, "lon": 136.66, "acc": 12, "tst": at(40).seconds() });
    let answer = tracker(&office, "", Some(&hayashi), &own).await;
    assert_eq!((answer.status().as_u16(), answer.text().await.expect("a body").as_str()), (200, "[]"));
    board.until(seen(36.5621)).await;

    let query = format!("?id={}&lat=36.5622&lon=136.66&timestamp={}&accuracy=8", hayashi.token, at(20).seconds());
    let answer = tracker(&office, &query, None, &Value::Null).await;
    assert_eq!(answer.json::<Value>().await.expect("JSON")["accepted"], 1);
    board.until(seen(36.5622)).await;

    let coords = json!({ "latitude": 36.5623, "longitude": 136.66, "accuracy": 8.0, "speed": 9.0 });
    let body = json!({ "location": { "timestamp": at(2), "coords": coords, "is_moving": true }, "device_id": "x" });
    let answer = tracker(&office, &format!("?token={}", hayashi.token), None, &body).await;
    assert_eq!(answer.json::<Value>().await.expect("JSON")["accepted"], 1);
    board.until(seen(36.5623)).await;

    refused(tracker(&office, "?id=nobody&lat=36.56&lon=136.66", None, &Value::Null).await, 401, "auth.required").await;
    let foreign = format!("?id={}&lat=36.56&lon=136.66", dispatcher.token);
    refused(tracker(&office, &foreign, None, &Value::Null).await, 403, "auth.forbidden").await;
    let nan = format!("?id={}&lat=NaN&lon=136.66&timestamp={}", hayashi.token, at(0).seconds());
    let answer = tracker(&office, &nan, None, &Value::Null).await.json::<Value>().await.expect("JSON");
    assert_eq!(answer["ignored"][0]["code"], "position.off_globe");
    let elsewhere = reqwest::Client::new().get(format!("http://{}/api/my/day?id={}", office.address, hayashi.token));
    assert_eq!(elsewhere.send().await.expect("an answer").status(), 401, "elsewhere an address opens nothing");
}
