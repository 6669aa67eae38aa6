//! Somebody with a log-in: sends requests, loses answers, tries again with the same operation id, and checks each
//! answer against what the contract says of it.

use std::cell::RefCell;
use std::panic::AssertUnwindSafe;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::to_bytes;
use actix_web::http::Method;
use actix_web::test::TestRequest;
use futures_util::FutureExt;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::book::{Acknowledged, Book, Wanted};
use super::house::House;
use super::luck::Luck;
use crate::demo::company::DEMO_PASSWORD;
use crate::domain::event::EventKind;
use crate::domain::refusal::Problem;
use crate::domain::time::Timestamp;

/// Tries for one change before somebody gives up for now; the change stays wanted.
const TRIES: u32 = 12;
/// Chances in a hundred.
const ANSWER_LOST: u32 = 2;
const HANGS_UP: u32 = 1;
const SENDS_AGAIN: u32 = 6;
const SENDS_OTHER: u32 = 3;

/// What all people of a life share.
#[derive(Clone)]
pub struct Scene {
    pub house: House,
    pub book: Rc<RefCell<Book>>,
    /// Nobody begins anything new.
    pub closing: Rc<std::cell::Cell<bool>>,
    /// Neither the people nor the way to the server make trouble any more.
    pub calm: Rc<std::cell::Cell<bool>>,
}

impl Scene {
    pub fn now(&self) -> Timestamp {
        self.house.services.store.clock().now()
    }

    pub fn open(&self) -> bool {
        !self.closing.get()
    }

    pub fn wrong(&self, what: impl Into<String>) {
        let at = self.now();
        self.book.borrow_mut().wrong(format!("{at} {}", what.into()));
    }
}

/// An answer as it came.
pub struct Reply {
    pub status: u16,
    pub text: String,
}

impl Reply {
    fn code(&self) -> Option<Problem> {
        serde_json::from_str(&self.text).ok()
    }
}

/// What became of a change.
pub enum Outcome {
    Done(Value),
    Refused(Problem),
    /// No answer yet; it stays wanted.
    Open,
}

pub struct Person {
    pub scene: Scene,
    pub name: String,
    pub login: String,
    pub luck: Luck,
}

impl Person {
    /// The same person at a second screen.
    pub fn beside(&mut self) -> Self {
        let luck = self.luck.child();
        Self { scene: self.scene.clone(), name: self.name.clone(), login: self.login.clone(), luck }
    }

    /// Waits a while of the world's time.
    pub async fn wait(&mut self, low_s: i64, high_s: i64) {
        let pause = self.luck.seconds(low_s, high_s) + Duration::from_millis(self.luck.between(0, 999).unsigned_abs());
        tokio::time::sleep(pause).await;
    }

    /// What was wanted when the server went away is asked for again first of all.
    pub async fn catch_up(&mut self) {
        let wanted = self.scene.book.borrow().wanted.get(&self.name).cloned();
        if let Some(wanted) = wanted {
            self.pursue(wanted).await;
        }
    }

