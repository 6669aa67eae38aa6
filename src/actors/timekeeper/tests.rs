//! The last second of a day, told with the real timekeeper on each database.

use std::time::Duration;

use actix_rt::Arbiter;
use serde_json::{Value, json};

use super::*;
use crate::actors::guardian::Guardian;
use crate::commands::intake::save;
use crate::domain::ids::ContractId;
use crate::domain::refusal::Code;
use crate::store::testing::{Kit, at, call, company_with, lot, on_both};
use crate::store::wallet::Because;

/// Contracts whose three lots of seven tickets end on 31 March, beside the one that has another year.
const ENDING: u32 = 60;
const LOTS: u32 = 3;
const TICKETS: u32 = 7;
/// What they can use on their last day.
const DYING: i64 = (ENDING * LOTS * TICKETS) as i64;
const CALLS: i64 = 25;

fn company() -> Value {
    let mut company = company_with(json!([lot(1, 100, None)]));
    let customer = company["customers"][0].clone();
    let ending = (1..=ENDING).map(|nth| {
        let mut customer = customer.clone();
        (customer["code"], customer["phones"]) = (format!("E{nth}").into(), json!([format!("076-556-{nth:04}")]));
        customer["contacts"][0]["code"] = format!("EP{nth}").into();
        customer["sites"][0]["code"] = format!("ES{nth}").into();
        let contract = &mut customer["contracts"][0];
        (contract["number"], contract["ends_on"]) = (number(nth).into(), "2028-03-31".into());
        for (asset, kind) in contract["assets"].as_array_mut().expect("assets").iter_mut().zip(["A", "B"]) {
            (asset["serial"], asset["site"]) = (format!("E{nth}-{kind}").into(), format!("ES{nth}").into());
        }
        let lots = (0..LOTS).map(|lot_of| lot(nth * 10 + lot_of, TICKETS, Some("2027-03-31")));
        contract["lots"] = lots.collect();
        customer
    });
    let ending: Vec<Value> = ending.collect();
    company["customers"][0]["contracts"][0]["ends_on"] = "2028-03-31".into();
    company["customers"].as_array_mut().expect("customers").extend(ending);
    company
}

fn number(nth: u32) -> String {
    format!("KS-9{nth:03}")
}

/// A fault that the desk saves; the tickets that hold it.
async fn accepted(kit: &Kit, contract: &str) -> Result<crate::views::desk::IntakeReceipt, Fault> {
    let request = call(&kit.card(contract).await);
    kit.write(move |unit| save(unit, &request)).await
}

async fn figures(kit: &Kit, contract: &str) -> (ContractId, [i64; 3]) {
    let card = kit.card(contract).await;
    (card.id, [card.wallet.available, card.wallet.held, card.wallet.expired])
}

/// The actor's own word of how many units died under it.
async fn has_told(guardian: &Guardian, units: i64) {
    for _ in 0..4_000 {
        if guardian.states()[0].detail["expired"] == units {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the timekeeper is at {:?}, not at {units}", guardian.states());
}

#[actix_rt::test]
async fn a_second_before_midnight_a_ticket_can_be_held_and_at_midnight_what_nobody_holds_dies_while_the_desk_goes_on() {
    on_both(company(), async |kit| {
        kit.clock.set(at("2027-03-31T23:59:59+09:00"));
        let (guardian, store) = (Guardian::default(), kit.store.clone());
        guardian.keep(&Arbiter::current(), "", move |lifeline| Timekeeper::new(store.clone(), lifeline));
        has_told(&guardian, 0).await;
        let issue = accepted(&kit, &number(1)).await.expect("it is still March").issues[0].id;

        kit.clock.set(at("2027-04-01T00:00:00+09:00"));
        for _ in 0..CALLS {
            accepted(&kit, "KS-1001").await.expect("the desk goes on");
        }
        has_told(&guardian, DYING - 1).await;

        let each = i64::from(LOTS * TICKETS);
        let (contract, after) = figures(&kit, &number(1)).await;
        assert_eq!(after, [0, 1, each - 1], "the hold of the last second stands");
        for nth in 2..=ENDING {
            assert_eq!(figures(&kit, &number(nth)).await.1, [0, 0, each], "{}", number(nth));
        }
        assert_eq!(figures(&kit, "KS-1001").await.1, [100 - CALLS, CALLS, 0]);
        match accepted(&kit, &number(2)).await {
            Err(Fault::Refused(refusal)) => assert_eq!(refusal.code, Code::Insufficient),
            other => panic!("a ticket of yesterday was used: {other:?}"),
        }
        let because = Because { reason: "worked_in_part".to_owned(), note: String::new() };
        kit.write(move |unit| unit.capture_by_hand(contract, issue, 1, &because)).await.expect("the hold is honoured");
        kit.assert_sound().await;
        guardian.stop();
    })
    .await;
}
