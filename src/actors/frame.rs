//! Frames of the live stream, encoded once and shared by every watcher: the whole websocket frame, header included,
//! since frames from a server are the same for all.

use std::io::Write;

use bytes::{Bytes, BytesMut};
use serde::Serialize;

use super::outbox::Audience;
use crate::domain::eta::Eta;
use crate::domain::event::{Event, Stream};
use crate::domain::ids::TechnicianId;
use crate::views::board::Fix;

/// Room before the payload for the longest header of a server's frame (RFC 6455, 5.2).
const HEADER_MAX: usize = 10;
pub const TEXT: u8 = 0x81;
pub const CLOSE: u8 = 0x88;
const PONG: u8 = 0x8a;
/// A ping without a payload.
pub const PING: Bytes = Bytes::from_static(&[0x89, 0]);
/// A control frame carries no more (RFC 6455, 5.5).
const CONTROL_MAX: usize = 125;

/// A text frame with what `write` writes.
fn text(write: impl FnOnce(&mut Vec<u8>)) -> Bytes {
    let mut frame = vec![0; HEADER_MAX];
    frame.reserve(512);
    write(&mut frame);
    let length = frame.len() - HEADER_MAX;
    let header: &[u8] = &match length {
        0..=125 => [TEXT, length as u8].to_vec(),
        126..=65_535 => [&[TEXT, 126][..], &(length as u16).to_be_bytes()].concat(),
        _ => [&[TEXT, 127][..], &(length as u64).to_be_bytes()].concat(),
    };
    let start = HEADER_MAX - header.len();
    frame[start..HEADER_MAX].copy_from_slice(header);
    Bytes::from(frame).slice(start..)
}

fn json(into: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(into, value).expect("the project's own types have string keys and finite numbers");
}

/// Any frame; for those that go to one socket only.
pub fn of(frame: &impl Serialize) -> Bytes {
    text(|into| json(into, frame))
}

/// The JSON of a frame, for lines that are no websocket.
pub fn json_of(frame: &impl Serialize) -> Vec<u8> {
    let mut into = Vec::with_capacity(512);
    json(&mut into, frame);
    into
}

/// An event's JSON, made once for all topics that it stands in. The ranking behind an assignment stays in the log:
/// whoever asks why is told by the decision's own address.
pub fn event_json(event: &Event) -> Vec<u8> {
    let mut into = Vec::with_capacity(1024);
    if event.data.get(RANKING).is_some() {
        let mut lean = event.clone();
        if let Some(data) = lean.data.as_object_mut() {
            data.remove(RANKING);
        }
        json(&mut into, &lean);
    } else {
        json(&mut into, event);
    }
    into
}

const RANKING: &str = "ranking";

