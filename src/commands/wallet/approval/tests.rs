//! Approvals told on each database.

use serde_json::{Value, json};

use super::*;
use crate::commands::intake::save;
use crate::domain::ids::{Id, UserId};
use crate::domain::time::Seconds;
use crate::domain::wallet::account::{CorrectionReason, HoldState};
use crate::roads::travel::GreatCircle;
use crate::store::testing::{Kit, call, company_with, lot, on_both};
use crate::store::wallet::Because;
use crate::views::claims::Approver;
use crate::views::desk::IntakeReceipt;

fn refused<T: std::fmt::Debug>(outcome: Result<T, Fault>) -> Code {
    match outcome {
        Err(Fault::Refused(refusal)) => refusal.code,
        other => panic!("must be refused, is {other:?}"),
    }
}

/// With two people of the customer's who log in, and a fee for calling off that a refusal must not cost.
fn company() -> Value {
    let mut company = company_with(json!([lot(1, 9, None)]));
    company["customers"][0]["contracts"][0]["policy"]["cancel_before_departure_cost"] = 1.into();
    for login in ["yamada", "kacho"] {
        let user = json!({"login": login, "password": "customer-demo", "role": "customer", "name": login,
            "language": "ja", "customer": "C1"});
        company["users"].as_array_mut().expect("users").push(user);
    }
    company
}

async fn set(kit: &Kit, rule: ApprovalRuleRequest) -> ApprovalRuleView {
    let contract = kit.card("KS-1001").await.id;
    kit.write(move |unit| set_approval_rule(unit, contract, &rule)).await.expect("the rule is set")
}

fn above(units: i64) -> ApprovalRuleRequest {
    ApprovalRuleRequest { units_per_issue: Some(units), ..Default::default() }
}

/// A call about `issues` faults, urgent or not.
async fn called(kit: &Kit, issues: usize, urgent: bool) -> IntakeReceipt {
    let card = kit.card("KS-1001").await;
    let mut request = call(&card);
    let issue = &mut request.issues[0];
    issue.product_id = Some(card.assets[0].product_id);
    issue.asset_id = None;
    if urgent {
        issue.impact = crate::domain::priority::Impact::Stopped;
        issue.urgency = crate::domain::priority::Urgency::Now;
    }
    request.issues = vec![request.issues[0].clone(); issues];
    kit.write(move |unit| save(unit, &request)).await.expect("saved")
}

async fn close(kit: &Kit, issue: IssueId, outcome: RemoteOutcome) {
    let end = OutcomeRequest { version: 1, outcome, note: String::new(), remedy: String::new(), minutes: None };
    kit.write(move |unit| remote_outcome::close(unit, issue, &end, &GreatCircle::CITY)).await.expect("closed");
}

async fn asked(kit: &Kit, issue: IssueId) -> Approval {
    kit.read(move |reader| reader.approval(issue)).await.expect("read").expect("the customer was asked")
}

fn person(approver: &Approver) -> Actor {
    Actor::User { id: approver.id, name: approver.name.clone(), role: Role::Customer }
}

async fn answer(kit: &Kit, who: Actor, issue: IssueId, approved: bool) -> Result<Approval, Fault> {
    let version = asked(kit, issue).await.version;
    let request = ApprovalRequest { approved, note: String::new(), version };
    kit.store.task(who, move |unit| decide_approval(unit, issue, &request, &GreatCircle::CITY)).await
}

