//! What the ledger's stories are for the bookkeeper, told on each database.

use serde_json::json;

use crate::books::base_date;
use crate::books::months::{MonthLine, by_month, totals};
use crate::commands::intake::save;
use crate::commands::remote_outcome::close;
use crate::commands::wallet::{capture, release, reverse, sell, void};
use crate::domain::ids::{ContractId, IssueId, LotId};
use crate::domain::time::Seconds;
use crate::domain::wallet::account::CorrectionReason;
use crate::roads::travel::GreatCircle;
use crate::store::testing::{Kit, at, call, company_with, date, lot, on_both};
use crate::views::desk::{OutcomeRequest, RemoteOutcome};
use crate::views::ledger::{CaptureRequest, LotRequest, ReleaseRequest, ReversalRequest, VoidRequest};

const REASON: CorrectionReason = CorrectionReason::EntryError;

async fn all(kit: &Kit) -> MonthLine {
    let books = kit.read(|reader| reader.books(0)).await.expect("the books");
    totals(&books.lots, &books.turns)
}

/// Yen sold, used, lost to nobody, undone, and still owed.
async fn check(kit: &Kit, sold: i64, used: i64, breakage: i64, withdrawn: i64, closing: i64) {
    let line = all(kit).await;
    let seen = (line.sold, line.used, line.breakage, line.withdrawn, line.closing);
    assert_eq!(seen, (sold, used, breakage, withdrawn, closing));
    kit.assert_sound().await;
}

async fn overdrawn(kit: &Kit) -> (ContractId, IssueId) {
    let mut request = call(&kit.card("KS-1001").await);
    request.overdraft = true;
    let contract = request.contract_id;
    let issue = kit.write(move |unit| save(unit, &request)).await.expect("saved").issues[0].id;
    (contract, issue)
}

async fn ten_bought(kit: &Kit, contract: ContractId) -> LotId {
    let body = json!({"units": 10, "price_yen": 50_000, "expires_on": "2027-03-31", "scope": "any",
        "law_class": "b2b_exempt"});
    let request: LotRequest = serde_json::from_value(body).expect("a lot");
    kit.write(move |unit| sell(unit, contract, &request)).await.expect("sold").wallet.lots[0].id
}

#[tokio::test]
async fn one_ticket_for_a_call_that_was_overdrawn_is_revenue_once() {
    on_both(company_with(json!([])), async |kit| {
        let (contract, issue) = overdrawn(&kit).await;
        ten_bought(&kit, contract).await;
        check(&kit, 50_000, 0, 0, 0, 50_000).await;
        let used = CaptureRequest { issue_id: issue, units: 1, reason: REASON, note: String::new() };
        kit.write(move |unit| capture(unit, contract, &used)).await.expect("used");
        check(&kit, 50_000, 5_000, 0, 0, 45_000).await;
    })
    .await;
}

#[tokio::test]
async fn a_call_that_proves_our_own_defect_is_no_revenue() {
    on_both(company_with(json!([])), async |kit| {
        let (contract, issue) = overdrawn(&kit).await;
        ten_bought(&kit, contract).await;
        let (note, remedy) = (String::new(), String::new());
        let end = OutcomeRequest { version: 1, outcome: RemoteOutcome::OwnDefect, note, remedy, minutes: None };
        kit.write(move |unit| close(unit, issue, &end, &GreatCircle::CITY)).await.expect("closed");
        check(&kit, 50_000, 0, 0, 0, 50_000).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_given_back_after_the_lot_expired_is_no_debt_for_ever() {
    on_both(company_with(json!([lot(1, 10, Some("2027-03-31"))])), async |kit| {
        let (contract, issue) = overdrawn(&kit).await;
        let used = CaptureRequest { issue_id: issue, units: 1, reason: REASON, note: String::new() };
        kit.write(move |unit| capture(unit, contract, &used)).await.expect("used");
        kit.clock.advance(Seconds::hours(24 * 140));
        kit.write(|unit| unit.expire_due(unit.today())).await.expect("expired");
        check(&kit, 50_000, 5_000, 45_000, 0, 0).await;
        let back = ReversalRequest { issue_id: issue, units: 1, reason: REASON, note: String::new() };
        kit.write(move |unit| reverse(unit, contract, &back)).await.expect("given back");
        check(&kit, 50_000, 0, 50_000, 0, 0).await;
    })
    .await;
}

#[tokio::test]
async fn a_sale_by_mistake_that_is_made_void_earns_nothing() {
    on_both(company_with(json!([])), async |kit| {
        let contract = kit.card("KS-1001").await.id;
        let lot_id = ten_bought(&kit, contract).await;
        let undone = VoidRequest { lot_id, reason: REASON, note: String::new() };
        kit.write(move |unit| void(unit, contract, &undone)).await.expect("void");
        check(&kit, 50_000, 0, 0, 50_000, 0).await;
    })
    .await;
}

/// What is unused at the end of 31 March, what March earns by units that nobody used, and what March and April close with.
async fn check_march(kit: &Kit, unused: i64, breakage: i64, closing: [i64; 2]) {
    let books = kit.read(|reader| reader.books(0)).await.expect("the books");
    let report = base_date::report(&books.lots, &books.turns, date("2027-03-31"));
    let lines = by_month(&books.lots, &books.turns, date("2027-03-01"), date("2027-04-30"));
    assert_eq!((report.b2b_exempt_yen, lines[0].breakage), (unused, breakage));
    assert_eq!([lines[0].closing, lines[1].closing], closing);
}

#[tokio::test]
async fn what_nobody_used_by_its_last_day_is_revenue_of_that_day() {
    on_both(company_with(json!([lot(1, 10, Some("2027-03-31"))])), async |kit| {
        let request = call(&kit.card("KS-1001").await);
        let contract = request.contract_id;
        let issue = kit.write(move |unit| save(unit, &request)).await.expect("saved").issues[0].id;
        kit.clock.set(at("2027-03-31T23:59:59+09:00"));
        check_march(&kit, 50_000, 0, [50_000, 50_000]).await;
        kit.clock.set(at("2027-04-01T00:00:00+09:00"));
        check_march(&kit, 5_000, 45_000, [5_000, 5_000]).await;
        // The server stood still in that night.
        kit.clock.set(at("2027-04-03T08:00:00+09:00"));
        kit.write(|unit| unit.expire_due(unit.today())).await.expect("expired");
        check_march(&kit, 5_000, 45_000, [5_000, 5_000]).await;
        let back = ReleaseRequest { issue_id: issue, reason: REASON, note: String::new() };
        kit.write(move |unit| release(unit, contract, &back)).await.expect("given back");
        check_march(&kit, 5_000, 45_000, [5_000, 0]).await;
        kit.assert_sound().await;
    })
    .await;
}
