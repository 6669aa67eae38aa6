//! Refunds told on each database.

use serde_json::json;

use super::*;
use crate::books::months::totals;
use crate::commands::wallet::tests::{called, contract, post, refused, wallet};
use crate::domain::ids::LotId;
use crate::domain::refusal::Code;
use crate::domain::time::Seconds;
use crate::domain::wallet::account::Movement;
use crate::domain::wallet::refund::RefundGround;
use crate::store::testing::{Kit, company_with, lot, on_both};

fn order(lot_id: LotId, units: i64, ground: RefundGround) -> RefundRequest {
    RefundRequest { lot_id, units, ground, note: "事業所を閉じるため、請求書と相殺".to_owned() }
}

async fn asked(kit: &Kit, contract: ContractId, request: RefundRequest) -> Result<LedgerReceipt, Fault> {
    post(kit, move |unit| refund(unit, contract, &request)).await
}

#[tokio::test]
async fn what_is_left_of_a_lot_is_paid_back_to_the_yen_and_is_no_revenue() {
    let mut odd = lot(1, 3, Some("2027-03-31"));
    odd["price_yen"] = 10_000.into();
    on_both(company_with(json!([odd])), async |kit| {
        let contract = contract(&kit).await;
        called(&kit, 1).await;
        let lot_id = wallet(&kit).await.lots[0].id;
        let much = asked(&kit, contract, order(lot_id, 3, RefundGround::ByContract)).await;
        assert_eq!(refused(much), Code::TooFewLeft, "what is on hold is not paid back");
        let silent = RefundRequest { note: " ".to_owned(), ..order(lot_id, 1, RefundGround::ByContract) };
        assert_eq!(refused(asked(&kit, contract, silent).await), Code::RequestInvalid);
        let first = asked(&kit, contract, order(lot_id, 1, RefundGround::ByContract)).await.unwrap();
        let second = asked(&kit, contract, order(lot_id, 1, RefundGround::Hardship)).await.unwrap();
        assert_eq!((first.refund_yen, second.refund_yen), (Some(3_333), Some(3_333)));
        assert_eq!(
            (second.wallet.available, second.wallet.held, second.postings[0].movement),
            (0, 1, Movement::Refund)
        );
        let books = kit.read(|reader| reader.books(0)).await.unwrap();
        let line = totals(&books.lots, &books.turns);
        assert_eq!((line.sold, line.refunded, line.used, line.breakage, line.closing), (10_000, 6_666, 0, 0, 3_334));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_prepaid_instrument_is_refunded_only_as_the_act_allows() {
    let mut regulated = lot(1, 100, Some("2027-03-31"));
    regulated["law_class"] = "regulated".into();
    let mut gift = lot(2, 1, Some("2027-03-31"));
    (gift["origin"], gift["price_yen"]) = ("promotional".into(), 0.into());
    on_both(company_with(json!([regulated, gift])), async |kit| {
        let contract = contract(&kit).await;
        let wallet = wallet(&kit).await;
        let id = |number: &str| wallet.lots.iter().find(|lot| lot.number.ends_with(number)).expect("the lot").id;
        let (lot_id, gift) = (id("000001"), id("000002"));
        let free = asked(&kit, contract, order(gift, 1, RefundGround::Hardship)).await;
        assert_eq!(refused(free), Code::RefundFree);
        let agreed = asked(&kit, contract, order(lot_id, 1, RefundGround::ByContract)).await;
        assert_eq!(refused(agreed), Code::RefundLaw);
        // 500,000 yen were issued in the base period before: a fifth of it may go back.
        let much = asked(&kit, contract, order(lot_id, 21, RefundGround::SmallAmount)).await;
        assert_eq!(refused(much), Code::RefundRoom);
        let small = asked(&kit, contract, order(lot_id, 15, RefundGround::SmallAmount)).await.unwrap();
        assert_eq!(small.refund_yen, Some(75_000));
        let again = asked(&kit, contract, order(lot_id, 6, RefundGround::SmallAmount)).await;
        assert_eq!(refused(again), Code::RefundRoom, "the whole base period counts");
        asked(&kit, contract, order(lot_id, 6, RefundGround::Hardship)).await.unwrap();
        kit.clock.advance(Seconds::hours(24 * 140));
        let late = asked(&kit, contract, order(lot_id, 1, RefundGround::Hardship)).await;
        assert_eq!(refused(late), Code::RefundOver);
        kit.assert_sound().await;
    })
    .await;
}
