//! What happens at the desk, told on each database.

use futures_util::future::join_all;
use serde_json::json;

use super::{preview, save};
use crate::commands::remote_outcome;
use crate::domain::event::EventKind;
use crate::domain::ids::{Id, OperationId};
use crate::domain::issue::{IssueKind, IssueState};
use crate::domain::priority::Priority;
use crate::domain::refusal::Code;
use crate::domain::time::{Seconds, Window};
use crate::domain::wallet::account::HoldState;
use crate::domain::wallet::policy::CostReason;
use crate::roads::travel::GreatCircle;
use crate::store::testing::{Kit, call, company_with, lot, morning, on_both, operator};
use crate::store::{Answer, Fault, Operation};
use crate::views::desk::{IntakeReceipt, IntakeRequest, OutcomeRequest, RemoteOutcome};
use crate::views::wallet::Consumption;

async fn saved(kit: &Kit, request: &IntakeRequest) -> Result<IntakeReceipt, Fault> {
    let request = request.clone();
    kit.write(move |unit| save(unit, &request)).await
}

async fn previewed(kit: &Kit, request: &IntakeRequest) -> Result<Consumption, Fault> {
    let (request, now) = (request.clone(), kit.store.clock().now());
    kit.read(move |reader| preview(reader, &request, now)).await
}

fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> crate::domain::refusal::Refusal {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal,
        other => panic!("must be refused, is {other:?}"),
    }
}

#[tokio::test]
async fn two_issues_in_one_call_cost_two_tickets_and_the_dying_one_goes_first() {
    let lots = json!([lot(1, 7, Some("2027-09-30")), lot(2, 1, Some("2027-03-31"))]);
    on_both(company_with(lots), async |kit| {
        let card = kit.card("KS-1001").await;
        let mut request = call(&card);
        let mut question = request.issues[0].clone();
        question.kind = IssueKind::Question;
        question.symptom = Some("timer".into());
        question.needs_visit = false;
        request.issues.push(question);

        let read_out = previewed(&kit, &request).await.unwrap();
        assert_eq!(read_out.sentence_ja, "2要件 → 2枚（残 8枚 → 6枚、うち1枚は3/31期限分）");
        let receipt = saved(&kit, &request).await.unwrap();
        assert_eq!(receipt.consumption, read_out);
        assert_eq!(receipt.interaction_number, "C-KN-2026-000001");
        assert_eq!(receipt.issues[1].number, "I-KN-2026-000002");
        assert_eq!(receipt.issues[0].tickets, ["TK-2026-000002-01-5"]);

        let after = kit.card("KS-1001").await;
        assert_eq!((after.wallet.available, after.wallet.held), (6, 2));
        let states: Vec<_> = after.open_issues.iter().map(|issue| issue.state).collect();
        assert!(states.contains(&IssueState::AwaitingDispatch) && states.contains(&IssueState::Remote));
        let territory = after.sites[0].territory_id;
        let queue = kit
            .read(move |reader| reader.queue(crate::store::issues::QueueFilter::Territory(territory)))
            .await
            .unwrap();
        assert_eq!(queue.len(), 1);
        assert_eq!((queue[0].symptom_en.as_str(), queue[0].service_minutes), ("Noise", 60));
        assert_eq!(queue[0].arrive_by, Some(morning() + Priority::P2.arrive_within()));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_same_symptom_within_thirty_days_is_ours_to_make_good() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let card = kit.card("KS-1001").await;
        let mut request = call(&card);
        let repaired = card.assets.iter().find(|asset| asset.serial == "AC20-0002").unwrap();
        assert_eq!(repaired.last_repairs[0].cause_ja, "摩耗");
        let mut again = request.issues[0].clone();
        again.asset_id = Some(repaired.id);
        request.issues.push(again);
        let receipt = saved(&kit, &request).await.unwrap();
        let line = &receipt.consumption.lines[1];
        assert_eq!((line.units, line.reason), (0, CostReason::Recurrence));
        assert_eq!(line.sentence_ja, "2件目（故障）再発のため 0枚（11/2 の修理から21日）");
        assert_eq!(receipt.consumption.total, 1);
        kit.assert_sound().await;

        kit.clock.advance(Seconds::hours(24 * 10));
        let later = previewed(&kit, &request).await.unwrap();
        assert_eq!(later.total, 2, "after thirty days the guarantee is over");
    })
    .await;
}

