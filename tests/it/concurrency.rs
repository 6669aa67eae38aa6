//! Many at once, twice the same, and against a promise.

use std::collections::BTreeMap;

use futures_util::future::{join, join_all};
use serde_json::{Value, json};

use crate::kit::Office;
use crate::kit::office::{assign_path, assignment, intake, question, text};
use crate::kit::person::refused;
use crate::on_both;

on_both! {
    of_a_thousand_who_want_a_ticket_at_once_ten_get_one
    of_two_dispatchers_one_gets_the_work_order_and_the_other_hears_who_has_it
    a_promise_is_broken_only_knowingly_and_with_a_reason
    a_repeated_operation_is_answered_word_for_word_and_another_body_is_refused
}

async fn of_a_thousand_who_want_a_ticket_at_once_ten_get_one(office: Office) {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    let body = question(&card);
    let calls = (0..1_000).map(|_| {
        let (operator, body) = (&operator, &body);
        async move {
            let operation = operator.operation();
            loop {
                let answer = operator.post_as(&operation, "/api/interactions", body).await;
                match answer.status().as_u16() {
                    // Busy: the same operation again, as the answer says.
                    503 => tokio::time::sleep(std::time::Duration::from_millis(200)).await,
                    201 => return "saved".to_owned(),
                    _ => return text(&answer.json::<Value>().await.expect("a problem")["code"]).to_owned(),
                }
            }
        }
    });
    let mut answers: BTreeMap<String, usize> = BTreeMap::new();
    for answer in join_all(calls).await {
        *answers.entry(answer).or_default() += 1;
    }
    let wanted = BTreeMap::from([("saved".to_owned(), 10), ("wallet.insufficient".to_owned(), 990)]);
    assert_eq!(answers, wanted);
    let wallet = operator.see(&format!("/api/contracts/{}/wallet", text(&card["id"]))).await;
    assert_eq!(wallet["available"], 0);
    office.assert_sound().await;
}

async fn of_two_dispatchers_one_gets_the_work_order_and_the_other_hears_who_has_it(office: Office) {
    let operator = office.person("operator").await;
    let (first, second) = (office.person("dispatcher").await, office.person("dispatcher2").await);
    let (hayashi, mori) = (office.person("hayashi").await, office.person("mori").await);
    for asset in 0..4 {
        let order = office.fault(&operator, "KS-1001", asset, Value::Null).await["work_order_id"].clone();
        let row = office.queued(&first, &order).await;
        let path = assign_path(&order);
        let (to_hayashi, to_mori) = (assignment(&row, &hayashi), assignment(&row, &mori));
        let (one, other) = join(first.post(&path, &to_hayashi), second.post(&path, &to_mori)).await;
        let loser = match (one.status().as_u16(), other.status().as_u16()) {
            (201, _) => other,
            (_, 201) => one,
            both => panic!("nobody won: {both:?}"),
        };
        let problem = refused(loser, 409, "work_order.taken").await;
        let holder = text(&problem["detail"]["technician"]);
        assert!(
            text(&problem["ja"]).contains(holder) && text(&problem["en"]).contains("already assigned"),
            "{problem}"
        );
    }
    office.assert_sound().await;
}

async fn a_promise_is_broken_only_knowingly_and_with_a_reason(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let hayashi = office.person("hayashi").await;
    let now = office.now().seconds();
    let instant = |minutes: i64| kaketsuke::domain::time::Timestamp::from_seconds(now + minutes * 60);
    let early = json!({ "from": instant(5), "to": instant(50) });
    let first = office.fault(&operator, "KS-1001", 0, early.clone()).await;
    office.assign(&dispatcher, &first["work_order_id"], &hayashi).await;
    // Each is wanted in the same hour at another place: sooner or later somebody's promise stands in the way.
    for (contract, asset) in [("KS-2001", 0), ("KS-1001", 1), ("KS-2001", 1), ("KS-1001", 2), ("KS-2001", 2)] {
        let order = office.fault(&operator, contract, asset, early.clone()).await["work_order_id"].clone();
        let row = office.queued(&dispatcher, &order).await;
        let mut body = assignment(&row, &hayashi);
        let answer = dispatcher.post(&assign_path(&order), &body).await;
        if answer.status() == 201 {
            continue;
        }
        let problem = refused(answer, 409, "promise.would_break").await;
        assert!(!problem["detail"]["broken"].as_array().expect("whose").is_empty());
        body["accept_broken"] = json!(true);
        refused(dispatcher.post(&assign_path(&order), &body).await, 409, "promise.would_break").await;
        body["reason"] = json!("お客様に了承いただいた");
        dispatcher.change(&assign_path(&order), &body).await;
        let territory = office.territory(&dispatcher).await;
        let board = dispatcher.see(&format!("/api/board?territory_id={territory}")).await;
        assert!(board["queue"].as_array().expect("a queue").is_empty());
        return office.assert_sound().await;
    }
    panic!("no promise stood in the way");
}

async fn a_repeated_operation_is_answered_word_for_word_and_another_body_is_refused(office: Office) {
    let operator = office.person("operator").await;
    let card = office.card(&operator, "KS-1001").await;
    let body = intake(&card, 0, Value::Null);
    let operation = operator.operation();
    let at_once = join_all((0..5).map(|_| operator.post_as(&operation, "/api/interactions", &body))).await;
    let mut answers = Vec::new();
    for answer in at_once {
        answers.push((answer.status().as_u16(), answer.text().await.expect("a body")));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0] && answer.0 == 201), "{answers:?}");
    let mut other = body.clone();
    other["note"] = json!("別の内容");
    refused(operator.post_as(&operation, "/api/interactions", &other).await, 422, "operation.reused").await;
    let wallet = operator.see(&format!("/api/contracts/{}/wallet", text(&card["id"]))).await;
    assert_eq!(wallet["available"], 9, "one ticket, however often it was sent");
    office.assert_sound().await;
}
