//! Looks at the heads of frames as they come in. The reader behind it waits for a whole frame before it finds it too
//! large, and would keep all of it until then: whoever announces a gigabyte is stopped at the announcement.

use actix_web::error::PayloadError;
use actix_web::{FromRequest, HttpRequest, dev, web};
use bytes::Bytes;
use futures_util::StreamExt;

use crate::limits;
use crate::store::{Fault, StoreError};

/// The longest head of a client's frame (RFC 6455, 5.2): two bytes, eight of length, four of mask.
const HEAD_MAX: usize = 14;

#[derive(Debug, Default)]
struct Sieve {
    head: [u8; HEAD_MAX],
    /// Bytes of the head that are there.
    filled: usize,
    /// Bytes of the frame's payload that are still to come.
    left: u64,
}

impl Sieve {
    /// Whether so many bytes more may pass. Once it has said no it is of no more use.
    fn passes(&mut self, mut bytes: &[u8]) -> bool {
        while !bytes.is_empty() {
            let of_payload = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
            self.left -= of_payload as u64;
            bytes = &bytes[of_payload..];
            while self.left == 0
                && let Some((first, rest)) = bytes.split_first()
            {
                self.head[self.filled] = *first;
                (self.filled, bytes) = (self.filled + 1, rest);
                if let Some(length) = self.length() {
                    if length > limits::FRAME_BYTES as u64 {
                        return false;
                    }
                    (self.filled, self.left) = (0, length);
                }
            }
        }
        true
    }

    /// The length of the payload, once the head is there.
    fn length(&self) -> Option<u64> {
        let head = &self.head[..self.filled];
        let second = *head.get(1)?;
        let (length, at) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes(head.get(2..4)?.try_into().ok()?)), 4),
            127 => (u64::from_be_bytes(head.get(2..10)?.try_into().ok()?), 10),
            length => (u64::from(length), 2),
        };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        // A length that is too large is told before its mask has come.
        (head.len() >= at + mask || length > limits::FRAME_BYTES as u64).then_some(length)
    }
}

/// The bytes of a socket up to the first frame that is announced too large.
pub(super) async fn sieved(request: &HttpRequest, payload: web::Payload) -> Result<web::Payload, Fault> {
    let mut sieve = Sieve::default();
    let judged = move |chunk: Result<Bytes, PayloadError>| match chunk {
        Ok(bytes) if !sieve.passes(&bytes) => Err(PayloadError::Overflow),
        chunk => chunk,
    };
    let mut payload = dev::Payload::Stream { payload: payload.map(judged).boxed_local() };
    web::Payload::from_request(request, &mut payload).await.map_err(|_| StoreError::Stopped.into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A masked frame with a payload of zeros.
    fn frame(length: usize) -> Vec<u8> {
        let mut frame = vec![0x81];
        match length {
            0..=125 => frame.push(0x80 | length as u8),
            126..=65_535 => {
                frame.push(0x80 | 126);
                frame.extend((length as u16).to_be_bytes());
            }
            _ => {
                frame.push(0x80 | 127);
                frame.extend((length as u64).to_be_bytes());
            }
        }
        frame.resize(frame.len() + 4 + length, 0);
        frame
    }

    proptest! {
        #[test]
        fn honest_frames_pass_however_the_network_cuts_them(
            lengths in prop::collection::vec(0..=limits::FRAME_BYTES, 1..6),
            cut in 1_usize..5_000,
            too_large in limits::FRAME_BYTES + 1..limits::FRAME_BYTES * 8,
        ) {
            let mut sieve = Sieve::default();
            let bytes: Vec<u8> = lengths.into_iter().flat_map(frame).collect();
            prop_assert!(bytes.chunks(cut).all(|chunk| sieve.passes(chunk)));
            let announced = &frame(too_large)[..10];
            prop_assert!(!announced.chunks(cut).all(|chunk| sieve.passes(chunk)), "at its head already");
        }
    }

    #[test]
    fn the_largest_number_is_no_length() {
        let mut sieve = Sieve::default();
        assert!(!sieve.passes(&[0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    }
}
