//! Listens to an Asterisk and takes down what it tells of calls. When the connection breaks it comes back after a growing
//! pause, and ends the calls that ended meanwhile.

use actix::{Actor, AsyncContext, Context, WrapFuture};
use serde_json::json;
use tokio::time::Instant;
use tracing::Instrument;

use super::guardian::{Kept, Lifeline, Teller};
use crate::commands::calls;
use crate::domain::access;
use crate::effects::ari::{Events, Exchange, Unreached};
use crate::limits;
use crate::store::{Fault, Store};
use crate::telephone::ari::{Ari, AriEvent, Named};

/// The way over which its calls come, beside which a call has its name.
const SOURCE: &str = "ari";

/// The actor: it only carries the loop, so that the guardian can bring it back.
pub struct Switchboard {
    store: Store,
    exchange: Exchange,
    lifeline: Lifeline,
}

impl Switchboard {
    pub fn new(store: Store, exchange: Exchange, lifeline: Lifeline) -> Self {
        Self { store, exchange, lifeline }
    }
}

impl Actor for Switchboard {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        let line = Line::new(self.store.clone(), self.exchange.clone(), self.lifeline.teller().clone());
        context.spawn(run(line).instrument(self.lifeline.span()).into_actor(self));
    }
}

impl Kept for Switchboard {
    const NAME: &'static str = "switchboard";
    /// It is woken by its socket and has no messages of its own.
    const MAILBOX: usize = 1;
}

async fn run(mut line: Line) {
    let mut pause = limits::ARI_PAUSE_FIRST;
    loop {
        let begun = Instant::now();
        match line.connect().await {
            Ok(events) => line.follow(events).await,
            Err(error) => tracing::warn!(%error, "the telephone system cannot be reached; trying again"),
        }
        if begun.elapsed() >= limits::ARI_PAUSE_LONGEST && !line.ari.replaced {
            pause = limits::ARI_PAUSE_FIRST;
        }
        line.tell(false);
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(limits::ARI_PAUSE_LONGEST);
    }
}

/// One Asterisk as it is heard.
struct Line {
    store: Store,
    exchange: Exchange,
    teller: Teller,
    ari: Ari,
    taken: u64,
}

impl Line {
    fn new(store: Store, exchange: Exchange, teller: Teller) -> Self {
        Self { store, exchange, teller, ari: Ari::default(), taken: 0 }
    }

    fn tell(&self, connected: bool) {
        self.teller.tell(json!({ "connected": connected, "taken": self.taken, "open": self.ari.open() }));
    }

    /// The socket first and then the list of channels, so that nothing falls between the two.
    async fn connect(&mut self) -> Result<Events, Unreached> {
        let events = self.exchange.listen().await?;
        let there = self.exchange.channels().await?;
        self.ari.replaced = false;
        let ended = self.ari.still_there(&there);
        self.take(ended).await;
        tracing::info!(exchange = ?self.exchange, channels = there.len(), "listening to the telephone system");
        self.tell(true);
        Ok(events)
    }

    async fn follow(&mut self, mut events: Events) {
        while let Some(text) = events.next().await {
            match serde_json::from_str::<AriEvent>(&text) {
                Ok(event) => {
                    let named = self.ari.hear(event);
                    self.take(named).await;
                }
                Err(error) => tracing::warn!(%error, "an event of the telephone system cannot be read"),
            }
            if self.ari.replaced {
                tracing::error!("another program listens under our application's name; give it one of its own");
                return;
            }
        }
        tracing::warn!("the connection to the telephone system broke");
    }

    /// Takes signals down, one after the other. A busy store is asked again: nobody repeats an event.
    async fn take(&mut self, named: Vec<Named>) {
        for (name, signal) in named {
            for _ in 0..limits::ARI_ATTEMPTS {
                let (name, signal) = (name.clone(), signal.clone());
                let hear = move |unit: &mut crate::store::Unit<'_>| calls::hear(unit, SOURCE, &name, &signal);
                match self.store.task(access::Actor::system("telephone"), hear).await {
                    Ok(_) => {
                        self.taken += 1;
                        break;
                    }
                    Err(Fault::Refused(refusal)) => {
                        tracing::warn!(%refusal, "an event of the telephone system was refused");
                        break;
                    }
                    Err(Fault::Store(error)) => {
                        tracing::warn!(%error, "an event of the telephone system could not be taken; trying again");
                        tokio::time::sleep(limits::ARI_PAUSE_FIRST).await;
                    }
                }
            }
        }
        self.tell(true);
    }
}
