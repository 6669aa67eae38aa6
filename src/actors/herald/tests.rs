//! Customers are told what they did not ask for, once.

use serde_json::{Value, json};

use super::Rounds;
use crate::commands::intake;
use crate::commands::notices::CONSUMER;
use crate::commands::wallet;
use crate::domain::access::{Role, User};
use crate::domain::event::{EventKind, Stream};
use crate::domain::issue::IssueKind;
use crate::domain::notice::NoticeKind;
use crate::domain::time::Seconds;
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::policy::{CapturePoint, Policy};
use crate::store::notices::NoticeFilter;
use crate::store::testing::{Kit, at, call, company_with, date, lot, on_both};
use crate::views::claims::ApprovalRuleRequest;
use crate::views::ledger::LotRequest;
use crate::views::notice::NoticeView;

/// A contract that is told at three units.
fn company(count: u32, expires_on: Option<&str>) -> Value {
    let mut company = company_with(json!([lot(1, count, expires_on)]));
    company["customers"][0]["contracts"][0]["policy"]["low_balance"] = json!(3);
    company
}

async fn calls(kit: &Kit, times: usize, overdraft: bool) {
    for _ in 0..times {
        let mut request = call(&kit.card("KS-1001").await);
        request.overdraft = overdraft;
        kit.write(move |unit| intake::save(unit, &request)).await.unwrap();
    }
}

/// A herald that has just come to life looks at everything.
async fn herald(kit: &Kit) {
    kit.clock.advance(Seconds::minutes(1));
    let mut rounds = Rounds::new(kit.store.clone(), None);
    rounds.sweep().await.unwrap();
    while !rounds.todo.is_empty() {
        rounds.step().await.unwrap();
    }
}

/// What was told beside the line of each contact.
async fn told(kit: &Kit) -> Vec<NoticeView> {
    let all = all_told(kit).await;
    all.into_iter().filter(|notice| notice.kind != NoticeKind::Usage).collect()
}

async fn all_told(kit: &Kit) -> Vec<NoticeView> {
    let page = kit.read(|reader| {
        let user: User = reader.users()?.into_iter().find(|user| user.role == Role::Operator).expect("an operator");
        reader.notices(&user, &NoticeFilter::default())
    });
    let mut notices = page.await.unwrap().notices;
    notices.reverse();
    notices
}

async fn kinds(kit: &Kit) -> Vec<NoticeKind> {
    told(kit).await.iter().map(|notice| notice.kind).collect()
}

