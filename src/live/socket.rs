//! One websocket, from its opening to its end. What is sent goes through its outbox straight into the connection;
//! this task reads what the client says and keeps the time.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::{HttpRequest, HttpResponse, rt, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, ProtocolError};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::Instant;

use super::admit::Admitted;
use super::resume;
use crate::actors::frame;
use crate::actors::outbox::{Orders, Outbox};
use crate::domain::event::Stream;
use crate::domain::refusal::{Code, Refusal};
use crate::http::{call, error, extract::read_json};
use crate::limits;
use crate::node::services::Services;
use crate::store::Fault;
use crate::store::access::Watcher;
use crate::views::live::{After, ClientFrame, ServerFrame, close};
use crate::views::technician::PositionReport;

const SUBPROTOCOL: &str = "kaketsuke.1";

/// Opens a socket. Who may not come in is told over the socket, because a page cannot see the status of a handshake
/// that failed; when the server is busy the handshake itself fails and costs nothing.
pub async fn open(request: HttpRequest, payload: web::Payload) -> Result<HttpResponse, Fault> {
    let services = Arc::clone(call::services(&request)?);
    let admitted = match Admitted::of(&request, &services).await {
        Err(Fault::Store(error)) => return Err(error.into()),
        admitted => admitted.map_err(error::refusal),
    };
    let (response, _, messages) =
        actix_ws::handle_with_protocols(&request, payload, &[SUBPROTOCOL]).map_err(|error| {
            Refusal::new(Code::Malformed)
                .with("why_ja", "WebSocketの開始手順が違います")
                .with("why_en", error.to_string())
        })?;
    let audience = admitted.as_ref().map(Admitted::audience).unwrap_or_default();
    let outbox = services.hub.open(audience);
    let body = Arc::clone(&outbox);
    match admitted {
        Ok(admitted) => {
            let messages = messages
                .max_frame_size(limits::FRAME_BYTES)
                .aggregate_continuations()
                .max_continuation_size(limits::FRAME_BYTES);
            rt::spawn(Socket { services, admitted, outbox, heard: Instant::now() }.run(messages));
        }
        Err(refusal) => {
            turn_away(&outbox, None, &refusal);
            services.hub.forget(&outbox);
        }
    }
    Ok(response.map_body(|_, closed| BoxBody::new(Sending { outbox: body, _closed: closed })))
}

/// The response's body: the frames of the outbox. The body it replaces tells the reading side when the connection is
/// gone, so it lives as long.
struct Sending {
    outbox: Arc<Outbox>,
    _closed: BoxBody,
}

impl MessageBody for Sending {
    type Error = actix_web::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        self.outbox.poll_take(context).map(|frame| frame.map(Ok))
    }
}

struct Socket {
    services: Arc<Services>,
    admitted: Admitted,
    outbox: Arc<Outbox>,
    heard: Instant,
}

/// However the task ends, also by a panic, the watcher is sent away and forgotten: it comes back with its cursor.
impl Drop for Socket {
    fn drop(&mut self) {
        self.outbox.close(close::TROUBLE, "internal");
        self.services.hub.forget(&self.outbox);
    }
}

