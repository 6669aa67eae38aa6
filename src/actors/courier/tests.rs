//! Notices on their way to the customer, through a mail server that has its moods.

use std::time::Duration;

use serde_json::json;

use super::peer::{Mood, Peer};
use super::{Round, step};
use crate::domain::access::{Role, User};
use crate::domain::event::{EventKind, Stream};
use crate::domain::notice::{Asking, MailState};
use crate::domain::time::Seconds;
use crate::domain::wallet::terms::UnitKind;
use crate::effects::clock::Clock;
use crate::effects::mail::Post;
use crate::sentences::notice::Told;
use crate::store::notices::{NewNotice, NoticeFilter};
use crate::store::testing::{Kit, company_with, lot, on_both};
use crate::views::notice::MailView;

fn company() -> serde_json::Value {
    let mut company = company_with(json!([lot(1, 5, None)]));
    company["customers"][0]["contacts"][0]["email"] = json!("hanako@utatsu.example.jp");
    company
}

fn post(peer: &Peer) -> Post {
    let url = format!("smtp://{}", peer.address);
    Post::new(&url, "受付窓口 <desk@saigawa.example.jp>").unwrap().within(Duration::from_millis(500))
}

async fn notice(kit: &Kit) {
    let contract = kit.card("KS-1001").await.id;
    let told = Told::LowBalance { unit: UnitKind::Ticket, left: 3 };
    let notice = NewNotice { contract, key: "test".to_owned(), issue: None, told };
    let given = kit.write(move |unit| unit.give_notice(&notice, Some("saigawa.example.jp"))).await;
    assert!(given.unwrap().is_some());
}

async fn mail(kit: &Kit) -> MailView {
    mails(kit).await.remove(0)
}

/// Those of the newest notice.
async fn mails(kit: &Kit) -> Vec<MailView> {
    let page = kit.read(|reader| {
        let user: User = reader.users()?.into_iter().find(|user| user.role == Role::Operator).expect("an operator");
        reader.notices(&user, &NoticeFilter::default())
    });
    page.await.unwrap().notices[0].mails.clone()
}

const SENT: Round = Round { sent: 1, failed: 0, given_up: 0 };
const FAILED: Round = Round { sent: 0, failed: 1, given_up: 0 };
const GIVEN_UP: Round = Round { sent: 0, failed: 0, given_up: 1 };
const NOTHING: Round = Round { sent: 0, failed: 0, given_up: 0 };

