//! Somebody who is logged in and uses the API.

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use kaketsuke::domain::ids::OperationId;
use kaketsuke::effects::clock::{Clock, SystemClock};
use kaketsuke::effects::seeds::Seeds;

use super::{PASSWORD, World};

pub struct Person {
    client: Client,
    base: String,
    pub token: String,
    pub me: Value,
    seeds: Seeds,
}

impl Person {
    pub async fn log_in(world: &World, login: &str) -> Self {
        Self::log_in_at(world.url(""), login, world.services.store.seeds().clone()).await
    }

    /// Logs in at a server's address.
    pub async fn log_in_at(base: String, login: &str, seeds: Seeds) -> Self {
        let client = Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        let body = json!({ "login": login, "password": PASSWORD });
        let answer = client.post(format!("{base}/api/session")).json(&body).send().await.expect("an answer");
        assert_eq!(answer.status(), 200, "{login} logs in");
        let session: Value = answer.json().await.expect("a session");
        let token = session["token"].as_str().expect("a token").to_owned();
        Self { client, base, token, me: session["user"].clone(), seeds }
    }

    /// The same person, where the server is now.
    pub fn moved_to(self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, None, None).await
    }

    /// A change, with an operation id of its own.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.post_as(&self.operation(), path, body).await
    }

    /// A change under a given operation id.
    pub async fn post_as(&self, operation: &str, path: &str, body: &Value) -> Response {
        self.send(Method::POST, path, Some(operation), Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Response {
        self.send(Method::PUT, path, Some(&self.operation()), Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Response {
        self.send(Method::DELETE, path, Some(&self.operation()), None).await
    }

    /// Sends a change as it stands, well formed or not.
    pub async fn post_text(&self, path: &str, text: impl Into<reqwest::Body>) -> Response {
        self.post_text_as(&self.operation(), path, text).await
    }

    /// The same under a given operation id.
    pub async fn post_text_as(&self, operation: &str, path: &str, text: impl Into<reqwest::Body>) -> Response {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(&self.token);
        request.header("Idempotency-Key", operation).body(text).send().await.expect("an answer")
    }

    /// Reads something that must be there.
    pub async fn see(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert_eq!(status, 200, "{path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Makes a change that must succeed.
    pub async fn change(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body).await;
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    pub fn operation(&self) -> String {
        self.seeds.id::<OperationId>(SystemClock.now()).to_string()
    }

    async fn send(&self, method: Method, path: &str, operation: Option<&str>, body: Option<&Value>) -> Response {
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if let Some(operation) = operation {
            request = request.header("Idempotency-Key", operation);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        request.send().await.expect("an answer")
    }
}

/// Checks a refusal and gives its body.
pub async fn refused(answer: Response, status: u16, code: &str) -> Value {
    let told = answer.status().as_u16();
    let problem: Value = answer.json().await.expect("a problem");
    assert_eq!((told, problem["code"].as_str()), (status, Some(code)), "{problem}");
    problem
}
