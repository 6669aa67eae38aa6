//! Disputes told on each database.

use serde_json::json;

use super::*;
use crate::commands::intake::save;
use crate::domain::ids::{IssueId, PostingId};
use crate::domain::time::Seconds;
use crate::domain::wallet::account::Movement;
use crate::store::disputes::DisputeFilter;
use crate::store::history::HistoryFilter;
use crate::store::testing::{Kit, call, company_with, lot, on_both};

fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> Code {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal.code,
        other => panic!("must be refused, is {other:?}"),
    }
}

/// A call about one fault; gives the issue and the posting of its hold.
async fn held(kit: &Kit) -> (ContractId, IssueId, PostingId) {
    let request = call(&kit.card("KS-1001").await);
    let contract = request.contract_id;
    let issue = kit.write(move |unit| save(unit, &request)).await.expect("saved").issues[0].id;
    (contract, issue, posting(kit, contract, Movement::Hold).await)
}

async fn posting(kit: &Kit, contract: ContractId, movement: Movement) -> PostingId {
    let page = kit.read(move |reader| reader.ledger_page(contract, None, None)).await.expect("the ledger");
    page.postings.iter().find(|posting| posting.movement == movement).expect("it is posted").id
}

async fn raise(kit: &Kit, contract: ContractId, posting_id: PostingId) -> Result<Dispute, Fault> {
    let request = DisputeRequest { posting_id, reason: "頼んでいません".to_owned() };
    kit.write(move |unit| raise_dispute(unit, contract, &request)).await
}

fn granted(units: Option<i64>) -> DisputeDecision {
    DisputeDecision { granted: true, units, note: String::new(), version: 1 }
}

#[tokio::test]
async fn an_objection_after_three_days_is_taken_from_the_desk_and_marked() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (contract, _, line) = held(&kit).await;
        kit.clock.advance(Seconds::hours(73));
        let dispute = raise(&kit, contract, line).await.unwrap();
        assert!(dispute.late);
        let decided = kit.write(move |unit| decide_dispute(unit, dispute.id, &granted(None))).await.unwrap();
        assert_eq!((decided.returned, decided.version), (1, 2));
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.held), (5, 0), "what was only on hold is released");
        assert_eq!(refused(raise(&kit, contract, line).await), Code::DisputeExists);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_is_granted_after_its_last_day_expires_and_says_so_before_and_after() {
    on_both(company_with(json!([lot(1, 5, Some("2026-11-30"))])), async |kit| {
        let (contract, _, line) = held(&kit).await;
        let dispute = raise(&kit, contract, line).await.unwrap();
        let warned = async || {
            let rows = kit.read(move |reader| reader.disputes(DisputeFilter::Contract(contract))).await.unwrap();
            rows[0].past_last_day
        };
        assert_eq!(warned().await, 0, "its last day is not over");
        kit.clock.advance(Seconds::hours(24 * 8));
        assert_eq!(warned().await, 1);
        let decided = kit.write(move |unit| decide_dispute(unit, dispute.id, &granted(None))).await.unwrap();
        assert_eq!((decided.returned, decided.expired), (1, 1));
        assert_eq!(warned().await, 0, "it is decided");
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.held, wallet.expired), (0, 1));
        let page = kit.read(move |reader| reader.history(contract, &HistoryFilter::default())).await.unwrap();
        let told = page.entries.iter().find(|entry| entry.kind == EventKind::DisputeGranted).expect("it is told");
        assert!(told.ja.contains("の1枚は期限後のため失効し、残高には戻りません"), "{}", told.ja);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_purchase_is_no_line_to_dispute_and_neither_is_anothers() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (contract, _, line) = held(&kit).await;
        let bought = posting(&kit, contract, Movement::Purchase).await;
        assert_eq!(refused(raise(&kit, contract, bought).await), Code::DisputeKind);
        let other = kit.card("KS-2001").await.id;
        assert_eq!(refused(raise(&kit, other, line).await), Code::NotFound);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_part_of_the_minutes_is_given_back() {
    let mut bought = lot(1, 120, None);
    bought["number"] = "MN-2026-000001".into();
    let mut company = company_with(json!([bought]));
    let contract = &mut company["customers"][0]["contracts"][0];
    (contract["unit"], contract["policy"]["fault_cost"]) = ("minute".into(), 60.into());
    on_both(company, async |kit| {
        let (contract, issue, _) = held(&kit).await;
        let because = Because::default();
        kit.write(move |unit| unit.capture_by_hand(contract, issue, 60, &because)).await.unwrap();
        let used = posting(&kit, contract, Movement::Capture).await;
        let dispute = raise(&kit, contract, used).await.unwrap();
        let (id, much) = (dispute.id, granted(Some(61)));
        assert_eq!(refused(kit.write(move |unit| decide_dispute(unit, id, &much)).await), Code::OverReverse);
        let decided = kit.write(move |unit| decide_dispute(unit, id, &granted(Some(30)))).await.unwrap();
        assert_eq!(decided.returned, 30);
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.consumed), (90, 30));
        kit.assert_sound().await;
    })
    .await;
}
