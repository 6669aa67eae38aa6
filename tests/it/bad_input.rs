//! What the server is sent and does not take: each has its stable code, a sentence in both languages, and leaves no
//! trace.

use kaketsuke::limits;
use serde_json::{Value, json};

use crate::kit::office::{assign_path, assignment, intake, text};
use crate::kit::person::refused;
use crate::kit::{Heard, Office, Person};
use crate::on_both;

on_both! {
    a_contact_that_cannot_be_is_refused_and_leaves_nothing
    a_step_that_cannot_be_is_refused_and_leaves_nothing
    what_belongs_to_others_is_refused_and_leaves_nothing
    positions_that_cannot_be_are_refused_one_by_one
    dead_links_and_oversized_frames_are_refused
}

/// Sends something and checks that it was refused so, in both languages, and that nothing was written.
struct Judge<'a>(&'a Office);

impl Judge<'_> {
    async fn post(&self, person: &Person, path: &str, body: &Value, status: u16, code: &str) -> Value {
        self.post_text(person, path, body.to_string(), status, code).await
    }

    async fn post_text(&self, person: &Person, path: &str, body: String, status: u16, code: &str) -> Value {
        let before = self.0.data.counts();
        let problem = refused(person.post_text(path, body).await, status, code).await;
        self.check(&problem);
        assert_eq!(before, self.0.data.counts(), "{code} left something behind");
        problem
    }

    async fn get(&self, person: &Person, path: &str, status: u16, code: &str) {
        self.check(&refused(person.get(path).await, status, code).await);
    }

    fn check(&self, problem: &Value) {
        for language in ["ja", "en"] {
            let sentence = text(&problem[language]);
            assert!(!sentence.is_empty() && !sentence.contains(['{', '}']), "{problem}");
        }
    }
}

async fn a_contact_that_cannot_be_is_refused_and_leaves_nothing(office: Office) {
    let (operator, judge) = (office.person("operator").await, Judge(&office));
    let dispatcher = office.person("dispatcher").await;
    let card = office.card(&operator, "KS-1001").await;
    let good = intake(&card, 0, Value::Null);
    let with = |pointer: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(pointer).expect("a place in the request") = value;
        body
    };
    let mut unknown = good.clone();
    unknown["issues"][0]["colour"] = json!("red");
    let cases = [
        (unknown, 400, "request.unknown_field", "issues[0].colour"),
        (with("/issues", json!("none")), 400, "request.malformed", "issues"),
        (with("/contract_version", json!("1")), 400, "request.malformed", "contract_version"),
        (with("/channel", json!("pigeon")), 400, "request.malformed", "channel"),
        (with("/started_at", json!("2026-02-30T09:00:00Z")), 400, "request.malformed", "started_at"),
        (with("/started_at", json!("2031-01-01T09:00:00Z")), 400, "request.invalid", "started_at"),
        (
            with("/issues/0/wish", json!({"from": "2026-11-24T05:00:00Z", "to": "2026-11-24T04:00:00Z"})),
            400,
            "request.malformed",
            "issues[0].wish",
        ),
        (
            with("/issues/0/wish", json!({"from": "2026-11-24T05:00:00Z", "to": "2026-12-26T05:00:00Z"})),
            400,
            "request.invalid",
            "issues[0].wish",
        ),
        (with("/caller_phone", json!("hello")), 400, "request.invalid", "caller_phone"),
        (with("/issues", json!([])), 400, "request.invalid", "issues"),
        (
            with("/issues/0/description", json!("長".repeat(limits::TEXT_CHARS + 1))),
            400,
            "request.invalid",
            "issues[0].description",
        ),
        (with("/issues/0/symptom", json!("dance")), 400, "request.invalid", "issues[0].symptom"),
        (with("/issues/0/asset_id", json!(format!("ast_{:032x}", 9))), 400, "asset.foreign", "issues[0].asset_id"),
        (with("/contract_version", json!(0)), 409, "record.stale", ""),
        (with("/contract_id", json!(format!("con_{:032x}", 9))), 404, "not_found", ""),
    ];
    for (body, status, code, field) in cases {
        let problem = judge.post(&operator, "/api/interactions", &body, status, code).await;
        assert!(field.is_empty() || problem["field"] == field, "{problem}");
    }
    for (text, status, code) in [
        ("{\"channel\":".to_owned(), 400, "request.malformed"),
        ("[] []".to_owned(), 400, "request.malformed"),
        (format!("{}{good}", " ".repeat(limits::BODY_BYTES)), 413, "request.too_large"),
    ] {
        judge.post_text(&operator, "/api/interactions", text, status, code).await;
    }
    let contract = text(&card["id"]);
    for (path, field, wanted) in [
        ("/api/board?territory_id=1".to_owned(), "territory_id", "ter_0190"),
        (format!("/api/contracts/{contract}/history?limit=abc"), "limit", "20"),
        (format!("/api/contracts/{contract}/statement?from=2026-02-30&to=2026-11-24"), "from", "2026-11-24"),
    ] {
        let problem = refused(dispatcher.get(&path).await, 400, "request.malformed").await;
        assert_eq!(problem["field"], field, "{problem}");
        assert!(["ja", "en"].iter().all(|language| text(&problem[language]).contains(wanted)), "{problem}");
    }
    let mut socket = office.socket(&operator).await;
    let told = socket.subscribe("visit:abc", Value::Null).await;
    assert!(["ja", "en"].iter().all(|language| text(&told[language]).contains("territory:ter_")), "{told}");
    operator.change("/api/interactions", &good).await;
}

