use std::task::{Context, Poll};

use futures_util::task::noop_waker;
use serde_json::{Value, json};

use super::*;
use crate::domain::access::Actor;
use crate::domain::eta::EtaSource;
use crate::domain::event::About;
use crate::domain::ids::{EventId, Id, TerritoryId, VisitId};
use crate::domain::time::{Timestamp, Window};
use crate::views::live::close;
use uuid::Uuid;

fn visit(number: u128) -> VisitId {
    VisitId::from_uuid(Uuid::from_u128(number))
}

fn territory() -> Stream {
    Stream::Territory(TerritoryId::from_uuid(Uuid::from_u128(1)))
}

fn event(kind: EventKind) -> Event {
    Event {
        id: EventId::from_uuid(Uuid::from_u128(2)),
        kind,
        version: 1,
        at: Timestamp::from_seconds(1),
        actor: Actor::system("test"),
        about: About::default(),
        data: json!({ "units": 3 }),
    }
}

fn eta(visit: VisitId, seq: u64) -> Eta {
    let at = Timestamp::from_seconds(1);
    Eta {
        visit_id: visit,
        seq,
        earliest: at,
        likely: at,
        latest: at,
        window: Window { from: at, to: at },
        source: EtaSource::Gps,
        basis_at: at,
        computed_at: at,
        stops_before: 0,
        late_risk: None,
        correlation_id: None,
    }
}

/// Takes everything that waits: texts as JSON, a close frame as its code.
fn take(outbox: &Outbox) -> Vec<Value> {
    let waker = noop_waker();
    let mut context = Context::from_waker(&waker);
    let mut taken = Vec::new();
    while let Poll::Ready(Some(frame)) = outbox.poll_take(&mut context) {
        let payload = &frame[if frame[1] == 126 { 4 } else { 2 }..];
        taken.push(match frame[0] {
            0x88 => json!(u16::from_be_bytes([payload[0], payload[1]])),
            _ => serde_json::from_slice(payload).expect("a text frame"),
        });
    }
    taken
}

fn of_log_in(number: u8) -> Holder {
    Holder { token: Some([number; 32]), present: None }
}

fn watcher(hub: &Hub, topic: Stream, audience: Audience) -> Arc<Outbox> {
    let outbox = hub.open(audience, Holder::default());
    hub.join(&outbox, topic);
    assert!(hub.go_live(&outbox, topic, 0));
    outbox
}

#[test]
fn what_was_read_from_the_journal_is_not_pushed_again() {
    let hub = Hub::default();
    let outbox = hub.open(Audience::default(), Holder::default());
    hub.join(&outbox, territory());
    hub.publish_event(territory(), 1, &event(EventKind::WorkOrderOpened));
    hub.publish_event(territory(), 2, &event(EventKind::WorkOrderOpened));
    assert!(!hub.go_live(&outbox, territory(), 1), "one more has happened");
    assert!(hub.go_live(&outbox, territory(), 2));
    hub.publish_event(territory(), 2, &event(EventKind::WorkOrderOpened));
    hub.publish_event(territory(), 3, &event(EventKind::WorkOrderOpened));
    let offsets: Vec<_> = take(&outbox).iter().map(|frame| frame["offset"].clone()).collect();
    assert_eq!(offsets, [3]);
}

#[test]
fn a_missed_event_sends_the_watcher_back_to_the_journal() {
    let hub = Hub::default();
    let outbox = watcher(&hub, territory(), Audience::default());
    hub.publish_event(territory(), 1, &event(EventKind::WorkOrderOpened));
    hub.publish_event(territory(), 3, &event(EventKind::WorkOrderOpened));
    assert_eq!(take(&outbox).len(), 1);
    let orders = futures_util::FutureExt::now_or_never(outbox.orders()).expect("orders");
    assert_eq!(orders.behind, [(territory(), 1)]);
    assert!(!hub.go_live(&outbox, territory(), 2));
    assert!(hub.go_live(&outbox, territory(), 3));
}

#[test]
fn the_head_reaches_those_who_read_and_nobody_who_is_further() {
    let hub = Hub::default();
    let outbox = hub.open(Audience::default(), Holder::default());
    hub.join(&outbox, territory());
    assert_eq!(hub.published(territory()), Published::Unknown);
    assert!(hub.note_head(territory(), 4));
    assert!(!hub.go_live(&outbox, territory(), 3));
    assert!(hub.go_live(&outbox, territory(), 4));
    assert_eq!(hub.published(territory()), Published::Up(4));
    assert!(!hub.note_head(territory(), 5), "five must be published to the one who is live");
}

#[test]
fn of_arrival_figures_a_slow_reader_gets_the_newest() {
    let hub = Hub::default();
    let outbox = watcher(&hub, territory(), Audience::default());
    for seq in 1..=2_000 {
        hub.publish_eta(&[territory()], &eta(visit(1), seq));
        hub.publish_eta(&[territory()], &eta(visit(2), seq));
    }
    let seqs: Vec<_> = take(&outbox).iter().map(|frame| frame["eta"]["seq"].clone()).collect();
    assert_eq!(seqs, [2_000, 2_000]);
}

#[test]
fn arrival_figures_wait_until_the_journal_was_read() {
    let hub = Hub::default();
    let outbox = hub.open(Audience::default(), Holder::default());
    let topic = Stream::Visit(visit(1));
    hub.join(&outbox, topic);
    hub.publish_eta(&[topic], &eta(visit(1), 8));
    outbox.offer_eta(topic, visit(1), 7, &frame::eta(topic, &eta(visit(1), 7)));
    assert!(take(&outbox).is_empty());
    assert!(hub.go_live(&outbox, topic, 0));
    let seqs: Vec<_> = take(&outbox).iter().map(|frame| frame["eta"]["seq"].clone()).collect();
    assert_eq!(seqs, [8]);
}

