//! One watcher, from his first frame to his last, whatever line he came by. What he is sent goes through his outbox
//! straight into the connection; this task hears what he says and keeps the time.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream as Source, StreamExt};
use tokio::time::Instant;

use super::admit::Admitted;
use super::assemble::Said;
use super::door::Seat;
use super::pace::Pace;
use super::{refresh, resume};
use crate::actors::frame;
use crate::actors::outbox::{Orders, Outbox};
use crate::domain::event::Stream;
use crate::domain::refusal::{Code, Refusal};
use crate::domain::time::Seconds;
use crate::http::{error, extract::read_json};
use crate::limits;
use crate::node::services::Services;
use crate::store::Fault;
use crate::store::access::Watcher;
use crate::views::live::{ClientFrame, ServerFrame, Wanted, close};
use crate::views::position::{PositionBatch, PositionsAccepted};

/// What carries the frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    WebSocket,
    /// Its client cannot answer a ping: a dead connection is found by the system, which gets no more rid of the bytes.
    Events,
    /// Each question is a sign of life.
    Poll,
}

pub(super) struct Session {
    pub services: Arc<Services>,
    pub admitted: Admitted,
    pub outbox: Arc<Outbox>,
    line: Line,
    heard: Instant,
    pace: Pace,
    /// The end of the log-in that was announced.
    warned: bool,
    _seat: Seat,
}

/// However the task ends, also by a panic, the watcher is sent away and forgotten: it comes back with its cursor.
impl Drop for Session {
    fn drop(&mut self) {
        self.outbox.close(close::TROUBLE, "internal");
        self.services.hub.forget(&self.outbox);
    }
}

impl Session {
    pub fn new(services: Arc<Services>, admitted: Admitted, seat: Seat, outbox: Arc<Outbox>, line: Line) -> Self {
        let now = Instant::now();
        let pace = Pace::new(now, services.store.clock().speed());
        Self { services, admitted, outbox, line, heard: now, pace, warned: false, _seat: seat }
    }

    pub async fn run(mut self, mut said: impl Source<Item = Said> + Unpin) {
        let mut ticks = tokio::time::interval_at(Instant::now() + limits::PING_EVERY, limits::PING_EVERY);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !self.outbox.is_closed() {
            tokio::select! {
                // In the order written, so that a seed reproduces a run; a right that was lost is seen to first.
                biased;
                orders = self.outbox.orders() => Box::pin(self.obey(orders)).await,
                _ = ticks.tick() => self.tick(),
                heard = said.next() => match heard {
                    Some(said) => Box::pin(self.hear(said)).await,
                    None => break,
                },
            }
        }
    }

    async fn hear(&mut self, said: Said) {
        self.services.store.chaos().point("live.hear");
        let now = Instant::now();
        if !self.pace.take(now) {
            let refusal = Refusal::new(Code::RateLimited).with("seconds", limits::PING_EVERY.as_secs());
            say(&self.outbox, None, &refusal);
            return self.outbox.close(close::TOO_FAST, refusal.code.as_str());
        }
        // A piece says nothing yet: half a message and then silence is silence.
        if !matches!(said, Said::Piece) {
            self.heard = now;
        }
        match said {
            Said::Text(text) => self.understand(&text).await,
            Said::Ping(payload) => self.outbox.push(frame::pong(&payload)),
            Said::Alive | Said::Piece => {}
            Said::Close => self.outbox.close(close::NORMAL, ""),
            Said::Nonsense(refusal) => self.misunderstood(&refusal),
        }
    }

    async fn understand(&mut self, text: &Bytes) {
        match read_json(text) {
            Ok(ClientFrame::Subscribe { topic, after, presence }) => {
                self.subscribe(vec![Wanted { topic, after, presence }]).await;
            }
            Ok(ClientFrame::SubscribeAll { topics }) => self.subscribe(topics).await,
            Ok(ClientFrame::Unsubscribe { topic }) => self.services.hub.leave(&self.outbox, topic),
            Ok(ClientFrame::Positions { id, positions, sent_at }) => {
                self.positions(id, PositionBatch { positions, sent_at }).await;
            }
            Ok(ClientFrame::Refresh { token }) => self.refresh(token).await,
            Err(refusal) => self.misunderstood(&refusal),
        }
    }

    fn misunderstood(&self, refusal: &Refusal) {
        say(&self.outbox, None, refusal);
        self.outbox.close(close::MALFORMED, refusal.code.as_str());
    }