async fn a_step_that_cannot_be_is_refused_and_leaves_nothing(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, judge) = (office.person("hayashi").await, Judge(&office));
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let order = &issue["work_order_id"];
    let row = office.queued(&dispatcher, order).await;
    let mut stale = assignment(&row, &hayashi);
    stale["version"] = json!(row["version"].as_i64().expect("a version") - 1);
    judge.post(&dispatcher, &assign_path(order), &stale, 409, "record.stale").await;
    let mut nobody = assignment(&row, &hayashi);
    nobody["technician_id"] = json!(format!("tec_{:032x}", 9));
    judge.post(&dispatcher, &assign_path(order), &nobody, 404, "not_found").await;

    let visit = office.assign(&dispatcher, order, &hayashi).await["visit"].clone();
    let path = format!("/api/visits/{}", text(&visit["id"]));
    let tap = |action: &str, version: i64| json!({ "action": action, "at": office.now(), "version": version });
    let version = visit["version"].as_i64().expect("a version");
    judge.post(&hayashi, &format!("{path}/progress"), &tap("start", version), 409, "visit.transition").await;
    judge.post(&hayashi, &format!("{path}/progress"), &tap("accept", version - 1), 409, "record.stale").await;
    judge.post(&hayashi, &format!("{path}/progress"), &tap("dance", version), 400, "request.malformed").await;
    let report = json!({ "cause": "wear", "remedy": "清掃", "minutes": 5, "outcome": "repaired", "at": office.now() });
    judge.post(&hayashi, &format!("{path}/report"), &report, 409, "visit.transition").await;
    for action in ["accept", "set_out", "arrive", "start"] {
        office.tap(&hayashi, &visit["id"], action).await;
    }
    let mut empty = report.clone();
    empty["remedy"] = json!(" ");
    judge.post(&hayashi, &format!("{path}/report"), &empty, 400, "report.incomplete").await;
    for minutes in [0, 99_999] {
        let mut long = report.clone();
        long["minutes"] = json!(minutes);
        judge.post(&hayashi, &format!("{path}/report"), &long, 400, "report.minutes").await;
    }
    let mut strange = report.clone();
    strange["parts"] = json!([{ "code": "NOPE", "quantity": 2, "serial_old": null, "serial_new": null }]);
    judge.post(&hayashi, &format!("{path}/report"), &strange, 400, "report.part_unknown").await;
    let mut unknown = report.clone();
    unknown["cause"] = json!("ghosts");
    judge.post(&hayashi, &format!("{path}/report"), &unknown, 400, "request.invalid").await;
    let withdrawal = json!({ "version": version, "reason": "都合" });
    judge.post(&dispatcher, &format!("{path}/unassign"), &withdrawal, 409, "visit.transition").await;
    let detail = operator.see(&format!("/api/issues/{}", text(&issue["id"]))).await;
    let close = json!({ "version": detail["version"], "outcome": "answered" });
    let issue_path = format!("/api/issues/{}/outcome", text(&issue["id"]));
    judge.post(&operator, &issue_path, &close, 409, "issue.transition").await;
}

