//! The stream by long polling: the last way for a network that cuts every answer short. A line stays open between the
//! questions, so that nothing falls between them, and an answer that was lost on its way is given again.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde::Deserialize;

use super::admit::Entry;
use super::assemble::Said;
use super::lines::{self, Open};
use super::session::Line;
use super::wanted;
use crate::actors::frame;
use crate::actors::outbox::Outbox;
use crate::domain::refusal::Refusal;
use crate::limits;
use crate::store::Fault;
use crate::views::live::ServerFrame;

/// The answer that may have to be given again.
#[derive(Debug, Default)]
pub(super) struct Batches {
    number: u64,
    last: Bytes,
}

#[derive(Deserialize)]
struct Asked {
    line: Option<String>,
    /// The last batch that came.
    #[serde(default)]
    seen: u64,
    /// Seconds to wait for something.
    wait: Option<u64>,
}

/// `GET /live/poll?topic=…&after=…` opens a line; `GET /live/poll?line=…&seen=N` asks on. An answer has its number and
/// the frames since the one before: `{"batch":1,"frames":[…]}`.
pub async fn poll(request: HttpRequest, _: web::Payload) -> Result<HttpResponse, Fault> {
    let asked = web::Query::<Asked>::from_query(request.query_string());
    let asked = asked.map_err(|_| Refusal::invalid_both("seen", "数字", "a number"))?.into_inner();
    let open = match &asked.line {
        Some(_) => lines::of(&request).await?,
        None => {
            let wanted = wanted::of_query(request.query_string(), None)?;
            lines::open(Entry::of(&request).await?, Line::Poll, wanted)?
        }
    };
    let wait = Duration::from_secs(asked.wait.unwrap_or(limits::POLL_S).min(limits::POLL_S));
    let body = answer(&open, asked.seen, wait).await?;
    Ok(HttpResponse::build(StatusCode::OK)
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(body))
}

async fn answer(open: &Open, seen: u64, wait: Duration) -> Result<Bytes, Refusal> {
    // A session that has ended hears nothing; its last frames are still there.
    let _ = open.say(Said::Alive);
    let mut batches = open.batches.lock().await;
    if seen + 1 == batches.number {
        return Ok(batches.last.clone());
    }
    if seen != batches.number {
        return Err(Refusal::invalid_both("seen", "直前の番号", "the number of the last answer"));
    }
    batches.number += 1;
    batches.last = written(batches.number, &collect(&open.outbox, wait).await);
    Ok(batches.last.clone())
}

/// What waits, or comes within the time.
async fn collect(outbox: &Outbox, wait: Duration) -> Vec<Bytes> {
    let next = || std::future::poll_fn(|context| outbox.poll_take(context));
    let Ok(Some(first)) = tokio::time::timeout(wait, next()).await else { return Vec::new() };
    let mut pieces = vec![first];
    // What one event brings comes together.
    tokio::task::yield_now().await;
    while let Ok(Some(more)) = tokio::time::timeout(Duration::ZERO, next()).await {
        pieces.push(more);
    }
    pieces
}

fn written(number: u64, pieces: &[Bytes]) -> Bytes {
    let mut text = format!("{{\"batch\":{number},\"frames\":[").into_bytes();
    let mut comma = "";
    for (kind, payload) in pieces.iter().flat_map(|piece| frame::parts(piece)) {
        let closed;
        let json = match kind {
            frame::TEXT => payload,
            frame::CLOSE => {
                let (code, reason) = frame::close_of(payload);
                closed = frame::json_of(&ServerFrame::Closed { code, reason });
                &closed
            }
            _ => continue,
        };
        text.extend_from_slice(comma.as_bytes());
        text.extend_from_slice(json);
        comma = ",";
    }
    text.extend_from_slice(b"]}");
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::live::close;
    use serde_json::{Value, json};

    #[test]
    fn an_answer_holds_every_frame_and_no_ping() {
        let frames = [frame::of(&json!({ "a": 1 })), frame::PING, frame::of(&json!({ "b": 2 }))];
        let pieces = [frame::join(frames), frame::close(close::SLOW, "live.slow")];
        let told: Value = serde_json::from_slice(&written(7, &pieces)).unwrap();
        let closed = json!({ "type": "closed", "code": 4000, "reason": "live.slow" });
        assert_eq!(told, json!({ "batch": 7, "frames": [{ "a": 1 }, { "b": 2 }, closed] }));
        assert_eq!(&written(1, &[])[..], br#"{"batch":1,"frames":[]}"#);
    }
}
