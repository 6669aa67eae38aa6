//! Clients of the public interface, as programs use it: HTTP with safe retries, and the live stream with resume and a
//! strict check that nothing is missed or repeated.

pub mod api;
pub mod http;
pub mod live;
mod seen;
mod socket;

pub use api::Api;
pub use http::{CallError, Http, Requests};
pub use live::{Live, LiveChecks, Pass, Update};

use std::time::Duration;

/// First pause before something is tried again; it doubles up to the longest.
const PAUSE_FIRST: Duration = Duration::from_millis(20);
const PAUSE_LONGEST: Duration = Duration::from_secs(1);

/// The pause after so many failures in a row.
fn pause(failures: u32) -> Duration {
    PAUSE_FIRST.saturating_mul(1 << failures.min(10)).min(PAUSE_LONGEST)
}
