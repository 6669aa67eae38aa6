//! Lots that come in as a table.

use serde_json::json;

use super::{bring, brought, dry, export, faults};
use crate::store::testing::{company_with, lot, on_both};
use crate::views::table::{ExportKind, ImportKind, TableFormat};

#[tokio::test]
async fn a_lot_says_when_it_was_used_and_on_which_invoice_it_is() {
    let head = "number,contract,origin,count,price_yen,issued_on,expires_on,uses,voided,invoice_number,issuer_number,\
        invoiced_on\n";
    on_both(company_with(json!([])), async |kit| {
        let text = format!(
            "{head}TK-2026-000801,KS-1001,paid,10,50000,2026-04-01,2027-03-31,2026-06-01|2;2026/11/2|1|AC20-0002,1,\
             INV-8,T1234567890123,2026-04-30\n"
        );
        assert_eq!(brought(&kit, ImportKind::Lots, &text).await, (1, 0, 0));
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.consumed, wallet.voided), (6, 3, 1));
        let invoice = wallet.lots[0].invoice.as_ref().expect("an invoice");
        assert_eq!(
            (invoice.invoice_number.as_str(), invoice.issuer_number.as_deref()),
            ("INV-8", Some("T1234567890123"))
        );
        let lots = export(&kit, ExportKind::Lots, TableFormat::Csv).await;
        assert!(lots.contains(",3,any,b2b_exempt,2026-06-01|1;2026-06-01|1;2026-11-02|1|AC20-0002,1,INV-8,"), "{lots}");
        assert_eq!(brought(&kit, ImportKind::Lots, &lots).await, (0, 0, 1));
        kit.assert_sound().await;
        let wrong = format!(
            "{head}TK-2026-000802,KS-1001,paid,5,1,2026-04-01,,yesterday,,,,\n\
             TK-2026-000803,KS-1001,paid,5,1,2026-04-01,,2027-01-01|1,,,,\n\
             TK-2026-000804,KS-1001,paid,5,1,2026-04-01,,2026-03-01|1,9,,T12,2026-04-30\n\
             TK-2026-000805,KS-1001,promotional,5,0,2026-04-01,,,,INV-9,,2026-04-30\n"
        );
        let report = dry(&kit, ImportKind::Lots, &wrong).await;
        let expected = [
            (2, "uses", "cell.uses"),
            (3, "uses", "lot.in_future"),
            (4, "invoice_number", "cell.empty"),
            (5, "invoice_number", "lot.not_sold"),
        ];
        assert_eq!(faults(&report), expected);
    })
    .await;
}

#[tokio::test]
async fn no_free_lot_of_a_table_prolongs_a_lot_of_six_months() {
    let mut six = lot(1, 3, Some("2026-10-31"));
    six["law_class"] = "six_month_exempt".into();
    six["issued_on"] = "2026-05-01".into();
    on_both(company_with(json!([six])), async |kit| {
        let head = "number,contract,origin,count,price_yen,issued_on,expires_on,law_class\n";
        let text = format!(
            "{head}TK-2026-000700,KS-1001,promotional,3,0,2026-11-23,2027-03-31,\n\
             TK-2026-000701,KS-1001,promotional,3,0,2026-10-31,2027-03-31,\n\
             TK-2026-000702,KS-1001,paid,3,15000,2026-11-23,2027-03-31,\n\
             TK-2026-000703,KS-2001,promotional,3,0,2026-11-20,,\n\
             TK-2026-000704,KS-2001,paid,3,15000,2026-05-01,2026-10-31,six_month_exempt\n\
             TK-2026-000705,KS-1001,paid,3,1,2026-11-23,2027-03-31,\n"
        );
        let report = dry(&kit, ImportKind::Lots, &text).await;
        let expected = [
            (2, "expires_on", "wallet.lapsed_replaced"),
            (5, "expires_on", "wallet.lapsed_replaced"),
            (7, "expires_on", "wallet.lapsed_replaced"),
        ];
        assert_eq!(faults(&report), expected);
        assert!(bring(&kit, ImportKind::Lots, &text).await.is_err());
        let good: String = text
            .lines()
            .enumerate()
            .filter(|(at, _)| ![1, 4, 6].contains(at))
            .map(|(_, line)| format!("{line}\n"))
            .collect();
        assert_eq!(brought(&kit, ImportKind::Lots, &good).await, (3, 0, 0));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_lot_that_comes_in_settles_what_was_used_before_it_was_bought() {
    on_both(company_with(json!([])), async |kit| {
        let mut request = crate::store::testing::call(&kit.card("KS-1001").await);
        request.overdraft = true;
        kit.write(move |unit| crate::commands::intake::save(unit, &request)).await.unwrap();
        assert_eq!(kit.card("KS-1001").await.wallet.overdraft, 1);
        let text = "number,contract,origin,count,price_yen,issued_on,expires_on,used\n\
            TK-2026-000777,KS-1001,paid,5,25000,2026-11-01,2027-10-31,2\n";
        assert_eq!(brought(&kit, ImportKind::Lots, text).await, (1, 0, 0));
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.overdraft, wallet.available, wallet.held, wallet.consumed), (0, 2, 1, 2));
        kit.assert_sound().await;
    })
    .await;
}

/// A lot of today is no history: what the contract says of purchases holds for it as at the desk.
#[tokio::test]
async fn a_lot_of_today_is_a_sale_and_keeps_to_the_contract() {
    let mut company = company_with(json!([lot(1, 6, None)]));
    let policy = &mut company["customers"][0]["contracts"][0]["policy"];
    (policy["purchase_min"], policy["purchase_step"], policy["purchase_year_max"]) = (5.into(), 5.into(), 20.into());
    on_both(company, async |kit| {
        let head = "number,contract,origin,count,price_yen,issued_on,expires_on\n";
        let text = format!(
            "{head}TK-2026-000901,KS-1001,paid,3,15000,2026-11-23,\n\
             TK-2026-000902,KS-1001,paid,15,75000,2026-11-23,\n\
             TK-2026-000903,KS-2001,paid,5,25000,2026-11-23,\n\
             TK-2026-000904,KS-1001,paid,3,15000,2026-11-22,\n\
             TK-2026-000905,KS-1001,promotional,3,0,2026-11-23,\n"
        );
        let report = dry(&kit, ImportKind::Lots, &text).await;
        let bounds = "wallet.purchase_bounds";
        let expected = [(2, "count", bounds), (3, "count", bounds), (4, "contract", "contract.not_in_force")];
        assert_eq!(faults(&report), expected);
        let two = format!(
            "{head}TK-2026-000906,KS-1001,paid,10,50000,2026-11-23,\nTK-2026-000907,KS-1001,paid,5,25000,2026-11-23,\n"
        );
        assert_eq!(faults(&dry(&kit, ImportKind::Lots, &two).await), [(3, "count", bounds)]);
    })
    .await;
}