#[test]
fn a_full_queue_closes_the_socket_and_events_are_not_dropped_in_silence() {
    let hub = Hub::default();
    let outbox = watcher(&hub, territory(), Audience::default());
    for offset in 1..=limits::SESSION_QUEUE as i64 + 1 {
        hub.publish_event(territory(), offset, &event(EventKind::VisitRescheduled));
    }
    assert!(outbox.is_closed());
    assert_eq!(take(&outbox), [json!(close::SLOW)]);
}

#[test]
fn a_customer_gets_his_own_view_and_staff_the_whole() {
    let hub = Hub::default();
    let topic = Stream::Visit(visit(1));
    let staff = watcher(&hub, topic, Audience::default());
    let customer = watcher(&hub, topic, Audience { customer: true, ..Audience::default() });
    hub.publish_event(topic, 1, &event(EventKind::WalletHeld));
    assert_eq!(take(&staff)[0]["event"]["data"], json!({ "units": 3 }));
    assert_eq!(take(&customer)[0]["event"]["data"], json!({}));
}

#[test]
fn whoever_leaves_hears_no_more_and_leaves_nothing_behind() {
    let hub = Hub::default();
    let outbox = watcher(&hub, territory(), Audience::default());
    hub.leave(&outbox, territory());
    hub.publish_event(territory(), 1, &event(EventKind::WorkOrderOpened));
    assert!(take(&outbox).is_empty());
    let other = watcher(&hub, territory(), Audience::default());
    other.close(close::SLOW, "");
    hub.forget(&outbox);
    hub.forget(&other);
    assert_eq!((hub.state().sockets, hub.state().topics), (0, 0));
}

#[test]
fn the_end_of_a_log_in_closes_its_sockets_only() {
    let hub = Hub::default();
    let mine = hub.open(Audience::default(), of_log_in(1));
    let other = hub.open(Audience::default(), of_log_in(2));
    hub.end_log_in(&[1; 32], close::AUTH_REQUIRED, "");
    assert!(mine.is_closed() && !other.is_closed());
}

#[test]
fn a_log_in_that_ended_while_its_socket_was_opened_lets_nobody_in() {
    let hub = Hub::default();
    hub.end_log_in(&[1; 32], close::AUTH_REQUIRED, "");
    assert!(hub.open(Audience::default(), of_log_in(1)).is_closed());
    let other = hub.open(Audience::default(), of_log_in(2));
    assert!(!other.is_closed());
    hub.refresh(&other, [1; 32]);
    assert!(other.is_closed());
}

/// From the event that takes a visit away until the rights have been looked at.
#[test]
fn whoever_may_have_lost_his_right_hears_nothing_until_that_is_clear() {
    let hub = Hub::default();
    let topic = Stream::Visit(visit(1));
    let link = watcher(&hub, topic, Audience { customer: true, revocable: true });
    let staff = watcher(&hub, topic, Audience::default());
    hub.publish_event(topic, 1, &event(EventKind::LinkRevoked));
    hub.publish_event(topic, 2, &event(EventKind::VisitArrived));
    hub.publish_eta(&[topic], &eta(visit(1), 4));
    assert_eq!(take(&link).len(), 1, "only that the right was withdrawn");
    assert_eq!(take(&staff).len(), 3);
    let orders = futures_util::FutureExt::now_or_never(link.orders()).expect("orders");
    assert!(orders.recheck);
    assert_eq!(orders.behind, [(topic, 1)]);
    assert!(hub.go_live(&link, topic, 2), "the right was still there: he has read on");
    assert_eq!(take(&link)[0]["eta"]["seq"], 4);
}

#[test]
fn colleagues_on_a_topic_see_each_other_and_customers_are_counted() {
    let hub = Hub::default();
    let topic = Stream::Visit(visit(1));
    let person = |number: u128, name: &str| {
        let user_id = crate::domain::ids::UserId::from_uuid(Uuid::from_u128(number));
        let present =
            crate::views::live::Present { user_id, name: name.to_owned(), role: crate::domain::access::Role::Operator };
        let outbox = hub.open(Audience::default(), Holder { token: None, present: Some(Arc::new(present)) });
        hub.join(&outbox, topic);
        assert!(hub.go_live(&outbox, topic, 0));
        hub.appear(&outbox, topic, true);
        outbox
    };
    let told = |outbox: &Outbox| {
        let last = take(outbox).pop().expect("who is there");
        let names = last["people"].as_array().expect("people").iter().map(|one| one["name"].clone());
        (names.collect::<Vec<_>>(), last["customers"].as_u64())
    };
    let sato = person(1, "佐藤");
    assert_eq!(told(&sato), (vec![json!("佐藤")], Some(0)));
    let customer = watcher(&hub, topic, Audience { customer: true, revocable: true });
    let (kudo, _second_page) = (person(2, "工藤"), person(2, "工藤"));
    assert_eq!(told(&sato), (vec![json!("佐藤"), json!("工藤")], Some(1)));
    hub.forget(&sato);
    assert_eq!(told(&kudo), (vec![json!("工藤")], Some(1)));
    assert!(take(&customer).is_empty(), "who works there is nothing for customers");
}
