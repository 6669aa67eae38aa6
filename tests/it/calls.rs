//! A telephone system rings at the desk.

use futures_util::future::join_all;
use kaketsuke::domain::time::{Seconds, Timestamp};
use kaketsuke::telephone::signature::Keys;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::kit::office::{CALL_SECRET, CALL_SECRET_BEFORE, intake, text};
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    the_screen_pops_only_for_whom_it_rings
    a_forged_late_or_replayed_message_is_refused_and_kept
    a_message_that_cannot_be_read_is_refused_by_field
    an_answered_call_is_linked_to_the_contact_saved_from_it
    a_missed_call_becomes_the_duty_of_one
    a_flood_of_fifty_calls_in_a_second_is_taken
    figures_come_of_the_calls
    whoever_calls_for_the_first_time_is_known_at_the_next_call
}

/// A telephone system that signs what it tells.
struct Exchange {
    client: Client,
    url: String,
    keys: Keys,
}

impl Exchange {
    fn of(office: &Office) -> Self {
        Self::with(office, CALL_SECRET)
    }

    fn with(office: &Office, secret: &str) -> Self {
        let url = format!("http://{}/api/calls/events", office.address);
        Self { client: Client::new(), url, keys: Keys::parse(secret).expect("a secret") }
    }

    async fn send(&self, name: &str, at: Timestamp, body: &str) -> Response {
        let code = self.keys.sign(name, at, body.as_bytes()).expect("a signature");
        self.send_with(name, at, body, &code).await
    }

    async fn send_with(&self, name: &str, at: Timestamp, body: &str, code: &str) -> Response {
        let request = self.client.post(&self.url).header("webhook-id", name);
        let request = request.header("webhook-timestamp", at.seconds()).header("webhook-signature", code);
        request.body(body.to_owned()).send().await.expect("an answer")
    }

    /// Tells of a call in a message of its own, which must be taken.
    async fn tell(&self, office: &Office, event: &str, call: &str, more: Value) -> Value {
        let mut body = json!({ "event": event, "call": call, "from": "076-555-0111", "agents": ["201"] });
        for (name, value) in more.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        let name = format!("{event}-{call}");
        let answer = self.send(&name, office.now(), &body.to_string()).await;
        let status = answer.status();
        let told: Value = answer.json().await.expect("JSON");
        assert_eq!(status, 200, "{told}");
        told
    }
}

async fn seated(office: &Office, login: &str, extension: &str) -> Person {
    let person = office.person(login).await;
    let answer = person.put("/api/desk/telephone", &json!({ "extension": extension })).await;
    assert_eq!(answer.status(), 200, "{login} sits down");
    person
}

fn agent(person: &Person) -> String {
    format!("agent:{}", text(&person.me["id"]))
}

async fn the_screen_pops_only_for_whom_it_rings(office: Office) {
    let (mine, other) = (seated(&office, "operator", "201").await, seated(&office, "operator2", "202").await);
    let mut pop = office.socket(&mine).await;
    pop.subscribe(agent(&mine), Value::Null).await;
    let mut quiet = office.socket(&other).await;
    quiet.subscribe(agent(&other), Value::Null).await;
    let exchange = Exchange::of(&office);
    exchange.tell(&office, "ring", "a", json!({ "from": "+81-76-555-0111" })).await;
    let rung = pop.event("call.rang").await;
    assert_eq!(rung["event"]["data"]["call"]["number"], "0765550111");
    quiet.silence().await;
    let telephone = mine.see("/api/desk/telephone").await;
    let contract = &telephone["calls"][0]["callers"][0]["contracts"][0];
    assert_eq!((&contract["number"], &contract["balance"]), (&json!("KS-1001"), &json!(10)));
    assert_eq!(other.see("/api/desk/telephone").await["calls"], json!([]));

    // Nobody listens at a colleague's telephone, and two do not share one.
    let frame = quiet.subscribe(agent(&mine), Value::Null).await;
    assert_eq!(frame["type"], "error", "{frame}");
    let taken = other.put("/api/desk/telephone", &json!({ "extension": "２０１" })).await;
    let problem = refused(taken, 409, "extension.taken").await;
    assert!(text(&problem["en"]).contains("operatorさん"), "{problem}");

    // It is handed on: it rings there while the first one still speaks.
    exchange.tell(&office, "answered", "a", json!({})).await;
    pop.event("call.answered").await;
    let on = json!({ "event": "ring", "call": "a", "agents": ["202"] }).to_string();
    assert_eq!(exchange.send("handed-on", office.now(), &on).await.status(), 200);
    quiet.event("call.rang").await;
    for person in [&mine, &other] {
        assert_eq!(person.see("/api/desk/telephone").await["calls"][0]["call"]["state"], "answered");
    }
    office.assert_sound().await;
}

