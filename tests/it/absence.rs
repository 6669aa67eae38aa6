//! Technicians who are away, and boards of other days.

use kaketsuke::domain::time::{Seconds, Timestamp};
use serde_json::{Value, json};

use crate::kit::office::{assign_path, assignment, text};
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    whoever_is_away_gets_no_work_and_what_he_has_is_named
    an_absence_ends_when_he_is_back_and_is_withdrawn_before_it_begins
    an_absence_that_cannot_be_is_refused_and_leaves_nothing
    the_board_leafs_to_another_day
    every_territory_says_what_waits_in_it
    a_contract_hears_of_its_visits_and_not_of_the_dispatch
    the_link_of_an_assignment_can_be_withdrawn
}

fn absence(from: Timestamp, until: Timestamp) -> Value {
    json!({ "from": from, "until": until, "kind": "sick", "reason": "発熱" })
}

fn path_of(technician: &Person) -> String {
    format!("/api/technicians/{}/absences", text(&technician.me["technician_id"]))
}

async fn candidate(office: &Office, dispatcher: &Person, order: &Value, technician: &Person) -> Value {
    let ranking = dispatcher.see(&format!("/api/work-orders/{}/candidates", text(order))).await;
    let candidates = ranking["candidates"].as_array().expect("a list");
    let id = &technician.me["technician_id"];
    let found = candidates.iter().find(|one| one["technician_id"] == *id).cloned();
    found.unwrap_or_else(|| panic!("{} ranks everybody: {ranking}", office.address))
}

fn failed(candidate: &Value) -> Vec<&str> {
    let rules = candidate["rules"].as_array().expect("rules");
    rules.iter().filter(|rule| rule["passed"] == false).map(|rule| text(&rule["rule"])).collect()
}

async fn whoever_is_away_gets_no_work_and_what_he_has_is_named(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, mori) = (office.person("hayashi").await, office.person("mori").await);
    let first = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let visit = office.assign(&dispatcher, &first["work_order_id"], &hayashi).await["visit"].clone();
    let second = office.fault(&operator, "KS-1001", 1, Value::Null).await["work_order_id"].clone();
    assert!(failed(&candidate(&office, &dispatcher, &second, &hayashi).await).is_empty());

    let mut board = office.socket(&dispatcher).await;
    let territory = office.territory(&dispatcher).await;
    board.subscribe(format!("territory:{territory}"), Value::Null).await;
    let away = absence(office.now(), office.now() + Seconds::hours(9));
    let entered = dispatcher.change(&path_of(&hayashi), &away).await;
    assert_eq!(entered["visits"][0]["id"], visit["id"]);
    assert_eq!(entered["visits"][0]["planned_start"], visit["planned_start"], "nothing moves by itself");
    let told = board.until(|frame| frame["event"]["kind"] == "absence.set").await;
    assert_eq!(told["event"]["data"]["visit_ids"], json!([visit["id"]]));

    assert_eq!(failed(&candidate(&office, &dispatcher, &second, &hayashi).await), ["absence"]);
    let row = office.queued(&dispatcher, &second).await;
    refused(dispatcher.post(&assign_path(&second), &assignment(&row, &hayashi)).await, 409, "technician.unfit").await;
    let shown = dispatcher.see(&format!("/api/board?territory_id={territory}")).await;
    let technicians = shown["technicians"].as_array().expect("technicians");
    let lane = technicians.iter().find(|one| one["id"] == hayashi.me["technician_id"]).expect("his lane");
    assert_eq!(lane["absences"][0]["id"], entered["absence"]["id"]);

    let withdrawal = json!({ "version": entered["visits"][0]["version"], "reason": "技術員が病欠" });
    dispatcher.change(&format!("/api/visits/{}/unassign", text(&visit["id"])), &withdrawal).await;
    office.assign(&dispatcher, &first["work_order_id"], &mori).await;
    office.assert_sound().await;
}

