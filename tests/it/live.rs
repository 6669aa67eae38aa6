//! The live stream: what is told, to whom, and that nothing is told twice or left out.

use kaketsuke::domain::access::{Actor, Role};
use kaketsuke::domain::eta::{Eta, EtaSource};
use kaketsuke::domain::event::{About, Event, EventKind, Stream};
use kaketsuke::domain::ids::VisitId;
use kaketsuke::domain::time::{Seconds, Timestamp, Window};
use kaketsuke::effects::seeds::Seeds;
use kaketsuke::limits;
use serde_json::{Value, json};

use crate::kit::{Heard, Socket, World, blob, soon};

fn after(offset: i64) -> Value {
    json!({ "epoch": "life-1", "offset": offset })
}

#[actix_web::test]
async fn a_watcher_hears_what_happens_and_after_a_pause_exactly_what_he_missed() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let topic = Stream::Territory(world.territory);
    let mut socket = Socket::open(&world, &dispatcher).await;
    let first = socket.subscribe(topic, Value::Null).await;
    assert_eq!(
        (&first["type"], &first["offset"], &first["epoch"]),
        (&json!("subscribed"), &json!(0), &json!("life-1"))
    );
    world.happens(&[topic], EventKind::WorkOrderOpened, json!({ "note": "紙詰まり" })).await;
    let told = socket.hear().await.frame();
    assert_eq!((&told["type"], &told["offset"]), (&json!("event"), &json!(1)));
    assert_eq!(
        (&told["event"]["kind"], &told["event"]["data"]["note"]),
        (&json!("work_order.opened"), &json!("紙詰まり"))
    );
    drop(socket);
    for _ in 0..3 {
        world.happens(&[topic], EventKind::WorkOrderReopened, json!({})).await;
    }
    let mut again = Socket::open(&world, &dispatcher).await;
    assert_eq!(again.subscribe(topic, after(1)).await["type"], "subscribed");
    world.happens(&[topic], EventKind::WorkOrderClosed, json!({})).await;
    assert_eq!(again.offsets(4).await, [2, 3, 4, 5]);
    again.silence().await;
}

#[actix_web::test]
async fn nothing_is_lost_over_a_restart_of_the_server() {
    let mut world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let topic = Stream::Territory(world.territory);
    let mut socket = Socket::open(&world, &dispatcher).await;
    socket.subscribe(topic, Value::Null).await;
    world.happens(&[topic], EventKind::WorkOrderOpened, json!({})).await;
    assert_eq!(socket.offsets(1).await, [1]);
    let ((), heard) = futures_util::future::join(world.restart(), socket.hear()).await;
    assert_eq!(heard, Heard::Closed(1001));
    world.happens(&[topic], EventKind::WorkOrderClosed, json!({})).await;
    let mut again = Socket::open(&world, &dispatcher).await;
    again.subscribe(topic, after(1)).await;
    assert_eq!(again.offsets(1).await, [2]);
}

#[actix_web::test]
async fn subscribers_who_come_while_much_happens_hear_all_of_it_once() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let topic = Stream::Territory(world.territory);
    let total = 300;
    let busy = async {
        for _ in 0..total {
            world.happens(&[topic], EventKind::VisitRescheduled, json!({})).await;
        }
    };
    let watching = futures_util::future::join_all((0..8).map(|delay| {
        let (world, dispatcher) = (&world, &dispatcher);
        async move {
            tokio::time::sleep(std::time::Duration::from_millis(20 * delay)).await;
            let mut socket = Socket::open(world, dispatcher).await;
            socket.subscribe(topic, after(0)).await;
            socket.offsets(total).await
        }
    }));
    let ((), heard) = futures_util::future::join(busy, watching).await;
    let wanted: Vec<i64> = (1..=total as i64).collect();
    assert!(heard.iter().all(|offsets| *offsets == wanted));
}

