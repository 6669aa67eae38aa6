//! Signatures of webhooks as the Standard Webhooks specification (standardwebhooks.com) has them: the name of the message,
//! the second of its sending and its body, joined by dots, under HMAC-SHA256. Three headers carry them; of several
//! signatures one must fit, so that either side can change its secret without a gap.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Timestamp;
use crate::limits;

pub const ID: &str = "webhook-id";
pub const TIMESTAMP: &str = "webhook-timestamp";
pub const SIGNATURE: &str = "webhook-signature";

/// What a secret begins with, so that a leaked one is found by whoever looks for it.
const PREFIX: &str = "whsec_";
/// What a signature with a shared secret begins with.
const VERSION: &str = "v1,";
/// Bytes of a secret, as the specification bounds them.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Signatures that are looked at; the rest of the header is not.
const SIGNATURES: usize = 8;

/// Secrets that are taken, the newest first.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keys(Vec<Vec<u8>>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}

/// The text is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret reads whsec_ and base64 of 24 to 64 bytes; `openssl rand -base64 32` makes one")]
pub struct BadSecret;

/// A message with the headers that it came with.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signatures: &'a str,
    pub body: &'a [u8],
}

impl Keys {
    pub fn parse(text: &str) -> Result<Self, BadSecret> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX).unwrap_or(text)).map_err(|_| BadSecret)?;
        if SECRET_BYTES.contains(&bytes.len()) { Ok(Self(vec![bytes])) } else { Err(BadSecret) }
    }

    /// These, and older ones after them.
    pub fn and(mut self, older: Self) -> Self {
        self.0.extend(older.0);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The signature that a sender writes, under the newest secret.
    pub fn sign(&self, id: &str, at: Timestamp, body: &[u8]) -> Option<String> {
        let code = mac(self.0.first()?, id, &at.seconds().to_string(), body).finalize().into_bytes();
        Some(format!("{VERSION}{}", STANDARD.encode(code)))
    }

    /// Whether a message is from somebody who knows a secret, and sent about now.
    ///
    /// # Errors
    /// `call.off` without a secret, `call.unsigned`, `call.forged`, `call.late`.
    pub fn check(&self, signed: &Signed<'_>, now: Timestamp) -> Result<(), Refusal> {
        if self.is_empty() {
            return Err(Refusal::new(Code::CallOff));
        }
        let named = (1..=limits::CALL_NAME_CHARS).contains(&signed.id.chars().count());
        if !named || signed.signatures.is_empty() {
            return Err(Refusal::new(Code::CallUnsigned));
        }
        let sent: i64 = signed.timestamp.parse().map_err(|_| Refusal::new(Code::CallUnsigned))?;
        if !self.fits(signed) {
            return Err(Refusal::new(Code::CallForged));
        }
        // After the signature: who does not know the secret learns nothing of our clock.
        if now.seconds().abs_diff(sent) > limits::CALL_TOLERANCE_S.unsigned_abs() {
            return Err(Refusal::new(Code::CallLate).with("seconds", limits::CALL_TOLERANCE_S));
        }
        Ok(())
    }

    /// The time of the comparison tells nothing of what would have been right.
    fn fits(&self, signed: &Signed<'_>) -> bool {
        let told = signed.signatures.split(' ').take(SIGNATURES);
        let told = told.filter_map(|text| STANDARD.decode(text.strip_prefix(VERSION)?).ok());
        told.into_iter().any(|code| {
            let fits = |key: &Vec<u8>| mac(key, signed.id, signed.timestamp, signed.body).verify_slice(&code).is_ok();
            self.0.iter().any(fits)
        })
    }
}

fn mac(key: &[u8], id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        mac.update(part);
    }
    mac
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Seconds;

    /// The example that libraries of the specification test themselves with.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const MESSAGE: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SENT: &str = "1614265330";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const CODE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn at() -> Timestamp {
        Timestamp::from_seconds(1_614_265_330)
    }

    fn keys() -> Keys {
        Keys::parse(SECRET).unwrap()
    }

    fn signed() -> Signed<'static> {
        Signed { id: MESSAGE, timestamp: SENT, signatures: CODE, body: BODY }
    }

    fn check(signed: Signed<'_>, now: Timestamp, expected: Option<Code>) {
        assert_eq!(keys().check(&signed, now).err().map(|refusal| refusal.code), expected, "{signed:?}");
    }

    #[test]
    fn the_published_example_is_signed_and_known_again() {
        assert_eq!(keys().sign(MESSAGE, at(), BODY).as_deref(), Some(CODE));
        check(signed(), at(), None);
    }

    #[test]
    fn one_changed_letter_anywhere_is_a_forgery() {
        let others = [
            Signed { id: "msg_p5jXN8AQM9LWM0D4loKWxJel", ..signed() },
            Signed { timestamp: "1614265331", ..signed() },
            Signed { body: br#"{"test": 2432232315}"#, ..signed() },
            Signed { signatures: "v1,h0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", ..signed() },
            Signed { signatures: "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", ..signed() },
            Signed { signatures: "v1,", ..signed() },
            Signed { signatures: "g0hM", ..signed() },
        ];
        for other in others {
            check(other, at(), Some(Code::CallForged));
        }
    }

    #[test]
    fn what_lacks_a_header_is_unsigned() {
        for other in [
            Signed { id: "", ..signed() },
            Signed { timestamp: "soon", ..signed() },
            Signed { timestamp: "", ..signed() },
            Signed { signatures: "", ..signed() },
        ] {
            check(other, at(), Some(Code::CallUnsigned));
        }
    }

    #[test]
    fn five_minutes_are_in_time_either_way_and_a_second_more_is_not() {
        check(signed(), at() + Seconds(300), None);
        check(signed(), at() - Seconds(300), None);
        check(signed(), at() + Seconds(301), Some(Code::CallLate));
        check(signed(), at() - Seconds(301), Some(Code::CallLate));
    }

    #[test]
    fn a_secret_is_changed_without_a_gap() {
        let fresh = Keys::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwd").unwrap();
        let both = fresh.clone().and(keys());
        assert!(both.check(&signed(), at()).is_ok(), "the old one is still taken");
        let (new, old) = (both.sign(MESSAGE, at(), BODY).unwrap(), CODE);
        assert_ne!(new, old, "the new one is written");
        for signatures in [new.clone(), format!("{old} {new}"), format!("v1a,xyz {new}")] {
            assert!(both.check(&Signed { signatures: &signatures, ..signed() }, at()).is_ok(), "{signatures}");
        }
        assert!(fresh.check(&signed(), at()).is_err(), "and then no more");
        assert_eq!(Keys::default().check(&signed(), at()).unwrap_err().code, Code::CallOff);
    }
}
