//! Watches a territory's running day and keeps a proposal ready. It reads the journal of its territory, waits a moment
//! for what belongs together, plans on a snapshot, and tells the board that a proposal is there; it changes nothing by
//! itself. Proposals live in memory: after a fall the next look makes them anew.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use serde_json::json;
use tokio::time::Instant;
use tracing::Instrument;

use super::guardian::{Kept, Lifeline, Teller};
use super::offers::{Offer, Offers};
use super::triggers::{self, Seen};
use crate::commands::replan::{self, Proposed};
use crate::domain::access;
use crate::domain::event::{About, EventKind, Stream};
use crate::domain::ids::{ProposalId, TerritoryId};
use crate::domain::time::Seconds;
use crate::limits;
use crate::roads::TravelTimes;
use crate::store::{Fault, Store, Wake};
use crate::views::replan::{Trigger, TriggerKind};

/// The proposal that stands; none while nothing is to be proposed.
#[derive(Message)]
#[rtype(result = "Option<Offer>")]
pub struct Current;

/// A proposal that can still be approved, by its id.
#[derive(Message)]
#[rtype(result = "Option<Arc<Proposed>>")]
pub struct Named(pub ProposalId);

/// Plans now, because somebody asks.
#[derive(Message)]
#[rtype(result = "Result<Offer, Fault>")]
pub struct Ask;

pub struct Replanner {
    desk: Desk,
    lifeline: Lifeline,
}

impl Replanner {
    pub fn new(territory: TerritoryId, store: Store, travel: Arc<dyn TravelTimes>, lifeline: Lifeline) -> Self {
        Self { desk: Desk { territory, store, travel, offers: Offers::default() }, lifeline }
    }
}

impl Actor for Replanner {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        let work = watch(self.desk.clone(), self.lifeline.teller().clone());
        context.spawn(work.instrument(self.lifeline.span()).into_actor(self));
    }
}

impl Kept for Replanner {
    const NAME: &'static str = "replanner";
}

impl Handler<Current> for Replanner {
    type Result = MessageResult<Current>;

    fn handle(&mut self, _: Current, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.desk.offers.current())
    }
}

impl Handler<Named> for Replanner {
    type Result = MessageResult<Named>;

    fn handle(&mut self, named: Named, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.desk.offers.named(named.0))
    }
}

impl Handler<Ask> for Replanner {
    type Result = ResponseFuture<Result<Offer, Fault>>;

    fn handle(&mut self, _: Ask, _: &mut Self::Context) -> Self::Result {
        let desk = self.desk.clone();
        Box::pin(async move {
            let at = desk.store.clock().now();
            desk.propose(triggers::trigger(TriggerKind::Asked, at)).await
        })
    }
}

/// What the loop and the messages share.
#[derive(Clone)]
struct Desk {
    territory: TerritoryId,
    store: Store,
    travel: Arc<dyn TravelTimes>,
    offers: Offers,
}

impl Desk {
    fn stream(&self) -> Stream {
        Stream::Territory(self.territory)
    }

    /// Plans on one snapshot and offers the result; the board hears of it when it says something new.
    async fn propose(&self, trigger: Trigger) -> Result<Offer, Fault> {
        let (territory, travel, stream) = (self.territory, Arc::clone(&self.travel), self.stream());
        let now = self.store.clock().now();
        let planned = self.store.read(move |reader| {
            let head = reader.head(stream)?;
            let (_, plan) = replan::propose(reader, territory, travel.as_ref(), now)?;
            Ok((head, plan))
        });
        let (head, plan) = planned.await?;
        self.store.chaos().point("replanner.planned");
        let id: ProposalId = self.store.seeds().id(now);
        let proposed = Proposed { id, territory, trigger, plan };
        if let Some(told) = self.offers.offer(proposed, head) {
            let data = json!({
                "proposal_id": told.id,
                "trigger": told.trigger,
                "rows": told.plan.rows.len(),
                "left": told.plan.left.len(),
            });
            let tell = self.store.task(access::Actor::system("planner"), move |unit| {
                unit.record(&[stream], EventKind::ProposalOffered, About::default(), data.clone());
                Ok(())
            });
            tell.await?;
        }
        self.offers.current().ok_or_else(|| crate::store::StoreError::Busy.into())
    }

    /// What has happened since the last look.
    async fn look(&self, seen: &mut Seen) -> Result<Option<Trigger>, Fault> {
        let (stream, territory, travel) = (self.stream(), self.territory, Arc::clone(&self.travel));
        let (after, now) = (seen.offset, self.store.clock().now());
        let found =
            self.store.read(move |reader| triggers::look(reader, territory, stream, after, travel.as_ref(), now));
        let found = found.await?;
        let refreshes = self.offers.changed(found.touched);
        Ok(seen.judge(found, refreshes, now))
    }
}

async fn watch(desk: Desk, teller: Teller) {
    let wake = desk.store.wake();
    let stream = desk.stream();
    let mut seen = loop {
        match desk.store.read(move |reader| reader.head(stream)).await {
            Ok(head) => break Seen::from(head),
            Err(error) => tracing::warn!(%error, "the journal cannot be read; trying again"),
        }
        tokio::time::sleep(limits::REPLAN_BREATH).await;
    };
    let mut proposals = 0_u64;
    loop {
        wait(&desk, &wake).await;
        let looked = match desk.look(&mut seen).await {
            Ok(Some(trigger)) => desk.propose(trigger).await.map(|_| proposals += 1),
            other => other.map(|_| ()),
        };
        if let Err(error) = looked {
            tracing::warn!(%error, "no proposal could be made; the next look tries again");
        }
        teller.tell(json!({ "proposals": proposals, "seen": seen.offset }));
        tokio::time::sleep(limits::REPLAN_BREATH).await;
    }
}

/// Until the territory's stream has grown and was quiet for a pause, or the clock wants a look.
async fn wait(desk: &Desk, wake: &Wake) {
    let clock = desk.store.clock();
    let look = Instant::now() + clock.wall(Seconds(limits::REPLAN_LOOK_S)).max(limits::REPLAN_BREATH);
    let grown = || wake.take().contains_key(&desk.stream());
    while !grown() {
        tokio::select! {
            // In the order written, so that a seed reproduces a run.
            biased;
            () = wake.wait() => {}
            () = tokio::time::sleep_until(look) => return,
        }
    }
    let pause: Duration = clock.wall(Seconds(limits::REPLAN_PAUSE_S));
    for _ in 0..limits::REPLAN_PAUSES {
        tokio::time::sleep(pause).await;
        if !grown() {
            return;
        }
    }
}
