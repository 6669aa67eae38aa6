//! Two operators sell the hours of two technicians.

use futures_util::future::join;
use serde_json::{Value, json};

use crate::kit::office::{assign_path, assignment, intake, text};
use crate::kit::person::refused;
use crate::kit::{Office, Person};
use crate::on_both;

on_both! {
    a_slot_is_offered_held_and_promised
    of_two_operators_one_gets_the_last_hour_and_the_other_after_its_release
    a_hold_outlives_a_restart_and_a_retry_gets_the_same_one
    a_contact_with_a_slot_that_is_not_his_is_refused_and_nothing_is_written
    a_slot_that_cannot_be_is_refused
}

fn asked(card: &Value, asset: usize) -> Value {
    let contact = intake(card, asset, Value::Null);
    json!({ "contract_id": card["id"], "issue": contact["issues"][0] })
}

fn wanted(card: &Value, window: &Value) -> Value {
    let mut body = asked(card, 0);
    body["window"] = window.clone();
    body
}

async fn offered(operator: &Person, card: &Value) -> Vec<Value> {
    let found = operator.change("/api/slots", &asked(card, 0)).await;
    found["slots"].as_array().expect("slots").clone()
}

/// Holds the slot until it is full; gives the last hold.
async fn fill(operator: &Person, card: &Value, window: &Value) -> Value {
    let mut last = None;
    loop {
        let answer = operator.post("/api/slots/holds", &wanted(card, window)).await;
        if answer.status() != 201 {
            refused(answer, 409, "slot.taken").await;
            return last.expect("one was free");
        }
        last = Some(answer.json::<Value>().await.expect("a hold")["id"].clone());
    }
}

fn release_path(hold: &Value) -> String {
    format!("/api/slots/holds/{}", text(hold))
}

async fn a_slot_is_offered_held_and_promised(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let card = office.card(&operator, "KS-1001").await;
    let offers = offered(&operator, &card).await;
    assert!((3..=5).contains(&offers.len()), "{offers:?}");
    let grades: Vec<i64> = offers.iter().map(|offer| offer["grade"].as_i64().expect("a grade")).collect();
    assert!(grades.is_sorted_by(|a, b| a >= b), "best first: {grades:?}");
    let window = &offers[1]["window"];
    let held = operator.change("/api/slots/holds", &wanted(&card, window)).await;
    assert_eq!((&held["window"], &held["say_ja"]), (window, &offers[1]["say_ja"]));

    let mut contact = intake(&card, 0, Value::Null);
    contact["issues"][0]["slot"] = held["id"].clone();
    let receipt = operator.change("/api/interactions", &contact).await;
    let order = &receipt["issues"][0]["work_order_id"];
    let row = office.queued(&dispatcher, order).await;
    assert_eq!(&row["wish"], window, "the slot is the wish");
    let ranking = dispatcher.see(&format!("/api/work-orders/{}/candidates", text(order))).await;
    for candidate in ranking["candidates"].as_array().expect("candidates") {
        let start = text(&candidate["insertion"]["start"]);
        assert!(text(&window["from"]) <= start && start < text(&window["to"]), "{start}");
    }
    let hayashi = office.person("hayashi").await;
    let visit = office.assign(&dispatcher, order, &hayashi).await["visit"].clone();
    assert_eq!(&visit["promised"], window, "and the promise");
    office.assert_sound().await;
}

async fn of_two_operators_one_gets_the_last_hour_and_the_other_after_its_release(office: Office) {
    let (first, second) = (office.person("operator").await, office.person("operator2").await);
    let card = office.card(&first, "KS-1001").await;
    let window = offered(&first, &card).await[0]["window"].clone();
    let last = fill(&first, &card, &window).await;
    let seen = offered(&second, &card).await;
    assert!(seen.iter().all(|offer| offer["window"] != window), "what is full is not offered");
    for _ in 0..3 {
        let holds = first.delete(&release_path(&last)).await;
        assert!(holds.status() == 200 || holds.status() == 409, "{holds:?}");
        let body = wanted(&card, &window);
        let (one, other) = join(first.post("/api/slots/holds", &body), second.post("/api/slots/holds", &body)).await;
        let (winner, stranger, mine, loser) = match (one.status().as_u16(), other.status().as_u16()) {
            (201, 409) => (&first, &second, one, other),
            (409, 201) => (&second, &first, other, one),
            both => panic!("of one hour {both:?}"),
        };
        refused(loser, 409, "slot.taken").await;
        let hold = mine.json::<Value>().await.expect("a hold")["id"].clone();
        refused(stranger.delete(&release_path(&hold)).await, 403, "slot.not_yours").await;
        assert_eq!(winner.delete(&release_path(&hold)).await.status(), 200);
    }
    let back = offered(&second, &card).await;
    assert!(back.iter().any(|offer| offer["window"] == window), "after the release it is offered again");
    office.assert_sound().await;
}

