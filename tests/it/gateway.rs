//! The live stream's door and manners: bad frames, too much of everything, rights that end while a socket is open, other
//! ways for the same frames, and how the server goes away.

use kaketsuke::domain::access::Role;
use kaketsuke::domain::event::{EventKind, Stream};
use kaketsuke::domain::time::Seconds;
use kaketsuke::limits;
use kaketsuke::views::live::close;
use serde_json::{Value, json};

use crate::kit::office::text;
use crate::kit::raw::{CONTINUE, PING, Raw, TEXT};
use crate::kit::{Heard, Office, Person, Socket, World, blob, soon};
use crate::on_both;

on_both! {
    whoever_loses_a_visit_hears_no_more_of_it
    positions_are_shown_to_whoever_comes_later
    a_log_in_goes_on_while_its_socket_is_open
    colleagues_see_each_other_on_a_contract
    the_same_stream_comes_by_events_and_by_questions
}

async fn raw(world: &World, person: &Person) -> Raw {
    Raw::open(world.address, "/live", &[format!("Authorization: Bearer {}", person.token)]).await
}

/// The error's code and the close code.
async fn ended(raw: &mut Raw) -> (String, u16) {
    let told = loop {
        let frame = raw.hear().await.frame();
        if frame["type"] == "error" {
            break frame;
        }
    };
    for language in ["ja", "en"] {
        assert!(told[language].as_str().is_some_and(|said| !said.contains(['{', '}'])), "{told}");
    }
    match raw.hear().await {
        Heard::Closed(code) => (text(&told["code"]).to_owned(), code),
        Heard::Frame(frame) => panic!("{frame}"),
    }
}

#[actix_web::test]
async fn a_thousand_subscriptions_in_a_frame_end_the_socket() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let topics =
        |count: usize| -> Vec<Value> { (0..count).map(|_| json!({ "topic": Stream::Visit(world.visit()) })).collect() };
    let mut socket = raw(&world, &dispatcher).await;
    socket.say(&json!({ "type": "subscribe_all", "topics": topics(limits::SUBSCRIPTIONS + 1) })).await;
    assert_eq!(ended(&mut socket).await, ("live.too_many".to_owned(), close::TOO_MANY));
    let mut socket = raw(&world, &dispatcher).await;
    let thousand = json!({ "type": "subscribe_all", "topics": vec![json!({ "topic": Stream::Territory(world.territory) }); 1_000] });
    assert!(thousand.to_string().len() > limits::FRAME_BYTES);
    socket.frame(TEXT, true, &thousand.to_string()).await;
    assert_eq!(ended(&mut socket).await, ("request.too_large".to_owned(), close::MALFORMED));
}

#[actix_web::test]
async fn topics_that_are_asked_for_together_are_answered_one_by_one() {
    let world = World::new().await;
    let technician = world.person(Role::Technician).await;
    let mut socket = Socket::open(&world, &technician).await;
    let (own, foreign) = (Stream::Technician(world.technician), Stream::Territory(world.territory));
    let after = json!({ "epoch": "life-1", "offset": 0 });
    world.happens(&[own], EventKind::VisitAssigned, json!({})).await;
    let topics = json!([{ "topic": own, "after": after }, { "topic": foreign }, { "topic": own }]);
    socket.say(&json!({ "type": "subscribe_all", "topics": topics })).await;
    // In any order, since each topic goes its own way.
    let mut answers = [socket.hear().await.frame(), socket.hear().await.frame(), socket.hear().await.frame()];
    answers.sort_by_key(|told| text(&told["type"]).to_owned());
    assert_eq!(answers.each_ref().map(|told| text(&told["type"])), ["error", "event", "subscribed"]);
    assert_eq!((&answers[0]["topic"], &answers[0]["code"]), (&json!(foreign), &json!("auth.forbidden")));
    socket.silence().await;
}

