//! A limit on guessing passwords: failed log-ins are counted per log-in name from one address, and per address.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::{Seconds, Timestamp};
use crate::limits;

/// Failures since the window began.
#[derive(Debug, Clone, Copy)]
struct Tally {
    since: Timestamp,
    failures: u32,
}

/// Remembers a bounded number of names and addresses; the oldest is forgotten first.
#[derive(Default)]
pub struct LogInLimit(Mutex<BTreeMap<[u8; 32], Tally>>);

impl LogInLimit {
    /// Refuses when too many attempts from here have failed lately.
    pub fn check(&self, login: &str, address: &str, now: Timestamp) -> Result<(), Refusal> {
        let tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, most) in keys(login, address) {
            let Some(tally) = tallies.get(&key) else { continue };
            let left = limits::LOGIN_WINDOW_S - now.since(tally.since).0;
            if left > 0 && tally.failures >= most {
                return Err(Refusal::new(Code::RateLimited).with("seconds", left));
            }
        }
        Ok(())
    }

    pub fn failed(&self, login: &str, address: &str, now: Timestamp) {
        let mut tallies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, _) in keys(login, address) {
            let tally = tallies.entry(key).or_insert(Tally { since: now, failures: 0 });
            if now.since(tally.since) >= Seconds(limits::LOGIN_WINDOW_S) {
                *tally = Tally { since: now, failures: 0 };
            }
            tally.failures = tally.failures.saturating_add(1);
        }
        forget(&mut tallies, now);
    }
}

fn keys(login: &str, address: &str) -> [([u8; 32], u32); 2] {
    let key = |text: String| Sha256::digest(text.as_bytes()).into();
    [
        (key(format!("{address}\n{login}")), limits::LOGIN_FAILURES),
        (key(address.to_owned()), limits::LOGIN_FAILURES_ADDRESS),
    ]
}

fn forget(tallies: &mut BTreeMap<[u8; 32], Tally>, now: Timestamp) {
    if tallies.len() <= limits::LOGIN_MEMORY {
        return;
    }
    tallies.retain(|_, tally| now.since(tally.since) < Seconds(limits::LOGIN_WINDOW_S));
    while tallies.len() > limits::LOGIN_MEMORY {
        let oldest = tallies.iter().min_by_key(|(_, tally)| tally.since).map(|(key, _)| *key);
        oldest.map(|key| tallies.remove(&key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_stops_and_may_go_on_later() {
        let limit = LogInLimit::default();
        let now = Timestamp::from_seconds(1_000);
        for _ in 0..limits::LOGIN_FAILURES {
            assert!(limit.check("op1", "10.0.0.1", now).is_ok());
            limit.failed("op1", "10.0.0.1", now);
        }
        assert_eq!(limit.check("op1", "10.0.0.1", now).unwrap_err().code, Code::RateLimited);
        assert!(limit.check("op2", "10.0.0.1", now).is_ok(), "a colleague in the same office still gets in");
        assert!(limit.check("op1", "10.0.0.1", now + Seconds(limits::LOGIN_WINDOW_S)).is_ok());
    }

    #[test]
    fn one_address_cannot_try_every_name() {
        let limit = LogInLimit::default();
        let now = Timestamp::from_seconds(1_000);
        for guess in 0..limits::LOGIN_FAILURES_ADDRESS {
            limit.failed(&format!("name{guess}"), "10.0.0.1", now);
        }
        assert!(limit.check("fresh", "10.0.0.1", now).is_err());
        assert!(limit.check("fresh", "10.0.0.2", now).is_ok());
    }
}