async fn an_absence_ends_when_he_is_back_and_is_withdrawn_before_it_begins(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let hayashi = office.person("hayashi").await;
    let order = office.fault(&operator, "KS-1001", 0, Value::Null).await["work_order_id"].clone();
    let now = office.now();
    let today = dispatcher.change(&path_of(&hayashi), &absence(now - Seconds(60), now + Seconds::hours(9))).await;
    let later = absence(now + Seconds::hours(24), now + Seconds::hours(48));
    let tomorrow = dispatcher.change(&path_of(&hayashi), &later).await;
    let ends = |entered: &Value| format!("/api/absences/{}/end", text(&entered["absence"]["id"]));
    let listed = operator.see(&path_of(&hayashi)).await;
    assert_eq!(listed["absences"].as_array().map(Vec::len), Some(2));

    refused(operator.post(&ends(&today), &json!({})).await, 403, "auth.forbidden").await;
    let operation = dispatcher.operation();
    let ended = dispatcher.post_as(&operation, &ends(&today), &json!({})).await.text().await.expect("an answer");
    let again = dispatcher.post_as(&operation, &ends(&today), &json!({})).await.text().await.expect("an answer");
    assert_eq!(ended, again);
    let ended: Value = serde_json::from_str(&ended).expect("JSON");
    assert_eq!((&ended["withdrawn"], &ended["absence"]["from"]), (&json!(false), &today["absence"]["from"]));
    assert!(failed(&candidate(&office, &dispatcher, &order, &hayashi).await).is_empty());
    refused(dispatcher.post(&ends(&today), &json!({})).await, 409, "absence.over").await;

    assert_eq!(dispatcher.change(&ends(&tomorrow), &json!({})).await["withdrawn"], true);
    refused(dispatcher.post(&ends(&tomorrow), &json!({})).await, 404, "not_found").await;
    assert_eq!(operator.see(&path_of(&hayashi)).await["absences"], json!([]));
    office.assert_sound().await;
}

async fn an_absence_that_cannot_be_is_refused_and_leaves_nothing(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let hayashi = office.person("hayashi").await;
    let now = office.now();
    let good = absence(now + Seconds::hours(1), now + Seconds::hours(3));
    dispatcher.change(&path_of(&hayashi), &good).await;
    let with = |field: &str, value: Value| {
        let mut body = absence(now + Seconds::hours(5), now + Seconds::hours(6));
        body[field] = value;
        body
    };
    let before = office.data.counts();
    for (body, status, code, field) in [
        (with("colour", json!("red")), 400, "request.unknown_field", "colour"),
        (with("kind", json!("bored")), 400, "request.malformed", "kind"),
        (with("from", json!("2026-02-30T00:00:00Z")), 400, "request.malformed", "from"),
        (with("until", json!(now)), 400, "request.invalid", "until"),
        (absence(now - Seconds::hours(3), now - Seconds::hours(1)), 400, "request.invalid", "until"),
        (absence(now, now + Seconds::hours(24 * 400)), 400, "request.invalid", "until"),
        (absence(now + Seconds::hours(24 * 800), now + Seconds::hours(24 * 801)), 400, "request.invalid", "from"),
        (with("reason", json!("長".repeat(201))), 400, "request.invalid", "reason"),
        (absence(now, now + Seconds::hours(2)), 409, "absence.overlaps", "from"),
    ] {
        let problem = refused(dispatcher.post(&path_of(&hayashi), &body).await, status, code).await;
        assert_eq!(problem["field"], field, "{problem}");
        assert!(!text(&problem["ja"]).contains('{') && !text(&problem["en"]).contains('{'), "{problem}");
    }
    refused(operator.post(&path_of(&hayashi), &good).await, 403, "auth.forbidden").await;
    let nobody = format!("/api/technicians/tec_{:032x}/absences", 9);
    refused(dispatcher.post(&nobody, &good).await, 404, "not_found").await;
    refused(dispatcher.get(&nobody).await, 404, "not_found").await;
    assert_eq!(before, office.data.counts());
}

async fn the_board_leafs_to_another_day(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let hayashi = office.person("hayashi").await;
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let visit = office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await["visit"].clone();
    let next = office.now() + Seconds::hours(26);
    dispatcher.change(&path_of(&hayashi), &absence(next, next + Seconds::hours(1))).await;
    let territory = office.territory(&dispatcher).await;
    let board = async |query: &str| dispatcher.see(&format!("/api/board?territory_id={territory}{query}")).await;
    let lane = |board: &Value| {
        let lanes = board["technicians"].as_array().expect("technicians");
        lanes.iter().find(|one| one["id"] == hayashi.me["technician_id"]).expect("his lane").clone()
    };

    let today = board("").await;
    assert_eq!((&today["date"], &today["visits"][0]["id"]), (&json!("2026-11-23"), &visit["id"]));
    assert_eq!(board("&date=2026-11-23").await["visits"][0]["id"], visit["id"]);
    assert_eq!(lane(&today)["absences"], json!([]));
    let tomorrow = board("&date=2026-11-24").await;
    assert_eq!((&tomorrow["date"], &tomorrow["visits"]), (&json!("2026-11-24"), &json!([])));
    assert_eq!(lane(&tomorrow)["shift"], Value::Null, "he works on Mondays only");
    assert_eq!(lane(&tomorrow)["absences"].as_array().map(Vec::len), Some(1));
    for date in ["2026-02-30", "tomorrow", "99999-01-01", ""] {
        let path = format!("/api/board?territory_id={territory}&date={date}");
        refused(dispatcher.get(&path).await, 400, "request.malformed").await;
    }
    let path = format!("/api/board?territory_id={territory}&day=2026-11-24");
    refused(dispatcher.get(&path).await, 400, "request.unknown_field").await;
}

