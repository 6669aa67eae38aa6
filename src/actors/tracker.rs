//! The tracker of one territory: takes positions and changes of routes, has the arrival figures computed and saved, and
//! shows them to those who watch. One batch is at work at a time; what comes meanwhile waits for the next and shares
//! its commit. Somebody watches a position, nobody a review: positions go first, and a batch takes few routes besides.

use std::collections::{BTreeSet, VecDeque};
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use serde_json::json;
use tokio::sync::oneshot;
use tracing::Instrument;

use super::guardian::{Kept, Lifeline};
use super::hub::Hub;
use crate::commands::learned::{Learned, learn};
use crate::commands::track_route::{Shown, Sighting, track_route};
use crate::domain::access;
use crate::domain::event::Stream;
use crate::domain::ids::{TechnicianId, TerritoryId};
use crate::domain::time::Seconds;
use crate::limits;
use crate::roads::TravelTimes;
use crate::store::{Fault, Store, StoreError};
use crate::views::technician::{PositionReport, PositionsAccepted};

/// Between two evaluations of a route of which nothing is heard: silence must widen the interval.
const REVIEW_EVERY: Seconds = Seconds(30);
/// On a clock that runs fast, reviews still leave the machine time for everything else.
const REVIEW_AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// Routes that one batch looks at again: a position that comes meanwhile waits for these and no more.
const LOOKS_A_BATCH: usize = 2;
/// Between two looks at what the last weeks taught.
const LEARN_EVERY: Seconds = Seconds::hours(1);
/// On a clock that runs fast, learning still leaves the machine time for everything else.
const LEARN_AT_MOST_EVERY: Duration = Duration::from_secs(60);

/// A technician's phone reports; answered when the positions are saved.
#[derive(Message)]
#[rtype(result = "Result<PositionsAccepted, Fault>")]
pub struct Positions {
    pub technician: TechnicianId,
    pub reports: Vec<PositionReport>,
}

/// Time for another look at every live route.
#[derive(Message)]
#[rtype(result = "()")]
struct Review;

type Reply = oneshot::Sender<Result<PositionsAccepted, Fault>>;

struct Waiting {
    sighting: Sighting,
    reply: Option<Reply>,
}

/// What all trackers share.
#[derive(Clone)]
pub struct TrackerParts {
    pub store: Store,
    pub hub: Hub,
    pub travel: Arc<dyn TravelTimes>,
}

pub struct Tracker {
    territory: TerritoryId,
    parts: TrackerParts,
    lifeline: Lifeline,
    /// Who is at home here.
    team: BTreeSet<TechnicianId>,
    learned: Arc<Learned>,
    waiting: VecDeque<Waiting>,
    /// Whose routes are to be looked at again.
    due: BTreeSet<TechnicianId>,
    at_work: bool,
    saved: u64,
}

impl Tracker {
    pub fn new(territory: TerritoryId, parts: TrackerParts, lifeline: Lifeline) -> Self {
        let (team, due, learned) = (BTreeSet::new(), BTreeSet::new(), Arc::default());
        Self { territory, parts, lifeline, team, learned, waiting: VecDeque::new(), due, at_work: false, saved: 0 }
    }

    /// Takes what waits into one transaction, unless one is at work already.
    fn work(&mut self, context: &mut Context<Self>) {
        if self.at_work || (self.waiting.is_empty() && self.due.is_empty()) {
            return;
        }
        self.at_work = true;
        let batch = self.next_batch();
        let count = batch.len();
        let saving = save(self.parts.clone(), Arc::clone(&self.learned), batch);
        context.spawn(saving.instrument(self.lifeline.span()).into_actor(self).map(move |(), tracker, context| {
            tracker.at_work = false;
            tracker.parts.store.chaos().point("tracker.saved");
            tracker.saved += count as u64;
            let state = json!({ "looks": tracker.saved, "waiting": tracker.waiting.len(), "due": tracker.due.len() });
            tracker.lifeline.teller().tell(state);
            tracker.work(context);
        }));
    }

