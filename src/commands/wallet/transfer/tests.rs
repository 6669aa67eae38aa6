//! Transfers told on each database.

use serde_json::{Value, json};

use super::*;
use crate::books::base_date;
use crate::books::months::{by_month, totals};
use crate::commands::wallet::grant;
use crate::commands::wallet::tests::{group, post, refused};
use crate::domain::time::Seconds;
use crate::domain::wallet::account::CorrectionReason;
use crate::store::testing::{Kit, at, date, lot, on_both};
use crate::views::ledger::LotRequest;

async fn moved(kit: &Kit, units: i64) -> Result<LedgerReceipt, Fault> {
    let (here, there) = (kit.card("KS-1001").await, kit.card("KS-2001").await);
    let (from, reason, note) = (here.id, CorrectionReason::ContractChange, String::new());
    let request = TransferRequest { to_contract_id: there.id, lot_id: here.wallet.lots[0].id, units, reason, note };
    post(kit, move |unit| transfer(unit, from, &request)).await
}

/// The group's second contract, changed.
fn receiver(change: impl Fn(&mut Value)) -> Value {
    let mut company = group(json!([lot(1, 12, Some("2027-03-31"))]));
    change(&mut company["customers"][1]["contracts"][0]);
    company
}

#[tokio::test]
async fn a_lot_that_moves_ticket_by_ticket_keeps_every_yen() {
    let mut odd = lot(1, 3, Some("2027-03-31"));
    odd["price_yen"] = 10_000.into();
    on_both(group(json!([odd])), async |kit| {
        for _ in 0..3 {
            moved(&kit, 1).await.unwrap();
        }
        let there = kit.card("KS-2001").await.wallet;
        assert_eq!(there.lots.iter().map(|lot| lot.price_yen).sum::<i64>(), 10_000);
        let books = kit.read(|reader| reader.books(0)).await.unwrap();
        let line = totals(&books.lots, &books.turns);
        assert_eq!((line.given, line.received, line.closing, line.breakage), (10_000, 10_000, 10_000, 0));
        kit.assert_sound().await;
    })
    .await;
}

/// The first lot of one contract goes to the other.
async fn hop(kit: &Kit, from: &str, to: &str) {
    let (here, there) = (kit.card(from).await, kit.card(to).await);
    let lot = here.wallet.lots.iter().find(|lot| lot.available == 10).expect("a lot to give");
    let (from, reason, note) = (here.id, CorrectionReason::ContractChange, String::new());
    let request = TransferRequest { to_contract_id: there.id, lot_id: lot.id, units: 10, reason, note };
    post(kit, move |unit| transfer(unit, from, &request)).await.unwrap();
}

