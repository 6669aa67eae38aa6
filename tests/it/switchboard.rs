//! An Asterisk rings at the desk over its event socket. The peer here speaks the documented events over a real websocket.

use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, accept_async};

use crate::kit::office::text;
use crate::kit::{Kind, Office, Socket, soon_enough};

/// An Asterisk with its REST interface on one port.
struct Asterisk {
    listener: TcpListener,
}

impl Asterisk {
    async fn new() -> Self {
        Self { listener: TcpListener::bind("127.0.0.1:0").await.expect("a port") }
    }

    fn url(&self) -> String {
        format!("ws://desk:secret@{}/ari", self.listener.local_addr().expect("an address"))
    }

    /// Waits until somebody listens, and answers which channels there are.
    async fn listened_to(&self, channels: &[&str]) -> Line {
        let (mut line, mut asked) = (None, false);
        while line.is_none() || !asked {
            let (stream, _) = soon_enough(self.listener.accept()).await.expect("a connection");
            let head = head_of(&stream).await;
            assert!(head.to_lowercase().contains("authorization: basic zgvza"), "user and password: {head}");
            if head.starts_with("GET /ari/events?app=kaketsuke&subscribeAll=true ") {
                line = Some(Line(accept_async(stream).await.expect("a websocket")));
            } else {
                assert!(head.starts_with("GET /ari/channels "), "{head}");
                list(stream, channels).await;
                asked = true;
            }
        }
        line.expect("it is there")
    }
}

async fn head_of(stream: &TcpStream) -> String {
    let mut bytes = [0; 2_048];
    loop {
        let count = stream.peek(&mut bytes).await.expect("a request");
        let head = String::from_utf8_lossy(&bytes[..count]).into_owned();
        if head.contains("\r\n\r\n") {
            return head;
        }
        tokio::task::yield_now().await;
    }
}

async fn list(mut stream: TcpStream, channels: &[&str]) {
    let _ = stream.read(&mut [0; 2_048]).await.expect("the request");
    let listed: Vec<Value> = channels.iter().map(|id| channel(id, "PJSIP/trunk-1", "Up")).collect();
    let body = json!(listed).to_string();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await.expect("the answer");
}

struct Line(WebSocketStream<TcpStream>);

impl Line {
    async fn tell(&mut self, kind: &str, more: Value) {
        let mut event = json!({ "type": kind, "timestamp": "2026-11-23T09:02:00.125+0900", "application": "kaketsuke",
            "asterisk_id": "02:42:ac:11:00:02" });
        for (name, value) in more.as_object().expect("fields") {
            event[name] = value.clone();
        }
        self.0.send(Message::text(event.to_string())).await.expect("it is heard");
    }

    async fn dial(&mut self, call: &str, status: &str) {
        let (caller, peer) =
            (channel(call, "PJSIP/trunk-1", "Ring"), channel(&format!("{call}-p"), "PJSIP/201-2", "Down"));
        self.tell("Dial", json!({ "caller": caller, "peer": peer, "dialstatus": status, "dialstring": "201" })).await;
    }

    async fn destroyed(&mut self, call: &str) {
        let channel = channel(call, "PJSIP/trunk-1", "Up");
        self.tell("ChannelDestroyed", json!({ "channel": channel, "cause": 16, "cause_txt": "Normal Clearing" })).await;
    }
}

fn channel(id: &str, name: &str, state: &str) -> Value {
    json!({ "id": id, "name": name, "state": state, "caller": { "name": "", "number": "0765550111" },
        "connected": { "name": "", "number": "" }, "accountcode": "", "language": "ja",
        "dialplan": { "context": "from-trunk", "exten": "0765550100", "priority": 1 },
        "creationtime": "2026-11-23T09:02:00.000+0900" })
}

async fn rung(pop: &mut Socket, kind: &str, call: &str) {
    let heard = pop.event(kind).await;
    assert_eq!(heard["event"]["data"]["call"]["external_id"], call, "{heard}");
}

async fn calls_come_over_the_event_socket_and_survive_its_break(kind: Kind) {
    let asterisk = Asterisk::new().await;
    let office = Office::open_on_line(kind, Some(asterisk.url())).await;
    let operator = office.person("operator").await;
    let seated = operator.put("/api/desk/telephone", &json!({ "extension": "201" })).await;
    assert_eq!(seated.status(), 200);
    let mut pop = office.socket(&operator).await;
    pop.subscribe(format!("agent:{}", text(&operator.me["id"])), Value::Null).await;

    let mut line = asterisk.listened_to(&[]).await;
    line.tell("ChannelVarset", json!({ "variable": "X", "value": "1" })).await;
    line.0.send(Message::text("no JSON at all")).await.expect("it is heard");
    line.dial("a", "").await;
    line.dial("a", "RINGING").await;
    rung(&mut pop, "call.rang", "a").await;
    let telephone = operator.see("/api/desk/telephone").await;
    assert_eq!(telephone["calls"][0]["callers"][0]["contracts"][0]["number"], "KS-1001");
    line.dial("a", "ANSWER").await;
    rung(&mut pop, "call.answered", "a").await;
    line.dial("b", "RINGING").await;
    rung(&mut pop, "call.rang", "b").await;

    // The connection breaks; one call ends meanwhile, the other goes on.
    drop(line);
    let mut line = asterisk.listened_to(&["a", "a-p"]).await;
    rung(&mut pop, "call.missed", "b").await;
    line.destroyed("a").await;
    rung(&mut pop, "call.ended", "a").await;
    let rows = operator.see("/api/desk/call-backs").await;
    assert_eq!((rows[0]["call"]["external_id"].as_str(), rows[0]["call"]["source"].as_str()), (Some("b"), Some("ari")));
    office.assert_sound().await;
}

#[actix_web::test]
async fn on_sqlite() {
    calls_come_over_the_event_socket_and_survive_its_break(Kind::Sqlite).await;
}

#[actix_web::test]
async fn on_postgres() {
    calls_come_over_the_event_socket_and_survive_its_break(Kind::Postgres).await;
}