#[tokio::test]
async fn an_approver_alone_gets_the_mail_that_asks_him() {
    let mut company = company();
    let other = json!({"code": "P9", "name": "総務 太郎", "kana": "ソウム タロウ", "phone": "080-5555-0199",
        "email": "taro@utatsu.example.jp"});
    company["customers"][0]["contacts"].as_array_mut().unwrap().push(other);
    on_both(company, async |kit| {
        let contract = kit.card("KS-1001").await.id;
        for (approver, expected) in [(Some("山田 花子"), 1), (Some("辞めた 人"), 2), (None, 2)] {
            let (asking, unit, issue_number) = (Asking::Asked, UnitKind::Ticket, "I-1".to_owned());
            let approver = approver.map(str::to_owned);
            let key = format!("test:{approver:?}");
            kit.clock.advance(Seconds::minutes(1));
            let told = Told::Approval { asking, unit, units: 3, issue_number, approver, until: None };
            let notice = NewNotice { contract, key, issue: None, told };
            kit.write(move |unit| unit.give_notice(&notice, Some("saigawa.example.jp"))).await.unwrap();
            assert_eq!(mails(&kit).await.len(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn a_notice_reaches_the_contact_once() {
    on_both(company(), async |kit| {
        let peer = Peer::start(&[]).await;
        notice(&kit).await;
        assert_eq!(step(&kit.store, &post(&peer)).await.unwrap(), SENT);
        assert_eq!(step(&kit.store, &post(&peer)).await.unwrap(), NOTHING);
        let [received] = &peer.received()[..] else { panic!("one mail") };
        assert_eq!(
            (received.from.as_str(), received.to.as_str()),
            ("desk@saigawa.example.jp", "hanako@utatsu.example.jp")
        );
        assert_eq!(received.header("Auto-Submitted"), Some("auto-generated"));
        assert_eq!(received.header("Date"), Some("Mon, 23 Nov 2026 00:00:00 +0000"));
        let id = received.header("Message-ID").unwrap();
        assert!(id.starts_with("<mai_") && id.ends_with("@saigawa.example.jp>"), "{id}");
        let mail = mail(&kit).await;
        assert_eq!((mail.state, mail.attempts, mail.last_error.as_str()), (MailState::Sent, 1, ""));
        assert_eq!(mail.sent_at, Some(kit.clock.now()));
    })
    .await;
}

#[tokio::test]
async fn what_fails_is_tried_again_later_under_the_same_name() {
    on_both(company(), async |kit| {
        let moods = [Mood::RefusesForNow, Mood::WantsPassword, Mood::Drops, Mood::Hangs, Mood::DropsItsWord];
        let peer = Peer::start(&moods).await;
        let post = post(&peer);
        notice(&kit).await;
        for (tried, mood) in moods.iter().enumerate() {
            assert_eq!(step(&kit.store, &post).await.unwrap(), FAILED, "{mood:?}");
            assert_eq!(step(&kit.store, &post).await.unwrap(), NOTHING, "{mood:?}: the pause comes first");
            let mail = mail(&kit).await;
            assert_eq!((mail.state, mail.attempts), (MailState::Waiting, tried as i64 + 1), "{mood:?}");
            assert!(!mail.last_error.is_empty(), "{mood:?}");
            kit.clock.set(mail.next_at);
        }
        assert_eq!(step(&kit.store, &post).await.unwrap(), SENT);
        // The server had taken it once before and could not say so: the name tells that it is the same mail.
        let received = peer.received();
        assert_eq!(received.len(), 2);
        assert_eq!(received[0].header("Message-ID"), received[1].header("Message-ID"));
        assert_eq!(mail(&kit).await.attempts, 6);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_written_to_without_end() {
    on_both(company(), async |kit| {
        let peer = Peer::start(&[Mood::RefusesForNow; 20]).await;
        let post = post(&peer);
        notice(&kit).await;
        let mut failed = 0;
        while step(&kit.store, &post).await.unwrap() == FAILED {
            failed += 1;
            kit.clock.set(mail(&kit).await.next_at);
        }
        let mail = mail(&kit).await;
        assert_eq!((failed, mail.state, mail.attempts), (7, MailState::GivenUp, 8));
        assert!(mail.last_error.contains("Try again later"), "{}", mail.last_error);
        kit.clock.advance(Seconds::hours(200));
        assert_eq!(step(&kit.store, &post).await.unwrap(), NOTHING);
        let contract = kit.card("KS-1001").await.id;
        let told = kit.read(move |reader| reader.events_after(Stream::Contract(contract), 0, 100)).await.unwrap();
        assert_eq!(told.last().map(|(_, event)| event.kind), Some(EventKind::NoticeUndelivered));
        kit.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn an_address_that_does_not_exist_is_given_up_at_once() {
    on_both(company(), async |kit| {
        let peer = Peer::start(&[Mood::KnowsNobody]).await;
        notice(&kit).await;
        assert_eq!(step(&kit.store, &post(&peer)).await.unwrap(), GIVEN_UP);
        let mail = mail(&kit).await;
        assert_eq!((mail.state, mail.attempts), (MailState::GivenUp, 1));
        assert!(mail.last_error.contains("No such mailbox"), "{}", mail.last_error);
    })
    .await;
}

#[tokio::test]
async fn an_attempt_that_a_crash_cut_off_is_made_again_after_its_pause() {
    on_both(company(), async |kit| {
        let peer = Peer::start(&[]).await;
        let post = post(&peer);
        notice(&kit).await;
        // The process falls after it wrote down the attempt and before it made it.
        let begun = kit.write(|unit| unit.begin_mails(10)).await.unwrap();
        assert_eq!((begun.len(), begun[0].attempt), (1, 1));
        assert_eq!(step(&kit.store, &post).await.unwrap(), NOTHING);
        kit.clock.advance(Seconds::minutes(1));
        assert_eq!(step(&kit.store, &post).await.unwrap(), SENT);
        assert_eq!(peer.received()[0].header("Message-ID"), Some(begun[0].message_id.as_str()));
    })
    .await;
}
