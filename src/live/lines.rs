//! The other direction of server-sent events and long polling: requests that belong to an open line.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, rt, web};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc;

use super::admit::{Admitted, Entry};
use super::assemble::Said;
use super::poll::Batches;
use super::session::{Line, Session};
use crate::actors::frame;
use crate::actors::outbox::Outbox;
use crate::domain::refusal::{Code, Refusal};
use crate::http::extract::read_json;
use crate::http::{Json, call, reply::Reply};
use crate::limits;
use crate::node::services::Services;
use crate::store::{Fault, StoreError};
use crate::views::live::{ClientFrame, ServerFrame, Wanted};
use crate::views::track::Nothing;

/// One line that is open.
pub(super) struct Open {
    who: Admitted,
    pub outbox: Arc<Outbox>,
    said: mpsc::Sender<Said>,
    /// Of a long poll: what was answered last.
    pub batches: tokio::sync::Mutex<Batches>,
}

impl Open {
    /// Hands something to the line's session.
    pub fn say(&self, said: Said) -> Result<(), StoreError> {
        self.said.try_send(said).map_err(|_| StoreError::Busy)
    }
}

/// Every open line by its name, which is a secret.
#[derive(Default)]
pub struct Lines(Mutex<BTreeMap<String, Arc<Open>>>);

impl Lines {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Open>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The line of this name, if it belongs to the one who asks.
    fn find(&self, name: &str, who: &Admitted) -> Result<Arc<Open>, Refusal> {
        let found = self.lock().get(name).cloned().filter(|open| open.who.is(who));
        found.ok_or_else(|| Refusal::new(Code::NotFound))
    }
}

/// Opens a line whose session begins with these topics, and says its name as the first frame.
pub(super) fn open(entry: Entry, line: Line, wanted: Vec<Wanted>) -> Result<Arc<Open>, Refusal> {
    let Entry { services, who } = entry;
    let (admitted, seat) = who?;
    let outbox = services.hub.open(admitted.audience(), admitted.holder());
    let (said, heard) = mpsc::channel(limits::LINE_QUEUE);
    let name = services.store.seeds().token();
    outbox.push(frame::of(&ServerFrame::Opened { line: name.clone() }));
    let who = admitted.clone();
    let open = Arc::new(Open { who, outbox: Arc::clone(&outbox), said, batches: tokio::sync::Mutex::default() });
    if !wanted.is_empty() {
        // The queue is empty yet, so that the first words fit.
        let _ = open.say(Said::Text(json(&ClientFrame::SubscribeAll { topics: wanted })));
    }
    services.lines.lock().insert(name.clone(), Arc::clone(&open));
    let session = Session::new(Arc::clone(&services), admitted, seat, outbox, line);
    rt::spawn(async move {
        let heard = stream::unfold(heard, |mut heard| async move { heard.recv().await.map(|said| (said, heard)) });
        let _name = Registered { services, name };
        session.run(Box::pin(heard)).await;
        if line == Line::Poll {
            // The next question still finds why it was closed.
            tokio::time::sleep(limits::PING_EVERY).await;
        }
    });
    Ok(open)
}

fn json(frame: &ClientFrame) -> Bytes {
    serde_json::to_vec(frame).expect("the project's own types have string keys and finite numbers").into()
}

/// Takes the name off the list however the session ends.
struct Registered {
    services: Arc<Services>,
    name: String,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.services.lines.lock().remove(&self.name);
    }
}

#[derive(Deserialize)]
struct Which {
    line: String,
}

/// The line that a request names, after a look at who asks.
pub(super) async fn of(request: &HttpRequest) -> Result<Arc<Open>, Fault> {
    let services = Arc::clone(call::services(request)?);
    let who = Admitted::of(request, &services).await?;
    let which = web::Query::<Which>::from_query(request.query_string());
    let which = which.map_err(|_| Refusal::new(Code::NotFound))?;
    Ok(services.lines.find(&which.line, &who)?)
}

/// `POST /live/frames?line=…`: one frame, or a list of them. Their answers come over the line.
pub async fn say(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Fault> {
    let open = of(&request).await?;
    let body = call::read_body(payload).await?;
    let frames = match read_json::<Value>(&body)? {
        Value::Array(frames) => frames,
        one => vec![one],
    };
    if frames.len() > limits::LINE_QUEUE {
        return Err(Refusal::new(Code::LiveTooMany).with("limit", limits::LINE_QUEUE).into());
    }
    for frame in frames {
        let text = frame.to_string();
        if text.len() > limits::FRAME_BYTES {
            return Err(Refusal::new(Code::TooLarge).with("limit", limits::FRAME_BYTES).into());
        }
        open.say(Said::Text(text.into()))?;
    }
    Ok(Json(Nothing {}).respond(StatusCode::ACCEPTED))
}