async fn a_forged_late_or_replayed_message_is_refused_and_kept(office: Office) {
    let (operator, admin) = (seated(&office, "operator", "201").await, office.person("admin").await);
    let exchange = Exchange::of(&office);
    let body = json!({ "event": "ring", "call": "a", "from": "076-555-0111", "agents": ["201"] }).to_string();
    let now = office.now();
    let forged = Exchange::with(&office, "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    refused(forged.send("m1", now, &body).await, 401, "call.forged").await;
    refused(exchange.send_with("m1", now, &body, "").await, 401, "call.unsigned").await;
    refused(exchange.send("m1", now - Seconds(302), &body).await, 401, "call.late").await;
    refused(exchange.send("m1", now + Seconds(330), &body).await, 401, "call.late").await;
    assert_eq!(operator.see("/api/desk/telephone").await["calls"], json!([]), "nothing rings");

    assert_eq!(exchange.send("m1", now, &body).await.status(), 200);
    refused(exchange.send("m1", now, &body).await, 409, "call.replayed").await;
    // Under the old secret, while the telephone system changes to the new one.
    let old = Exchange::with(&office, CALL_SECRET_BEFORE);
    let other = body.replace("\"a\"", "\"b\"");
    assert_eq!(old.send("m2", now, &other).await.status(), 200);

    let kept = admin.see("/api/calls/refusals").await;
    let codes: Vec<&str> = kept.as_array().expect("a list").iter().map(|line| text(&line["code"])).collect();
    assert_eq!(codes, ["call.replayed", "call.late", "call.late", "call.unsigned", "call.forged"]);
    assert_eq!((&kept[0]["signal"], &kept[0]["sender"]), (&json!("m1"), &json!("127.0.0.1")));
    refused(operator.get("/api/calls/refusals").await, 403, "auth.forbidden").await;
    // Whoever forges without end fills no disk.
    for n in 0..70 {
        forged.send(&format!("f{n}"), now, &body).await;
    }
    let csv = admin.get("/api/export/call_refusals.csv").await.text().await.expect("a table");
    assert_eq!(csv.trim().lines().count(), 61, "sixty and the header");
    office.assert_sound().await;
}

async fn a_message_that_cannot_be_read_is_refused_by_field(office: Office) {
    let exchange = Exchange::of(&office);
    let good = json!({ "event": "ring", "call": "a", "from": "076-555-0111", "agents": ["201"] });
    let tries = [
        ("call", json!(""), "request.invalid", Some("call")),
        ("call", json!("x".repeat(129)), "request.invalid", Some("call")),
        ("from", json!("1\u{7}"), "request.invalid", Some("from")),
        ("agents", json!(vec!["201"; 51]), "request.invalid", Some("agents")),
        ("agents", json!("201"), "request.malformed", Some("agents")),
        ("event", json!("rang"), "request.malformed", Some("event")),
        ("at", json!("2036-01-01T00:00:00Z"), "request.invalid", Some("at")),
        ("at", json!("2026-11-21T00:00:00Z"), "request.invalid", Some("at")),
        ("colour", json!("red"), "request.unknown_field", Some("colour")),
    ];
    for (field, value, code, at) in tries {
        let mut body = good.clone();
        body[field] = value;
        let problem = refused(exchange.send("m", office.now(), &body.to_string()).await, 400, code).await;
        assert_eq!(problem["field"].as_str(), at, "{problem}");
    }
    refused(exchange.send("m", office.now(), "{").await, 400, "request.malformed").await;
    let long = format!("{{\"event\":\"ring\",\"call\":\"a\",\"from\":\"{}\"}}", "0".repeat(17_000));
    refused(exchange.send("m", office.now(), &long).await, 413, "request.too_large").await;
    // None of them used up the message's name, and a number that is a word still rings.
    let told = exchange.send("m", office.now(), &good.to_string().replace("076-555-0111", "たなか")).await;
    assert_eq!(told.status(), 200);
    let operator = seated(&office, "operator", "201").await;
    exchange.tell(&office, "ring", "b", json!({ "from": "たなか" })).await;
    let pop = operator.see("/api/desk/telephone").await["calls"][0].clone();
    assert_eq!((&pop["call"]["caller"], &pop["call"]["shown"]), (&json!("unknown"), &json!("たなか")));
    assert_eq!(pop["callers"], json!([]));
}

async fn an_answered_call_is_linked_to_the_contact_saved_from_it(office: Office) {
    let (mine, other) = (seated(&office, "operator", "201").await, seated(&office, "operator2", "202").await);
    let exchange = Exchange::of(&office);
    let call =
        exchange.tell(&office, "ring", "a", json!({ "agents": ["201", "operator2", "nobody"] })).await["call_id"]
            .clone();
    exchange.tell(&office, "answered", "a", json!({})).await;
    assert_eq!(other.see("/api/desk/telephone").await["calls"], json!([]), "taken by a colleague");
    let card = office.card(&mine, "KS-1001").await;
    let mut contact = intake(&card, 0, Value::Null);
    contact["call_id"] = call;
    let problem = refused(other.post("/api/interactions", &contact).await, 403, "call.not_yours").await;
    assert_eq!(problem["field"], "call_id");
    let receipt = mine.change("/api/interactions", &contact).await;
    let pop = mine.see("/api/desk/telephone").await["calls"][0].clone();
    assert_eq!(pop["contacts"], json!([receipt["interaction_id"]]));
    exchange.tell(&office, "ended", "a", json!({})).await;
    let csv = office.person("admin").await.get("/api/export/calls.csv").await.text().await.expect("a table");
    assert!(csv.contains(text(&receipt["interaction_number"])), "{csv}");
    office.assert_sound().await;
}

async fn a_missed_call_becomes_the_duty_of_one(office: Office) {
    let (mine, other) = (seated(&office, "operator", "201").await, office.person("operator2").await);
    let mut duties = office.socket(&other).await;
    duties.subscribe("desk:duties", Value::Null).await;
    let exchange = Exchange::of(&office);
    exchange.tell(&office, "ring", "a", json!({})).await;
    exchange.tell(&office, "missed", "a", json!({})).await;
    duties.event("call.missed").await;
    let rows = other.see("/api/desk/call-backs").await;
    let (id, version) = (text(&rows[0]["call"]["id"]).to_owned(), rows[0]["call"]["version"].clone());
    assert_eq!(rows[0]["callers"][0]["contracts"][0]["number"], "KS-1001");
    let take = format!("/api/desk/call-backs/{id}/take");
    other.change(&take, &json!({ "version": version })).await;
    duties.event("call_back.taken").await;
    let late = refused(mine.post(&take, &json!({ "version": version })).await, 409, "record.stale").await;
    let now = &late["detail"]["current"]["version"];
    let done = format!("/api/desk/call-backs/{id}/done");
    let end = json!({ "version": now, "outcome": "reached", "note": "訪問日を案内" });
    other.change(&done, &end).await;
    refused(other.post(&done, &end).await, 409, "call_back.closed").await;
    assert_eq!(mine.see("/api/desk/call-backs").await, json!([]));
    let dispatcher = office.person("dispatcher").await;
    refused(dispatcher.post(&take, &json!({ "version": 1 })).await, 403, "auth.forbidden").await;
    office.assert_sound().await;
}

async fn a_flood_of_fifty_calls_in_a_second_is_taken(office: Office) {
    let operator = seated(&office, "operator", "201").await;
    let mut pop = office.socket(&operator).await;
    pop.subscribe(agent(&operator), Value::Null).await;
    let exchange = Exchange::of(&office);
    let calls: Vec<String> = (0..50).map(|n| format!("c{n}")).collect();
    join_all(calls.iter().map(|call| exchange.tell(&office, "ring", call, json!({})))).await;
    for _ in &calls {
        pop.event("call.rang").await;
    }
    assert_eq!(operator.see("/api/desk/telephone").await["calls"].as_array().map(Vec::len), Some(50));
    // One call whose every message comes twice and at once is still one call.
    let now = office.now();
    let twice: Vec<(String, String)> = calls
        .iter()
        .flat_map(|call| ["missed", "ended"].map(|event| (event, call)))
        .map(|(event, call)| (format!("{event}-{call}"), json!({ "event": event, "call": call }).to_string()))
        .collect();
    let answers = join_all(twice.iter().map(|(name, body)| exchange.send(name, now, body))).await;
    assert!(answers.iter().all(|answer| answer.status() == 200));
    let rows = operator.see("/api/desk/call-backs").await;
    let attempts: i64 = rows.as_array().expect("rows").iter().map(|row| row["missed"].as_i64().unwrap_or(0)).sum();
    assert_eq!(attempts, 50, "none is lost");
    office.assert_sound().await;
}

async fn figures_come_of_the_calls(office: Office) {
    let operator = seated(&office, "operator", "201").await;
    let exchange = Exchange::of(&office);
    let at = |s: i64| json!({ "at": office.now() - Seconds(3_600) + Seconds(s) });
    for (call, event, s) in [
        ("a", "ring", 0),
        ("a", "answered", 8),
        ("a", "ended", 188),
        ("b", "ring", 10),
        ("b", "answered", 22),
        ("b", "ended", 142),
        ("c", "ring", 20),
        ("c", "missed", 50),
        ("d", "ring", 3_600),
    ] {
        exchange.tell(&office, event, call, at(s)).await;
    }
    let report = operator.see("/api/reports/calls").await;
    let total = &report["total"];
    let figures =
        ["calls", "answered", "missed", "answered_permille", "wait_s", "talk_s"].map(|name| total[name].as_i64());
    assert_eq!(figures, [Some(3), Some(2), Some(1), Some(666), Some(10), Some(150)]);
    assert_eq!(report["operators"][0]["answered"], 2);
    let answer = operator.get("/api/reports/calls?from=2026-11-01&to=2026-12-02").await;
    refused(answer, 400, "request.invalid").await;
}

async fn whoever_calls_for_the_first_time_is_known_at_the_next_call(office: Office) {
    let operator = seated(&office, "operator", "201").await;
    let exchange = Exchange::of(&office);
    let stranger = json!({ "from": "+81-90-1234-5678" });
    exchange.tell(&office, "ring", "a", stranger.clone()).await;
    assert_eq!(operator.see("/api/desk/telephone").await["calls"][0]["callers"], json!([]));
    let new = json!({ "name": "内灘製パン", "kana": "ウチナダセイパン", "number": "090-1234-5678" });
    operator.change("/api/desk/callers", &new).await;
    exchange.tell(&office, "ended", "a", json!({})).await;
    exchange.tell(&office, "ring", "b", stranger).await;
    let caller = operator.see("/api/desk/telephone").await["calls"][0]["callers"][0].clone();
    assert_eq!((text(&caller["customer_name"]), &caller["contracts"]), ("内灘製パン", &json!([])));
    refused(operator.post("/api/desk/callers", &new).await, 400, "request.invalid").await;
    for (field, value) in [("name", " "), ("kana", ""), ("number", "たなか"), ("number", "201")] {
        let mut body = new.clone();
        body[field] = json!(value);
        let problem = refused(operator.post("/api/desk/callers", &body).await, 400, "request.invalid").await;
        assert_eq!(problem["field"], field);
    }
    office.assert_sound().await;
}
