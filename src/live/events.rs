//! The stream as server-sent events, for networks that block websockets. Each frame is one `data:` line; of a stream with
//! one topic each event also has its cursor as `id:`, so that a plain `EventSource` resumes by itself.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::header::{self, ContentEncoding};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde::Deserialize;

use super::admit::Entry;
use super::session::Line;
use super::{lines, wanted};
use crate::actors::frame;
use crate::actors::outbox::Outbox;
use crate::store::Fault;
use crate::views::live::{ServerFrame, close};

/// `GET /live/events?topic=…&after=EPOCH:OFFSET`, pairs repeated.
pub async fn open(request: HttpRequest, _: actix_web::web::Payload) -> Result<HttpResponse, Fault> {
    let last = request.headers().get("last-event-id").and_then(|value| value.to_str().ok());
    let wanted = wanted::of_query(request.query_string(), last)?;
    let single = wanted.len() == 1;
    let open = lines::open(Entry::of(&request).await?, Line::Events, wanted)?;
    let body = Telling { outbox: Arc::clone(&open.outbox), epoch: single.then(String::new) };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // What a proxy or we ourselves collect in order to compress it comes too late.
        .insert_header(("x-accel-buffering", "no"))
        .insert_header(ContentEncoding::Identity)
        .body(body))
}

struct Telling {
    outbox: Arc<Outbox>,
    /// Of a stream with one topic: the epoch that it is in.
    epoch: Option<String>,
}

/// Nobody reads it any more.
impl Drop for Telling {
    fn drop(&mut self) {
        self.outbox.close(close::NORMAL, "");
    }
}

impl MessageBody for Telling {
    type Error = actix_web::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let taken = self.outbox.poll_take(context);
        taken.map(|piece| piece.map(|piece| Ok(written(&piece, &mut self.epoch))))
    }
}

/// The part of a frame that makes a cursor.
#[derive(Deserialize)]
struct Cursor {
    epoch: Option<String>,
    offset: Option<i64>,
}

/// Frames of the websocket as events.
fn written(piece: &Bytes, epoch: &mut Option<String>) -> Bytes {
    let mut text = Vec::with_capacity(piece.len() + 64);
    for (kind, payload) in frame::parts(piece) {
        match kind {
            frame::TEXT => {
                text.extend_from_slice(id(payload, epoch).as_bytes());
                data(&mut text, payload);
            }
            frame::CLOSE => {
                let (code, reason) = frame::close_of(payload);
                if let Some(retry_ms) = reason.strip_prefix(close::RETRY) {
                    text.extend_from_slice(format!("retry: {retry_ms}\n").as_bytes());
                }
                data(&mut text, &frame::json_of(&ServerFrame::Closed { code, reason }));
            }
            // A comment keeps the line open.
            _ => text.extend_from_slice(b":\n\n"),
        }
    }
    text.into()
}

fn data(text: &mut Vec<u8>, json: &[u8]) {
    text.extend_from_slice(b"data: ");
    text.extend_from_slice(json);
    text.extend_from_slice(b"\n\n");
}

fn id(payload: &[u8], epoch: &mut Option<String>) -> String {
    let Some(epoch) = epoch else { return String::new() };
    let Ok(cursor) = serde_json::from_slice::<Cursor>(payload) else { return String::new() };
    if let Some(told) = cursor.epoch {
        *epoch = told;
    }
    cursor.offset.map(|offset| format!("id: {epoch}:{offset}\n")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(frames: &[Bytes], single: bool, wanted: &str) {
        let mut epoch = single.then(String::new);
        let piece = frame::join(frames.iter().cloned());
        assert_eq!(String::from_utf8_lossy(&written(&piece, &mut epoch)), wanted);
    }

    #[test]
    fn frames_become_events_with_their_cursor() {
        let subscribed = frame::of(&json!({ "epoch": "e", "offset": 3 }));
        let event = frame::of(&json!({ "offset": 4 }));
        let eta = frame::of(&json!({ "type": "eta" }));
        check(
            &[subscribed.clone(), event.clone(), eta, frame::PING],
            true,
            "id: e:3\ndata: {\"epoch\":\"e\",\"offset\":3}\n\nid: e:4\ndata: {\"offset\":4}\n\n\
             data: {\"type\":\"eta\"}\n\n:\n\n",
        );
        check(&[event], false, "data: {\"offset\":4}\n\n");
    }

    #[test]
    fn the_end_says_why_and_when_to_come_back() {
        check(
            &[frame::close(close::GOING_AWAY, "retry_ms=700")],
            false,
            "retry: 700\ndata: {\"type\":\"closed\",\"code\":1001,\"reason\":\"retry_ms=700\"}\n\n",
        );
    }
}
