//! What an Asterisk tells of calls, in the words of its documentation.

use serde_json::{Value, json};

use super::*;

fn channel(id: &str, name: &str, state: &str, number: &str) -> Value {
    json!({ "id": id, "name": name, "state": state, "caller": { "name": "", "number": number },
        "connected": { "name": "", "number": "" }, "accountcode": "", "language": "ja",
        "dialplan": { "context": "from-trunk", "exten": "0765550100", "priority": 1 },
        "creationtime": "2026-11-23T09:02:00.000+0900" })
}

fn event(kind: &str, more: Value) -> Value {
    let mut event = json!({ "type": kind, "timestamp": "2026-11-23T09:02:00.125+0900", "application": "kaketsuke",
        "asterisk_id": "02:42:ac:11:00:02" });
    for (name, value) in more.as_object().expect("fields") {
        event[name] = value.clone();
    }
    event
}

fn trunk() -> Value {
    channel("c1", "PJSIP/trunk-00000001", "Ring", "0355550199")
}

fn phone(state: &str) -> Value {
    channel("p1", "PJSIP/201-00000002", state, "201")
}

fn dial(status: &str) -> Value {
    event("Dial", json!({ "caller": trunk(), "peer": phone("Down"), "dialstatus": status, "dialstring": "201" }))
}

fn gone(channel: Value) -> Value {
    event("ChannelDestroyed", json!({ "channel": channel, "cause": 16, "cause_txt": "Normal Clearing" }))
}

/// What an Asterisk tells, and what is heard of it: the call, what happened, whom.
fn check(told: &[Value], expected: &[(&str, &str, &str)]) {
    let mut ari = Ari::default();
    let mut heard = Vec::new();
    for event in told {
        heard.extend(ari.hear(serde_json::from_value(event.clone()).expect("an event")));
    }
    let heard: Vec<(String, String, String)> =
        heard.into_iter().map(|(_, signal)| (signal.call, signal.event.to_string(), signal.agents.join(","))).collect();
    let heard: Vec<(&str, &str, &str)> = heard.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
    assert_eq!(heard, expected);
}

#[test]
fn a_call_of_the_dialplan_rings_is_answered_and_ends() {
    check(
        &[dial(""), dial("RINGING"), dial("ANSWER"), gone(phone("Up")), gone(trunk())],
        &[("c1", "ring", "201"), ("c1", "answered", "201"), ("c1", "ended", "")],
    );
}

#[test]
fn nobody_picks_up() {
    check(
        &[dial(""), dial("RINGING"), dial("NOANSWER"), gone(phone("Ringing")), gone(trunk())],
        &[("c1", "ring", "201"), ("c1", "missed", "")],
    );
}

#[test]
fn a_call_in_our_application_is_answered_by_the_bridge() {
    let enters = event("StasisStart", json!({ "args": [], "channel": trunk() }));
    let mut peer = phone("Down");
    peer["connected"]["number"] = json!("+81 3-5555-0199");
    let dialled = event("Dial", json!({ "peer": peer, "dialstatus": "", "forward": "" }));
    let rings = event("ChannelStateChange", json!({ "channel": phone("Ringing") }));
    let bridge =
        json!({ "id": "b1", "technology": "simple_bridge", "bridge_type": "mixing", "channels": ["c1", "p1"] });
    let both = event("BridgeEnter", json!({ "bridge": bridge, "channel": phone("Up") }));
    let leg = event("StasisStart", json!({ "args": ["dialed"], "channel": phone("Up") }));
    check(
        &[enters, dialled, rings, leg, both, gone(trunk())],
        &[("c1", "ring", ""), ("c1", "ring", "201"), ("c1", "answered", "201"), ("c1", "ended", "")],
    );
}

#[test]
fn music_for_the_caller_is_no_answer_and_a_queue_rings_through_its_local_channels() {
    let up =
        event("ChannelStateChange", json!({ "channel": channel("c1", "PJSIP/trunk-00000001", "Up", "0355550199") }));
    let local = channel("l1", "Local/201@agents-00000003;1", "Down", "");
    let queue = event("Dial", json!({ "caller": trunk(), "peer": local, "dialstatus": "RINGING" }));
    let on = event("Dial", json!({ "caller": local, "peer": phone("Down"), "dialstatus": "ANSWER" }));
    check(&[queue, up, on], &[("c1", "ring", "201"), ("c1", "answered", "201")]);
}

#[test]
fn what_is_told_twice_or_of_nothing_known_is_heard_once_or_as_an_end() {
    check(
        &[dial("RINGING"), dial("RINGING"), dial("ANSWER"), dial("ANSWER"), gone(channel("x", "PJSIP/9-1", "Up", ""))],
        &[("c1", "ring", "201"), ("c1", "answered", "201"), ("x", "ended", "")],
    );
    check(&[event("ChannelVarset", json!({ "variable": "A", "value": "1" }))], &[]);
}

#[test]
fn what_ended_while_the_socket_was_away_is_found_by_the_channels() {
    let mut ari = Ari::default();
    for told in [dial("RINGING"), dial("ANSWER")] {
        ari.hear(serde_json::from_value(told).expect("an event"));
    }
    assert!(ari.still_there(&BTreeSet::from(["c1".to_owned()])).is_empty());
    let ended = ari.still_there(&BTreeSet::new());
    assert_eq!((ended.len(), ended[0].1.event, ari.open()), (1, CallTold::Ended, 0));
}

#[test]
fn an_extension_is_read_from_the_name_of_its_channel() {
    for (name, wanted) in [
        ("PJSIP/201-0000001a", "201"),
        ("SIP/desk-7-00000002", "desk-7"),
        ("Local/201@agents-00000003;1", "201"),
        ("201", "201"),
    ] {
        assert_eq!(extension(name), wanted);
    }
}
