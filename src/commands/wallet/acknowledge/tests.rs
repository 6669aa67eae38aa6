//! Customers who know the last day of what they bought, on each database.

use serde_json::json;

use super::*;
use crate::commands::wallet::sell;
use crate::domain::ids::{Id, UserId};
use crate::store::testing::{Kit, company_with, date, lot, on_both};
use crate::views::ledger::LotRequest;
use crate::views::wallet::LotView;

fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> Code {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal.code,
        other => panic!("must be refused, is {other:?}"),
    }
}

async fn first(kit: &Kit) -> (ContractId, LotView) {
    let card = kit.card("KS-1001").await;
    (card.id, card.wallet.lots[0].clone())
}

fn yamada() -> Actor {
    Actor::User {
        id: UserId::from_uuid(uuid::Uuid::from_u128(5)), name: "山田 花子".to_owned(), role: Role::Customer
    }
}

fn told(by: &str, means: Means, on: Option<&str>) -> AcknowledgementRequest {
    AcknowledgementRequest { by: Some(by.to_owned()), means: Some(means), on: on.map(date) }
}

async fn note(kit: &Kit, request: AcknowledgementRequest) -> Result<Acknowledgement, Fault> {
    let (contract, lot) = first(kit).await;
    kit.write(move |unit| acknowledge(unit, contract, lot.id, &request)).await
}

#[tokio::test]
async fn a_customer_says_once_that_he_knows_the_last_day() {
    on_both(company_with(json!([lot(1, 5, Some("2027-03-31"))])), async |kit| {
        let (contract, lot) = first(&kit).await;
        assert_eq!(lot.acknowledged, None);
        // What he writes of others does not count: he speaks for himself.
        let request = told("課長", Means::Paper, Some("2026-05-01"));
        let said = kit.store.task(yamada(), move |unit| acknowledge(unit, contract, lot.id, &request)).await;
        let said = said.expect("it is noted");
        assert_eq!((said.by.as_str(), said.means, said.on), ("山田 花子", Means::Portal, date("2026-11-23")));
        assert_eq!(first(&kit).await.1.acknowledged, Some(said));
        assert_eq!(refused(note(&kit, told("山田様", Means::Phone, None)).await), Code::LotAcknowledged);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_vendor_notes_who_said_it_how_and_when() {
    on_both(company_with(json!([lot(1, 5, Some("2027-03-31"))])), async |kit| {
        for wrong in [
            told(" ", Means::Phone, None),
            AcknowledgementRequest { means: None, ..told("山田様", Means::Phone, None) },
            told("山田様", Means::Portal, None),
            told("山田様", Means::Phone, Some("2026-11-24")),
            told("山田様", Means::Phone, Some("2026-03-31")),
        ] {
            assert_eq!(refused(note(&kit, wrong).await), Code::RequestInvalid);
        }
        let said = note(&kit, told("山田様", Means::Paper, Some("2026-04-01"))).await.expect("it is noted");
        assert_eq!((said.by.as_str(), said.means, said.on), ("山田様", Means::Paper, date("2026-04-01")));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_speaks_for_the_lot_of_another_contract() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (lot, other) = (first(&kit).await.1.id, kit.card("KS-2001").await.id);
        let request = told("山田様", Means::Phone, None);
        let foreign = kit.write(move |unit| acknowledge(unit, other, lot, &request)).await;
        assert_eq!(refused(foreign), Code::WalletForeign);
        assert_eq!(first(&kit).await.1.acknowledged, None);
    })
    .await;
}

#[tokio::test]
async fn a_sale_notes_it_with_the_lot_or_sells_nothing() {
    on_both(company_with(json!([])), async |kit| {
        let contract = kit.card("KS-1001").await.id;
        let sale = |said: AcknowledgementRequest| {
            let body = json!({"units": 10, "price_yen": 50_000, "expires_on": "2027-11-22", "scope": "any",
                "law_class": "b2b_exempt"});
            let request: LotRequest = serde_json::from_value(body).expect("a lot");
            LotRequest { acknowledged: Some(said), ..request }
        };
        let nobody = sale(told("", Means::Phone, None));
        let nothing = kit.write(move |unit| sell(unit, contract, &nobody)).await;
        assert_eq!(refused(nothing), Code::RequestInvalid);
        assert!(kit.card("KS-1001").await.wallet.lots.is_empty());
        let agreed = sale(told("山田様", Means::InPerson, None));
        kit.write(move |unit| sell(unit, contract, &agreed)).await.expect("it is sold");
        let said = first(&kit).await.1.acknowledged.expect("it is noted");
        assert_eq!((said.by.as_str(), said.means), ("山田様", Means::InPerson));
        kit.assert_sound().await;
    })
    .await;
}