    /// Asks for something; none when it was refused or there was no answer.
    pub async fn get<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        for _ in 0..3 {
            let Some(reply) = self.exchange("GET", path, None, None).await else {
                self.wait(1, 3).await;
                continue;
            };
            match reply.status {
                200 => return self.read(path, &reply.text),
                500 | 503 => self.wait(1, 3).await,
                _ => {
                    self.refused("GET", path, &reply);
                    return None;
                }
            }
        }
        None
    }

    pub fn read<T: DeserializeOwned>(&self, path: &str, text: &str) -> Option<T> {
        let read = serde_json::from_str(text);
        if let Err(error) = &read {
            self.scene.wrong(format!("{path} answered what its description does not allow: {error}"));
        }
        read.ok()
    }

    /// Sends what changes nothing by itself and needs no operation id.
    pub async fn post_plain(&mut self, path: &str, body: &Value) -> Option<Reply> {
        self.exchange("POST", path, None, Some(body)).await
    }

    /// Makes a change.
    pub async fn post(&mut self, path: String, body: Value, kinds: &'static [EventKind]) -> Outcome {
        let operation = self.luck.operation().to_string();
        self.pursue(Wanted { operation, method: "POST", path, body: Some(body), kinds }).await
    }

    pub async fn delete(&mut self, path: String, kinds: &'static [EventKind]) -> Outcome {
        let operation = self.luck.operation().to_string();
        self.pursue(Wanted { operation, method: "DELETE", path, body: None, kinds }).await
    }

    /// The change is written down before it is sent, as a phone without signal does.
    async fn pursue(&mut self, wanted: Wanted) -> Outcome {
        self.scene.book.borrow_mut().wanted.insert(self.name.clone(), wanted.clone());
        for _ in 0..TRIES {
            let operation = Some(wanted.operation.as_str());
            let reply = self.exchange(wanted.method, &wanted.path, operation, wanted.body.as_ref()).await;
            match reply {
                None => self.wait(1, 8).await,
                Some(reply) if matches!(reply.status, 500 | 503) => self.wait(1, 8).await,
                Some(reply) => {
                    self.scene.book.borrow_mut().wanted.remove(&self.name);
                    return self.settle(wanted, reply).await;
                }
            }
        }
        Outcome::Open
    }

    /// Sends a change that was acknowledged long ago.
    pub async fn once_more(&mut self, wanted: &Wanted) -> Option<Reply> {
        self.exchange(wanted.method, &wanted.path, Some(&wanted.operation), wanted.body.as_ref()).await
    }

    async fn settle(&mut self, wanted: Wanted, reply: Reply) -> Outcome {
        if !(200..300).contains(&reply.status) {
            return match self.refused(wanted.method, &wanted.path, &reply) {
                Some(problem) => Outcome::Refused(problem),
                None => Outcome::Open,
            };
        }
        {
            let mut book = self.scene.book.borrow_mut();
            book.tally.acknowledged += 1;
            let (wanted_by, text) = (self.name.clone(), reply.text.clone());
            book.acknowledged.push(Acknowledged { wanted: wanted.clone(), wanted_by, status: reply.status, text });
        }
        self.provoke(&wanted, &reply).await;
        let made = self.read(&wanted.path, &reply.text).unwrap_or(Value::Null);
        Outcome::Done(made)
    }

    /// Sends the same once more, or something else under the same id.
    async fn provoke(&mut self, wanted: &Wanted, first: &Reply) {
        let operation = Some(wanted.operation.as_str());
        if self.luck.chance(SENDS_AGAIN) {
            self.scene.book.borrow_mut().tally.repeated += 1;
            let again = self.exchange(wanted.method, &wanted.path, operation, wanted.body.as_ref()).await;
            let again = again.filter(|again| !matches!(again.status, 500 | 503));
            if again.is_some_and(|again| (again.status, &again.text) != (first.status, &first.text)) {
                self.scene.wrong(format!("{} was answered differently the second time", wanted.operation));
            }
        }
        if self.luck.chance(SENDS_OTHER)
            && let Some(Value::Object(mut body)) = wanted.body.clone()
        {
            self.scene.book.borrow_mut().tally.repeated += 1;
            body.insert("reason".to_owned(), json!("別の内容"));
            let other = self.exchange(wanted.method, &wanted.path, operation, Some(&Value::Object(body))).await;
            let other = other.filter(|other| !matches!(other.status, 500 | 503));
            if let Some(other) = other
                && !matches!(other.status, 400 | 422)
            {
                self.scene.wrong(format!("{} was used for two things: {}", wanted.operation, other.text));
            }
        }
    }

    /// Counts a refusal and checks its form.
    fn refused(&self, method: &str, path: &str, reply: &Reply) -> Option<Problem> {
        let Some(problem) = reply.code() else {
            self.scene.wrong(format!("{method} {path}: {} without a problem: {}", reply.status, reply.text));
            return None;
        };
        if problem.status != reply.status || problem.ja.is_empty() || problem.en.is_empty() || problem.ja.contains('{')
        {
            self.scene.wrong(format!("{method} {path}: an unfinished refusal: {}", reply.text));
        }
        *self.scene.book.borrow_mut().tally.refused.entry(problem.code.clone()).or_default() += 1;
        Some(problem)
    }

    /// One request and its answer; none when either was lost on the way or the server fell over.
    async fn exchange(
        &mut self,
        method: &str,
        path: &str,
        operation: Option<&str>,
        body: Option<&Value>,
    ) -> Option<Reply> {
        let token = self.token().await?;
        tokio::time::sleep(Duration::from_millis(self.luck.between(5, 120).unsigned_abs())).await;
        let mut request = TestRequest::with_uri(path)
            .method(Method::from_bytes(method.as_bytes()).unwrap_or_default())
            .insert_header(("authorization", format!("Bearer {token}")));
        if let Some(operation) = operation {
            request = request.insert_header(("idempotency-key", operation));
        }
        if let Some(body) = body {
            request = request.set_payload(body.to_string());
        }
        let reply = self.send(request).await;
        if reply.as_ref().is_some_and(|reply| reply.status == 401) {
            self.scene.book.borrow_mut().tokens.remove(&self.login);
        }
        reply
    }

    async fn send(&mut self, request: TestRequest) -> Option<Reply> {
        let calm = self.scene.calm.get();
        let (hangs_up, loses) = (self.luck.chance(HANGS_UP) && !calm, self.luck.chance(ANSWER_LOST) && !calm);
        self.scene.book.borrow_mut().tally.requests += 1;
        let answering = self.scene.house.answer(request, None);
        let answering = AssertUnwindSafe(async move {
            let response = answering.await.ok()?;
            let status = response.status().as_u16();
            let bytes = to_bytes(response.into_body()).await.ok()?;
            Some(Reply { status, text: String::from_utf8_lossy(&bytes).into_owned() })
        });
        let patience = if hangs_up { Duration::from_millis(1) } else { Duration::from_secs(60) };
        let answered = tokio::time::timeout(patience, answering.catch_unwind()).await;
        let reply = answered.ok().and_then(Result::ok).flatten().filter(|_| !loses);
        if reply.is_none() {
            self.scene.book.borrow_mut().tally.lost_answers += 1;
        }
        reply
    }

    /// The log-in of this person, made when there is none.
    pub async fn token(&mut self) -> Option<String> {
        if let Some(token) = self.scene.book.borrow().tokens.get(&self.login) {
            return Some(token.clone());
        }
        let body = json!({ "login": self.login, "password": DEMO_PASSWORD });
        let reply = self.send(TestRequest::post().uri("/api/session").set_payload(body.to_string())).await?;
        if reply.status != 200 {
            return None;
        }
        let session: Value = self.read("/api/session", &reply.text)?;
        let token = session["token"].as_str()?.to_owned();
        self.scene.book.borrow_mut().tokens.insert(self.login.clone(), token.clone());
        Some(token)
    }
}