#[tokio::test]
async fn what_lies_above_the_limit_is_done_at_once_and_counts_when_it_is_approved() {
    on_both(company(), async |kit| {
        let people = set(&kit, above(0)).await.approvers;
        let receipt = called(&kit, 1, false).await;
        assert_eq!(receipt.consumption.approval_wanted, [0]);
        let issue = receipt.issues[0].id;
        close(&kit, issue, RemoteOutcome::Answered).await;
        let waiting = asked(&kit, issue).await;
        assert_eq!((waiting.state, waiting.waiting_units), (ApprovalState::Pending, Some(1)));
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.held, wallet.consumed), (1, 0));
        kit.assert_sound().await;
        let contract = kit.card("KS-1001").await.id;
        let because = Because { reason: CorrectionReason::EntryError.as_str().to_owned(), ..Because::default() };
        let by_hand = kit.write(move |unit| unit.capture_by_hand(contract, issue, 1, &because)).await;
        assert_eq!(refused(by_hand), Code::ApprovalPending);
        let desk = crate::store::testing::operator();
        assert_eq!(refused(answer(&kit, desk, issue, true).await), Code::RequestInvalid, "who said so?");
        let approved = answer(&kit, person(&people[0]), issue, true).await.expect("approved");
        assert_eq!(approved.state, ApprovalState::Approved);
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.held, wallet.consumed), (0, 1));
        let twice = ApprovalRequest { approved: true, note: "山田様".to_owned(), version: approved.version };
        let twice = kit.write(move |unit| decide_approval(unit, issue, &twice, &GreatCircle::CITY)).await;
        assert_eq!(refused(twice), Code::ApprovalClosed);
        kit.assert_sound().await;
    })
    .await;
}