#[tokio::test]
async fn a_lot_that_goes_from_hand_to_hand_is_owed_once_in_every_month() {
    let mut regulated = lot(1, 10, Some("2027-03-31"));
    (regulated["law_class"], regulated["price_yen"]) = ("regulated".into(), 6_000_000.into());
    on_both(group(json!([regulated])), async |kit| {
        hop(&kit, "KS-1001", "KS-2001").await;
        kit.clock.advance(Seconds::hours(24 * 40));
        hop(&kit, "KS-2001", "KS-1001").await;
        let books = kit.read(|reader| reader.books(0)).await.unwrap();
        let report = base_date::report(&books.lots, &books.turns, date("2026-09-30"));
        assert_eq!((report.regulated_yen, report.notice_due), (6_000_000, false));
        let lines = by_month(&books.lots, &books.turns, date("2026-03-01"), date("2027-01-31"));
        assert_eq!(
            lines.iter().map(|line| line.closing / 1_000_000).collect::<Vec<_>>(),
            [0, 6, 6, 6, 6, 6, 6, 6, 6, 6, 6]
        );
        let moved = lines.iter().map(|line| (line.given / 1_000_000, line.received / 1_000_000));
        let none = (0, 0);
        assert_eq!(moved.collect::<Vec<_>>(), [none, none, none, none, none, none, none, none, (6, 6), none, (6, 6)]);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_nobody_used_by_its_last_day_is_given_to_nobody() {
    on_both(group(json!([lot(1, 10, Some("2026-11-30"))])), async |kit| {
        kit.clock.set(at("2026-11-30T23:59:59+09:00"));
        moved(&kit, 1).await.unwrap();
        kit.clock.set(at("2026-12-01T00:00:00+09:00"));
        assert_eq!(refused(moved(&kit, 1).await), Code::TooFewLeft, "the night has not come to it yet");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_contract_that_is_over_receives_nothing() {
    on_both(receiver(|contract| contract["ends_on"] = "2026-03-31".into()), async |kit| {
        assert_eq!(refused(moved(&kit, 1).await), Code::NotInForce);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_contract_that_allows_no_transfers_receives_none() {
    on_both(receiver(|contract| contract["policy"]["transfer_allowed"] = false.into()), async |kit| {
        assert_eq!(refused(moved(&kit, 1).await), Code::TransferNotTaken);
    })
    .await;
}

#[tokio::test]
async fn a_sister_company_buys_no_more_than_its_year_allows_by_way_of_a_transfer() {
    on_both(receiver(|contract| contract["policy"]["purchase_year_max"] = 10.into()), async |kit| {
        moved(&kit, 7).await.unwrap();
        assert_eq!(refused(moved(&kit, 4).await), Code::TransferCap);
        moved(&kit, 3).await.unwrap();
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_gift_to_a_sister_company_prolongs_no_lot_of_six_months_by_way_of_a_transfer() {
    let company = receiver(|contract| {
        let mut six = lot(2, 3, Some("2026-10-31"));
        (six["law_class"], six["issued_on"]) = ("six_month_exempt".into(), "2026-05-01".into());
        contract["lots"] = json!([six]);
    });
    on_both(company, async |kit| {
        let here = kit.card("KS-1001").await.id;
        moved(&kit, 1).await.expect("what was sold is no gift");
        let body = json!({"units": 3, "price_yen": 0, "expires_on": "2027-03-31", "scope": "any",
            "law_class": "b2b_exempt"});
        let gift: LotRequest = serde_json::from_value(body).expect("a lot");
        let given = post(&kit, move |unit| grant(unit, here, &gift)).await.expect("nothing of its own has lapsed");
        let there = kit.card("KS-2001").await;
        let free = given.wallet.lots.iter().find(|lot| lot.price_yen == 0).expect("the gift").id;
        let (reason, note) = (CorrectionReason::ContractChange, String::new());
        let request = TransferRequest { to_contract_id: there.id, lot_id: free, units: 3, reason, note };
        let outcome = post(&kit, move |unit| transfer(unit, here, &request)).await;
        assert_eq!(refused(outcome), Code::LapsedReplaced);
        assert_eq!(kit.card("KS-2001").await.wallet.available, there.wallet.available, "nothing moved");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_moved_away_or_adjusted_still_counts_as_bought() {
    let mut company = group(json!([lot(1, 10, Some("2027-03-31"))]));
    company["customers"][0]["contracts"][0]["policy"]["purchase_year_max"] = 10.into();
    on_both(company, async |kit| {
        let here = kit.card("KS-1001").await;
        moved(&kit, 4).await.unwrap();
        let (wallet, since) = (here.wallet.id, chrono::NaiveDate::from_ymd_opt(2025, 11, 23).expect("a day"));
        let bought = async || kit.read(move |reader| reader.units_bought_since(wallet, since)).await.expect("a count");
        assert_eq!(bought().await, 10);
        // The units come home: they were bought once.
        let there = kit.card("KS-2001").await;
        let (from, reason, note) = (there.id, CorrectionReason::ContractChange, String::new());
        let request =
            TransferRequest { to_contract_id: here.id, lot_id: there.wallet.lots[0].id, units: 4, reason, note };
        post(&kit, move |unit| transfer(unit, from, &request)).await.unwrap();
        assert_eq!(bought().await, 10);
        kit.assert_sound().await;
    })
    .await;
}
