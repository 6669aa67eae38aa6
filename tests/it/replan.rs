//! The day changes while it runs: what is proposed, approved and refused.

use kaketsuke::domain::time::{Seconds, Timestamp};
use serde_json::{Value, json};

use crate::kit::office::{assign_path, assignment, text};
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    a_new_fault_is_proposed_on_the_board_and_moves_nothing_by_itself
    the_visits_of_one_who_falls_ill_go_to_others_and_keep_their_promise
    what_no_longer_fits_is_refused_row_by_row_and_the_rest_is_done
    an_approval_is_made_once_however_often_it_is_sent
    what_stays_says_why_and_what_would_help
    what_if_writes_nothing
}

async fn proposed(office: &Office, dispatcher: &Person) -> Value {
    let territory = office.territory(dispatcher).await;
    dispatcher.change("/api/replan", &json!({ "territory_id": territory })).await
}

async fn approval(office: &Office, dispatcher: &Person, offer: &Value, rows: Value) -> Value {
    let territory = office.territory(dispatcher).await;
    json!({ "territory_id": territory, "proposal_id": offer["proposal_id"], "rows": rows, "reason": null })
}

async fn approved(office: &Office, dispatcher: &Person, offer: &Value, rows: Value) -> Vec<Value> {
    let body = approval(office, dispatcher, offer, rows).await;
    let done = dispatcher.change("/api/replan/approve", &body).await;
    done["results"].as_array().expect("results").clone()
}

fn kinds(offer: &Value) -> Vec<&str> {
    offer["plan"]["rows"].as_array().expect("rows").iter().map(|row| text(&row["kind"])).collect()
}

fn instant(value: &Value) -> Timestamp {
    serde_json::from_value(value.clone()).expect("an instant")
}

/// Who goes to which visit and when, in the order of their ids.
fn planned(board: &Value) -> Vec<[Value; 4]> {
    let visits = board["visits"].as_array().expect("visits");
    visits
        .iter()
        .map(|visit| ["id", "technician_id", "state", "planned_start"].map(|part| visit[part].clone()))
        .collect()
}

async fn ill(office: &Office, dispatcher: &Person, technician: &Person) {
    let path = format!("/api/technicians/{}/absences", text(&technician.me["technician_id"]));
    let away =
        json!({ "from": office.now(), "until": office.now() + Seconds::hours(12), "kind": "sick", "reason": "発熱" });
    dispatcher.change(&path, &away).await;
}

async fn board(office: &Office, dispatcher: &Person) -> Value {
    let territory = office.territory(dispatcher).await;
    dispatcher.see(&format!("/api/board?territory_id={territory}")).await
}

async fn a_new_fault_is_proposed_on_the_board_and_moves_nothing_by_itself(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let territory = office.territory(&dispatcher).await;
    let mut socket = office.socket(&dispatcher).await;
    socket.subscribe(format!("territory:{territory}"), Value::Null).await;
    let order = office.fault(&operator, "KS-1001", 0, Value::Null).await["work_order_id"].clone();
    let told = socket.event("proposal.offered").await;
    assert_eq!(told["event"]["data"]["trigger"]["kind"], "work");
    assert_eq!(told["event"]["actor"]["name"], "planner");
    let offer = dispatcher.see(&format!("/api/replan?territory_id={territory}")).await["offer"].clone();
    assert_eq!(offer["proposal_id"], told["event"]["data"]["proposal_id"]);
    assert_eq!((offer["stale"].clone(), kinds(&offer)), (json!(false), vec!["assign"]));
    let row = &offer["plan"]["rows"][0];
    assert_eq!((&row["work_order_id"], &row["before"]), (&order, &Value::Null));
    assert_eq!(offer["plan"]["after"]["waiting"], 0);
    office.queued(&dispatcher, &order).await;
    office.assert_sound().await;
}

async fn the_visits_of_one_who_falls_ill_go_to_others_and_keep_their_promise(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let (hayashi, mori) = (office.person("hayashi").await, office.person("mori").await);
    let order = office.fault(&operator, "KS-1001", 0, Value::Null).await["work_order_id"].clone();
    let visit = office.assign(&dispatcher, &order, &hayashi).await["visit"].clone();
    ill(&office, &dispatcher, &hayashi).await;
    let offer = proposed(&office, &dispatcher).await;
    assert_eq!(kinds(&offer), ["move"]);
    let row = offer["plan"]["rows"][0].clone();
    assert_eq!(row["before"]["technician_id"], hayashi.me["technician_id"]);
    assert_eq!(row["after"]["technician_id"], mori.me["technician_id"]);
    assert_eq!(row["after"]["promise_late_s"], 0);

    refused(
        operator.post("/api/replan/approve", &approval(&office, &dispatcher, &offer, Value::Null).await).await,
        403,
        "auth.forbidden",
    )
    .await;
    let results = approved(&office, &dispatcher, &offer, Value::Null).await;
    assert_eq!(results[0]["done"], true, "{results:?}");
    assert_eq!(results[0]["visit"]["technician_id"], mori.me["technician_id"]);
    let (made, shown) = (instant(&results[0]["visit"]["start"]), instant(&row["after"]["start"]));
    assert!((0..60).contains(&made.since(shown).0), "{made} is {shown} and the moment until it was approved");
    assert_eq!(results[0]["visit"]["promised"], visit["promised"], "the customer keeps what he was promised");
    let shown = board(&office, &dispatcher).await;
    assert_eq!(shown["queue"], json!([]));
    let visits = shown["visits"].as_array().expect("visits");
    let live: Vec<_> = visits.iter().filter(|visit| visit["state"] == "dispatched").collect();
    assert_eq!(live.len(), 1);
    assert_eq!(proposed(&office, &dispatcher).await["plan"]["rows"], json!([]), "nothing is left to propose");
    office.assert_sound().await;
}

