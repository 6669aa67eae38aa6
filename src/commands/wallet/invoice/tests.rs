//! Invoices told on each database.

use serde_json::{Value, json};

use super::*;
use crate::commands::intake::save;
use crate::commands::wallet::{grant, reverse, sell};
use crate::domain::ids::IssueId;
use crate::domain::refusal::Code;
use crate::domain::wallet::account::CorrectionReason;
use crate::store::testing::{Kit, call, company_with, date, lot, on_both};
use crate::store::wallet::Because;
use crate::views::ledger::{LotRequest, ReversalRequest};

fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> Code {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal.code,
        other => panic!("must be refused, is {other:?}"),
    }
}

fn invoice(version: i64) -> InvoiceRequest {
    let issuer_number = Some("T1234567890123".to_owned());
    InvoiceRequest {
        invoice_number: "INV-2026-11-001".to_owned(),
        issuer_number,
        invoiced_on: date("2026-11-30"),
        version,
    }
}

fn bill() -> OverdraftInvoiceRequest {
    OverdraftInvoiceRequest { invoice: invoice(0) }
}

/// Two units may be used before they are bought, at 6,000 yen each.
fn company(price_yen: Value) -> Value {
    let mut company = company_with(json!([]));
    company["customers"][0]["contracts"][0]["policy"]["overdraft_price_yen"] = price_yen;
    company
}

/// Uses a unit that nobody bought.
async fn overdrawn(kit: &Kit) -> (ContractId, IssueId) {
    let mut request = call(&kit.card("KS-1001").await);
    request.overdraft = true;
    let contract = request.contract_id;
    let issue = kit.write(move |unit| save(unit, &request)).await.expect("saved").issues[0].id;
    (contract, issue)
}

async fn used(kit: &Kit) -> (ContractId, IssueId) {
    let (contract, issue) = overdrawn(kit).await;
    let because = Because::default();
    kit.write(move |unit| unit.capture_by_hand(contract, issue, 1, &because)).await.expect("used");
    (contract, issue)
}