#[tokio::test]
async fn a_balance_that_runs_low_is_told_once_until_units_come_in_again() {
    on_both(company(5, None), async |kit| {
        herald(&kit).await;
        assert!(told(&kit).await.is_empty());
        calls(&kit, 2, false).await;
        herald(&kit).await;
        calls(&kit, 1, false).await;
        herald(&kit).await;
        let notices = told(&kit).await;
        assert_eq!(notices.len(), 1);
        assert_eq!(notices[0].ja, "未使用の残りがチケット3枚になりました。追加の購入をご検討ください。");
        calls(&kit, 2, false).await;
        herald(&kit).await;
        assert_eq!(kinds(&kit).await, [NoticeKind::LowBalance; 2]);
        assert!(told(&kit).await[1].ja.contains("残りがなくなりました"));

        let contract = kit.card("KS-1001").await.id;
        let bought: LotRequest = serde_json::from_value(json!({ "units": 4, "price_yen": 20_000,
            "expires_on": null, "scope": "any", "law_class": "b2b_exempt" }))
        .unwrap();
        kit.write(move |unit| wallet::sell(unit, contract, &bought)).await.unwrap();
        calls(&kit, 1, false).await;
        herald(&kit).await;
        let notices = told(&kit).await;
        assert_eq!(notices.len(), 3);
        assert!(notices.iter().all(|notice| notice.balance == 3), "each stands beside what is left now: {notices:?}");
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_replay_of_the_journal_tells_nothing_twice() {
    on_both(company(5, Some("2027-01-31")), async |kit| {
        calls(&kit, 3, false).await;
        herald(&kit).await;
        let before = told(&kit).await;
        assert_eq!(before.len(), 2, "{before:?}");
        let stream = Stream::Contract(kit.card("KS-1001").await.id);
        kit.write(move |unit| unit.set_consumed(CONSUMER, stream, 0)).await.unwrap();
        herald(&kit).await;
        assert_eq!(told(&kit).await, before);
        let events = kit.read(move |reader| reader.events_after(stream, 0, 500)).await.unwrap();
        let given = events.iter().filter(|(_, event)| event.kind == EventKind::NoticeGiven).count();
        assert_eq!(given, 5, "of three contacts, the balance and the days");
        let behind = kit.read(|reader| reader.contracts_behind(CONSUMER, 10)).await.unwrap();
        assert!(behind.is_empty(), "the herald has read its own entries too: {behind:?}");
    })
    .await;
}

#[tokio::test]
async fn units_that_die_soon_are_told_at_each_of_the_days() {
    on_both(company(5, Some("2027-01-31")), async |kit| {
        let mut rounds = Rounds::new(kit.store.clone(), None);
        for (day, expected) in [
            ("2026-11-23T09:00:00+09:00", 1),
            ("2026-12-01T09:00:00+09:00", 1),
            // 60 days before, just after midnight in Tokyo.
            ("2026-12-01T23:59:59+09:00", 1),
            ("2026-12-02T00:00:30+09:00", 2),
            // The server was down on the 30th day before.
            ("2027-01-05T09:00:00+09:00", 3),
            ("2027-01-24T09:00:00+09:00", 4),
            ("2027-01-31T09:00:00+09:00", 4),
        ] {
            kit.clock.set(at(day));
            rounds.sweep().await.unwrap();
            assert_eq!(kinds(&kit).await, vec![NoticeKind::Expiry; expected], "{day}");
        }
        let notices = told(&kit).await;
        assert_eq!(notices[1].ja, "チケット5枚の有効期限は2027/1/31です（あと60日）。期限を過ぎると使えません。");
        assert!(notices[2].ja.contains("あと26日"), "{}", notices[2].ja);
    })
    .await;
}

#[tokio::test]
async fn a_copy_of_what_was_entered_for_him_goes_to_the_customer() {
    on_both(company(9, None), async |kit| {
        let mut request = call(&kit.card("KS-1001").await);
        request.on_behalf_of = true;
        request.issues.push(request.issues[0].clone());
        request.issues[1].asset_id = None;
        request.issues[1].product_id = Some(kit.card("KS-1001").await.assets[0].product_id);
        let receipt = kit.write(move |unit| intake::save(unit, &request)).await.unwrap();
        herald(&kit).await;
        let notices = told(&kit).await;
        assert_eq!((notices.len(), notices[0].kind), (1, NoticeKind::ProxyEntry));
        assert_eq!(all_told(&kit).await.len(), 1, "one for the contact");
        assert!(notices[0].ja.contains(&receipt.consumption.sentence_ja), "{}", notices[0].ja);
        assert!(notices[0].ja.contains("2要件 → 2枚（残 9枚 → 7枚"), "{}", notices[0].ja);
    })
    .await;
}

#[tokio::test]
async fn every_contact_that_uses_tickets_is_told_once_with_the_line_that_was_read_out() {
    on_both(company(9, None), async |kit| {
        let mut request = call(&kit.card("KS-1001").await);
        request.issues.push(request.issues[0].clone());
        request.issues[1].asset_id = None;
        request.issues[1].product_id = Some(kit.card("KS-1001").await.assets[0].product_id);
        let receipt = kit.write(move |unit| intake::save(unit, &request)).await.unwrap();
        let mut free = call(&kit.card("KS-1001").await);
        free.issues[0].kind = IssueKind::Inquiry;
        free.issues[0].needs_visit = false;
        kit.write(move |unit| intake::save(unit, &free)).await.unwrap();
        herald(&kit).await;
        herald(&kit).await;
        let notices = all_told(&kit).await;
        assert_eq!(notices.iter().map(|notice| notice.kind).collect::<Vec<_>>(), [NoticeKind::Usage]);
        for word in [receipt.interaction_number.as_str(), &receipt.consumption.sentence_ja, "72時間以内"] {
            assert!(notices[0].ja.contains(word), "{}", notices[0].ja);
        }
        assert!(notices[0].en.contains(&receipt.consumption.sentence_en), "{}", notices[0].en);
    })
    .await;
}

/// Everything above nothing is asked about, and counts as approved after two hours.
async fn limited(kit: &Kit) {
    let contract = kit.card("KS-1001").await.id;
    let rule = ApprovalRuleRequest { units_per_issue: Some(0), auto_minutes: Some(120), ..Default::default() };
    kit.write(move |unit| wallet::set_approval_rule(unit, contract, &rule)).await.unwrap();
}

#[tokio::test]
async fn an_approver_is_asked_told_again_before_the_time_is_over_and_told_that_it_was() {
    on_both(company(9, None), async |kit| {
        limited(&kit).await;
        calls(&kit, 1, false).await;
        herald(&kit).await;
        herald(&kit).await;
        let asked = told(&kit).await;
        assert_eq!(asked.iter().map(|notice| notice.kind).collect::<Vec<_>>(), [NoticeKind::Approval]);
        assert!(
            asked[0].ja.contains("承認をお願いします") && asked[0].ja.contains("11/23 11:00まで"),
            "{}",
            asked[0].ja
        );
        assert!(asked[0].issue_id.is_some());
        kit.clock.set(at("2026-11-23T10:46:00+09:00"));
        herald(&kit).await;
        herald(&kit).await;
        assert!(told(&kit).await[1].ja.contains("期限が近づいています"), "{:?}", told(&kit).await);
        kit.clock.set(at("2026-11-23T11:00:00+09:00"));
        kit.write(wallet::approve_overdue).await.unwrap();
        herald(&kit).await;
        let notices = told(&kit).await;
        assert_eq!(notices.len(), 3, "{notices:?}");
        assert!(notices[2].ja.contains("承認済みとして扱いました"), "{}", notices[2].ja);
    })
    .await;
}

#[tokio::test]
async fn units_that_wait_for_the_yes_are_told_and_an_answer_ends_it() {
    on_both(company(9, None), async |kit| {
        limited(&kit).await;
        let request = call(&kit.card("KS-1001").await);
        let issue = kit.write(move |unit| intake::save(unit, &request)).await.unwrap().issues[0].id;
        kit.clock.advance(Seconds::minutes(1));
        kit.write(move |unit| unit.reach(issue, CapturePoint::Completion)).await.unwrap();
        herald(&kit).await;
        let notices = told(&kit).await;
        assert_eq!(notices.iter().map(|notice| notice.kind).collect::<Vec<_>>(), [NoticeKind::Approval; 2]);
        assert!(notices[1].ja.contains("承認があり次第消費を確定します"), "{}", notices[1].ja);
        calls(&kit, 1, false).await;
        let second = kit.card("KS-1001").await.open_issues[0].id;
        kit.write(move |unit| unit.end_approval(second, ApprovalState::Approved, "")).await.unwrap();
        herald(&kit).await;
        assert_eq!(told(&kit).await.len(), 2, "what is answered is asked no more");
    })
    .await;
}

#[tokio::test]
async fn an_overdraft_is_told_with_what_is_owed() {
    on_both(company(1, None), async |kit| {
        calls(&kit, 1, false).await;
        herald(&kit).await;
        calls(&kit, 1, true).await;
        kit.clock.advance(Seconds::minutes(5));
        herald(&kit).await;
        let notices = told(&kit).await;
        assert_eq!(
            notices.iter().map(|notice| notice.kind).collect::<Vec<_>>(),
            [NoticeKind::LowBalance, NoticeKind::Overdraft]
        );
        assert!(notices[1].ja.contains("チケット1枚を超過利用しました。未精算は1枚で"), "{}", notices[1].ja);
        assert!(notices[1].issue_id.is_some());
    })
    .await;
}

#[tokio::test]
async fn an_overdraft_is_told_at_the_price_under_which_it_was_accepted() {
    let mut company = company(0, None);
    company["customers"][0]["contracts"][0]["lots"] = json!([]);
    company["customers"][0]["contracts"][0]["policy"]["overdraft_price_yen"] = json!(6_000);
    on_both(company, async |kit| {
        calls(&kit, 1, true).await;
        let card = kit.card("KS-1001").await;
        let dearer = Policy { overdraft_price_yen: Some(9_000), ..card.policy };
        kit.write(move |unit| unit.set_policy(card.id, date("2026-11-23"), &dearer, &[], "値上げ")).await.unwrap();
        herald(&kit).await;
        let notices = told(&kit).await;
        let overdraft = notices.iter().find(|notice| notice.kind == NoticeKind::Overdraft).expect("it is told");
        assert!(overdraft.ja.contains("1枚あたり6,000円"), "{}", overdraft.ja);
    })
    .await;
}

#[tokio::test]
async fn everybody_reads_for_himself_and_a_customer_only_his_own() {
    on_both(company(1, None), async |kit| {
        calls(&kit, 1, false).await;
        herald(&kit).await;
        let (mine, other) = (kit.card("KS-1001").await.customer.id, kit.card("KS-2001").await.customer.id);
        let operator = kit.read(|reader| Ok(reader.users()?.remove(0))).await.unwrap();
        let contact = |customer| User { role: Role::Customer, customer: Some(customer), ..operator.clone() };
        let unread = async |user: User| {
            let page = kit.read(move |reader| reader.notices(&user, &NoticeFilter::default())).await.unwrap();
            (page.notices.len(), page.unread)
        };
        assert_eq!(unread(contact(mine)).await, (2, 2));
        assert_eq!(unread(contact(other)).await, (0, 0));
        for notice in all_told(&kit).await {
            for _ in 0..2 {
                let reader = operator.clone();
                kit.write(move |unit| unit.read_notice(notice.id, &reader)).await.unwrap();
            }
        }
        assert_eq!(unread(operator.clone()).await, (2, 0));
        let only = NoticeFilter { unread: true, ..NoticeFilter::default() };
        let page = kit.read(move |reader| reader.notices(&operator, &only)).await.unwrap();
        assert!(page.notices.is_empty());
    })
    .await;
}
