//! The planner of one territory: answers who should go. It decides nothing by itself; the rules are in
//! [`crate::planner`], and an assignment is checked again in the transaction that writes it.

use std::sync::Arc;

use actix::prelude::*;
use serde_json::json;
use tracing::Instrument;

use super::guardian::{Kept, Lifeline};

use crate::domain::ids::{TerritoryId, WorkOrderId};
use crate::planner::answer::Ranking;
use crate::planner::problem::Scene;
use crate::planner::rank;
use crate::roads::TravelTimes;
use crate::store::technicians::{Profile, Team};
use crate::store::{Fault, Store};

/// Ranks every technician of the territory for a work order.
#[derive(Message)]
#[rtype(result = "Result<Ranking, Fault>")]
pub struct Rank(pub WorkOrderId);

/// The technicians' files are read once and kept; where they are and what they do is read for each question.
pub struct Planner {
    territory: TerritoryId,
    store: Store,
    travel: Arc<dyn TravelTimes>,
    lifeline: Lifeline,
    profiles: Option<Arc<Vec<Profile>>>,
    ranked: u64,
}

impl Planner {
    pub fn new(territory: TerritoryId, store: Store, travel: Arc<dyn TravelTimes>, lifeline: Lifeline) -> Self {
        Self { territory, store, travel, lifeline, profiles: None, ranked: 0 }
    }
}

impl Actor for Planner {
    type Context = Context<Self>;
}

impl Kept for Planner {
    const NAME: &'static str = "planner";
}

impl Handler<Rank> for Planner {
    type Result = ResponseActFuture<Self, Result<Ranking, Fault>>;

    fn handle(&mut self, Rank(work_order): Rank, _: &mut Self::Context) -> Self::Result {
        self.store.chaos().point("planner.rank");
        let known = self.profiles.clone();
        let answer = ask_store(self.store.clone(), Arc::clone(&self.travel), self.territory, known, work_order);
        Box::pin(answer.instrument(self.lifeline.span()).into_actor(self).map(|made, planner, _| {
            planner.store.chaos().point("planner.ranked");
            let (ranking, profiles) = made?;
            planner.profiles = Some(profiles);
            planner.ranked += 1;
            planner.lifeline.teller().tell(json!({ "ranked": planner.ranked }));
            Ok(ranking)
        }))
    }
}

/// Reads one snapshot and ranks on the reading thread, so that no arbiter waits for the arithmetic.
async fn ask_store(
    store: Store,
    travel: Arc<dyn TravelTimes>,
    territory: TerritoryId,
    known: Option<Arc<Vec<Profile>>>,
    work_order: WorkOrderId,
) -> Result<(Ranking, Arc<Vec<Profile>>), Fault> {
    let now = store.clock().now();
    store
        .read(move |reader| {
            let profiles = match &known {
                Some(profiles) => Arc::clone(profiles),
                None => Arc::new(reader.profiles(&Team::Territory(territory))?),
            };
            let (_, job) = reader.job(work_order, now)?;
            let technicians = reader.technician_states(&profiles, now)?;
            let names = reader.names()?;
            let scene = Scene { now, zone: reader.zone(), travel: travel.as_ref(), names: &names };
            Ok((rank(&job, &technicians, &scene), profiles))
        })
        .await
}