/// The work is done on the last day of the units, whose law class or policy allows no later use; the yes comes days later.
#[tokio::test]
async fn a_yes_after_the_last_day_counts_for_the_day_of_the_work() {
    let mut company = company();
    let contract = &mut company["customers"][0]["contracts"][0];
    contract["lots"][0]["law_class"] = "six_month_exempt".into();
    contract["lots"][0]["issued_on"] = "2026-06-01".into();
    contract["lots"][0]["expires_on"] = "2026-11-23".into();
    on_both(company, async |kit| {
        let people = set(&kit, above(0)).await.approvers;
        let issue = called(&kit, 1, false).await.issues[0].id;
        close(&kit, issue, RemoteOutcome::Answered).await;
        assert_eq!(asked(&kit, issue).await.waiting_on, Some(crate::store::testing::date("2026-11-23")));
        kit.clock.advance(Seconds::hours(72));
        answer(&kit, person(&people[0]), issue, true).await.expect("approved");
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.held, wallet.consumed, wallet.expired), (0, 1, 0));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_was_given_back_leaves_room_in_the_month() {
    let mut company = company();
    company["customers"][0]["contracts"][0]["policy"]["fault_cost"] = 3.into();
    on_both(company, async |kit| {
        set(&kit, ApprovalRuleRequest { units_per_month: Some(4), ..Default::default() }).await;
        let first = called(&kit, 1, false).await.issues[0].id;
        let contract = kit.card("KS-1001").await.id;
        let because = Because { reason: CorrectionReason::EntryError.as_str().to_owned(), ..Because::default() };
        kit.write(move |unit| unit.capture_by_hand(contract, first, 1, &because.clone())).await.expect("one was used");
        assert!(called(&kit, 1, false).await.consumption.approval_wanted.is_empty(), "one and three are four");
        assert_eq!(called(&kit, 1, false).await.consumption.approval_wanted, [0]);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_is_asked_below_the_limits_and_the_month_is_counted() {
    on_both(company(), async |kit| {
        let rule = ApprovalRuleRequest { units_per_month: Some(2), ..above(1) };
        set(&kit, rule.clone()).await;
        let receipt = called(&kit, 3, false).await;
        assert_eq!(receipt.consumption.approval_wanted, [2], "the third of the month");
        close(&kit, receipt.issues[0].id, RemoteOutcome::OwnDefect).await;
        assert_eq!(called(&kit, 1, false).await.consumption.approval_wanted, [0]);
        kit.clock.advance(Seconds::hours(24 * 10));
        assert!(called(&kit, 2, false).await.consumption.approval_wanted.is_empty(), "it is December");
        let contract = kit.card("KS-1001").await.id;
        let stale = kit.write(move |unit| set_approval_rule(unit, contract, &rule)).await;
        assert_eq!(refused(stale), Code::Stale);
        set(&kit, ApprovalRuleRequest { version: 1, ..Default::default() }).await;
        assert!(called(&kit, 3, false).await.consumption.approval_wanted.is_empty(), "no limits, no questions");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn silence_is_a_yes_after_the_time_that_the_customer_chose() {
    on_both(company(), async |kit| {
        set(&kit, ApprovalRuleRequest { auto_minutes: Some(15), ..above(0) }).await;
        let issue = called(&kit, 1, false).await.issues[0].id;
        close(&kit, issue, RemoteOutcome::Answered).await;
        kit.clock.advance(Seconds::minutes(14));
        kit.write(approve_overdue).await.expect("a look");
        assert_eq!(asked(&kit, issue).await.state, ApprovalState::Pending);
        kit.clock.advance(Seconds::minutes(1));
        kit.write(approve_overdue).await.expect("a look");
        assert_eq!(asked(&kit, issue).await.state, ApprovalState::TimedOut);
        assert_eq!(kit.card("KS-1001").await.wallet.consumed, 1);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_no_costs_nothing_and_stops_only_what_has_not_begun() {
    on_both(company(), async |kit| {
        let people = set(&kit, above(0)).await.approvers;
        let issue = called(&kit, 1, false).await.issues[0].id;
        let refusal = answer(&kit, person(&people[0]), issue, false).await.expect("not approved");
        assert_eq!(refusal.state, ApprovalState::Refused);
        let wallet = kit.card("KS-1001").await.wallet;
        assert_eq!((wallet.available, wallet.held, wallet.consumed), (9, 0, 0));
        let detail = kit.read(move |reader| reader.issue_detail(issue)).await.expect("read");
        assert_eq!((detail.summary.state.is_open(), detail.hold_state), (false, Some(HoldState::Released)));
        let stopped = called(&kit, 1, true).await.issues[0].id;
        assert_eq!(refused(answer(&kit, person(&people[0]), stopped, false).await), Code::ApprovalGoesOn);
        let done = called(&kit, 1, false).await.issues[0].id;
        close(&kit, done, RemoteOutcome::Answered).await;
        assert_eq!(refused(answer(&kit, person(&people[0]), done, false).await), Code::ApprovalGoesOn);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_turns_out_to_cost_nothing_needs_no_approval() {
    on_both(company(), async |kit| {
        set(&kit, above(0)).await;
        let issue = called(&kit, 1, false).await.issues[0].id;
        close(&kit, issue, RemoteOutcome::OwnDefect).await;
        assert_eq!(asked(&kit, issue).await.state, ApprovalState::Lapsed);
        assert_eq!(kit.card("KS-1001").await.wallet.available, 9);
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn the_approver_answers_and_when_he_has_left_his_colleagues_do() {
    on_both(company(), async |kit| {
        let people = set(&kit, above(0)).await.approvers;
        let [kacho, yamada] = [person(&people[0]), person(&people[1])];
        let stranger = UserId::from_uuid(Default::default());
        let contract = kit.card("KS-1001").await.id;
        let wrong = ApprovalRuleRequest { version: 1, approver_id: Some(stranger), ..above(0) };
        let wrong = kit.write(move |unit| set_approval_rule(unit, contract, &wrong)).await;
        assert_eq!(refused(wrong), Code::RequestInvalid);
        set(&kit, ApprovalRuleRequest { version: 1, approver_id: Some(people[0].id), ..above(0) }).await;
        let (one, other) = (called(&kit, 1, false).await.issues[0].id, called(&kit, 1, false).await.issues[0].id);
        assert_eq!(refused(answer(&kit, yamada.clone(), one, true).await), Code::ApprovalNotYours);
        answer(&kit, kacho, one, true).await.expect("approved");
        kit.sql("UPDATE users SET active = NOT active WHERE login = 'kacho'");
        answer(&kit, yamada, other, true).await.expect("approved by a colleague");
        kit.assert_sound().await;
    })
    .await;
}