#[actix_web::test]
async fn a_cursor_of_another_life_or_from_long_ago_is_reset() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let topic = Stream::Territory(world.territory);
    world.happens(&[topic], EventKind::WorkOrderOpened, json!({})).await;
    let mut socket = Socket::open(&world, &dispatcher).await;
    for cursor in [json!({ "epoch": "life-0", "offset": 1 }), after(7)] {
        let reset = socket.subscribe(topic, cursor).await;
        assert_eq!((&reset["type"], &reset["offset"]), (&json!("reset"), &json!(1)));
    }
    world.sql(&format!("UPDATE streams SET head = {} WHERE stream = '{topic}'", limits::RESUME_EVENTS + 5));
    assert_eq!(socket.subscribe(topic, after(1)).await["type"], "reset");
}

#[actix_web::test]
async fn without_a_right_nothing_is_told() {
    let world = World::new().await;
    let technician = world.person(Role::Technician).await;
    let mut socket = Socket::open(&world, &technician).await;
    let told = socket.subscribe(Stream::Territory(world.territory), Value::Null).await;
    assert_eq!((&told["type"], &told["code"]), (&json!("error"), &json!("auth.forbidden")));
    assert_eq!(socket.subscribe(Stream::Technician(world.technician), Value::Null).await["type"], "subscribed");
    world.happens(&[Stream::Territory(world.territory)], EventKind::WorkOrderOpened, json!({})).await;
    socket.silence().await;
}

#[actix_web::test]
async fn nobody_comes_in_without_a_log_in() {
    let world = World::new().await;
    let mut socket = Socket::open_with(&world, "").await;
    assert_eq!(socket.hear().await.frame()["code"], "auth.required");
    assert_eq!(socket.hear().await, Heard::Closed(4001));
    let mut socket = Socket::open_with(&world, "?track=unknown").await;
    assert_eq!(socket.hear().await.frame()["code"], "not_found");
    assert_eq!(socket.hear().await, Heard::Closed(4003));
}

#[actix_web::test]
async fn who_logs_out_is_cut_off() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let mut socket = Socket::open(&world, &dispatcher).await;
    socket.subscribe(Stream::Territory(world.territory), Value::Null).await;
    assert_eq!(dispatcher.delete("/api/session").await.status(), 200);
    assert_eq!(socket.hear().await, Heard::Closed(4001));
}

#[actix_web::test]
async fn a_tracking_link_shows_its_visit_without_prices_until_it_is_revoked() {
    let world = World::new().await;
    let (visit, other) = (world.visit(), world.visit());
    let (link, secret) = world.link(visit, soon());
    let mut socket = Socket::open_with(&world, &format!("?track={secret}")).await;
    assert_eq!(socket.subscribe(Stream::Visit(other), Value::Null).await["code"], "auth.forbidden");
    let topic = Stream::Visit(visit);
    assert_eq!(socket.subscribe(topic, Value::Null).await["type"], "subscribed");
    let data = json!({ "visit": { "id": visit, "state": "accepted", "customer_name": "北陸印刷" }, "units": 2 });
    world.happens(&[topic], EventKind::VisitAccepted, data).await;
    let told = socket.hear().await.frame();
    assert_eq!(told["event"]["data"], json!({ "visit": { "id": visit, "state": "accepted" } }));
    world.sql(&format!("UPDATE track_links SET revoked_at = 1 WHERE id = {}", blob(link)));
    world.happens(&[topic], EventKind::LinkRevoked, json!({ "link_id": link })).await;
    assert_eq!(socket.hear().await.frame()["event"]["kind"], "link.revoked");
    assert_eq!(socket.hear().await.frame()["code"], "link.revoked");
    assert_eq!(socket.hear().await, Heard::Closed(4003));
}

#[actix_web::test]
async fn an_expired_link_opens_nothing() {
    let world = World::new().await;
    let (_, secret) = world.link(world.visit(), Timestamp::from_seconds(1));
    let mut socket = Socket::open_with(&world, &format!("?track={secret}")).await;
    assert_eq!(socket.hear().await.frame()["code"], "link.expired");
    assert_eq!(socket.hear().await, Heard::Closed(4001));
}

