//! A watcher's end of the live stream (RFC 6455), without the network below it.

use std::pin::Pin;
use std::task::Poll;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::Payload;
use actix_web::test::TestRequest;
use bytes::{Buf, Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt};
use serde_json::Value;
use tokio::sync::mpsc;

use super::house::House;

const TEXT: u8 = 0x81;
const PONG: u8 = 0x8a;
/// Set in frames of clients: four bytes of a mask follow. Ours is all zero, which changes nothing.
const MASKED: u8 = 0x80;
const NO_MASK: [u8; 4] = [0; 4];

/// What came.
#[derive(Debug)]
pub enum Heard {
    Frame(Value),
    /// The end, with or without a word.
    Closed,
}

pub struct Wire {
    up: mpsc::UnboundedSender<Bytes>,
    down: Pin<Box<BoxBody>>,
    buffer: BytesMut,
}

impl Wire {
    /// Opens the stream with a log-in, or with a query such as `?track=…`. None when the handshake fails.
    pub async fn open(house: &House, token: Option<&str>, query: &str) -> Option<Self> {
        let (up, frames) = mpsc::unbounded_channel::<Bytes>();
        let frames = futures_util::stream::unfold(frames, |mut frames| async move {
            let frame = frames.recv().await?;
            Some((Ok(frame), frames))
        });
        let mut request = TestRequest::get().uri(&format!("/live{query}"));
        for (name, value) in [
            ("upgrade", "websocket"),
            ("connection", "upgrade"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-protocol", "kaketsuke.1"),
        ] {
            request = request.insert_header((name, value));
        }
        if let Some(token) = token {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        let answering = house.answer(request, Some(Payload::Stream { payload: frames.boxed_local() }));
        let response = std::panic::AssertUnwindSafe(answering).catch_unwind().await.ok()?.ok()?;
        (response.status().as_u16() == 101).then(|| Self {
            up,
            down: Box::pin(response.into_body()),
            buffer: BytesMut::new(),
        })
    }

    /// Says something. The server may be gone already: that is heard.
    pub fn say(&self, frame: &Value) {
        self.send(TEXT, frame.to_string().as_bytes());
    }

    fn send(&self, kind: u8, payload: &[u8]) {
        let length: &[u8] = &match payload.len() {
            short @ 0..=125 => vec![MASKED | short as u8],
            length => [&[MASKED | 126][..], &(length as u16).to_be_bytes()].concat(),
        };
        let _ = self.up.send([&[kind], length, &NO_MASK, payload].concat().into());
    }

    /// The next frame. Pings are answered on the way.
    pub async fn hear(&mut self) -> Heard {
        loop {
            match self.take_frame() {
                Some((0x1, payload)) => {
                    return serde_json::from_slice(&payload).map_or(Heard::Closed, Heard::Frame);
                }
                Some((0x8, _)) => return Heard::Closed,
                Some((0x9, payload)) => self.send(PONG, &payload),
                Some(_) => {}
                None => match self.more().await {
                    Some(bytes) => self.buffer.extend_from_slice(&bytes),
                    None => return Heard::Closed,
                },
            }
        }
    }

    async fn more(&mut self) -> Option<Bytes> {
        std::future::poll_fn(|context| match self.down.as_mut().poll_next(context) {
            Poll::Ready(Some(Ok(bytes))) => Poll::Ready(Some(bytes)),
            Poll::Ready(Some(Err(_)) | None) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// A whole frame from the buffer: its opcode and payload.
    fn take_frame(&mut self) -> Option<(u8, Bytes)> {
        let (first, second) = (*self.buffer.first()?, *self.buffer.get(1)?);
        let (header, length) = match second {
            126 => (4, usize::from(u16::from_be_bytes(self.buffer.get(2..4)?.try_into().ok()?))),
            127 => (10, usize::try_from(u64::from_be_bytes(self.buffer.get(2..10)?.try_into().ok()?)).ok()?),
            length => (2, usize::from(length)),
        };
        if self.buffer.len() < header + length {
            return None;
        }
        self.buffer.advance(header);
        Some((first & 0x0f, self.buffer.split_to(length).freeze()))
    }
}