    /// A topic that is named twice is joined once.
    async fn subscribe(&mut self, mut wanted: Vec<Wanted>) {
        let mut topics: BTreeSet<Stream> = self.outbox.topics().into_iter().collect();
        topics.extend(wanted.iter().map(|wanted| wanted.topic));
        if wanted.len() > limits::SUBSCRIPTIONS || topics.len() > limits::SUBSCRIPTIONS {
            let refusal = Refusal::new(Code::LiveTooMany).with("limit", limits::SUBSCRIPTIONS);
            return turn_away(&self.outbox, wanted.last().map(|wanted| wanted.topic), &refusal);
        }
        let mut named = BTreeSet::new();
        wanted.retain(|wanted| named.insert(wanted.topic));
        match resume::subscribe(&self.services, &self.outbox, &self.admitted, wanted).await {
            Ok(refused) => refused.iter().for_each(|(topic, refusal)| say(&self.outbox, Some(*topic), refusal)),
            Err(fault) => {
                tracing::warn!(%fault, "topics cannot be read; the watcher must come back");
                self.outbox.close(close::TROUBLE, error::refusal(fault).code.as_str());
            }
        }
    }

    /// Fixes are answered once they are durable; one batch after the other.
    async fn positions(&mut self, id: u64, batch: PositionBatch) {
        let frame = match self.take_positions(batch).await {
            Ok(PositionsAccepted { accepted, ignored, clock_ahead_s }) => {
                ServerFrame::Accepted { id, accepted, ignored, clock_ahead_s }
            }
            Err(fault) => error_frame(None, &error::refusal(fault)),
        };
        self.outbox.push(frame::of(&frame));
    }

    async fn take_positions(&self, batch: PositionBatch) -> Result<PositionsAccepted, Fault> {
        let Watcher::User(user) = &self.admitted.watcher else { return Err(Refusal::new(Code::Forbidden).into()) };
        let technician = user.technician.ok_or_else(|| Refusal::new(Code::Forbidden))?;
        self.services.trackers.positions(technician, batch).await
    }

    /// The log-in goes on, or stays as it is and ends when it must.
    async fn refresh(&mut self, token: Option<String>) {
        match refresh::refreshed(&self.services, &self.admitted, token).await {
            Ok(admitted) => {
                if let Some(token) = admitted.token {
                    self.services.hub.refresh(&self.outbox, token);
                }
                let expires_at = admitted.expires_at;
                (self.admitted, self.warned) = (admitted, false);
                self.outbox.push(frame::of(&ServerFrame::Refreshed { expires_at }));
                self.recheck().await;
            }
            Err(fault) => say(&self.outbox, None, &error::refusal(fault)),
        }
    }

    async fn obey(&mut self, orders: Orders) {
        if orders.recheck {
            self.recheck().await;
        }
        for (topic, seen) in orders.behind {
            if self.outbox.is_closed() || !self.outbox.watches(topic) {
                continue;
            }
            if let Err(fault) = resume::catch_up(&self.services, &self.outbox, topic, seen).await {
                tracing::warn!(%fault, %topic, "a watcher cannot catch up");
                self.outbox.close(close::TROUBLE, error::refusal(fault).code.as_str());
            }
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
                self.outbox.close(close::TROUBLE, "busy");
            }
        }
    }

    fn tick(&mut self) {
        let (now, expires_at) = (self.services.store.clock().now(), self.admitted.expires_at);
        if now >= expires_at {
            return self.outbox.close(close::AUTH_REQUIRED, "auth.required");
        }
        if !self.warned && now + Seconds(limits::EXPIRY_NOTICE_S) >= expires_at {
            self.warned = true;
            self.outbox.push(frame::of(&ServerFrame::Expiring { expires_at }));
        }
        if self.line != Line::Events && self.heard.elapsed() >= limits::PONG_DEADLINE {
            return self.outbox.close(close::SILENT, "live.silent");
        }
        if self.line != Line::Poll {
            self.outbox.push(frame::PING);
        }
    }
}

fn error_frame(topic: Option<Stream>, refusal: &Refusal) -> ServerFrame {
    ServerFrame::Error { topic, code: refusal.code.as_str().to_owned(), ja: refusal.ja(), en: refusal.en() }
}

fn say(outbox: &Outbox, topic: Option<Stream>, refusal: &Refusal) {
    outbox.push(frame::of(&error_frame(topic, refusal)));
}

/// Says why and closes.
pub(super) fn turn_away(outbox: &Outbox, topic: Option<Stream>, refusal: &Refusal) {
    say(outbox, topic, refusal);
    let code = match refusal.code {
        Code::AuthRequired | Code::LinkExpired => close::AUTH_REQUIRED,
        Code::LiveTooMany | Code::LiveCrowded => close::TOO_MANY,
        _ => close::FORBIDDEN,
    };
    outbox.close(code, refusal.code.as_str());
}

#[cfg(test)]
mod tests;