#[actix_web::test]
async fn a_message_in_crumbs_ends_the_socket_and_one_in_pieces_does_not() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let ask = json!({ "type": "subscribe", "topic": Stream::Territory(world.territory) }).to_string();
    let mut socket = raw(&world, &dispatcher).await;
    let (first, rest) = ask.split_at(9);
    socket.frame(TEXT, false, first).await;
    socket.frame(PING, true, "between").await;
    let (middle, last) = rest.split_at(9);
    socket.frame(CONTINUE, false, middle).await;
    socket.frame(CONTINUE, true, last).await;
    assert_eq!(socket.hear().await.frame()["type"], "subscribed");
    socket.frame(TEXT, false, &ask[..1]).await;
    for crumb in ask[1..].chars() {
        socket.frame(CONTINUE, false, &crumb.to_string()).await;
    }
    assert_eq!(ended(&mut socket).await, ("live.fragments".to_owned(), close::MALFORMED));
}

#[actix_web::test]
async fn whoever_talks_too_fast_is_sent_away_and_the_others_notice_nothing() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let topic = Stream::Territory(world.territory);
    let mut other = Socket::open(&world, &dispatcher).await;
    other.subscribe(topic, Value::Null).await;
    let mut socket = raw(&world, &dispatcher).await;
    for _ in 0..limits::FRAMES_AT_ONCE as usize * 2 {
        socket.frame(PING, true, "").await;
    }
    assert_eq!(ended(&mut socket).await, ("rate.limited".to_owned(), close::TOO_FAST));
    world.happens(&[topic], EventKind::WorkOrderOpened, json!({})).await;
    assert_eq!(other.offsets(1).await, [1]);
}

#[actix_web::test]
async fn frames_that_break_the_protocol_end_the_socket() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    for (bytes, code) in [
        // Without a mask, of an unknown kind, with a length that nobody may send, in binary.
        (&[0x81, 0x02, b'{', b'}'][..], "request.malformed"),
        (&[0x83, 0x80, 0, 0, 0, 0], "request.malformed"),
        (&[0x81, 0xff, 0, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 0], "request.too_large"),
        (&[0x82, 0x81, 0, 0, 0, 0, 1], "request.malformed"),
        (&[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe], "request.malformed"),
    ] {
        let mut socket = raw(&world, &dispatcher).await;
        socket.write(bytes).await;
        assert_eq!(ended(&mut socket).await, (code.to_owned(), close::MALFORMED), "{bytes:x?}");
    }
}

#[actix_web::test]
async fn a_page_that_is_just_being_opened_does_not_outlive_its_log_in() {
    let world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    assert_eq!(dispatcher.delete("/api/session").await.status(), 200);
    let mut socket = raw(&world, &dispatcher).await;
    assert_eq!(ended(&mut socket).await, ("auth.required".to_owned(), close::AUTH_REQUIRED));
}

#[actix_web::test]
async fn a_server_that_stops_tells_everybody_when_to_come_back() {
    let mut world = World::new().await;
    let dispatcher = world.person(Role::Dispatcher).await;
    let mut sockets = Vec::new();
    for _ in 0..5 {
        sockets.push(raw(&world, &dispatcher).await);
    }
    let hearing = async {
        for socket in &mut sockets {
            let (heard, reason) = socket.hear_with_reason().await;
            assert_eq!(heard, Heard::Closed(close::GOING_AWAY));
            let retry: u64 = reason.strip_prefix(close::RETRY).expect("a time").parse().expect("milliseconds");
            assert!(u128::from(retry) >= limits::RESTART.as_millis(), "{retry}");
        }
    };
    futures_util::future::join(world.stop(), hearing).await;
}

