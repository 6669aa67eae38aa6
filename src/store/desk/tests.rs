//! Callers are found, and one card tells all about them.

use serde_json::json;

use crate::commands::{intake, remote_outcome};
use crate::domain::event::EventKind;
use crate::domain::issue::{IssueState, Outcome};
use crate::domain::refusal::Code;
use crate::domain::visit::VisitState;
use crate::domain::wallet::account::{HoldState, TicketState};
use crate::domain::wallet::number::ticket_number;
use crate::roads::travel::GreatCircle;
use crate::store::history::HistoryFilter;
use crate::store::technicians::Team;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::store::{Fault, StoreError};
use crate::views::board::AssignRequest;
use crate::views::desk::{IntakeReceipt, IssueDetail, MatchedOn, OutcomeRequest, RemoteOutcome};

async fn check(kit: &Kit, typed: &str, expected: &[(&str, MatchedOn)]) {
    let text = typed.to_owned();
    let hits = kit.read(move |reader| reader.search(&text)).await.unwrap().hits;
    let seen: Vec<_> = hits.iter().map(|hit| (hit.contract_number.as_str(), hit.matched_on)).collect();
    assert_eq!(seen, expected, "{typed}");
}

#[tokio::test]
async fn a_caller_is_found_by_whatever_he_says() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        use MatchedOn::{Contract, Kana, Name, Phone, Postcode, Serial};
        // Two customers share this number, one of them written in the international form.
        check(&kit, "０７６−５５５−０１１１", &[("KS-1001", Phone), ("KS-2001", Phone)]).await;
        check(&kit, "0112", &[("KS-1001", Phone)]).await;
        check(&kit, "うたつ", &[("KS-1001", Kana)]).await;
        check(&kit, "川食品", &[("KS-2001", Name)]).await;
        check(&kit, "ks-20", &[("KS-2001", Contract)]).await;
        check(&kit, "ac20-0002", &[("KS-1001", Serial)]).await;
        check(&kit, "ｳﾀﾂ", &[("KS-1001", Kana)]).await;
        check(&kit, "ks1001", &[("KS-1001", Contract)]).await;
        check(&kit, "ＫＳ２００", &[("KS-2001", Contract)]).await;
        check(&kit, "AC200002", &[("KS-1001", Serial)]).await;
        check(&kit, "山田花子", &[("KS-1001", Name)]).await;
        check(&kit, "ﾔﾏﾀﾞ はな", &[("KS-1001", Kana)]).await;
        for kana in ["あべ", "アベ", "ｱﾍﾞまゆ"] {
            check(&kit, kana, &[("KS-2001", Kana)]).await;
        }
        for postcode in ["９２０−０００１", "9200001", "〒920-0001"] {
            check(&kit, postcode, &[("KS-1001", Postcode)]).await;
        }
        check(&kit, "〒920", &[("KS-1001", Postcode), ("KS-2001", Postcode)]).await;
        check(&kit, "100%", &[]).await;
        check(&kit, "  ", &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_hit_by_a_person_says_which() {
    on_both(company_with(json!([])), async |kit| {
        let hits = kit.read(|reader| reader.search("阿部")).await.unwrap().hits;
        assert_eq!(hits[0].contact_name.as_deref(), Some("阿部 真由"));
    })
    .await;
}

#[tokio::test]
async fn a_ticket_read_out_on_the_phone_is_found_with_its_state_and_the_repair_that_used_it() {
    on_both(company_with(json!([lot(1, 5, Some("2027-03-31"))])), async |kit| {
        let issue = receipt(&kit).await.issues.remove(0);
        let number = issue.tickets[0].clone();
        for typed in [number.clone(), number.replace('-', " "), number.replace("TK-", "").replace('-', "")] {
            check(&kit, &typed, &[("KS-1001", MatchedOn::Ticket)]).await;
            let found = kit.read(move |reader| reader.search(&typed)).await.unwrap().quoted.unwrap();
            let ticket = found.ticket.unwrap();
            assert_eq!((ticket.number, ticket.state), (number.clone(), TicketState::Held));
            assert_eq!((ticket.issue_id, ticket.issue_number.as_deref()), (Some(issue.id), Some(&*issue.number)));
        }
        check(&kit, "ＴＫ２０２６０００００１", &[("KS-1001", MatchedOn::Lot)]).await;
        let lot = kit.read(|reader| reader.search("TK-2026-000001")).await.unwrap().quoted.unwrap();
        assert_eq!((lot.ticket, lot.lot.available, lot.lot.held), (None, 3, 2));
        check(&kit, &ticket_number("TK-2026-000002", 1), &[]).await;
    })
    .await;
}

#[tokio::test]
async fn a_misheard_ticket_is_not_simply_not_found() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let number = receipt(&kit).await.issues[0].tickets[0].clone();
        let last = number.chars().last().unwrap();
        let wrong = format!("{}{}", &number[..number.len() - 1], if last == '0' { '1' } else { '0' });
        for typed in [wrong.clone(), wrong.replace("TK-", "").replace('-', "")] {
            let refused = kit.read(move |reader| reader.search(&typed)).await;
            assert!(matches!(refused, Err(Fault::Refused(refusal)) if refusal.code == Code::TicketMisheard));
        }
        let (mine, other) = (kit.card("KS-1001").await.customer.id, kit.card("KS-2001").await.customer.id);
        let quoted = async |of| {
            let number = number.clone();
            kit.read(move |reader| reader.quoted(&number, Some(of))).await.unwrap().is_some()
        };
        assert_eq!((quoted(mine).await, quoted(other).await), (true, false));
    })
    .await;
}