#[tokio::test]
async fn too_few_tickets_are_refused_with_the_figures_and_nothing_is_written() {
    on_both(company_with(json!([lot(1, 1, None)])), async |kit| {
        let mut request = call(&kit.card("KS-1001").await);
        request.issues.push(request.issues[0].clone());
        let before = kit.card("KS-1001").await;
        for refusal in [refused(previewed(&kit, &request).await), refused(saved(&kit, &request).await)] {
            assert_eq!(refusal.code, Code::Insufficient);
            assert!(refusal.ja().contains("必要 2 枚、残 1 枚、超過利用の枠 2 枚"), "{}", refusal.ja());
        }
        let after = kit.card("KS-1001").await;
        assert_eq!(after.wallet, before.wallet);
        assert_eq!(after.open_issues, []);

        request.overdraft = true;
        let receipt = saved(&kit, &request).await.unwrap();
        assert_eq!(receipt.consumption.overdraft_used, 1);
        assert_eq!(receipt.consumption.sentence_ja, "2要件 → 2枚（残 1枚 → 0枚、超過利用 1枚）");
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.held, wallet.overdraft), (0, 2, 1));
        request.issues.push(request.issues[0].clone());
        assert_eq!(refused(saved(&kit, &request).await).detail["overdraft_left"], 1);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn of_a_thousand_calls_for_ten_tickets_ten_are_taken() {
    on_both(company_with(json!([lot(1, 10, None)])), async |kit| {
        let request = call(&kit.card("KS-1001").await);
        // The last of them may wait longer than a caller would on a machine that has other work.
        let store = kit.store.clone().patient();
        let calls = (0..1000_u128).map(|number| {
            let (store, request) = (store.clone(), request.clone());
            let id = OperationId::from_uuid(uuid::Uuid::from_u128(number));
            async move {
                let operation = Operation { id, fingerprint: [1; 32] };
                store.command(operator(), operation, move |unit| Ok(Answer::json(201, &save(unit, &request)?))).await
            }
        });
        let answers = join_all(calls).await;
        let taken = answers.iter().filter(|answer| answer.is_ok()).count();
        let short = answers
            .iter()
            .filter(|answer| matches!(answer, Err(Fault::Refused(refusal)) if refusal.code == Code::Insufficient));
        assert_eq!((taken, short.count()), (10, 990));
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.held), (0, 10));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_retry_gets_the_first_answer_and_no_second_contact() {
    on_both(company_with(json!([lot(1, 5, None)])), async |kit| {
        let request = call(&kit.card("KS-1001").await);
        let operation = Operation { id: OperationId::from_uuid(uuid::Uuid::from_u128(7)), fingerprint: [7; 32] };
        let mut answers = Vec::new();
        for _ in 0..2 {
            let request = request.clone();
            let work = move |unit: &mut crate::store::Unit<'_>| Ok(Answer::json(201, &save(unit, &request)?));
            answers.push(kit.store.command(operator(), operation, work).await.unwrap());
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!(kit.card("KS-1001").await.wallet.held, 1);
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_saved_names_its_field() {
    let kit = Kit::sqlite(company_with(json!([lot(1, 5, None)]))).await;
    let card = kit.card("KS-1001").await;
    let other = kit.card("KS-2001").await;
    type Change<'a> = &'a dyn Fn(&mut IntakeRequest);
    let now = morning();
    let long = "あ".repeat(4001);
    let cases: &[(Change<'_>, Code, &str)] = &[
        (&|r| r.contract_version = 9, Code::Stale, "contract_version"),
        (&|r| r.contract_id = other.id, Code::NotInForce, "contract_id"),
        (&|r| r.caller_name = " ".into(), Code::RequestInvalid, "caller_name"),
        (&|r| r.note.clone_from(&long), Code::RequestInvalid, "note"),
        (&|r| r.issues.clear(), Code::RequestInvalid, "issues"),
        (&|r| r.issues[0].site_id = other.sites[0].id, Code::SiteForeign, "issues[0].site_id"),
        (&|r| r.issues[0].asset_id = Some(Id::from_uuid(Default::default())), Code::AssetForeign, "issues[0].asset_id"),
        (&|r| r.issues[0].symptom = Some("smoke".into()), Code::RequestInvalid, "issues[0].symptom"),
        (&|r| r.issues[0].kind = IssueKind::Inquiry, Code::RequestInvalid, "issues[0].needs_visit"),
        (
            &|r| {
                r.issues[0].asset_id = None;
                r.issues[0].symptom = None;
            },
            Code::RequestInvalid,
            "issues[0].product_id",
        ),
        (
            &|r| r.issues[0].wish = Window::new(now - Seconds::hours(2), now - Seconds::hours(1)),
            Code::RequestInvalid,
            "issues[0].wish",
        ),
        (
            &|r| r.issues[0].wish = Window::new(now, now + Seconds::hours(24 * 61)),
            Code::RequestInvalid,
            "issues[0].wish",
        ),
        (&|r| r.started_at = Some(now + Seconds::hours(1)), Code::RequestInvalid, "started_at"),
    ];
    for (change, code, field) in cases {
        let mut request = call(&card);
        change(&mut request);
        // The lapsed contract has the same version, so that its own refusal shows.
        let refusal = refused(saved(&kit, &request).await);
        assert_eq!((refusal.code, refusal.field.as_deref()), (*code, Some(*field)), "{}", refusal.en());
    }
    assert_eq!(kit.card("KS-1001").await.open_issues, []);
}

#[tokio::test]
async fn a_contract_that_counts_from_acceptance_uses_the_ticket_at_once() {
    let mut company = company_with(json!([lot(1, 5, None)]));
    company["customers"][0]["contracts"][0]["policy"]["capture_point"] = "acceptance".into();
    on_both(company, async |kit| {
        let receipt = saved(&kit, &call(&kit.card("KS-1001").await)).await.unwrap();
        let issue = receipt.issues[0].id;
        let detail = kit.read(move |reader| reader.issue_detail(issue)).await.unwrap();
        assert_eq!(detail.hold_state, Some(HoldState::Captured));
        let contract = detail.contract_id;
        let events = kit
            .read(move |reader| reader.events_after(crate::domain::event::Stream::Contract(contract), 0, 100))
            .await
            .unwrap();
        let kinds: Vec<EventKind> = events.iter().skip(1).map(|(_, event)| event.kind).collect();
        use EventKind::{InteractionLogged, IssueReceived, WalletCaptured, WalletHeld, WorkOrderOpened};
        assert_eq!(kinds, [InteractionLogged, IssueReceived, WalletHeld, WalletCaptured, WorkOrderOpened]);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn our_own_defect_gives_back_what_was_used_even_when_it_was_never_bought() {
    let mut company = company_with(json!([lot(1, 1, None)]));
    company["customers"][0]["contracts"][0]["policy"]["capture_point"] = "acceptance".into();
    on_both(company, async |kit| {
        let mut request = call(&kit.card("KS-1001").await);
        request.issues.push(request.issues[0].clone());
        request.overdraft = true;
        let receipt = saved(&kit, &request).await.unwrap();
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.consumed, wallet.overdraft), (2, 1));
        for issue in receipt.issues.iter().map(|issue| issue.id) {
            let request = OutcomeRequest {
                version: 1,
                outcome: RemoteOutcome::OwnDefect,
                note: String::new(),
                remedy: String::new(),
                minutes: None,
            };
            let closed =
                kit.write(move |unit| remote_outcome::close(unit, issue, &request, &GreatCircle::CITY)).await.unwrap();
            assert_eq!(closed.hold_state, Some(HoldState::Released));
        }
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.consumed, wallet.overdraft), (1, 0, 0));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_product_that_the_contract_does_not_list_is_told_or_refused_as_it_says() {
    for refuses in [false, true] {
        let mut company = company_with(json!([lot(1, 5, None)]));
        let mut other = company["products"][0].clone();
        (other["code"], other["name_ja"]) = ("AC-90".into(), "コンプレッサー AC-90".into());
        company["products"].as_array_mut().expect("products").push(other);
        let assets = company["customers"][0]["contracts"][0]["assets"].as_array().expect("assets").clone();
        let mut strange = assets[0].clone();
        (strange["serial"], strange["product"], strange["site"]) = ("AC90-0001".into(), "AC-90".into(), "S2".into());
        let other_contract = &mut company["customers"][1]["contracts"][0];
        (other_contract["assets"], other_contract["ends_on"]) = (json!([strange]), "2027-03-31".into());
        company["customers"][0]["contracts"][0]["policy"]["refuses_uncovered"] = refuses.into();
        on_both(company, async |kit| {
            let (card, other) = (kit.card("KS-1001").await, kit.card("KS-2001").await);
            let mut request = call(&card);
            request.issues[0].asset_id = None;
            request.issues[0].product_id = Some(other.assets[0].product_id);
            let said = previewed(&kit, &request).await;
            if refuses {
                let refusal = refused(said);
                assert_eq!((refusal.code, refusal.field.as_deref()), (Code::NotCovered, Some("issues[0].product_id")));
            } else {
                let line = &said.unwrap().lines[0];
                assert!(line.sentence_ja.ends_with("【契約の対象機器にない機種です】"), "{}", line.sentence_ja);
            }
            request.issues[0].product_id = Some(card.assets[0].product_id);
            let said = previewed(&kit, &request).await.unwrap();
            assert!(!said.lines[0].sentence_ja.contains("対象機器"), "an asset of it is listed");
            kit.assert_sound().await;
        })
        .await;
    }
}

#[tokio::test]
async fn a_contract_that_is_not_paid_with_tickets_says_so_and_holds_none() {
    let mut company = company_with(json!([lot(1, 5, None)]));
    company["customers"][0]["contracts"][0]["billing"] = json!("monthly_fee");
    on_both(company, async |kit| {
        let card = kit.card("KS-1001").await;
        let mut request = call(&card);
        request.issues[0].asset_id = Some(card.assets[0].id);
        let line = previewed(&kit, &request).await.unwrap().lines.remove(0);
        assert_eq!((line.units, line.reason), (0, CostReason::Billed));
        assert_eq!(line.sentence_ja, "1件目（故障）この契約はチケット払いではありません（月額）");
        let receipt = saved(&kit, &request).await.unwrap();
        assert!(receipt.issues[0].tickets.is_empty());
        let issue = receipt.issues[0].id;
        let end = OutcomeRequest {
            version: 1,
            outcome: RemoteOutcome::Answered,
            note: String::new(),
            remedy: String::new(),
            minutes: Some(30),
        };
        let closed = kit.write(move |unit| remote_outcome::close(unit, issue, &end, &GreatCircle::CITY)).await;
        assert_eq!(closed.unwrap().hold_state, None);
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.held, wallet.consumed), (5, 0, 0));
        kit.assert_sound().await;
    })
    .await;
}
