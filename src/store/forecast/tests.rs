//! What the forecast sees of a company, told on each database.

use serde_json::{Value, json};

use super::*;
use crate::books::lot::Change;
use crate::commands::intake::save;
use crate::domain::wallet::account::CorrectionReason;
use crate::domain::wallet::policy::CapturePoint;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::store::wallet::Because;

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date of the test")
}

/// A lot of ten, some used before the import.
fn used(number: u32, used: u32, uses: Value) -> Value {
    let mut lot = lot(number, 10, Some("2027-03-31"));
    (lot["used"], lot["uses"]) = (used.into(), uses);
    lot
}

async fn facts(kit: &Kit) -> ContractFacts {
    let contract = kit.card("KS-1001").await.id;
    kit.read(move |reader| reader.forecast_facts_of(contract)).await.expect("the facts are read").expect("a contract")
}

fn days(facts: &ContractFacts) -> Vec<String> {
    facts.uses.iter().map(|used| used.day.to_string()).collect()
}

#[tokio::test]
async fn what_was_used_before_the_import_counts_on_its_day() {
    let uses = json!([{"on": "2026-11-02", "units": 1, "repair": "AC20-0002"}, {"on": "2026-06-10", "units": 2}]);
    on_both(company_with(json!([used(1, 3, uses)])), async |kit| {
        let facts = facts(&kit).await;
        assert_eq!(days(&facts), ["2026-06-10", "2026-06-10", "2026-11-02"]);
        let repair = &facts.uses[2];
        assert_eq!((repair.minutes, repair.travel, repair.skill.as_deref()), (55, TRAVEL_MINUTES, Some("compressor")));
        assert_eq!(repair.territory, Some(facts.places[0].territory));
        assert_eq!((facts.uses[0].travel, facts.uses[0].skill.as_deref()), (0, None));
        assert_eq!(facts.stocked, [Span { from: date("2026-04-01"), to: date("2027-04-01") }]);
        let mut turns = Vec::new();
        kit.read(move |reader| {
            reader.each_books(0, |books| turns.extend(books.turns))?;
            let used = turns.iter().filter(|turn| matches!(turn.change, Change::Used(_)));
            assert_eq!(
                used.map(|turn| turn.day.to_string()).collect::<Vec<_>>(),
                ["2026-06-10", "2026-06-10", "2026-11-02"]
            );
            Ok(())
        })
        .await
        .expect("the books are read");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn tickets_without_a_day_are_spread_over_the_life_of_their_lot() {
    on_both(company_with(json!([used(1, 4, json!([]))])), async |kit| {
        let facts = facts(&kit).await;
        assert_eq!(days(&facts), ["2026-04-30", "2026-06-28", "2026-08-26", "2026-10-24"]);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn an_empty_wallet_is_not_counted_as_peace() {
    let uses = json!([{"on": "2026-05-01", "units": 1}, {"on": "2026-06-10", "units": 9}]);
    on_both(company_with(json!([used(1, 10, uses)])), async |kit| {
        let facts = facts(&kit).await;
        assert_eq!(facts.stocked, [Span { from: date("2026-04-01"), to: date("2026-06-11") }]);
        let (bought_on, expires_on) = (date("2026-04-01"), Some(date("2027-03-31")));
        assert_eq!(facts.lots, [LotLife { bought_on, expires_on, emptied_on: Some(date("2026-06-10")) }]);
    })
    .await;
}

#[tokio::test]
async fn what_was_given_back_was_no_use() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let request = call(&card);
        let issue = kit.write(move |unit| save(unit, &request)).await.expect("the call is taken").issues[0].id;
        let because = || Because { reason: CorrectionReason::EntryError.as_str().to_owned(), note: String::new() };
        kit.write(move |unit| unit.capture_by_hand(card.id, issue, 1, &because())).await.expect("it is used");
        assert_eq!(days(&facts(&kit).await), ["2026-11-23"]);
        kit.write(move |unit| unit.reverse_by_hand(card.id, issue, 1, &because())).await.expect("it is given back");
        assert_eq!(days(&facts(&kit).await), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_use_whose_step_was_taken_back_was_none() {
    let mut company = company_with(json!([lot(1, 5, None)]));
    company["customers"][0]["contracts"][0]["policy"]["capture_point"] = "arrival".into();
    on_both(company, async |kit| {
        let request = call(&kit.card("KS-1001").await);
        let issue = kit.write(move |unit| save(unit, &request)).await.expect("the call is taken").issues[0].id;
        let came = kit.write(move |unit| unit.reach(issue, CapturePoint::Arrival)).await.expect("somebody arrives");
        assert!(came.is_some());
        assert_eq!(days(&facts(&kit).await), ["2026-11-23"]);
        let back = kit.write(move |unit| unit.step_back(issue, CapturePoint::Arrival, "undone")).await;
        assert!(back.expect("the arrival is taken back").is_some());
        assert_eq!(days(&facts(&kit).await), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_contract_in_two_territories_is_in_both() {
    let mut company = company_with(json!([lot(1, 5, None)]));
    let south = json!({"code": "NT", "name_ja": "能登", "name_en": "Noto", "center": {"lat": 37.2, "lon": 136.9}});
    company["territories"].as_array_mut().expect("territories").push(south);
    let site = json!({"code": "S3", "name": "輪島工場", "postcode": "928-0001", "address": "輪島市1-1",
        "position": {"lat": 37.39, "lon": 136.9}, "territory": "NT"});
    company["customers"][0]["sites"].as_array_mut().expect("sites").push(site);
    let asset =
        |serial: &str| json!({"serial": serial, "product": "AC-20", "site": "S3", "installed_on": "2024-05-10"});
    let assets = company["customers"][0]["contracts"][0]["assets"].as_array_mut().expect("assets");
    assets.extend([asset("AC20-0003"), asset("AC20-0004")]);
    on_both(company, async |kit| {
        let shares: Vec<f64> = facts(&kit).await.places.iter().map(|place| place.share).collect();
        assert_eq!(shares, [0.5, 0.5]);
    })
    .await;
}