#[tokio::test]
async fn what_was_used_before_it_was_bought_is_invoiced_at_the_price_of_the_contract() {
    on_both(company(6_000.into()), async |kit| {
        let (contract, issue) = used(&kit).await;
        overdrawn(&kit).await;
        let billed = kit.write(move |unit| invoice_overdraft(unit, contract, &bill())).await.unwrap();
        let wallet = billed.wallet;
        assert_eq!((wallet.overdraft, wallet.held, wallet.consumed), (1, 1, 1), "what is only held is not billed");
        assert_eq!((wallet.lots[0].count, wallet.lots[0].price_yen, wallet.lots[0].consumed), (1, 6_000, 1));
        let on = wallet.lots[0].invoice.clone().expect("it is on an invoice");
        assert_eq!((on.invoice_number.as_str(), on.version), ("INV-2026-11-001", 1));
        kit.assert_sound().await;
        let again = kit.write(move |unit| invoice_overdraft(unit, contract, &bill())).await;
        assert_eq!(refused(again), Code::NothingOverdrawn);
        let back =
            ReversalRequest { issue_id: issue, units: 1, reason: CorrectionReason::OwnFault, note: String::new() };
        let back = kit.write(move |unit| reverse(unit, contract, &back)).await.unwrap();
        assert_eq!((back.wallet.available, back.wallet.consumed), (1, 0), "it was paid for, so it stays his");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn an_invoice_of_overdrawn_units_is_no_purchase() {
    let mut company = company(12_000.into());
    company["customers"][0]["contracts"][0]["lots"] = json!([lot(1, 10, Some("2027-03-31"))]);
    company["customers"][0]["contracts"][0]["lots"][0]["used"] = 10.into();
    on_both(company, async |kit| {
        let (contract, _) = used(&kit).await;
        let billed = kit.write(move |unit| invoice_overdraft(unit, contract, &bill())).await.unwrap();
        assert_eq!(billed.wallet.lots.iter().map(|lot| lot.price_yen).max(), Some(50_000));
        let wallet = billed.wallet.id;
        let read = kit.read(move |reader| {
            Ok((reader.last_purchase(wallet)?, reader.units_bought_since(wallet, date("2025-11-23"))?))
        });
        let (last, bought) = read.await.expect("read");
        let last = last.expect("a lot that was bought");
        assert_eq!((last.number.as_str(), last.units, last.price_yen), ("TK-2026-000001", 10, 50_000));
        assert_eq!(bought, 10, "overuse that was paid takes nothing of the year's cap");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_invoice_of_overuse_stands_in_the_class_of_what_was_bought() {
    let mut company = company(12_000.into());
    company["customers"][0]["contracts"][0]["lots"] = json!([lot(1, 10, Some("2027-03-31"))]);
    company["customers"][0]["contracts"][0]["lots"][0]["used"] = 10.into();
    company["customers"][0]["contracts"][0]["lots"][0]["law_class"] = "regulated".into();
    on_both(company, async |kit| {
        let (contract, _) = used(&kit).await;
        let billed = kit.write(move |unit| invoice_overdraft(unit, contract, &bill())).await.unwrap();
        assert!(billed.wallet.lots.iter().all(|lot| lot.law_class == LawClass::Regulated), "{:?}", billed.wallet.lots);
        kit.assert_sound().await;
    })
    .await;
}

#[test]
fn units_invoiced_to_a_six_month_customer_end_with_their_six_months() {
    let check = |law_class, expected: &str| {
        let terms = overage_terms(String::new(), date("2026-11-23"), date("2028-03-31"), law_class);
        assert_eq!(terms.expires_on, Some(date(expected)));
        terms.check_law().expect("lawful");
    };
    check(LawClass::SixMonthExempt, "2027-05-22");
    check(LawClass::B2bExempt, "2028-03-31");
}

#[tokio::test]
async fn without_a_price_in_the_contract_only_a_purchase_settles() {
    on_both(company(Value::Null), async |kit| {
        let (contract, _) = used(&kit).await;
        let billed = kit.write(move |unit| invoice_overdraft(unit, contract, &bill())).await;
        assert_eq!(refused(billed), Code::NothingOverdrawn);
        assert_eq!(kit.card("KS-1001").await.wallet.overdraft, 1);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_sold_lot_tells_its_invoice_and_a_gift_has_none() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let (contract, first) = (card.id, card.wallet.lots[0].id);
        let set = kit.write(move |unit| set_invoice(unit, contract, first, &invoice(0))).await.unwrap();
        assert_eq!(set.version, 1);
        let stale = kit.write(move |unit| set_invoice(unit, contract, first, &invoice(0))).await;
        assert_eq!(refused(stale), Code::Stale);
        kit.write(move |unit| set_invoice(unit, contract, first, &invoice(1))).await.unwrap();
        for (field, wrong) in [
            ("issuer_number", InvoiceRequest { issuer_number: Some("1234567890123".into()), ..invoice(2) }),
            ("invoiced_on", InvoiceRequest { invoiced_on: date("2062-11-30"), ..invoice(2) }),
            ("invoice_number", InvoiceRequest { invoice_number: " ".into(), ..invoice(2) }),
        ] {
            match kit.write(move |unit| set_invoice(unit, contract, first, &wrong)).await {
                Err(Fault::Refused(refusal)) => assert_eq!(refusal.field.as_deref(), Some(field)),
                other => panic!("must be refused, is {other:?}"),
            }
        }
        let other = kit.card("KS-2001").await.id;
        let foreign = kit.write(move |unit| set_invoice(unit, other, first, &invoice(0))).await;
        assert_eq!(refused(foreign), Code::WalletForeign);
        let body = json!({"units": 3, "price_yen": 15_000, "expires_on": null, "scope": "any",
            "law_class": "b2b_exempt", "invoice": invoice(0)});
        let request: LotRequest = serde_json::from_value(body).expect("a lot");
        let gift = LotRequest { price_yen: 0, ..request.clone() };
        let sold = kit.write(move |unit| sell(unit, contract, &request)).await.unwrap();
        assert!(sold.wallet.lots.iter().all(|lot| lot.invoice.is_some()));
        assert_eq!(refused(kit.write(move |unit| grant(unit, contract, &gift)).await), Code::NotSold);
        kit.assert_sound().await;
    })
    .await;
}
