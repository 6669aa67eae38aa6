//! The planner of one territory: answers who should go. It decides nothing by itself; the rules are in
//! [`crate::planner`], and an assignment is checked again in the transaction that writes it.

use std::collections::BTreeSet;
use std::sync::Arc;

use actix::prelude::*;
use serde_json::json;
use tracing::Instrument;

use super::guardian::{Kept, Lifeline};

use crate::domain::ids::{AssetId, Id, TechnicianId, TerritoryId, VisitId, WorkOrderId};
use crate::domain::time::Timestamp;
use crate::planner::answer::Ranking;
use crate::planner::problem::{Job, Scene};
use crate::planner::propose::{DayProposal, Lateness, Proposal, propose};
use crate::planner::{exchanges, rank};
use crate::roads::TravelTimes;
use crate::store::technicians::{Profile, Team};
use crate::store::{Fault, Reader, Store};

/// Ranks every technician of the company for a work order of the territory.
#[derive(Message)]
#[rtype(result = "Result<Ranking, Fault>")]
pub struct Rank {
    pub work_order: WorkOrderId,
    /// Technicians whom the dispatcher knows to be out: they are left out.
    pub without: Vec<TechnicianId>,
}

/// Proposes a technician for everything that waits in the territory.
#[derive(Message)]
#[rtype(result = "Result<DayProposal, Fault>")]
pub struct Propose;

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

    fn handle(&mut self, rank: Rank, _: &mut Self::Context) -> Self::Result {
        self.store.chaos().point("planner.rank");
        let known = self.profiles.clone();
        let answer = ask_store(self.store.clone(), Arc::clone(&self.travel), self.territory, known, rank);
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

impl Handler<Propose> for Planner {
    type Result = ResponseFuture<Result<DayProposal, Fault>>;

    fn handle(&mut self, _: Propose, _: &mut Self::Context) -> Self::Result {
        let (store, travel, territory) = (self.store.clone(), Arc::clone(&self.travel), self.territory);
        let now = store.clock().now();
        Box::pin(async move { store.read(move |reader| proposed(reader, travel.as_ref(), territory, now)).await })
    }
}

fn proposed(
    reader: &mut Reader<'_>,
    travel: &dyn TravelTimes,
    territory: TerritoryId,
    now: Timestamp,
) -> Result<DayProposal, Fault> {
    let profiles = reader.profiles(&Team::Territory(territory))?;
    let names = reader.names()?;
    // The stops that the jobs become have no visit yet; the work order's own number tells them apart.
    let jobs: Vec<(Job, VisitId)> = reader
        .waiting_jobs(territory, now)?
        .into_iter()
        .map(|job| {
            let visit = VisitId::from_uuid(job.work_order.uuid());
            (job, visit)
        })
        .collect();
    let assets: BTreeSet<AssetId> = jobs.iter().filter_map(|(job, _)| job.asset).collect();
    let technicians = reader.technician_states(&profiles, &assets.into_iter().collect::<Vec<_>>(), now)?;
    let zone = reader.zone();
    let scene = Scene { now, zone, travel, names: &names };
    let proposal = propose(&jobs, &technicians, &scene, Lateness::Dear);
    let Proposal { assignments, unassigned, .. } = proposal;
    Ok(DayProposal { computed_at: now, assignments, unassigned })
}

/// Reads one snapshot and ranks on the reading thread, so that no arbiter waits for the arithmetic.
async fn ask_store(
    store: Store,
    travel: Arc<dyn TravelTimes>,
    territory: TerritoryId,
    known: Option<Arc<Vec<Profile>>>,
    asked: Rank,
) -> Result<(Ranking, Arc<Vec<Profile>>), Fault> {
    let now = store.clock().now();
    store
        .read(move |reader| {
            let profiles = match &known {
                Some(profiles) => Arc::clone(profiles),
                None => Arc::new(reader.profiles(&Team::Company)?),
            };
            let (_, job) = reader.job(asked.work_order, now)?;
            let asset: Vec<AssetId> = job.asset.into_iter().collect();
            let mut technicians = reader.states_for(&profiles, territory, &asset, now)?;
            technicians.retain(|technician| !asked.without.contains(&technician.id));
            let names = reader.names()?;
            let scene = Scene { now, zone: reader.zone(), travel: travel.as_ref(), names: &names };
            let mut ranking = rank(&job, &technicians, &scene);
            if !ranking.candidates.iter().any(|candidate| candidate.fit) {
                technicians.retain(|technician| technician.serves(territory));
                let routed = technicians.iter().flat_map(|technician| &technician.stops).map(|stop| stop.work_order);
                let orders = reader.jobs(&routed.collect::<Vec<_>>(), now)?;
                ranking.exchanges = exchanges(&job, &technicians, &orders, &scene);
            }
            Ok((ranking, profiles))
        })
        .await
}
