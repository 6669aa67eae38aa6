//! From the frames of a websocket to what its client says. A message may come in pieces; their number and size are
//! bounded, because each costs work and none says anything yet.

use actix_web::error::PayloadError;
use actix_ws::{Item, Message, ProtocolError};
use bytes::{Bytes, BytesMut};

use crate::domain::refusal::{Code, Refusal};
use crate::limits;

/// What came from a client.
#[derive(Debug)]
pub(super) enum Said {
    Text(Bytes),
    Ping(Bytes),
    /// A sign of life.
    Alive,
    /// A part of a message, or of nothing.
    Piece,
    Close,
    /// What breaks the protocol.
    Nonsense(Refusal),
}

/// Puts the pieces of one message together.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    text: BytesMut,
    pieces: usize,
}

impl Assembler {
    pub fn take(&mut self, heard: Result<Message, ProtocolError>) -> Said {
        match heard {
            Ok(Message::Text(text)) => Said::Text(text.into_bytes()),
            Ok(Message::Ping(payload)) => Said::Ping(payload),
            Ok(Message::Pong(_)) => Said::Alive,
            Ok(Message::Close(_)) => Said::Close,
            Ok(Message::Nop) => Said::Piece,
            Ok(Message::Continuation(Item::FirstText(part))) => {
                (self.text, self.pieces) = (BytesMut::new(), 0);
                self.add(&part).map_or_else(Said::Nonsense, |()| Said::Piece)
            }
            Ok(Message::Continuation(Item::Continue(part))) => {
                self.add(&part).map_or_else(Said::Nonsense, |()| Said::Piece)
            }
            Ok(Message::Continuation(Item::Last(part))) => {
                let added = self.add(&part);
                let whole = std::mem::take(&mut self.text).freeze();
                added.map_or_else(Said::Nonsense, |()| Said::Text(whole))
            }
            Ok(Message::Binary(_) | Message::Continuation(Item::FirstBinary(_))) => Said::Nonsense(
                Refusal::new(Code::Malformed)
                    .with("why_ja", "テキストで送ってください")
                    .with("why_en", "send text frames"),
            ),
            Err(ProtocolError::Overflow) => Said::Nonsense(too_large()),
            Err(ProtocolError::Io(error)) if is_overflow(&error) => Said::Nonsense(too_large()),
            Err(error) => Said::Nonsense(unreadable(&error)),
        }
    }

    fn add(&mut self, part: &[u8]) -> Result<(), Refusal> {
        self.pieces += 1;
        if self.pieces > limits::FRAGMENTS {
            return Err(Refusal::new(Code::LiveFragments).with("limit", limits::FRAGMENTS));
        }
        if self.text.len() + part.len() > limits::FRAME_BYTES {
            return Err(too_large());
        }
        self.text.extend_from_slice(part);
        Ok(())
    }
}

fn too_large() -> Refusal {
    Refusal::new(Code::TooLarge).with("limit", limits::FRAME_BYTES)
}

/// What the sieve stopped.
fn is_overflow(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<PayloadError>());
    matches!(inner, Some(PayloadError::Overflow))
}

fn unreadable(error: &ProtocolError) -> Refusal {
    tracing::debug!(%error, "a frame cannot be read");
    Refusal::new(Code::Malformed)
        .with("why_ja", "フレームの形がWebSocket（RFC 6455）の決まりと違います")
        .with("why_en", "a frame does not follow the WebSocket protocol (RFC 6455)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Message {
        Message::Continuation(Item::FirstText(Bytes::copy_from_slice(text.as_bytes())))
    }

    fn next(text: &str) -> Message {
        Message::Continuation(Item::Continue(Bytes::copy_from_slice(text.as_bytes())))
    }

    fn last(text: &str) -> Message {
        Message::Continuation(Item::Last(Bytes::copy_from_slice(text.as_bytes())))
    }

    /// What the last of some frames makes.
    fn check(frames: impl IntoIterator<Item = Message>, wanted: &str) {
        let mut assembler = Assembler::default();
        let said = frames.into_iter().map(|frame| assembler.take(Ok(frame))).last().expect("a frame");
        let told = match said {
            Said::Text(text) => String::from_utf8_lossy(&text).into_owned(),
            Said::Nonsense(refusal) => refusal.code.as_str().to_owned(),
            other => format!("{other:?}"),
        };
        assert_eq!(told, wanted);
    }

    #[test]
    fn pieces_become_one_message_and_pings_may_come_between() {
        check([first("{\"a\""), next(":"), last("1}")], "{\"a\":1}");
        check([first("a"), Message::Pong(Bytes::new()), last("b")], "ab");
        check([first("a"), next("b")], "Piece");
        check([first("lost"), first("a"), last("b")], "ab");
    }

    #[test]
    fn a_message_in_pieces_of_one_byte_is_refused_before_it_is_long() {
        let crumbs = std::iter::once(first("x")).chain((0..limits::FRAGMENTS).map(|_| next("x")));
        check(crumbs, "live.fragments");
        check(std::iter::once(first("")).chain((0..limits::FRAGMENTS).map(|_| next(""))), "live.fragments");
        check(std::iter::once(first("x")).chain((1..limits::FRAGMENTS).map(|_| next("x"))), "Piece");
    }

    #[test]
    fn many_large_pieces_are_too_large_together() {
        let half = "x".repeat(limits::FRAME_BYTES / 2);
        check([first(&half), next(&half)], "Piece");
        check([first(&half), next(&half), last("x")], "request.too_large");
        check([Message::Binary(Bytes::new())], "request.malformed");
    }
}
