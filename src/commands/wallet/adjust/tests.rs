//! Adjustments told on each database.

use serde_json::json;

use super::*;
use crate::commands::wallet::tests::{contract, post, refused, wallet};
use crate::commands::wallet::{grant, sell};
use crate::domain::ids::LotId;
use crate::domain::wallet::account::CorrectionReason;
use crate::store::testing::{Kit, company_with, date, lot, on_both};
use crate::views::ledger::LotRequest;

fn added_units(units: i64) -> AdjustRequest {
    AdjustRequest { units, lot_id: None, expires_on: None, reason: CorrectionReason::Goodwill, note: String::new() }
}

async fn asked(kit: &Kit, request: AdjustRequest) -> Result<LedgerReceipt, Fault> {
    let contract = contract(kit).await;
    post(kit, move |unit| adjust(unit, contract, &request)).await
}

#[tokio::test]
async fn many_small_adjustments_are_a_large_one() {
    on_both(company_with(json!([lot(1, 20, Some("2027-03-31"))])), async |kit| {
        assert_eq!(asked(&kit, added_units(3)).await.unwrap().wallet.available, 23);
        let lot_id = Some(wallet(&kit).await.lots[0].id);
        let down = AdjustRequest { lot_id, ..added_units(-2) };
        assert_eq!(asked(&kit, down).await.unwrap().waiting, None);
        let sixth = asked(&kit, added_units(1)).await.unwrap();
        assert!(sixth.waiting.is_some() && sixth.wallet.available == 21, "the sixth unit waits for somebody else");
        kit.clock.advance(Seconds::hours(24 * 31));
        assert_eq!(asked(&kit, added_units(1)).await.unwrap().waiting, None, "another month");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn units_that_are_added_end_with_the_contract_or_with_the_lot_that_they_make_right() {
    on_both(company_with(json!([lot(1, 5, Some("2027-01-31"))])), async |kit| {
        let first: LotId = wallet(&kit).await.lots[0].id;
        asked(&kit, added_units(1)).await.unwrap();
        let like = AdjustRequest { lot_id: Some(first), ..added_units(1) };
        let ends: Vec<_> = asked(&kit, like).await.unwrap().wallet.lots.iter().map(|lot| lot.expires_on).collect();
        let days = ["2027-01-31", "2027-01-31", "2027-03-31"].map(|day| Some(date(day)));
        assert_eq!(ends, days);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn no_gift_prolongs_a_lot_of_six_months() {
    let mut six = lot(1, 3, Some("2026-12-15"));
    (six["law_class"], six["issued_on"]) = ("six_month_exempt".into(), "2026-06-20".into());
    on_both(company_with(json!([six])), async |kit| {
        let contract = contract(&kit).await;
        asked(&kit, added_units(1)).await.expect("nothing has expired yet");
        let like = AdjustRequest {
            lot_id: Some(wallet(&kit).await.lots[0].id),
            expires_on: Some(date("2026-12-19")),
            ..added_units(1)
        };
        assert_eq!(refused(asked(&kit, like).await), Code::SixMonths, "it ends with its lot");
        let body = json!({"units": 3, "price_yen": 0, "expires_on": "2027-03-31", "scope": "any",
            "law_class": "b2b_exempt"});
        let gift: LotRequest = serde_json::from_value(body).expect("a lot");
        kit.clock.advance(Seconds::hours(24 * 10));
        let early = gift.clone();
        let early = post(&kit, move |unit| grant(unit, contract, &early)).await;
        assert_eq!(refused(early), Code::LapsedReplaced, "twelve days before its end it takes their place as well");
        kit.clock.advance(Seconds::hours(24 * 30));
        kit.write(|unit| unit.expire_due(unit.today())).await.unwrap();
        assert_eq!(refused(asked(&kit, added_units(3)).await), Code::LapsedReplaced);
        let bought = LotRequest { price_yen: 15_000, ..gift.clone() };
        assert_eq!(refused(post(&kit, move |unit| grant(unit, contract, &gift)).await), Code::LapsedReplaced);
        post(&kit, move |unit| sell(unit, contract, &bought)).await.expect("a new lot is sold");
        kit.assert_sound().await;
    })
    .await;
}
