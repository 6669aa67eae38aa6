//! Days of grace, told on each database.

use serde_json::{Value, json};

use crate::commands::intake::save;
use crate::domain::time::Seconds;
use crate::store::testing::{Kit, call, company_with, date, lot, on_both};
use crate::store::wallet::Because;

/// One ticket that ends in a week, with ten days of grace if the law allows it.
fn company(law_class: &str) -> Value {
    let mut week = lot(1, 2, Some("2026-11-30"));
    (week["law_class"], week["issued_on"]) = (law_class.into(), "2026-06-01".into());
    let mut company = company_with(json!([week]));
    company["customers"][0]["contracts"][0]["policy"]["grace_days"] = 10.into();
    company
}

async fn night(kit: &Kit) {
    kit.write(|unit| unit.expire_due(unit.today()).map(drop)).await.expect("the night's run");
}

async fn balance(kit: &Kit) -> (i64, i64, i64) {
    let wallet = kit.card("KS-1001").await.wallet;
    (wallet.available, wallet.held, wallet.expired)
}

#[tokio::test]
async fn in_the_days_of_grace_a_unit_is_used_and_comes_back_and_after_them_it_dies() {
    on_both(company("b2b_exempt"), async |kit| {
        let week = kit.card("KS-1001").await.wallet.lots.remove(0);
        assert_eq!((week.expires_on, week.usable_until), (Some(date("2026-11-30")), Some(date("2026-12-10"))));
        kit.clock.advance(Seconds::hours(24 * 8));
        night(&kit).await;
        assert_eq!(balance(&kit).await, (2, 0, 0), "the first of December");
        let request = call(&kit.card("KS-1001").await);
        let contract = request.contract_id;
        let issue = kit.write(move |unit| save(unit, &request)).await.expect("saved").issues[0].id;
        assert_eq!(balance(&kit).await, (1, 1, 0));
        kit.write(move |unit| unit.release_by_hand(contract, issue, &Because::default())).await.expect("released");
        assert_eq!(balance(&kit).await, (2, 0, 0), "it comes back in its days of grace");
        kit.assert_sound().await;
        kit.clock.advance(Seconds::hours(24 * 9));
        night(&kit).await;
        assert_eq!(balance(&kit).await, (2, 0, 0), "the tenth of December");
        kit.clock.advance(Seconds::hours(24));
        night(&kit).await;
        assert_eq!(balance(&kit).await, (0, 0, 2));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn units_of_six_months_have_no_grace() {
    on_both(company("six_month_exempt"), async |kit| {
        let week = kit.card("KS-1001").await.wallet.lots.remove(0);
        assert_eq!(week.usable_until, week.expires_on);
        kit.clock.advance(Seconds::hours(24 * 8));
        night(&kit).await;
        assert_eq!(balance(&kit).await, (0, 0, 2));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_lot_without_an_end_needs_no_grace_and_is_proved_as_it_was_sold() {
    let mut company = company_with(json!([lot(1, 2, None)]));
    company["customers"][0]["contracts"][0]["policy"]["grace_days"] = 10.into();
    on_both(company, async |kit| {
        let endless = kit.card("KS-1001").await.wallet.lots.remove(0);
        assert_eq!((endless.expires_on, endless.usable_until), (None, None));
        kit.assert_sound().await;
    })
    .await;
}