async fn a_hold_outlives_a_restart_and_a_retry_gets_the_same_one(mut office: Office) {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    let body = wanted(&card, &offered(&operator, &card).await[0]["window"]);
    let operation = operator.operation();
    let once: Value = operator.post_as(&operation, "/api/slots/holds", &body).await.json().await.expect("a hold");
    let again: Value = operator.post_as(&operation, "/api/slots/holds", &body).await.json().await.expect("a hold");
    assert_eq!(once, again);
    office.restart().await;
    let operator = office.person("operator").await;
    let mut contact = intake(&card, 0, Value::Null);
    contact["issues"][0]["slot"] = once["id"].clone();
    operator.change("/api/interactions", &contact).await;
    refused(operator.delete(&release_path(&once["id"])).await, 409, "slot.lapsed").await;
    office.assert_sound().await;
}

async fn a_contact_with_a_slot_that_is_not_his_is_refused_and_nothing_is_written(office: Office) {
    let (first, second) = (office.person("operator").await, office.person("operator2").await);
    let card = office.card(&first, "KS-1001").await;
    let window = offered(&first, &card).await[0]["window"].clone();
    let held = first.change("/api/slots/holds", &wanted(&card, &window)).await;
    let before = office.data.counts();
    let mut contact = intake(&card, 0, Value::Null);
    contact["issues"][0]["slot"] = held["id"].clone();
    let problem = refused(second.post("/api/interactions", &contact).await, 403, "slot.not_yours").await;
    assert_eq!(problem["field"], "issues[0].slot");
    let mut other = contact.clone();
    other["issues"][0]["symptom"] = json!("torn");
    refused(first.post("/api/interactions", &other).await, 409, "slot.other_work").await;
    let mut twice = contact.clone();
    let issue = twice["issues"][0].clone();
    twice["issues"].as_array_mut().expect("issues").push(issue);
    refused(first.post("/api/interactions", &twice).await, 409, "slot.lapsed").await;
    assert_eq!(office.data.counts(), before);
    assert_eq!(first.delete(&release_path(&held["id"])).await.status(), 200);
    refused(first.post("/api/interactions", &contact).await, 409, "slot.lapsed").await;
    office.assert_sound().await;
}

async fn a_slot_that_cannot_be_is_refused(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let card = office.card(&operator, "KS-1001").await;
    let window = offered(&operator, &card).await[0]["window"].clone();
    refused(dispatcher.post("/api/slots", &asked(&card, 0)).await, 403, "auth.forbidden").await;
    let odd = json!({ "from": "2026-11-23T02:30:00Z", "to": "2026-11-23T04:30:00Z" });
    refused(operator.post("/api/slots/holds", &wanted(&card, &odd)).await, 400, "request.invalid").await;
    let night = json!({ "from": "2026-11-23T12:00:00Z", "to": "2026-11-23T14:00:00Z" });
    refused(operator.post("/api/slots/holds", &wanted(&card, &night)).await, 409, "slot.taken").await;
    let past = json!({ "from": "2026-11-22T02:00:00Z", "to": "2026-11-22T04:00:00Z" });
    refused(operator.post("/api/slots/holds", &wanted(&card, &past)).await, 409, "slot.taken").await;
    let mut question = wanted(&card, &window);
    (question["issue"]["needs_visit"], question["issue"]["kind"]) = (json!(false), json!("question"));
    refused(operator.post("/api/slots/holds", &question).await, 400, "request.invalid").await;
    // The part lies in one van: who promised it to two callers sold it twice.
    let mut torn = wanted(&card, &window);
    torn["issue"]["symptom"] = json!("torn");
    operator.change("/api/slots/holds", &torn).await;
    refused(operator.post("/api/slots/holds", &torn).await, 409, "slot.taken").await;
    torn["window"] = Value::Null;
    let none = json!({ "contract_id": torn["contract_id"], "issue": torn["issue"] });
    let told = operator.change("/api/slots", &none).await;
    assert_eq!(told["slots"], json!([]));
    assert_eq!(told["none"]["change"]["code"], "later", "next Monday the van is filled up: {told}");
    let (ja, en) = (text(&told["none"]["ja"]), text(&told["none"]["en"]));
    assert!(!ja.is_empty() && !en.is_empty());
    // A promise that waits is in the way of whoever would break it, and says so.
    let mut contact = intake(&card, 0, Value::Null);
    let late =
        offered(&operator, &card).await.into_iter().min_by_key(|offer| text(&offer["window"]["from"]).to_owned());
    let early = late.expect("a slot")["window"].clone();
    contact["issues"][0]["slot"] = operator.change("/api/slots/holds", &wanted(&card, &early)).await["id"].clone();
    let order = operator.change("/api/interactions", &contact).await["issues"][0]["work_order_id"].clone();
    let hayashi = office.person("hayashi").await;
    let row = office.queued(&dispatcher, &order).await;
    dispatcher.change(&assign_path(&order), &assignment(&row, &hayashi)).await;
    office.assert_sound().await;
}