async fn whoever_loses_a_visit_hears_no_more_of_it(office: Office) {
    let (_, visit) = office.on_the_way("KS-1001").await;
    let topic = format!("visit:{}", text(&visit));
    let dispatcher = office.person("dispatcher").await;
    let made = dispatcher.change(&format!("/api/visits/{}/track-links", text(&visit)), &json!({})).await;
    let secret = text(&made["url"]).trim_start_matches("/t/").to_owned();
    let mut watching = office.track_socket(&secret).await;
    assert_eq!(watching.subscribe(&topic, Value::Null).await["type"], "subscribed");
    let link = text(&made["id"]).to_owned();
    assert!(dispatcher.delete(&format!("/api/track-links/{link}")).await.status().is_success());
    let hayashi = office.person("hayashi").await;
    report(&office, &hayashi, 1, 36.5621).await;
    let mut heard = Vec::new();
    let code = loop {
        match watching.hear().await {
            Heard::Frame(frame) => heard.push(frame),
            Heard::Closed(code) => break code,
        }
    };
    assert_eq!(code, close::FORBIDDEN);
    let after = heard.iter().skip_while(|frame| frame["event"]["kind"] != "link.revoked").skip(1);
    assert_eq!(after.map(|frame| text(&frame["type"])).collect::<Vec<_>>(), ["error"]);
}

/// Reports where a technician is.
async fn report(office: &Office, technician: &Person, seq: i64, lat: f64) -> Value {
    let fix =
        json!({ "seq": seq, "lat": lat, "lon": 136.66, "accuracy_m": 9.0, "at": office.now(), "correlation_id": null });
    technician.change("/api/my/positions", &json!({ "positions": [fix] })).await
}

async fn positions_are_shown_to_whoever_comes_later(office: Office) {
    let (_, visit) = office.on_the_way("KS-1001").await;
    let hayashi = office.person("hayashi").await;
    assert_eq!(report(&office, &hayashi, 1, 36.5621).await["accepted"], 1);
    let dispatcher = office.person("dispatcher").await;
    let mut socket = office.socket(&dispatcher).await;
    let topic = format!("visit:{}", text(&visit));
    socket.subscribe(&topic, Value::Null).await;
    let told = socket.until(|frame| frame["type"] == "position").await;
    assert_eq!((&told["topic"], &told["fix"]["lat"]), (&json!(topic), &json!(36.5621)));
}

async fn a_log_in_goes_on_while_its_socket_is_open(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let mut socket = office.socket(&operator).await;
    let renewed = {
        let answer = operator.put("/api/session", &json!({})).await;
        assert_eq!(answer.status(), 200);
        answer.json::<Value>().await.expect("JSON")
    };
    socket.say(&json!({ "type": "refresh" })).await;
    let told = socket.hear().await.frame();
    assert_eq!((&told["type"], &told["expires_at"]), (&json!("refreshed"), &renewed["expires_at"]));
    // Another log-in of the same person takes the socket over; the first may end.
    let again = office.person("operator").await;
    socket.say(&json!({ "type": "refresh", "token": again.token })).await;
    assert_eq!(socket.hear().await.frame()["type"], "refreshed");
    assert_eq!(operator.delete("/api/session").await.status(), 200);
    socket.say(&json!({ "type": "refresh", "token": dispatcher.token })).await;
    assert_eq!(socket.hear().await.frame()["code"], "auth.forbidden");
    socket.say(&json!({ "type": "refresh", "token": operator.token })).await;
    assert_eq!(socket.hear().await.frame()["code"], "auth.required");
    assert_eq!(again.delete("/api/session").await.status(), 200);
    assert_eq!(socket.hear().await, Heard::Closed(close::AUTH_REQUIRED));
}

async fn colleagues_see_each_other_on_a_contract(office: Office) {
    let (operator, dispatcher) = (office.person("operator").await, office.person("dispatcher").await);
    let card = office.card(&operator, "KS-1001").await;
    let topic = format!("contract:{}", text(&card["id"]));
    let ask = json!({ "type": "subscribe", "topic": topic, "presence": true });
    let (mut first, mut second) = (office.socket(&operator).await, office.socket(&dispatcher).await);
    let names = |told: &Value| -> Vec<Value> {
        told["people"].as_array().expect("people").iter().map(|one| one["user_id"].clone()).collect()
    };
    first.say(&ask).await;
    let alone = first.until(|frame| frame["type"] == "presence").await;
    assert_eq!(names(&alone), [operator.me["id"].clone()]);
    second.say(&ask).await;
    let both = first.until(|frame| frame["type"] == "presence").await;
    assert_eq!(names(&both).len(), 2);
    drop(second);
    let left = first.until(|frame| frame["type"] == "presence").await;
    assert_eq!(names(&left), [operator.me["id"].clone()]);
}