async fn receipt(kit: &Kit) -> IntakeReceipt {
    let mut request = call(&kit.card("KS-1001").await);
    let mut question = request.issues[0].clone();
    question.kind = crate::domain::issue::IssueKind::Question;
    question.symptom = Some("timer".into());
    question.needs_visit = false;
    request.issues.push(question);
    kit.write(move |unit| intake::save(unit, &request)).await.unwrap()
}

async fn close(
    kit: &Kit,
    issue: crate::domain::ids::IssueId,
    version: i64,
    outcome: RemoteOutcome,
) -> Result<IssueDetail, Fault> {
    let request =
        OutcomeRequest { version, outcome, note: "電話で案内".to_owned(), remedy: String::new(), minutes: None };
    kit.write(move |unit| remote_outcome::close(unit, issue, &request, &GreatCircle::CITY)).await
}

fn code(outcome: Result<IssueDetail, Fault>) -> Code {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal.code,
        other => panic!("must be refused, is {other:?}"),
    }
}

#[tokio::test]
async fn a_question_answered_on_the_phone_uses_its_ticket_and_our_own_defect_does_not() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let receipt = receipt(&kit).await;
        let (fault, question) = (receipt.issues[0].id, receipt.issues[1].id);
        assert_eq!(code(close(&kit, question, 9, RemoteOutcome::Answered).await), Code::Stale);
        let answered = close(&kit, question, 1, RemoteOutcome::Answered).await.unwrap();
        assert_eq!((answered.summary.state, answered.hold_state), (IssueState::Closed, Some(HoldState::Captured)));
        assert_eq!(answered.tickets.len(), 1);
        let ours = close(&kit, fault, 1, RemoteOutcome::OwnDefect).await.unwrap();
        assert_eq!((ours.outcome, ours.hold_state), (Some(Outcome::OwnDefect), Some(HoldState::Released)));
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.held, wallet.consumed), (4, 0, 1));
        assert_eq!(code(close(&kit, fault, ours.version, RemoteOutcome::Answered).await), Code::IssueState);
        let said = kit.read(move |reader| reader.consumption_sentence(fault)).await.unwrap();
        assert_eq!(said.unwrap().0, "当社起因のため 0枚");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn withdrawing_takes_a_visit_off_its_route_unless_somebody_set_out() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let receipt = receipt(&kit).await;
        let (issue, order) = (receipt.issues[0].id, receipt.issues[0].work_order_id.unwrap());
        let assigned = kit
            .write(move |unit| {
                let territory = unit.look().catalog()?.territories[0].id;
                let team = unit.look().profiles(&Team::Territory(territory))?;
                let technician_id = team.first().ok_or(StoreError::Busy)?.id;
                let request = AssignRequest { technician_id, version: 1, accept_broken: false, reason: None };
                crate::commands::assign::assign(unit, order, &request, &GreatCircle::CITY)
            })
            .await
            .unwrap();
        let detail = kit.read(move |reader| reader.issue_detail(issue)).await.unwrap();
        assert_eq!(detail.summary.visit_state, Some(VisitState::Dispatched));
        let closed = close(&kit, issue, detail.version, RemoteOutcome::Withdrawn).await.unwrap();
        assert_eq!((closed.summary.state, closed.hold_state), (IssueState::Cancelled, Some(HoldState::Released)));
        assert_eq!(closed.visits[0].state, VisitState::Cancelled);
        let visit = assigned.visit.id;
        let stream = crate::domain::event::Stream::Visit(visit);
        let told = kit.read(move |reader| reader.events_after(stream, 0, 100)).await.unwrap();
        assert_eq!(told.last().map(|(_, event)| event.kind), Some(EventKind::VisitCancelled));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_history_is_read_page_by_page_and_adds_up_to_the_balance() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let receipt = receipt(&kit).await;
        close(&kit, receipt.issues[1].id, 1, RemoteOutcome::Answered).await.unwrap();
        let card = kit.card("KS-1001").await;
        let contract = card.id;
        let (mut before, mut lines) = (None, Vec::new());
        loop {
            let filter = HistoryFilter { before, limit: Some(3), ..HistoryFilter::default() };
            let page = kit.read(move |reader| reader.history(contract, &filter)).await.unwrap();
            lines.extend(page.entries);
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert!(lines.windows(2).all(|pair| pair[0].seq == pair[1].seq + 1));
        assert_eq!(lines.iter().filter_map(|line| line.units).sum::<i64>(), card.wallet.available);
        assert_eq!(lines[0].ja, "回答済みのため 1枚を消費確定（残 3枚）");
        assert_eq!(lines[1].ja, "要件を解決：回答済み（電話で案内）");
        assert_eq!(lines[1].actor_name, "宮本 さくら");
        assert_eq!(lines.last().unwrap().ja, "チケット5枚を購入（TK-2026-000001、残 5枚）");

        let other = HistoryFilter { asset: Some(card.assets[1].id), ..HistoryFilter::default() };
        let page = kit.read(move |reader| reader.history(contract, &other)).await.unwrap();
        assert!(page.entries.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_portal_shows_the_customers_own_contracts_only() {
    on_both(company_with(json!([lot(1, 5, Some("2027-03-31"))])), async |kit| {
        receipt(&kit).await;
        let customer = kit.card("KS-1001").await.customer.id;
        let portal = kit.read(move |reader| reader.portal(customer)).await.unwrap();
        assert_eq!(portal.contracts.len(), 1);
        assert_eq!((portal.contracts[0].wallet.available, portal.contracts[0].open_issues.len()), (3, 2));
        assert_eq!(portal.vendor_name_ja, "犀川機器サービス");
    })
    .await;
}