    /// Positions in the order in which they came, and some of the routes that are due. A position looks at its whole
    /// route, so that route is due no longer.
    fn next_batch(&mut self) -> Vec<Waiting> {
        let count = self.waiting.len().min(limits::GROUP_COMMIT);
        let mut batch: Vec<Waiting> = self.waiting.drain(..count).collect();
        for waiting in &batch {
            self.due.remove(&waiting.sighting.technician);
        }
        for technician in std::iter::from_fn(|| self.due.pop_first()).take(LOOKS_A_BATCH) {
            batch.push(Waiting { sighting: Sighting { technician, reports: Vec::new() }, reply: None });
        }
        batch
    }

    fn know(&mut self, (team, learned): (BTreeSet<TechnicianId>, Learned)) {
        self.team = team;
        self.learned = Arc::new(learned);
    }

    /// What cannot be read now is read the next time; until then stands what was learned before.
    fn study_again(&mut self, context: &mut Context<Self>) {
        let (span, studying) = (self.lifeline.span(), study(self.parts.clone(), self.territory));
        context.spawn(studying.instrument(span.clone()).into_actor(self).map(
            move |studied, tracker, _| match studied {
                Ok(studied) => tracker.know(studied),
                Err(error) => {
                    span.in_scope(|| tracing::warn!(%error, "the past could not be read; the next look tries again"))
                }
            },
        ));
    }

    fn look_again(&mut self, technicians: impl IntoIterator<Item = TechnicianId>, context: &mut Context<Self>) {
        self.due.extend(technicians);
        self.work(context);
    }
}

impl Kept for Tracker {
    const NAME: &'static str = "tracker";
}

impl Actor for Tracker {
    type Context = Context<Self>;

    /// Nothing is kept over a restart: positions and figures are in the store, and a first look brings them up to date.
    fn started(&mut self, context: &mut Self::Context) {
        let (store, territory) = (self.parts.store.clone(), self.territory);
        let wake = store.wake();
        let studying = study(self.parts.clone(), territory);
        let span = self.lifeline.span();
        context.wait(studying.instrument(span.clone()).into_actor(self).map(move |studied, tracker, context| {
            match studied {
                Ok(studied) => tracker.know(studied),
                Err(error) => {
                    span.in_scope(|| tracing::warn!(%error, "the territory's people could not be read; trying again"));
                    context.stop();
                }
            }
        }));
        let again = store.clock().wall(LEARN_EVERY).max(LEARN_AT_MOST_EVERY);
        context.run_interval(again, |tracker, context| tracker.study_again(context));
        context.notify(Review);
        let every = store.clock().wall(REVIEW_EVERY).max(REVIEW_AT_MOST_EVERY);
        context.run_interval(every, |_, context| context.notify(Review));
        let grown = futures_util::stream::unfold(wake, |wake| async move {
            wake.wait().await;
            Some((Grown(wake.take().into_keys().collect()), wake))
        });
        context.add_stream(grown);
    }
}

/// Streams of the journal that have grown.
struct Grown(Vec<Stream>);

/// The territory's people, and what its past teaches.
async fn study(parts: TrackerParts, territory: TerritoryId) -> Result<(BTreeSet<TechnicianId>, Learned), Fault> {
    let (travel, now) = (Arc::clone(&parts.travel), parts.store.clock().now());
    let read = parts.store.read(move |reader| {
        let team = reader.technicians_at_home(territory)?;
        Ok((team.into_iter().collect(), learn(reader, territory, travel.as_ref(), now)?))
    });
    read.await
}

/// A technician's own stream grows when his route changes.
impl StreamHandler<Grown> for Tracker {
    fn handle(&mut self, Grown(streams): Grown, context: &mut Self::Context) {
        let of_team = |stream: Stream| match stream {
            Stream::Technician(id) if self.team.contains(&id) => Some(id),
            _ => None,
        };
        let touched: Vec<TechnicianId> = streams.into_iter().filter_map(of_team).collect();
        self.look_again(touched, context);
    }
}

impl Handler<Positions> for Tracker {
    type Result = ResponseFuture<Result<PositionsAccepted, Fault>>;

