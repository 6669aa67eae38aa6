//! The planner of one territory: answers who should go. It decides nothing by itself; the rules are in
//! [`crate::planner`], and an assignment is checked again in the transaction that writes it.

mod board;

use std::collections::BTreeSet;
use std::sync::Arc;

use actix::prelude::*;
use serde_json::json;
use tracing::Instrument;

use self::board::Board;
pub use self::board::Ranked;
use super::guardian::{Kept, Lifeline};

use crate::domain::ids::{AssetId, Id, TechnicianId, TerritoryId, VisitId, WorkOrderId};
use crate::domain::time::Timestamp;
use crate::planner::problem::{Job, Scene};
use crate::planner::propose::{DayProposal, Lateness, Proposal, propose};
use crate::roads::TravelTimes;
use crate::store::kept_board::Reads;
use crate::store::technicians::Team;
use crate::store::{Fault, Reader, Store};

/// Ranks every technician of the company for a work order of the territory.
#[derive(Message)]
#[rtype(result = "Result<Ranked, Fault>")]
pub struct Rank {
    pub work_order: WorkOrderId,
    /// Technicians whom the dispatcher knows to be out: they are left out.
    pub without: Vec<TechnicianId>,
    /// How many to tell of, the best first.
    pub most: usize,
}

/// Proposes a technician for everything that waits in the territory.
#[derive(Message)]
#[rtype(result = "Result<DayProposal, Fault>")]
pub struct Propose;

/// It keeps the territory's live board between questions (`board.rs`).
pub struct Planner {
    territory: TerritoryId,
    store: Store,
    travel: Arc<dyn TravelTimes>,
    lifeline: Lifeline,
    board: Board,
    ranked: u64,
}

impl Planner {
    pub fn new(territory: TerritoryId, store: Store, travel: Arc<dyn TravelTimes>, lifeline: Lifeline) -> Self {
        Self { territory, store, travel, lifeline, board: Board::default(), ranked: 0 }
    }
}

impl Actor for Planner {
    type Context = Context<Self>;
}

impl Kept for Planner {
    const NAME: &'static str = "planner";
}

impl Handler<Rank> for Planner {
    type Result = ResponseActFuture<Self, Result<Ranked, Fault>>;

    fn handle(&mut self, rank: Rank, _: &mut Self::Context) -> Self::Result {
        self.store.chaos().point("planner.rank");
        let (store, travel, territory) = (self.store.clone(), Arc::clone(&self.travel), self.territory);
        let (board, now) = (self.board.clone(), store.clock().now());
        // One snapshot, ranked on the reading thread, so that no arbiter waits for the arithmetic.
        let answer =
            async move { store.read(move |reader| board.rank(reader, travel.as_ref(), territory, (&rank, now))).await };
        Box::pin(answer.instrument(self.lifeline.span()).into_actor(self).map(|made, planner, _| {
            planner.store.chaos().point("planner.ranked");
            let ranked = made?;
            planner.ranked += 1;
            let Reads { whole, technicians, positions } = ranked.reads;
            let read = json!({ "boards": whole, "technicians": technicians, "positions": positions });
            planner.lifeline.teller().tell(json!({ "ranked": planner.ranked, "read": read }));
            Ok(ranked)
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
