//! What handlers answer.

use std::marker::PhantomData;

use actix_web::HttpResponse;
use actix_web::body::MessageBody;
use actix_web::http::{StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::describe::Describe;
use crate::store::Answer;

/// An answer that goes well. `status` is the one that the route declares.
pub trait Reply {
    fn respond(self, status: StatusCode) -> HttpResponse;
    fn describe(to: &mut Describe<'_>);
}

/// A view as JSON.
pub struct Json<T>(pub T);

impl<T: Serialize + JsonSchema> Reply for Json<T> {
    fn respond(self, status: StatusCode) -> HttpResponse {
        let body = serde_json::to_string(&self.0).expect("views have string keys and finite numbers");
        text(status, body)
    }

    fn describe(to: &mut Describe<'_>) {
        to.answer::<T>();
    }
}

/// A view that was written as JSON where it was made, because it is large.
pub struct Written<T> {
    body: Vec<u8>,
    shape: PhantomData<T>,
}

impl<T> From<Vec<u8>> for Written<T> {
    fn from(body: Vec<u8>) -> Self {
        Self { body, shape: PhantomData }
    }
}

impl<T: JsonSchema> Reply for Written<T> {
    fn respond(self, status: StatusCode) -> HttpResponse {
        text(status, self.body)
    }

    fn describe(to: &mut Describe<'_>) {
        to.answer::<T>();
    }
}

/// The stored answer of an operation, word for word, whose body is a `T`.
pub struct Stored<T> {
    answer: Answer,
    shape: PhantomData<T>,
}

impl<T> From<Answer> for Stored<T> {
    fn from(answer: Answer) -> Self {
        Self { answer, shape: PhantomData }
    }
}

impl<T: JsonSchema> Reply for Stored<T> {
    fn respond(self, _: StatusCode) -> HttpResponse {
        let status = StatusCode::from_u16(self.answer.status).unwrap_or(StatusCode::OK);
        text(status, self.answer.body)
    }

    fn describe(to: &mut Describe<'_>) {
        to.answer::<T>();
    }
}

/// Anything that is not JSON: a page, a tile, a document, an upgrade.
impl Reply for HttpResponse {
    fn respond(self, _: StatusCode) -> HttpResponse {
        self
    }

    fn describe(to: &mut Describe<'_>) {
        to.respond(json!({ "description": "Done" }));
    }
}

/// Live figures must not be kept by a browser or a proxy.
fn text(status: StatusCode, body: impl MessageBody + 'static) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body)
}