async fn the_same_stream_comes_by_events_and_by_questions(office: Office) {
    let (_, visit) = office.on_the_way("KS-1001").await;
    let (dispatcher, hayashi) = (office.person("dispatcher").await, office.person("hayashi").await);
    let topic = format!("visit:{}", text(&visit));
    let mut socket = office.socket(&dispatcher).await;
    let first = socket.subscribe(&topic, Value::Null).await;
    let cursor = format!("{}:{}", text(&first["epoch"]), first["offset"]);
    office.tap(&hayashi, &visit, "arrive").await;
    let by_socket = socket.event("visit.arrived").await;

    let mut events = Raw::connect(office.address).await;
    let head = format!(
        "GET /live/events?topic={topic}&after={cursor} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\
                        Authorization: Bearer {}\r\n\r\n",
        dispatcher.token
    );
    events.write(head.as_bytes()).await;
    let told = events.until("visit.arrived").await;
    assert!(told.contains("content-type: text/event-stream"), "{told}");
    assert!(told.contains(&format!("id: {}:{}\n", text(&first["epoch"]), by_socket["offset"])), "{told}");

    let opened = dispatcher.see(&format!("/live/poll?topic={topic}&after={cursor}")).await;
    let line = text(&opened["frames"][0]["line"]).to_owned();
    let mut heard = opened["frames"].as_array().expect("frames").clone();
    let mut seen = 1;
    while !heard.iter().any(|frame| frame["event"]["kind"] == "visit.arrived") {
        let more = dispatcher.see(&format!("/live/poll?line={line}&seen={seen}")).await;
        assert_eq!(more["batch"], seen + 1);
        heard.extend(more["frames"].as_array().expect("frames").clone());
        seen += 1;
    }
    let again = dispatcher.see(&format!("/live/poll?line={line}&seen={}", seen - 1)).await;
    assert_eq!(again["batch"], seen, "an answer that was lost is given again");
    assert_eq!(
        hayashi.get(&format!("/live/poll?line={line}&seen={seen}")).await.status(),
        404,
        "a line is its owner's"
    );
    assert_eq!(dispatcher.get(&format!("/live/poll?line={line}&seen=99")).await.status(), 400);

    let said = dispatcher.post(&format!("/live/frames?line={line}"), &json!([{ "type": "colour" }])).await;
    assert_eq!(said.status(), 202);
    let end = dispatcher.see(&format!("/live/poll?line={line}&seen={seen}")).await;
    let frames = end["frames"].as_array().expect("frames");
    let last: Vec<_> = frames.iter().rev().take(2).map(|frame| (text(&frame["type"]), frame["code"].clone())).collect();
    assert_eq!(last, [("closed", json!(close::MALFORMED)), ("error", json!("request.malformed"))], "{end}");

    assert_eq!(dispatcher.delete("/api/session").await.status(), 200);
    assert!(events.until("\"type\":\"closed\"").await.contains("4001"));
}

#[actix_web::test]
async fn a_link_that_was_prolonged_shows_its_visit_longer() {
    let world = World::new().await;
    let visit = world.visit();
    let (link, secret) = world.link(visit, soon());
    let mut socket = Socket::open_with(&world, &format!("?track={secret}")).await;
    assert_eq!(socket.subscribe(Stream::Visit(visit), Value::Null).await["type"], "subscribed");
    let later = soon() + Seconds::hours(5);
    world.sql(&format!("UPDATE track_links SET expires_at = {} WHERE id = {}", later.micros(), blob(link)));
    socket.say(&json!({ "type": "refresh" })).await;
    assert_eq!(socket.hear().await.frame()["type"], "refreshed");
}