async fn what_belongs_to_others_is_refused_and_leaves_nothing(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, mori) = (office.person("hayashi").await, office.person("mori").await);
    let (customer, judge) = (office.person("customer").await, Judge(&office));
    let foreign = office.card(&operator, "KS-2001").await;
    for part in ["history", "wallet"] {
        let path = format!("/api/contracts/{}/{part}", text(&foreign["id"]));
        judge.get(&customer, &path, 404, "not_found").await;
    }
    judge.get(&customer, &format!("/api/contracts/{}", text(&foreign["id"])), 403, "auth.forbidden").await;
    let mut socket = office.socket(&customer).await;
    let told = socket.subscribe(format!("contract:{}", text(&foreign["id"])), Value::Null).await;
    assert_eq!(told["type"], "error", "{told}");

    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let visit = office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await["visit"].clone();
    let tap = json!({ "action": "accept", "at": office.now(), "version": null });
    let path = format!("/api/visits/{}/progress", text(&visit["id"]));
    judge.post(&mori, &path, &tap, 403, "visit.not_yours").await;
    judge.post(&dispatcher, &path, &tap, 403, "auth.forbidden").await;
    let own = office.card(&operator, "KS-1001").await;
    let mut mixed = intake(&own, 1, Value::Null);
    mixed["issues"][0]["site_id"] = foreign["sites"][0]["id"].clone();
    judge.post(&operator, "/api/interactions", &mixed, 400, "site.foreign").await;
}

async fn positions_that_cannot_be_are_refused_one_by_one(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, judge) = (office.person("hayashi").await, Judge(&office));
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let visit = office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await["visit"]["id"].clone();
    office.tap(&hayashi, &visit, "accept").await;
    office.tap(&hayashi, &visit, "set_out").await;
    let fix = |seq: i64, lat: f64, at: Value| json!({ "seq": seq, "lat": lat, "lon": 136.66, "accuracy_m": 10.0, "at": at, "correlation_id": null });
    let now = json!(office.now());
    let future = json!("2026-11-23T05:00:00Z");
    let batch = [
        fix(5, 36.562, now.clone()),
        fix(6, 91.0, now.clone()),
        fix(4, 36.562, now.clone()),
        fix(7, 39.0, json!(office.now() + kaketsuke::domain::time::Seconds(5))),
        fix(8, 36.562, future),
    ];
    let taken = hayashi.change("/api/my/positions", &json!({ "positions": batch })).await;
    let codes: Vec<&str> = taken["ignored"].as_array().expect("a list").iter().map(|one| text(&one["code"])).collect();
    assert_eq!(taken["accepted"], 1, "{taken}");
    // Of two of one moment the one with the lower number was first.
    let wanted = ["position.out_of_order", "position.off_globe", "position.implausible", "position.future"];
    assert_eq!(codes, wanted);
    for ignored in taken["ignored"].as_array().expect("a list") {
        judge.check(ignored);
    }
    for (body, code) in [
        (json!({ "positions": [] }), "request.invalid"),
        (json!({ "positions": vec![fix(9, 36.5, now.clone()); 101] }), "request.invalid"),
        (json!({ "positions": "none" }), "request.malformed"),
    ] {
        judge.post(&hayashi, "/api/my/positions", &body, 400, code).await;
    }
    judge
        .post(&dispatcher, "/api/my/positions", &json!({ "positions": [fix(9, 36.5, now)] }), 403, "auth.forbidden")
        .await;
}

async fn dead_links_and_oversized_frames_are_refused(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, judge) = (office.person("hayashi").await, Judge(&office));
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let assigned = office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await;
    let visit = text(&assigned["visit"]["id"]);
    let made = dispatcher.change(&format!("/api/visits/{visit}/track-links"), &json!({})).await;
    let secret = |url: &Value| text(url).trim_start_matches("/t/").to_owned();
    let (withdrawn, expired) = (secret(&made["url"]), secret(&assigned["track_url"]));
    assert_eq!(dispatcher.delete(&format!("/api/track-links/{}", text(&made["id"]))).await.status(), 200);
    office.data.sql("UPDATE track_links SET expires_at = 1 WHERE revoked_at IS NULL");
    for (token, code, closes) in [(&withdrawn, "link.revoked", 4003), (&expired, "link.expired", 4001)] {
        judge.get(&operator, &format!("/api/track/{token}"), 410, code).await;
        let mut socket = office.track_socket(token).await;
        assert_eq!(socket.hear().await.frame()["code"], code);
        assert_eq!(socket.hear().await, Heard::Closed(closes));
    }
    judge.get(&operator, &format!("/api/track/{}", "0".repeat(64)), 404, "not_found").await;
    let before = office.data.counts();
    for in_fragments in [false, true] {
        let mut socket = office.socket(&dispatcher).await;
        let half = "x".repeat(limits::FRAME_BYTES / 2 + 1);
        match in_fragments {
            true => socket.say_in_fragments(&half, &half).await,
            false => socket.say_text(&half.repeat(2)).await,
        }
        let told = socket.hear().await.frame();
        assert_eq!(told["code"], "request.too_large", "{told}");
        assert!(["ja", "en"].iter().all(|language| told[language].as_str().is_some_and(|said| said.contains("16384"))));
        assert_eq!(socket.hear().await, Heard::Closed(4009));
    }
    assert_eq!(before, office.data.counts());
}
