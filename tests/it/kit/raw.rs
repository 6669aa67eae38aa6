//! A websocket client without manners: it sends the bytes that it is told to.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{Heard, soon_enough};

pub struct Raw {
    stream: TcpStream,
    buffer: Vec<u8>,
}

pub const TEXT: u8 = 1;
pub const CONTINUE: u8 = 0;
pub const PING: u8 = 9;

impl Raw {
    /// Opens the live stream with more lines of a head, such as `Authorization: …`.
    pub async fn open(address: SocketAddr, path: &str, lines: &[String]) -> Self {
        let mut raw = Self::connect(address).await;
        let mut head = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        );
        lines.iter().for_each(|line| head.push_str(&format!("{line}\r\n")));
        raw.write(format!("{head}\r\n").as_bytes()).await;
        let head = raw.head().await;
        assert!(head.starts_with("HTTP/1.1 101"), "{head}");
        raw
    }

    pub async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("a connection"), buffer: Vec::new() }
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("sent");
    }

    /// The head of an answer.
    pub async fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = self.buffer.drain(..end + 4).collect::<Vec<u8>>();
                return String::from_utf8(head).expect("UTF-8");
            }
            assert!(self.more().await, "the server hung up");
        }
    }

    /// What has come until `end` is in it.
    pub async fn until(&mut self, end: &str) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.buffer).into_owned();
            if text.contains(end) {
                self.buffer.clear();
                return text;
            }
            assert!(self.more().await, "the server hung up after {text}");
        }
    }

    async fn more(&mut self) -> bool {
        let mut part = [0; 4096];
        let count = soon_enough(self.stream.read(&mut part)).await.unwrap_or(0);
        self.buffer.extend_from_slice(&part[..count]);
        count > 0
    }

    /// One frame with an empty mask; the last of its message or not.
    pub async fn frame(&mut self, kind: u8, is_last: bool, payload: &str) {
        let mut bytes = vec![kind | if is_last { 0x80 } else { 0 }];
        match payload.len() {
            short @ 0..=125 => bytes.push(0x80 | short as u8),
            long => {
                bytes.push(0x80 | 126);
                bytes.extend_from_slice(&(long as u16).to_be_bytes());
            }
        }
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(payload.as_bytes());
        self.write(&bytes).await;
    }

    pub async fn say(&mut self, frame: &Value) {
        self.frame(TEXT, true, &frame.to_string()).await;
    }

    /// The next text, or the code of the end. Pongs and pings are passed over.
    pub async fn hear(&mut self) -> Heard {
        self.hear_with_reason().await.0
    }

    /// The same with the reason of the end.
    pub async fn hear_with_reason(&mut self) -> (Heard, String) {
        loop {
            match self.take_frame() {
                Some((0x1, payload)) => {
                    return (Heard::Frame(serde_json::from_slice(&payload).expect("JSON")), String::new());
                }
                Some((0x8, payload)) => {
                    let code = u16::from_be_bytes([payload[0], payload[1]]);
                    return (Heard::Closed(code), String::from_utf8_lossy(&payload[2..]).into_owned());
                }
                Some(_) => {}
                None => {
                    if !self.more().await {
                        return (Heard::Closed(1006), String::new());
                    }
                }
            }
        }
    }

    fn take_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let (first, second) = (*self.buffer.first()?, *self.buffer.get(1)?);
        let (header, length) = match second {
            126 => (4, usize::from(u16::from_be_bytes([*self.buffer.get(2)?, *self.buffer.get(3)?]))),
            127 => panic!("the tests read no frames of that size"),
            length => (2, usize::from(length)),
        };
        if self.buffer.len() < header + length {
            return None;
        }
        let frame: Vec<u8> = self.buffer.drain(..header + length).collect();
        Some((first & 0x0f, frame[header..].to_vec()))
    }
}
