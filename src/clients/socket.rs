//! The connection behind a watcher: opened again whenever it breaks, going on where it was.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::live::{LiveChecks, Order, Pass, Update};
use super::pause;
use super::seen::{Seen, Verdict};
use crate::views::live::{ClientFrame, ServerFrame, close};
use crate::views::technician::PositionReport;

const SUBPROTOCOL: &str = "kaketsuke.1";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why a connection is over.
enum End {
    /// It broke; try again.
    Broken,
    /// The server does not want this watcher any more.
    TurnedAway(u16),
    /// Nobody listens any more.
    Left,
}

struct Watcher {
    checks: Arc<LiveChecks>,
    seen: Seen,
    /// Positions that the server has not confirmed, in the order of their numbers. It answers in this order.
    unsafe_positions: VecDeque<(u64, Vec<PositionReport>)>,
    next_batch: u64,
    orders: UnboundedReceiver<Order>,
    updates: UnboundedSender<Update>,
}

/// Keeps a watcher connected until nobody listens or the server turns it away.
pub(super) async fn keep(
    address: String,
    pass: Pass,
    checks: Arc<LiveChecks>,
    orders: UnboundedReceiver<Order>,
    updates: UnboundedSender<Update>,
) {
    let mut watcher =
        Watcher { checks, seen: Seen::default(), unsafe_positions: VecDeque::new(), next_batch: 1, orders, updates };
    let mut failures = 0;
    let mut connected_before = false;
    loop {
        if let Ok(socket) = connect(&address, &pass).await {
            failures = 0;
            if connected_before {
                watcher.checks.reconnects.fetch_add(1, Ordering::Relaxed);
            }
            connected_before = true;
            match watcher.serve(socket).await {
                End::Broken => {}
                End::Left => return,
                End::TurnedAway(code) => {
                    let _ = watcher.updates.send(Update::Closed { code });
                    return;
                }
            }
        }
        if watcher.updates.is_closed() {
            return;
        }
        tokio::time::sleep(pause(failures)).await;
        failures += 1;
    }
}

async fn connect(address: &str, pass: &Pass) -> Result<Socket, tungstenite::Error> {
    let mut request = address.into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
    if let Pass::Session(token) = pass {
        headers.insert("authorization", HeaderValue::from_str(&format!("Bearer {token}"))?);
    }
    let (socket, _) = connect_async(request).await?;
    Ok(socket)
}

impl Watcher {
    async fn serve(&mut self, mut socket: Socket) -> End {
        if self.greet(&mut socket).await.is_err() {
            return End::Broken;
        }
        loop {
            let step = tokio::select! {
                message = socket.next() => self.hear(message),
                order = self.orders.recv() => match order {
                    Some(order) => self.obey(&mut socket, order).await,
                    None => {
                        // A polite goodbye is worth a try and nothing more.
                        let _ = socket.close(None).await;
                        Err(End::Left)
                    }
                },
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    /// Goes on with every topic, and sends again what may have been lost.
    async fn greet(&mut self, socket: &mut Socket) -> Result<(), End> {
        for (topic, after) in self.seen.cursors() {
            say(socket, &ClientFrame::Subscribe { topic, after, presence: false }).await?;
        }
        for (id, positions) in &self.unsafe_positions {
            say(socket, &positions_frame(*id, positions)).await?;
        }
        Ok(())
    }

    async fn obey(&mut self, socket: &mut Socket, order: Order) -> Result<(), End> {
        match order {
            Order::Watch { topic, after } => {
                self.seen.watch(topic, after.clone());
                say(socket, &ClientFrame::Subscribe { topic, after, presence: false }).await
            }
            Order::Forget { topic } => {
                self.seen.forget(topic);
                say(socket, &ClientFrame::Unsubscribe { topic }).await
            }
            Order::Positions(positions) => {
                let id = self.next_batch;
                self.next_batch += 1;
                let frame = positions_frame(id, &positions);
                self.unsafe_positions.push_back((id, positions));
                say(socket, &frame).await
            }
        }
    }

    fn hear(&mut self, message: Option<Result<Message, tungstenite::Error>>) -> Result<(), End> {
        match message {
            Some(Ok(Message::Text(text))) => match serde_json::from_str::<ServerFrame>(&text) {
                Ok(frame) => self.take(frame),
                Err(error) => {
                    tracing::warn!(%error, frame = %text.chars().take(200).collect::<String>(), "a frame cannot be read");
                    count(&self.checks.strays, 1);
                    Ok(())
                }
            },
            Some(Ok(Message::Close(frame))) => Err(match frame.map(|frame| u16::from(frame.code)) {
                Some(code @ (close::AUTH_REQUIRED | close::FORBIDDEN | close::TOO_MANY | close::MALFORMED)) => {
                    End::TurnedAway(code)
                }
                _ => End::Broken,
            }),
            Some(Ok(_)) => Ok(()),
            Some(Err(_)) | None => Err(End::Broken),
        }
    }

    fn take(&mut self, frame: ServerFrame) -> Result<(), End> {
        let verdict = self.seen.judge(&frame);
        match verdict {
            Verdict::Fresh => {}
            Verdict::Missed(lost) => {
                tracing::warn!(lost, ?frame, "the stream has a gap");
                count(&self.checks.missed, lost.unsigned_abs());
            }
            Verdict::Repeated => {
                tracing::warn!(?frame, "the stream repeats itself");
                count(&self.checks.repeated, 1);
                return Ok(());
            }
            Verdict::Known => return Ok(()),
            Verdict::Stray => {
                // An event that was on its way when the topic was left is no fault.
                count(&self.checks.strays, 1);
                return Ok(());
            }
        }
        let Some(update) = self.update(frame) else { return Ok(()) };
        self.updates.send(update).map_err(|_| End::Left)
    }

    fn update(&mut self, frame: ServerFrame) -> Option<Update> {
        match frame {
            ServerFrame::Subscribed { .. }
            | ServerFrame::Opened { .. }
            | ServerFrame::Presence { .. }
            | ServerFrame::Expiring { .. }
            | ServerFrame::Refreshed { .. }
            | ServerFrame::Closed { .. } => None,
            ServerFrame::Reset { topic, .. } => {
                count(&self.checks.resets, 1);
                Some(Update::Reset { topic })
            }
            ServerFrame::Event { topic, event, .. } => {
                count(&self.checks.events, 1);
                Some(Update::Event { topic, event: Box::new(event) })
            }
            ServerFrame::Eta { topic, eta } => {
                count(&self.checks.etas, 1);
                Some(Update::Eta { topic, eta: Box::new(eta) })
            }
            ServerFrame::Position { topic, technician_id, fix } => {
                count(&self.checks.positions, 1);
                Some(Update::Position { topic, technician: technician_id, fix })
            }
            ServerFrame::Accepted { id, accepted, ignored, .. } => {
                self.unsafe_positions.retain(|(batch, _)| *batch != id);
                Some(Update::Accepted { accepted, ignored })
            }
            ServerFrame::Error { topic, code, en, .. } => {
                if topic.is_none() {
                    self.unsafe_positions.pop_front();
                }
                Some(Update::Refused { topic, code, en })
            }
        }
    }
}

fn positions_frame(id: u64, positions: &[PositionReport]) -> ClientFrame {
    ClientFrame::Positions { id, positions: positions.iter().copied().map(Into::into).collect(), sent_at: None }
}

async fn say(socket: &mut Socket, frame: &ClientFrame) -> Result<(), End> {
    let text = serde_json::to_string(frame).map_err(|_| End::Broken)?;
    socket.send(Message::text(text)).await.map_err(|_| End::Broken)
}

fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}