impl Socket {
    async fn run(mut self, mut messages: AggregatedMessageStream) {
        let mut ticks = tokio::time::interval_at(Instant::now() + limits::PING_EVERY, limits::PING_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !self.outbox.is_closed() {
            tokio::select! {
                // In the order written, so that a seed reproduces a run; a right that was lost is seen to first.
                biased;
                orders = self.outbox.orders() => self.obey(orders).await,
                _ = ticks.tick() => self.tick(),
                message = messages.next() => match message {
                    Some(Ok(message)) => {
                        self.heard = Instant::now();
                        self.hear(message).await;
                    }
                    Some(Err(error)) => self.misunderstood(&unreadable(&error)),
                    None => break,
                },
            }
        }
    }

    async fn hear(&mut self, message: AggregatedMessage) {
        self.services.store.chaos().point("live.hear");
        match message {
            AggregatedMessage::Text(text) => self.understand(text.as_bytes()).await,
            AggregatedMessage::Binary(_) => self.misunderstood(
                &Refusal::new(Code::Malformed)
                    .with("why_ja", "テキストで送ってください")
                    .with("why_en", "send text frames"),
            ),
            AggregatedMessage::Ping(payload) => self.outbox.push(frame::pong(&payload)),
            AggregatedMessage::Pong(_) => {}
            AggregatedMessage::Close(_) => self.outbox.close(close::NORMAL, ""),
        }
    }

    async fn understand(&mut self, text: &[u8]) {
        match read_json(text) {
            Ok(ClientFrame::Subscribe { topic, after }) => self.subscribe(topic, after).await,
            Ok(ClientFrame::Unsubscribe { topic }) => self.services.hub.leave(&self.outbox, topic),
            Ok(ClientFrame::Positions { id, positions }) => self.positions(id, positions).await,
            Err(refusal) => self.misunderstood(&refusal),
        }
    }

    fn misunderstood(&self, refusal: &Refusal) {
        say(&self.outbox, None, refusal);
        self.outbox.close(close::MALFORMED, refusal.code.as_str());
    }

    async fn subscribe(&mut self, topic: Stream, after: Option<After>) {
        if !self.outbox.watches(topic) && self.outbox.topics().len() >= limits::SUBSCRIPTIONS {
            let refusal = Refusal::new(Code::LiveTooMany).with("limit", limits::SUBSCRIPTIONS);
            return turn_away(&self.outbox, Some(topic), &refusal);
        }
        let watcher = &self.admitted.watcher;
        if let Err(fault) = resume::subscribe(&self.services, &self.outbox, watcher, topic, after).await {
            say(&self.outbox, Some(topic), &error::refusal(fault));
        }
    }

    /// Fixes are answered once they are durable; one batch after the other.
    async fn positions(&mut self, id: u64, positions: Vec<PositionReport>) {
        let frame = match self.take_positions(positions).await {
            Ok(taken) => ServerFrame::Accepted { id, accepted: taken.accepted, ignored: taken.ignored },
            Err(fault) => error_frame(None, &error::refusal(fault)),
        };
        self.outbox.push(frame::of(&frame));
    }

    async fn take_positions(
        &self,
        positions: Vec<PositionReport>,
    ) -> Result<crate::views::technician::PositionsAccepted, Fault> {
        let Watcher::User(user) = &self.admitted.watcher else { return Err(Refusal::new(Code::Forbidden).into()) };
        let technician = user.technician.ok_or_else(|| Refusal::new(Code::Forbidden))?;
        self.services.trackers.positions(technician, positions).await
    }

    async fn obey(&mut self, orders: Orders) {
        for (topic, seen) in orders.behind {
            if let Err(fault) = resume::catch_up(&self.services, &self.outbox, topic, seen).await {
                tracing::warn!(%fault, %topic, "a watcher cannot catch up");
                self.outbox.close(close::SLOW, "live.slow");
            }
        }
        if orders.recheck {
            self.recheck().await;
        }
    }

    /// A tracking link that lost its force closes the socket; a technician loses the single topic.
    async fn recheck(&mut self) {
        let checked = resume::recheck(&self.services, &self.outbox, &self.admitted.watcher).await;
        match checked {
            Ok(lost) => {
                lost.into_iter().for_each(|topic| say(&self.outbox, Some(topic), &Refusal::new(Code::Forbidden)))
            }
            Err(Fault::Refused(refusal)) => turn_away(&self.outbox, None, &refusal),
            Err(Fault::Store(error)) => {
                tracing::warn!(%error, "rights cannot be checked; the watcher must come back");
                self.outbox.close(close::SLOW, "busy");
            }
        }
    }

    fn tick(&self) {
        if self.services.store.clock().now() >= self.admitted.expires_at {
            return self.outbox.close(close::AUTH_REQUIRED, "auth.required");
        }
        if self.heard.elapsed() >= limits::PONG_DEADLINE {
            return self.outbox.close(close::SLOW, "live.slow");
        }
        self.outbox.push(frame::PING);
    }
}

/// The only honest way to break the protocol is to say too much at once.
fn unreadable(error: &ProtocolError) -> Refusal {
    match error {
        error if is_too_large(error) => Refusal::new(Code::TooLarge).with("limit", limits::FRAME_BYTES),
        other => {
            tracing::debug!(error = %other, "a frame cannot be read");
            Refusal::new(Code::Malformed)
                .with("why_ja", "フレームの形がWebSocket（RFC 6455）の決まりと違います")
                .with("why_en", "a frame does not follow the WebSocket protocol (RFC 6455)")
        }
    }
}

/// A frame that is too large, or the fragments of one message that are so together. For the latter the reader has no
/// kind of its own; text that is no UTF-8 is `InvalidData`, and a connection that breaks has a kind of the system's.
fn is_too_large(error: &ProtocolError) -> bool {
    match error {
        ProtocolError::Overflow => true,
        ProtocolError::Io(error) => {
            error.kind() == std::io::ErrorKind::Other && error.to_string().contains("continuation size")
        }
        _ => false,
    }
}

fn error_frame(topic: Option<Stream>, refusal: &Refusal) -> ServerFrame {
    ServerFrame::Error { topic, code: refusal.code.as_str().to_owned(), ja: refusal.ja(), en: refusal.en() }
}

fn say(outbox: &Outbox, topic: Option<Stream>, refusal: &Refusal) {
    outbox.push(frame::of(&error_frame(topic, refusal)));
}

/// Says why and closes.
fn turn_away(outbox: &Outbox, topic: Option<Stream>, refusal: &Refusal) {
    say(outbox, topic, refusal);
    let code = match refusal.code {
        Code::AuthRequired | Code::LinkExpired => close::AUTH_REQUIRED,
        Code::LiveTooMany => close::TOO_MANY,
        _ => close::FORBIDDEN,
    };
    outbox.close(code, refusal.code.as_str());
}