pub fn event(topic: Stream, offset: i64, event_json: &[u8]) -> Bytes {
    text(|into| {
        let _ = write!(into, r#"{{"type":"event","topic":"{topic}","offset":{offset},"event":"#);
        into.extend_from_slice(event_json);
        into.push(b'}');
    })
}

pub fn eta(topic: Stream, eta: &Eta) -> Bytes {
    eta_of(topic, &json_of(eta))
}

/// The same from the figure's JSON, which is made once for all topics that show it.
pub fn eta_of(topic: Stream, eta_json: &[u8]) -> Bytes {
    text(|into| {
        let _ = write!(into, r#"{{"type":"eta","topic":"{topic}","eta":"#);
        into.extend_from_slice(eta_json);
        into.push(b'}');
    })
}

pub fn position(topic: Stream, technician: TechnicianId, fix: &Fix) -> Bytes {
    text(|into| {
        let _ = write!(into, r#"{{"type":"position","topic":"{topic}","technician_id":"{technician}","fix":"#);
        json(into, fix);
        into.push(b'}');
    })
}

pub fn close(code: u16, reason: &str) -> Bytes {
    let reason = &reason.as_bytes()[..reason.len().min(CONTROL_MAX - 2)];
    control(CLOSE, &[&code.to_be_bytes(), reason].concat())
}

/// Answers a ping with its own payload.
pub fn pong(payload: &[u8]) -> Bytes {
    control(PONG, &payload[..payload.len().min(CONTROL_MAX)])
}

fn control(kind: u8, payload: &[u8]) -> Bytes {
    [&[kind, payload.len() as u8][..], payload].concat().into()
}

/// Several frames as one piece.
pub fn join(frames: impl IntoIterator<Item = Bytes>) -> Bytes {
    let mut joined = BytesMut::new();
    frames.into_iter().for_each(|frame| joined.extend_from_slice(&frame));
    joined.freeze()
}

/// One frame for the staff and one for customers, each made when it is first needed.
pub(super) struct Frames<S, C> {
    staff: Lazy<S>,
    customer: Lazy<C>,
}

enum Lazy<F> {
    Unmade(F),
    Made(Bytes),
}

impl<F: Fn() -> Bytes> Lazy<F> {
    fn get(&mut self) -> &Bytes {
        if let Self::Unmade(make) = self {
            *self = Self::Made(make());
        }
        match self {
            Self::Made(frame) => frame,
            Self::Unmade(_) => unreachable!("it was made just before"),
        }
    }
}

impl<S: Fn() -> Bytes, C: Fn() -> Bytes> Frames<S, C> {
    pub fn new(staff: S, customer: C) -> Self {
        Self { staff: Lazy::Unmade(staff), customer: Lazy::Unmade(customer) }
    }

    pub fn for_audience(&mut self, audience: Audience) -> &Bytes {
        if audience.customer { self.customer.get() } else { self.staff.get() }
    }
}

/// The payloads of a piece that is made of whole frames: opcode and content.
pub fn parts(piece: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = piece;
    std::iter::from_fn(move || {
        let (&[first, second], tail) = rest.split_first_chunk::<2>()?;
        let (length, tail) = match second {
            126 => tail.split_first_chunk::<2>().map(|(bytes, tail)| (u64::from(u16::from_be_bytes(*bytes)), tail))?,
            127 => tail.split_first_chunk::<8>().map(|(bytes, tail)| (u64::from_be_bytes(*bytes), tail))?,
            length => (u64::from(length), tail),
        };
        let (payload, tail) = tail.split_at_checked(usize::try_from(length).ok()?)?;
        rest = tail;
        Some((first, payload))
    })
}

/// Code and reason of a close frame's payload.
pub fn close_of(payload: &[u8]) -> (u16, String) {
    let (code, reason) =
        payload.split_first_chunk::<2>().map_or((0, payload), |(code, rest)| (u16::from_be_bytes(*code), rest));
    (code, String::from_utf8_lossy(reason).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::access::Actor;
    use crate::domain::event::{About, EventKind};
    use crate::domain::ids::{EventId, Id, VisitId};
    use crate::domain::time::Timestamp;
    use crate::views::live::ServerFrame;

    fn payload(frame: &Bytes) -> &[u8] {
        let start = match frame[1] {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        &frame[start..]
    }

    #[test]
    fn a_spliced_frame_is_the_frame_of_the_contract() {
        let topic = Stream::Visit(VisitId::from_uuid(uuid::Uuid::from_u128(1)));
        let told = Event {
            id: EventId::from_uuid(uuid::Uuid::from_u128(2)),
            kind: EventKind::VisitArrived,
            version: 1,
            at: Timestamp::from_seconds(1_800_000_000),
            actor: Actor::system("test"),
            about: About::default(),
            data: serde_json::json!({ "text": "到着" }),
        };
        let frame = event(topic, 12, &event_json(&told));
        let read: serde_json::Value = serde_json::from_slice(payload(&frame)).unwrap();
        let wanted = serde_json::to_value(ServerFrame::Event { topic, offset: 12, event: told }).unwrap();
        assert_eq!(read, wanted);
    }

    #[test]
    fn each_length_has_its_header() {
        for (length, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
            let frame = text(|into| into.extend(std::iter::repeat_n(b'x', length)));
            assert_eq!(frame.len(), length + header);
            assert_eq!(payload(&frame).len(), length);
        }
    }

    #[test]
    fn frames_that_were_joined_are_told_apart_again() {
        let long = "x".repeat(70_000);
        let piece = join([text(|into| into.extend_from_slice(b"{}")), PING, of(&long), close(4000, "live.slow")]);
        let found: Vec<_> = parts(&piece).map(|(kind, payload)| (kind, payload.len())).collect();
        assert_eq!(found, [(TEXT, 2), (0x89, 0), (TEXT, 70_002), (CLOSE, 11)]);
        let (_, last) = parts(&piece).last().unwrap();
        assert_eq!(close_of(last), (4000, "live.slow".to_owned()));
        assert_eq!(parts(&piece[..piece.len() - 1]).count(), 3, "half a frame is none");
    }

    #[test]
    fn a_close_frame_carries_code_and_reason() {
        assert_eq!(&close(4001, "bye")[..], [0x88, 5, 0x0f, 0xa1, b'b', b'y', b'e']);
    }
}
