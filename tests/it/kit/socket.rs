//! A watcher's end of the live stream.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Person, World, soon_enough};

/// What came over the socket.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    Frame(Value),
    /// The close code.
    Closed(u16),
}

impl Heard {
    pub fn frame(self) -> Value {
        match self {
            Self::Frame(frame) => frame,
            Self::Closed(code) => panic!("closed with {code}"),
        }
    }
}

pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Opens the stream with somebody's log-in.
    pub async fn open(world: &World, person: &Person) -> Self {
        Self::open_at(world.address, person).await
    }

    /// Opens the stream of a server with somebody's log-in.
    pub async fn open_at(address: SocketAddr, person: &Person) -> Self {
        let mut request = format!("ws://{address}/live").into_client_request().expect("a request");
        let bearer = format!("Bearer {}", person.token).parse().expect("a header");
        request.headers_mut().insert("authorization", bearer);
        request.headers_mut().insert("sec-websocket-protocol", "kaketsuke.1".parse().expect("a header"));
        let (socket, response) = soon_enough(connect_async(request)).await.expect("a socket");
        assert_eq!(response.headers()["sec-websocket-protocol"], "kaketsuke.1");
        Self(socket)
    }

    /// Opens the stream with a query of the address, or with nothing.
    pub async fn open_with(world: &World, query: &str) -> Self {
        Self::open_with_at(world.address, query).await
    }

    pub async fn open_with_at(address: SocketAddr, query: &str) -> Self {
        let (socket, _) = soon_enough(connect_async(format!("ws://{address}/live{query}"))).await.expect("a socket");
        Self(socket)
    }

    /// Hears on until something fits.
    pub async fn until(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let frame = self.hear().await.frame();
            if fits(&frame) {
                return frame;
            }
        }
    }

    /// Hears on until an event of this kind.
    pub async fn event(&mut self, kind: &str) -> Value {
        self.until(|frame| frame["event"]["kind"] == kind).await
    }

    pub async fn say(&mut self, frame: &Value) {
        self.say_text(&frame.to_string()).await;
    }

    pub async fn say_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("sent");
    }

    /// Says one message in two frames.
    pub async fn say_in_fragments(&mut self, first: &str, last: &str) {
        let frame =
            |text: &str, kind, is_last| Message::Frame(Frame::message(text.to_owned(), OpCode::Data(kind), is_last));
        self.0.send(frame(first, Data::Text, false)).await.expect("sent");
        self.0.send(frame(last, Data::Continue, true)).await.expect("sent");
    }

    /// Subscribes and gives the first answer.
    pub async fn subscribe(&mut self, topic: impl std::fmt::Display, after: Value) -> Value {
        self.say(&json!({ "type": "subscribe", "topic": topic.to_string(), "after": after })).await;
        self.hear().await.frame()
    }

    /// The next frame, or the end.
    pub async fn hear(&mut self) -> Heard {
        loop {
            match soon_enough(self.0.next()).await {
                Some(Ok(Message::Text(text))) => return Heard::Frame(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(Some(frame)))) => {
                    // Sends the answer that ends the connection on both sides.
                    let _ = self.0.flush().await;
                    return Heard::Closed(frame.code.into());
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => return Heard::Closed(1006),
                Some(Ok(_)) => {}
            }
        }
    }

    /// The offsets of the next events.
    pub async fn offsets(&mut self, count: usize) -> Vec<i64> {
        let mut offsets = Vec::new();
        while offsets.len() < count {
            let frame = self.hear().await.frame();
            assert_eq!(frame["type"], "event", "{frame}");
            offsets.push(frame["offset"].as_i64().expect("an offset"));
        }
        offsets
    }

    /// Checks that nothing comes for a while.
    pub async fn silence(&mut self) {
        let heard = tokio::time::timeout(Duration::from_millis(200), self.hear()).await;
        assert!(heard.is_err(), "{heard:?}");
    }
}