    fn handle(&mut self, message: Positions, context: &mut Self::Context) -> Self::Result {
        self.parts.store.chaos().point("tracker.positions");
        let Positions { technician, reports } = message;
        if self.waiting.len() >= limits::STORE_QUEUE {
            return Box::pin(async { Err(StoreError::Busy.into()) });
        }
        let (reply, answer) = oneshot::channel();
        self.waiting.push_back(Waiting { sighting: Sighting { technician, reports }, reply: Some(reply) });
        self.work(context);
        Box::pin(async move { answer.await.unwrap_or_else(|_| Err(StoreError::Stopped.into())) })
    }
}

impl Handler<Review> for Tracker {
    type Result = ();

    fn handle(&mut self, _: Review, context: &mut Self::Context) {
        self.parts.store.chaos().point("tracker.review");
        let (store, territory) = (self.parts.store.clone(), self.territory);
        let busy = async move { store.read(move |reader| reader.busy_technicians(territory)).await };
        let span = self.lifeline.span();
        context.spawn(busy.instrument(span.clone()).into_actor(self).map(move |busy, tracker, context| match busy {
            Ok(technicians) => tracker.look_again(technicians, context),
            Err(error) => span.in_scope(|| {
                tracing::warn!(%error, "live routes could not be reviewed, the next review tries again");
            }),
        }));
    }
}

/// Saves first and shows afterwards: nobody sees a figure that a crash could take back.
async fn save(parts: TrackerParts, learned: Arc<Learned>, batch: Vec<Waiting>) {
    let (sightings, replies): (Vec<_>, Vec<_>) = batch.into_iter().map(|w| (w.sighting, w.reply)).unzip();
    let sightings: Arc<[Sighting]> = sightings.into();
    match save_together(&parts, &learned, 0..sightings.len(), &sightings).await {
        Ok(shown) => shown.into_iter().zip(replies).for_each(|(shown, reply)| show(&parts.hub, shown, reply)),
        // One of them cannot be taken; the others must not suffer for it.
        Err(Fault::Refused(_)) if sightings.len() > 1 => {
            for (index, reply) in replies.into_iter().enumerate() {
                settle(&parts, save_together(&parts, &learned, index..index + 1, &sightings).await, reply);
            }
        }
        Err(fault) => {
            tracing::error!(%fault, "positions could not be saved; the phones will send them again");
            replies.into_iter().flatten().for_each(|reply| drop(reply.send(Err(again(&fault)))));
        }
    }
}

/// Saves a part of a batch in one transaction.
async fn save_together(
    parts: &TrackerParts,
    learned: &Arc<Learned>,
    part: Range<usize>,
    of: &Arc<[Sighting]>,
) -> Result<Vec<Shown>, Fault> {
    let (learned, of, travel) = (Arc::clone(learned), Arc::clone(of), Arc::clone(&parts.travel));
    let saved = parts.store.task(access::Actor::system("tracker"), move |unit| {
        let known = learned.knowledge(travel.as_ref());
        of[part.clone()].iter().map(|sighting| track_route(unit, sighting, &known)).collect()
    });
    let saved = saved.await;
    parts.store.chaos().point("tracker.show");
    saved
}

/// What each phone of a failed transaction is told.
fn again(fault: &Fault) -> Fault {
    match fault {
        Fault::Refused(refusal) => refusal.clone().into(),
        Fault::Store(_) => StoreError::Busy.into(),
    }
}

/// Shows and answers what was saved by itself.
fn settle(parts: &TrackerParts, saved: Result<Vec<Shown>, Fault>, reply: Option<Reply>) {
    match (saved, reply) {
        (Ok(shown), mut reply) => shown.into_iter().for_each(|shown| show(&parts.hub, shown, reply.take())),
        (Err(fault), Some(reply)) => drop(reply.send(Err(fault))),
        (Err(fault), None) => tracing::warn!(%fault, "a route could not be looked at"),
    }
}

fn show(hub: &Hub, shown: Shown, reply: Option<Reply>) {
    if let Some(seen) = &shown.fix {
        hub.publish_position(&seen.streams, seen.technician, &seen.fix);
    }
    for (streams, eta) in &shown.etas {
        hub.publish_eta(streams, eta);
    }
    if let Some(reply) = reply {
        // A phone that hung up sends the same positions again, and they count once.
        let _ = reply.send(Ok(shown.accepted));
    }
}