#[actix_web::test]
async fn a_technician_loses_the_visit_that_is_taken_from_him() {
    let world = World::new().await;
    let technician = world.person(Role::Technician).await;
    let topic = Stream::Visit(world.visit());
    let Stream::Visit(visit) = topic else { unreachable!() };
    let mut socket = Socket::open(&world, &technician).await;
    assert_eq!(socket.subscribe(topic, Value::Null).await["type"], "subscribed");
    world.sql(&format!("UPDATE visits SET state = 'cancelled' WHERE id = {}", blob(visit)));
    world.happens(&[topic], EventKind::VisitUnassigned, json!({})).await;
    assert_eq!(socket.hear().await.frame()["event"]["kind"], "visit.unassigned");
    let told = socket.hear().await.frame();
    assert_eq!((&told["code"], &told["topic"]), (&json!("auth.forbidden"), &json!(topic.to_string())));
    world.happens(&[topic], EventKind::VisitRescheduled, json!({})).await;
    socket.silence().await;
}

fn eta(visit: VisitId, seq: u64) -> Eta {
    let at = soon();
    Eta {
        visit_id: visit,
        seq,
        earliest: at,
        likely: at + Seconds(60),
        latest: at + Seconds(180),
        window: Window { from: at, to: at + Seconds::minutes(10) },
        source: EtaSource::Gps,
        basis_at: at,
        computed_at: at,
        stops_before: 0,
        late_risk: None,
        correlation_id: Some(seq),
    }
}

#[actix_web::test]
async fn the_arrival_figure_comes_at_once_and_then_with_every_change() {
    let world = World::new().await;
    let visit = world.visit();
    let stored = serde_json::to_string(&eta(visit, 5)).unwrap();
    world.sql(&format!(
        "INSERT INTO etas (visit_id, seq, snapshot, told) VALUES ({}, 5, '{stored}', '{{}}')",
        blob(visit)
    ));
    let dispatcher = world.person(Role::Dispatcher).await;
    let mut socket = Socket::open(&world, &dispatcher).await;
    let topic = Stream::Visit(visit);
    socket.subscribe(topic, Value::Null).await;
    assert_eq!(socket.hear().await.frame()["eta"]["seq"], 5);
    world.services.hub.publish_eta(&[topic, Stream::Territory(world.territory)], &eta(visit, 6));
    assert_eq!(socket.hear().await.frame()["eta"]["correlation_id"], 6);
    let mut again = Socket::open(&world, &dispatcher).await;
    again.subscribe(topic, json!({ "epoch": "life-1", "offset": 0, "eta_seq": 5 })).await;
    again.silence().await;
}

/// The desk and the customer's portal watch the contract: they read the same number as the board.
#[actix_web::test]
async fn the_contract_hears_the_figures_of_its_visits() {
    let world = World::new().await;
    let visit = world.visit();
    let contract = world.contract_of(visit);
    let stored = serde_json::to_string(&eta(visit, 5)).unwrap();
    world.sql(&format!(
        "INSERT INTO etas (visit_id, seq, snapshot, told) VALUES ({}, 5, '{stored}', '{{}}')",
        blob(visit)
    ));
    let operator = world.person(Role::Operator).await;
    let mut socket = Socket::open(&world, &operator).await;
    socket.subscribe(Stream::Contract(contract), Value::Null).await;
    let told = socket.hear().await.frame();
    assert_eq!((&told["type"], &told["eta"]["seq"]), (&json!("eta"), &json!(5)));
}

