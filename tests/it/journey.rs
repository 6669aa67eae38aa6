//! The main road through the house: call, ticket, dispatch, live arrival, report, capture, history.

use serde_json::{Value, json};

use crate::kit::Office;
use crate::kit::office::{intake, text};
use crate::kit::person::refused;
use crate::on_both;

on_both! {
    a_call_becomes_a_repair_that_everybody_follows
    the_dispatcher_is_proposed_a_morning_without_those_who_are_out
}

async fn a_call_becomes_a_repair_that_everybody_follows(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (technician, customer) = (office.person("hayashi").await, office.person("customer").await);

    let card = office.card(&operator, "KS-1001").await;
    let request = intake(&card, 0, Value::Null);
    let cost = operator.change("/api/interactions/preview", &request).await;
    assert_eq!(
        (&cost["total"], &cost["available_before"], &cost["available_after"]),
        (&json!(1), &json!(10), &json!(9))
    );
    let receipt = operator.change("/api/interactions", &request).await;
    assert_eq!(receipt["consumption"], cost, "what was read out is what happened");
    let issue = &receipt["issues"][0];
    let order = &issue["work_order_id"];

    let ranking = dispatcher.see(&format!("/api/work-orders/{}/candidates", text(order))).await;
    assert_eq!(ranking["candidates"].as_array().map(Vec::len), Some(2));
    let assigned = office.assign(&dispatcher, order, &technician).await;
    let visit = &assigned["visit"]["id"];
    let secret = text(&assigned["track_url"]).trim_start_matches("/t/");
    let track = format!("/api/track/{secret}");
    assert_eq!(operator.see(&track).await["state"], "dispatched");

    let topic = format!("visit:{}", text(visit));
    let mut page = office.track_socket(secret).await;
    let mut board = office.socket(&dispatcher).await;
    let mut desk = office.socket(&operator).await;
    page.subscribe(&topic, Value::Null).await;
    board.subscribe(format!("territory:{}", office.territory(&operator).await), Value::Null).await;
    desk.subscribe(&topic, Value::Null).await;
    office.tap(&technician, visit, "accept").await;
    office.tap(&technician, visit, "set_out").await;
    for socket in [&mut page, &mut board, &mut desk] {
        let told = socket.event("visit.set_out").await;
        assert_eq!(told["event"]["visit_id"], *visit);
    }

    let seqs = drive_closer(&office, &technician, &mut [&mut page, &mut board, &mut desk]).await;
    assert!(seqs.windows(2).all(|pair| pair[0] == pair[1]), "one figure on every screen: {seqs:?}");
    let view = operator.see(&track).await;
    assert!(view["eta"]["seq"].as_u64() >= seqs.first().copied() && view["position"].is_object(), "{view}");

    office.tap(&technician, visit, "arrive").await;
    office.tap(&technician, visit, "start").await;
    let report = json!({
        "cause": "wear", "remedy": "ベルトを交換", "parts": [{"code": "belt", "quantity": 1}], "minutes": 45,
        "outcome": "repaired", "at": office.now(),
    });
    let done = technician.change(&format!("/api/visits/{}/report", text(visit)), &report).await;
    assert_eq!(done["state"], "done");
    page.event("report.filed").await;

    check_tickets(&operator.see(&format!("/api/contracts/{}/wallet", text(&card["id"]))).await);
    let path = format!("/api/contracts/{}/history", text(&card["id"]));
    let seen = operator.see(&path).await;
    assert_eq!(seen, customer.see(&path).await, "the customer reads the same lines");
    check_history(&seen);
    assert_eq!(operator.see(&track).await["report"]["remedy"], "ベルトを交換");
    office.assert_sound().await;
}

async fn the_dispatcher_is_proposed_a_morning_without_those_who_are_out(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let card = office.card(&operator, "KS-1001").await;
    let receipt = operator.change("/api/interactions", &intake(&card, 0, Value::Null)).await;
    let order = text(&receipt["issues"][0]["work_order_id"]).to_owned();

    let path = format!("/api/proposal?territory_id={}", office.territory(&operator).await);
    let proposal = dispatcher.see(&path).await;
    let best = &proposal["assignments"][0];
    assert_eq!((&best["work_order_id"], &proposal["unassigned"]), (&json!(order), &json!([])));

    let candidates = format!("/api/work-orders/{order}/candidates");
    let all = dispatcher.see(&candidates).await;
    let ids: Vec<&str> =
        all["candidates"].as_array().expect("a list").iter().map(|one| text(&one["technician_id"])).collect();
    assert!(ids.len() == 2 && ids.contains(&text(&best["technician_id"])), "{proposal}");
    let left = dispatcher.see(&format!("{candidates}?without={}", ids[0])).await;
    assert_eq!((left["candidates"][0]["technician_id"].as_str(), &left["candidates"][1]), (Some(ids[1]), &Value::Null));
    let none = dispatcher.see(&format!("{candidates}?without={}", ids.join(","))).await;
    assert_eq!((&none["candidates"], &none["exchanges"]), (&json!([]), &json!([])));
    refused(dispatcher.get(&format!("{candidates}?without=somebody")).await, 400, "request.invalid").await;
}

/// Two positions on the way; gives the number of the figure that each screen got for the last one.
async fn drive_closer(
    office: &Office,
    technician: &crate::kit::Person,
    sockets: &mut [&mut crate::kit::Socket],
) -> Vec<u64> {
    for (seq, lat) in [(1, 36.564), (2, 36.567)] {
        let fix = json!({
            "seq": seq, "lat": lat, "lon": 136.665, "accuracy_m": 9.0, "at": office.now(), "correlation_id": 40 + seq,
        });
        let taken = technician.change("/api/my/positions", &json!({ "positions": [fix] })).await;
        assert_eq!(taken["accepted"], 1, "{taken}");
        // Far enough apart that nobody drives faster than a van.
        tokio::time::sleep(std::time::Duration::from_secs(if seq == 1 { 12 } else { 0 })).await;
    }
    let mut seqs = Vec::new();
    for socket in sockets {
        let told = socket.until(|frame| frame["eta"]["correlation_id"] == 42).await;
        seqs.push(told["eta"]["seq"].as_u64().expect("a number"));
    }
    seqs
}

fn check_tickets(wallet: &Value) {
    assert_eq!((&wallet["available"], &wallet["held"], &wallet["consumed"]), (&json!(9), &json!(0), &json!(1)));
    let used = wallet["tickets"].as_array().expect("tickets").iter().filter(|ticket| ticket["state"] == "consumed");
    let numbers: Vec<&Value> = used.map(|ticket| &ticket["issue_number"]).collect();
    assert!(numbers.len() == 1 && numbers[0].is_string(), "the used ticket names its issue: {numbers:?}");
}

fn check_history(page: &Value) {
    let kinds: Vec<&str> =
        page["entries"].as_array().expect("entries").iter().map(|entry| text(&entry["kind"])).collect();
    for kind in ["issue.received", "wallet.held", "visit.assigned", "visit.arrived", "report.filed", "wallet.captured"]
    {
        assert!(kinds.contains(&kind), "no {kind} in {kinds:?}");
    }
}