async fn what_no_longer_fits_is_refused_row_by_row_and_the_rest_is_done(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let hayashi = office.person("hayashi").await;
    let mut orders = Vec::new();
    for asset in [0, 1] {
        orders.push(office.fault(&operator, "KS-1001", asset, Value::Null).await["work_order_id"].clone());
    }
    let offer = proposed(&office, &dispatcher).await;
    assert_eq!(kinds(&offer), ["assign", "assign"]);
    let taken = offer["plan"]["rows"][0]["work_order_id"].clone();
    let row = office.queued(&dispatcher, &taken).await;
    dispatcher.change(&assign_path(&taken), &assignment(&row, &hayashi)).await;

    let unknown = approval(&office, &dispatcher, &offer, json!([1, 9])).await;
    refused(dispatcher.post("/api/replan/approve", &unknown).await, 400, "proposal.row_unknown").await;
    let results = approved(&office, &dispatcher, &offer, json!([1, 2])).await;
    assert_eq!(results[0]["done"], false);
    assert_eq!(results[0]["refusal"]["code"], "work_order.taken");
    assert!(text(&results[0]["refusal"]["ja"]).contains("手配済み"), "{results:?}");
    assert_eq!(results[1]["done"], true, "{results:?}");
    assert_eq!(board(&office, &dispatcher).await["queue"], json!([]));
    office.assert_sound().await;
}

async fn an_approval_is_made_once_however_often_it_is_sent(mut office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    office.fault(&operator, "KS-1001", 0, Value::Null).await;
    let offer = proposed(&office, &dispatcher).await;
    let body = approval(&office, &dispatcher, &offer, Value::Null).await;
    let operation = dispatcher.operation();
    let first = dispatcher.post_as(&operation, "/api/replan/approve", &body).await.text().await.expect("an answer");
    assert!(first.contains("\"done\":true"), "{first}");
    office.restart().await;
    let dispatcher = dispatcher.moved_to(&format!("http://{}", office.address));
    let again = dispatcher.post_as(&operation, "/api/replan/approve", &body).await.text().await.expect("an answer");
    assert_eq!(first, again);
    refused(dispatcher.post("/api/replan/approve", &body).await, 409, "proposal.gone").await;
    office.assert_sound().await;
}

async fn what_stays_says_why_and_what_would_help(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    for login in ["hayashi", "mori"] {
        let technician = office.person(login).await;
        ill(&office, &dispatcher, &technician).await;
    }
    let order = office.fault(&operator, "KS-1001", 0, Value::Null).await["work_order_id"].clone();
    let plan = proposed(&office, &dispatcher).await["plan"].clone();
    assert_eq!(plan["rows"], json!([]));
    let left = &plan["left"][0];
    assert_eq!(left["work_order_id"], order);
    assert!(
        left["failing"].as_array().is_some_and(|rules| rules.iter().any(|rule| rule["rule"] == "absence")),
        "{left}"
    );
    let change = &left["changes"][0];
    assert_eq!(change["change"]["kind"], "absence", "{left}");

    let territory = office.territory(&dispatcher).await;
    let asked = json!({ "territory_id": territory, "changes": [change["change"]] });
    let then = dispatcher.change("/api/replan/what-if", &asked).await["then"].clone();
    assert_eq!(then["rows"][0]["work_order_id"], order, "{then}");
    assert_eq!(then["rows"][0]["after"]["technician_id"], change["technician_id"]);
}

async fn what_if_writes_nothing(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let hayashi = office.person("hayashi").await;
    let order = office.fault(&operator, "KS-1001", 0, Value::Null).await["work_order_id"].clone();
    office.assign(&dispatcher, &order, &hayashi).await;
    let before = planned(&board(&office, &dispatcher).await);
    let territory = office.territory(&dispatcher).await;
    let away = json!({ "from": office.now(), "to": office.now() + Seconds::hours(9) });
    let ill = json!({ "kind": "absent", "technician_id": hayashi.me["technician_id"], "away": away });
    let asked = json!({ "territory_id": territory, "changes": [ill, { "kind": "slow_roads", "percent": 150 }] });
    let answer = dispatcher.change("/api/replan/what-if", &asked).await;
    assert_eq!(answer["today"]["promises_broken"], 0);
    assert_eq!(answer["then"]["before"]["promises_broken"], 1, "{answer}");
    assert_eq!(answer["then"]["after"]["promises_broken"], 0, "{answer}");
    assert_eq!(answer["then"]["rows"][0]["kind"], "move");
    assert_eq!(planned(&board(&office, &dispatcher).await), before);
    assert_eq!(proposed(&office, &dispatcher).await["plan"]["rows"], json!([]));

    let unknown = json!({ "kind": "cancel", "work_order_id": "wor_00000000000000000000000000000001" });
    let asked = json!({ "territory_id": territory, "changes": [unknown] });
    refused(dispatcher.post("/api/replan/what-if", &asked).await, 400, "what_if.change").await;
    let none = json!({ "territory_id": territory, "changes": [] });
    refused(dispatcher.post("/api/replan/what-if", &none).await, 400, "request.invalid").await;
}
