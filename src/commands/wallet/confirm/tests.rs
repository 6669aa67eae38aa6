//! Customers who agree with a use, on each database.

use serde_json::json;

use super::*;
use crate::commands::intake::save;
use crate::commands::wallet::{raise_dispute, reverse, withdraw_dispute};
use crate::domain::event::EventKind;
use crate::domain::ids::{Id, IssueId, PostingId, UserId};
use crate::domain::time::Seconds;
use crate::domain::wallet::account::CorrectionReason;
use crate::domain::wallet::dispute::Assent;
use crate::store::history::HistoryFilter;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::store::wallet::Because;
use crate::views::claims::{Dispute, DisputeRequest, DisputeWithdrawal};
use crate::views::ledger::ReversalRequest;
use crate::views::statement::StatementLine;

fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> Refusal {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal,
        other => panic!("must be refused, is {other:?}"),
    }
}

fn yamada() -> Actor {
    Actor::User {
        id: UserId::from_uuid(uuid::Uuid::from_u128(5)), name: "山田 花子".to_owned(), role: Role::Customer
    }
}

async fn used(kit: &Kit) -> (ContractId, IssueId) {
    let request = call(&kit.card("KS-1001").await);
    let contract = request.contract_id;
    let issue = kit.write(move |unit| save(unit, &request)).await.expect("saved").issues[0].id;
    kit.write(move |unit| unit.capture_by_hand(contract, issue, 1, &Because::default())).await.expect("used");
    (contract, issue)
}

async fn line(kit: &Kit, contract: ContractId) -> StatementLine {
    let day = crate::store::testing::date("2026-11-23");
    let statement = kit.read(move |reader| reader.statement(contract, day, day)).await.expect("a statement");
    statement.lines.into_iter().rfind(|line| line.disputable).expect("a use")
}

async fn say_yes(kit: &Kit, contract: ContractId, posting_id: PostingId) -> Result<Confirmation, Fault> {
    kit.store.task(yamada(), move |unit| confirm(unit, contract, &ConfirmationRequest { posting_id })).await
}

async fn object(kit: &Kit, who: Actor, contract: ContractId, posting_id: PostingId) -> Result<Dispute, Fault> {
    let request = DisputeRequest { posting_id, reason: "頼んでいません".to_owned() };
    kit.store.task(who, move |unit| raise_dispute(unit, contract, &request)).await
}

fn operator() -> Actor {
    Actor::User { id: UserId::from_uuid(uuid::Uuid::from_u128(6)), name: "受付".to_owned(), role: Role::Operator }
}

#[tokio::test]
async fn a_use_is_confirmed_once_and_disputed_no_more_but_the_vendor_may_reverse_it() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (contract, issue_id) = used(&kit).await;
        let posting = line(&kit, contract).await.posting_id;
        assert_eq!(line(&kit, contract).await.assent, None);
        let said = say_yes(&kit, contract, posting).await.expect("it is kept");
        assert_eq!((said.issue_id, said.units, &said.confirmed_by), (issue_id, 1, &yamada()));
        let assent = line(&kit, contract).await.assent.expect("it is shown");
        assert_eq!((assent.how, assent.by.as_deref(), assent.at), (Assent::Said, Some("山田 花子"), said.confirmed_at));
        assert_eq!(refused(say_yes(&kit, contract, posting).await).code, Code::ConfirmedBefore);
        for who in [yamada(), operator()] {
            let refusal = refused(object(&kit, who, contract, posting).await);
            assert_eq!(refusal.code, Code::DisputeConfirmed);
            assert!(refusal.ja().contains("山田 花子様") && !refusal.ja().contains('{'), "{}", refusal.ja());
        }
        let page = kit.read(move |reader| reader.history(contract, &HistoryFilter::default())).await.unwrap();
        let told = page.entries.iter().find(|entry| entry.kind == EventKind::UseConfirmed).expect("it is told");
        assert!(told.ja.contains("の1枚に間違いなし（山田 花子）"), "{}", told.ja);
        let (reason, note) = (CorrectionReason::EntryError, String::new());
        let back = ReversalRequest { issue_id, units: 1, reason, note };
        kit.write(move |unit| reverse(unit, contract, &back)).await.expect("the vendor corrects it");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_confirms_for_the_customer_or_against_his_own_objection() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (contract, _) = used(&kit).await;
        let posting_id = line(&kit, contract).await.posting_id;
        let request = ConfirmationRequest { posting_id };
        let entered = kit.store.task(operator(), move |unit| confirm(unit, contract, &request)).await;
        assert_eq!(refused(entered).code, Code::Forbidden);
        let dispute = object(&kit, yamada(), contract, posting_id).await.expect("in time");
        assert_eq!(refused(say_yes(&kit, contract, posting_id).await).code, Code::DisputeExists);
        let (id, back) = (dispute.id, DisputeWithdrawal { version: 1 });
        kit.store.task(yamada(), move |unit| withdraw_dispute(unit, id, &back)).await.expect("withdrawn");
        say_yes(&kit, contract, posting_id).await.expect("now he agrees");
        let other = kit.card("KS-2001").await.id;
        assert_eq!(refused(say_yes(&kit, other, posting_id).await).code, Code::NotFound);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn after_three_days_a_line_counts_as_confirmed_and_only_the_desk_enters_an_objection() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (contract, _) = used(&kit).await;
        kit.clock.advance(Seconds::hours(72));
        let before = line(&kit, contract).await;
        assert_eq!(before.assent, None, "its last moment is not over");
        kit.clock.advance(Seconds(1));
        let after = line(&kit, contract).await;
        let assent = after.assent.expect("it lapsed");
        assert_eq!((assent.how, assent.by, Some(assent.at)), (Assent::Lapsed, None, after.in_time_until));
        let refusal = refused(object(&kit, yamada(), contract, after.posting_id).await);
        assert_eq!(refusal.code, Code::DisputeLate);
        assert!(refusal.ja().contains("お電話ください") && !refusal.ja().contains('{'), "{}", refusal.ja());
        let dispute = object(&kit, operator(), contract, after.posting_id).await.expect("by proxy");
        assert!(dispute.late);
        assert_eq!(line(&kit, contract).await.assent, None, "it is disputed");
        let page = kit.read(move |reader| reader.history(contract, &HistoryFilter::default())).await.unwrap();
        assert!(page.entries[0].ja.ends_with("、72時間経過後、代理入力"), "{}", page.entries[0].ja);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_given_back_is_offered_neither_for_a_yes_nor_for_an_objection() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let (contract, issue) = used(&kit).await;
        let charged = line(&kit, contract).await;
        let back = Because { reason: "other".to_owned(), note: "誤り".to_owned() };
        kit.write(move |unit| unit.reverse_by_hand(contract, issue, 1, &back)).await.expect("given back");
        let day = crate::store::testing::date("2026-11-23");
        let statement = kit.read(move |reader| reader.statement(contract, day, day)).await.expect("a statement");
        let offered: Vec<_> = statement.lines.iter().filter(|line| line.disputable).collect();
        assert_eq!(offered, Vec::<&StatementLine>::new());
        assert_eq!(refused(say_yes(&kit, contract, charged.posting_id).await).code, Code::DisputeReversed);
        kit.assert_sound().await;
    })
    .await;
}