/// A figure is saved before it is shown, so a page may have it before it is published.
#[actix_web::test]
async fn a_figure_that_the_page_began_with_is_not_sent_again() {
    let world = World::new().await;
    let visit = world.visit();
    let dispatcher = world.person(Role::Dispatcher).await;
    let mut socket = Socket::open(&world, &dispatcher).await;
    let topic = Stream::Visit(visit);
    socket.subscribe(topic, json!({ "epoch": "life-1", "offset": 0, "eta_seq": 5 })).await;
    world.services.hub.publish_eta(&[topic], &eta(visit, 5));
    world.services.hub.publish_eta(&[topic], &eta(visit, 6));
    assert_eq!(socket.hear().await.frame()["eta"]["seq"], 6);
    world.services.hub.publish_eta(&[topic], &eta(visit, 6));
    socket.silence().await;
}

#[actix_web::test]
async fn unreadable_and_oversized_frames_end_the_socket() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let mut socket = Socket::open(&world, &dispatcher).await;
    socket.say(&json!({ "type": "subscribe", "topic": "territory:1" })).await;
    assert_eq!(socket.hear().await.frame()["code"], "request.malformed");
    assert_eq!(socket.hear().await, Heard::Closed(4009));
    let mut socket = Socket::open(&world, &dispatcher).await;
    socket.say_text(&"x".repeat(limits::FRAME_BYTES + 1)).await;
    let told = socket.hear().await.frame();
    assert_eq!(told["code"], "request.too_large");
    assert!(["ja", "en"].iter().all(|language| told[language].as_str().is_some_and(|said| said.contains("16384"))));
    assert_eq!(socket.hear().await, Heard::Closed(4009));
}

#[actix_web::test]
async fn too_many_topics_end_the_socket() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let mut socket = Socket::open(&world, &dispatcher).await;
    for _ in 0..limits::SUBSCRIPTIONS {
        assert_eq!(socket.subscribe(Stream::Visit(world.visit()), Value::Null).await["type"], "subscribed");
    }
    assert_eq!(socket.subscribe(Stream::Visit(world.visit()), Value::Null).await["code"], "live.too_many");
    assert_eq!(socket.hear().await, Heard::Closed(4008));
}

fn wide_event() -> Event {
    Event {
        id: Seeds::from_number(1).id(Timestamp::from_seconds(1)),
        kind: EventKind::VisitRescheduled,
        version: 1,
        at: Timestamp::from_seconds(1),
        actor: Actor::system("test"),
        about: About::default(),
        data: json!({ "wide": "幅".repeat(20_000) }),
    }
}

#[actix_web::test]
async fn whoever_does_not_read_is_cut_off_and_the_others_go_on() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let topic = Stream::Territory(world.territory);
    let mut reading = Socket::open(&world, &dispatcher).await;
    let mut sleeping = Socket::open(&world, &dispatcher).await;
    reading.subscribe(topic, Value::Null).await;
    sleeping.subscribe(topic, Value::Null).await;
    // More than the queue and the buffers of the operating system hold.
    let total = 700;
    let event = wide_event();
    for offset in 1..=total {
        world.services.hub.publish_event(topic, offset, &event);
        assert_eq!(reading.offsets(1).await, [offset]);
    }
    let mut heard = 0;
    let code = loop {
        match sleeping.hear().await {
            Heard::Frame(_) => heard += 1,
            Heard::Closed(code) => break code,
        }
    };
    assert!(heard < total, "{heard}");
    // He slept through the close frame if the connection was cut before he read so far.
    assert!(matches!(code, 4000 | 1006), "{code}");
}

#[actix_web::test]
async fn whoever_comes_back_hears_what_he_missed_also_while_others_are_up_to_date() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let topic = Stream::Territory(world.territory);
    world.happens(&[topic], EventKind::WorkOrderOpened, json!({})).await;
    let mut present = Socket::open(&world, &dispatcher).await;
    present.subscribe(topic, Value::Null).await;
    world.happens(&[topic], EventKind::WorkOrderClosed, json!({})).await;
    assert_eq!(present.offsets(1).await, [2]);
    let mut returning = Socket::open(&world, &dispatcher).await;
    returning.subscribe(topic, after(1)).await;
    assert_eq!(returning.offsets(1).await, [2]);
}
