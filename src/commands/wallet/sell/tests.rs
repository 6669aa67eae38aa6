//! Lots at the end of the calendar, on each database.

use serde_json::{Value, json};

use super::*;
use crate::commands::intake::save;
use crate::commands::wallet::{adjust, invoice_overdraft};
use crate::domain::refusal::Code;
use crate::domain::wallet::account::CorrectionReason;
use crate::store::testing::{Kit, call, company_with, date, lot, on_both};
use crate::store::wallet::Because;
use crate::views::ledger::{AdjustRequest, InvoiceRequest, OverdraftInvoiceRequest};
use crate::views::wallet::LotView;

/// A contract without an end, as tables write it, with days of grace and a price for what is overdrawn.
fn company() -> Value {
    let mut company = company_with(json!([lot(1, 1, Some("9999-12-31"))]));
    let contract = &mut company["customers"][0]["contracts"][0];
    contract["ends_on"] = "9999-12-31".into();
    contract["policy"]["grace_days"] = 30.into();
    contract["policy"]["overdraft_price_yen"] = 6_000.into();
    company
}

fn lots(expires_on: &str) -> LotRequest {
    let body = json!({"units": 5, "price_yen": 25_000, "expires_on": expires_on, "scope": "any",
        "law_class": "b2b_exempt"});
    serde_json::from_value(body).expect("a lot")
}

async fn sold(kit: &Kit, expires_on: &str) -> LotView {
    let (contract, request) = (kit.card("KS-1001").await.id, lots(expires_on));
    let receipt = kit.write(move |unit| sell(unit, contract, &request)).await.expect("it is sold");
    let lot = receipt.postings.iter().find_map(|posting| posting.lot_id).expect("a lot came in");
    receipt.wallet.lots.into_iter().find(|one| one.id == lot).expect("it is in the wallet")
}

/// Uses everything and one more, and goes on to the next night.
async fn use_up(kit: &Kit) {
    let contract = kit.card("KS-1001").await.id;
    while kit.card("KS-1001").await.wallet.overdraft == 0 {
        let mut request = call(&kit.card("KS-1001").await);
        request.overdraft = true;
        let issue = kit.write(move |unit| save(unit, &request)).await.expect("saved").issues[0].id;
        let because = Because::default();
        kit.write(move |unit| unit.capture_by_hand(contract, issue, 1, &because)).await.expect("used");
    }
}

#[tokio::test]
async fn who_writes_the_last_day_of_the_calendar_means_that_there_is_none() {
    on_both(company(), async |kit| {
        let contract = kit.card("KS-1001").await.id;
        use_up(&kit).await;
        let invoice = InvoiceRequest {
            invoice_number: "INV-1".to_owned(),
            issuer_number: None,
            invoiced_on: date("2026-11-23"),
            version: 0,
        };
        let bill = OverdraftInvoiceRequest { invoice };
        kit.write(move |unit| invoice_overdraft(unit, contract, &bill)).await.expect("it is invoiced");
        assert_eq!(sold(&kit, "9999-12-31").await.expires_on, None);
        let reason = CorrectionReason::Goodwill;
        let request = AdjustRequest { units: 1, lot_id: None, expires_on: None, reason, note: "お詫び".to_owned() };
        kit.write(move |unit| adjust(unit, contract, &request)).await.expect("it is added");
        let wallet = kit.card("KS-1001").await.wallet;
        assert!(wallet.lots.iter().all(|lot| lot.expires_on.is_none()), "{wallet:?}");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn days_of_grace_do_not_lead_out_of_the_calendar() {
    on_both(company(), async |kit| {
        let last = sold(&kit, "9999-12-15").await;
        assert_eq!((last.expires_on, last.usable_until), (Some(date("9999-12-15")), Some(date("9999-12-30"))));
        kit.write(|unit| unit.expire_due(unit.today())).await.expect("the night passes");
        assert_eq!(kit.card("KS-1001").await.wallet.available, 6);
        let beyond = LotRequest { expires_on: chrono::NaiveDate::from_ymd_opt(10_000, 1, 1), ..lots("2027-01-01") };
        let contract = kit.card("KS-1001").await.id;
        match kit.write(move |unit| sell(unit, contract, &beyond)).await {
            Err(Fault::Refused(refusal)) => assert_eq!(refusal.code, Code::RequestInvalid),
            other => panic!("must be refused, is {other:?}"),
        }
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_costs_nothing_is_granted_and_not_sold() {
    on_both(company(), async |kit| {
        let contract = kit.card("KS-1001").await.id;
        let free = LotRequest { price_yen: 0, ..lots("2027-11-22") };
        match kit.write(move |unit| sell(unit, contract, &free)).await {
            Err(Fault::Refused(refusal)) => assert_eq!(refusal.field.as_deref(), Some("price_yen")),
            other => panic!("must be refused, is {other:?}"),
        }
        assert_eq!(kit.card("KS-1001").await.wallet.available, 1);
    })
    .await;
}
