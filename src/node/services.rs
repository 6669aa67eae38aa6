//! What the edges share: one value, cloned to every worker.

use crate::http::{LogInLimit, Passwords};
use crate::store::Store;

pub struct Services {
    pub store: Store,
    pub passwords: Passwords,
    pub log_ins: LogInLimit,
    /// The pages are served over TLS, so the cookie must not leave it.
    pub secure_cookie: bool,
    /// Days that a log-in lasts.
    pub session_days: i64,
}
