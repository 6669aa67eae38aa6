//! One HTTP request, tried again for as long as that is safe and sensible.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::pause;
use crate::domain::ids::OperationId;
use crate::domain::refusal::Problem;

/// How long a server that is away or busy is waited for.
const PATIENCE: Duration = Duration::from_secs(60);
/// One answer may take so long; the server itself gives up earlier.
const ANSWER: Duration = Duration::from_secs(30);
/// Characters of an unreadable answer that an error shows.
const SHOWN: usize = 200;

/// Why a call brought nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The server said no, with a stable code.
    #[error("{}: {}", .0.code, .0.en)]
    Refused(Box<Problem>),
    /// No answer for a minute. A change may have happened; its operation id tells on the next try.
    #[error("no answer from the server: {0}")]
    Unreachable(String),
    #[error("the server's answer cannot be read: {0}")]
    Unreadable(String),
}

impl CallError {
    /// The stable code, if it was a refusal.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(problem) => Some(&problem.code),
            Self::Unreachable(_) | Self::Unreadable(_) => None,
        }
    }
}

/// How many requests were sent, and how many of them again.
#[derive(Debug, Default)]
pub struct Requests {
    pub sent: AtomicU64,
    pub repeated: AtomicU64,
}

/// A server's address, and the log-in there.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
    /// `http://host:port`.
    base: Arc<str>,
    token: Option<Arc<str>>,
    requests: Arc<Requests>,
}

/// One attempt's end.
enum Attempt<T> {
    Done(Result<T, CallError>),
    Again(String),
}

impl Http {
    /// `base` is `http://host:port`; https is not spoken.
    pub fn new(base: &str, requests: Arc<Requests>) -> Self {
        let client = reqwest::Client::builder().timeout(ANSWER).tcp_nodelay(true).build().unwrap_or_default();
        Self { client, base: base.trim_end_matches('/').into(), token: None, requests }
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, CallError> {
        self.call(Method::GET, path, None, None::<&()>).await
    }

    /// A request that changes nothing but has a body, or is idempotent by what it says.
    pub async fn ask<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, CallError> {
        self.call(Method::POST, path, None, Some(body)).await
    }

    /// A change under an operation id: however often it has to be sent, it happens once.
    pub async fn change<T: DeserializeOwned>(
        &self,
        path: &str,
        operation: OperationId,
        body: &impl Serialize,
    ) -> Result<T, CallError> {
        self.call(Method::POST, path, Some(operation), Some(body)).await
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        operation: Option<OperationId>,
        body: Option<&impl Serialize>,
    ) -> Result<T, CallError> {
        let give_up = Instant::now() + PATIENCE;
        let mut failures = 0;
        loop {
            self.requests.sent.fetch_add(1, Ordering::Relaxed);
            let mut request = self.client.request(method.clone(), format!("{}{path}", self.base));
            if let Some(token) = &self.token {
                request = request.bearer_auth(token);
            }
            if let Some(operation) = operation {
                request = request.header("Idempotency-Key", operation.to_string());
            }
            if let Some(body) = body {
                request = request.json(body);
            }
            let why = match attempt(request).await {
                Attempt::Done(outcome) => return outcome,
                Attempt::Again(why) => why,
            };
            if Instant::now() >= give_up {
                return Err(CallError::Unreachable(why));
            }
            self.requests.repeated.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(pause(failures)).await;
            failures += 1;
        }
    }
}

async fn attempt<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Attempt<T> {
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) if error.is_builder() => return Attempt::Done(Err(CallError::Unreadable(error.to_string()))),
        Err(error) => return Attempt::Again(error.to_string()),
    };
    let status = answer.status();
    let body = match answer.bytes().await {
        Ok(body) => body,
        Err(error) => return Attempt::Again(error.to_string()),
    };
    if status.is_success() {
        return Attempt::Done(serde_json::from_slice(&body).map_err(|error| unreadable(status, &body, &error)));
    }
    let refused = match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) => CallError::Refused(Box::new(problem)),
        Err(error) => unreadable(status, &body, &error),
    };
    if worth_another_try(status) { Attempt::Again(refused.to_string()) } else { Attempt::Done(Err(refused)) }
}

/// The server is overloaded, stopping, or met an error of its own: the same request may succeed later.
fn worth_another_try(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::REQUEST_TIMEOUT
}

fn unreadable(status: StatusCode, body: &[u8], error: &serde_json::Error) -> CallError {
    let shown: String = String::from_utf8_lossy(body).chars().take(SHOWN).collect();
    CallError::Unreadable(format!("{status}: {error}: {shown}"))
}