/// Nobody outside the house reads how technicians were graded, live or when he comes back.
async fn a_contract_hears_of_its_visits_and_not_of_the_dispatch(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, customer) = (office.person("hayashi").await, office.person("customer").await);
    let card = office.card(&operator, "KS-1001").await;
    let topic = format!("contract:{}", text(&card["id"]));
    let mut watching = office.socket(&customer).await;
    let start = watching.subscribe(topic.clone(), Value::Null).await;
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await;
    let mut returning = office.socket(&customer).await;
    let after = json!({ "epoch": start["epoch"], "offset": start["offset"] });
    returning.subscribe(topic, after).await;
    for socket in [&mut watching, &mut returning] {
        let assigned = socket.until(|frame| frame["event"]["kind"] == "visit.assigned").await;
        let event = &assigned["event"];
        assert_eq!(event["data"]["visit"]["technician_name"], "林 健太");
        for inside in ["decision", "reason"] {
            assert_eq!(event["data"].get(inside), None, "{event}");
        }
        assert_eq!((&event["technician_id"], &event["actor"]["kind"]), (&Value::Null, &json!("system")));
    }
}

async fn the_link_of_an_assignment_can_be_withdrawn(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let hayashi = office.person("hayashi").await;
    let issue = office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let assigned = office.assign(&dispatcher, &issue["work_order_id"], &hayashi).await;
    let link = format!("/api/track-links/{}", text(&assigned["track_link_id"]));
    refused(hayashi.delete(&link).await, 403, "auth.forbidden").await;
    let links = format!("/api/visits/{}/track-links", text(&assigned["visit"]["id"]));
    dispatcher.change(&links, &json!({})).await;
    let open = operator.see(&links).await;
    assert_eq!(open["links"].as_array().map(Vec::len), Some(2));
    assert_eq!(open["links"][0]["id"], assigned["track_link_id"]);
    assert!(!open.to_string().contains("/t/"), "the secret is shown once");
    refused(hayashi.get(&links).await, 403, "auth.forbidden").await;
    assert_eq!(operator.delete(&link).await.status(), 200);
    let secret = text(&assigned["track_url"]).trim_start_matches("/t/").to_owned();
    refused(operator.get(&format!("/api/track/{secret}")).await, 410, "link.revoked").await;
    assert_eq!(operator.see(&links).await["links"].as_array().map(Vec::len), Some(1));
    refused(operator.get(&format!("/api/visits/vis_{:032x}/track-links", 9)).await, 404, "not_found").await;
}

async fn every_territory_says_what_waits_in_it(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let territory = office.territory(&dispatcher).await;
    let figures = async || {
        let loads = dispatcher.see("/api/territory-loads").await;
        let rows = loads["territories"].as_array().expect("a list").clone();
        rows.into_iter().find(|row| row["territory_id"] == territory.as_str()).expect("each territory is told")
    };
    assert_eq!(figures().await["waiting"], 0);
    let order = office.fault(&operator, "KS-1001", 0, Value::Null).await["work_order_id"].clone();
    let row = office.queued(&dispatcher, &order).await;
    let stopped = i64::from(row["priority"] == "P1");
    let told = figures().await;
    assert_eq!((&told["waiting"], &told["stopped"]), (&json!(1), &json!(stopped)), "{told}");
    let technician = office.person("hayashi").await;
    refused(technician.get("/api/territory-loads").await, 403, "auth.forbidden").await;
    office.assign(&dispatcher, &order, &technician).await;
    assert_eq!(figures().await["waiting"], 0, "who has a technician waits no more");
}
