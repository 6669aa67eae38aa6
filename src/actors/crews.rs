//! The ways to the actors of the territories, by what a caller has in hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix::dev::ToEnvelope;
use actix::{Context, Handler, Message};
use actix_rt::ArbiterHandle;

use super::guardian::Guardian;
use super::offers::Offer;
use super::planner::{Planner, Propose, Rank, Ranked};
use super::replanner::{Ask, Current, Named, Replanner};
use super::tracker::{Positions, Tracker, TrackerParts};
use crate::commands::positions;
use crate::commands::replan::Proposed;
use crate::domain::ids::{ProposalId, TechnicianId, TerritoryId, WorkOrderId};
use crate::domain::refusal::{Code, Refusal};
use crate::limits;
use crate::planner::propose::DayProposal;
use crate::store::decisions::LoggedRanking;
use crate::store::{Fault, Store};
use crate::views::position::{PositionBatch, PositionsAccepted};

/// Keeps a planner, a replanner and a tracker for each territory.
pub fn keep_crews(guardian: &Guardian, on: &ArbiterHandle, territories: &[TerritoryId], parts: &TrackerParts) {
    for territory in territories.iter().copied() {
        let (planning, tracking) = (parts.clone(), parts.clone());
        guardian.keep(on, &territory.to_string(), move |lifeline| {
            Planner::new(territory, planning.store.clone(), Arc::clone(&planning.travel), lifeline)
        });
        let replanning = parts.clone();
        guardian.keep(on, &territory.to_string(), move |lifeline| {
            Replanner::new(territory, replanning.store.clone(), Arc::clone(&replanning.travel), lifeline)
        });
        guardian.keep(on, &territory.to_string(), move |lifeline| Tracker::new(territory, tracking.clone(), lifeline));
    }
}

/// The planners, one a territory.
#[derive(Clone)]
pub struct Planners {
    guardian: Guardian,
    store: Store,
}

impl Planners {
    pub fn new(guardian: Guardian, store: Store) -> Self {
        Self { guardian, store }
    }

    /// Ranks all but those who are known to be out: the JSON of a [`Ranking`](crate::planner::Ranking).
    pub async fn rank(&self, work_order: WorkOrderId, without: Vec<TechnicianId>) -> Result<Vec<u8>, Fault> {
        let territory = self.store.read(move |reader| reader.territory_of(work_order)).await?;
        let asked = Rank { work_order, without, most: usize::MAX };
        let ranked: Result<Ranked, Fault> = self.guardian.ask::<Planner, _>(&territory.to_string(), asked).await?;
        Ok(ranked?.json)
    }

    /// What the decision log keeps of the ranking at an assignment. None when the planner cannot say: a work order is
    /// given out all the same.
    pub async fn rank_for_log(&self, work_order: WorkOrderId) -> Option<LoggedRanking> {
        let territory = self.store.read(move |reader| reader.territory_of(work_order)).await.ok()?;
        let asked = Rank { work_order, without: Vec::new(), most: limits::DECISION_CANDIDATES };
        let ranked = self.guardian.ask::<Planner, _>(&territory.to_string(), asked).await.ok()?.ok()?;
        Some(LoggedRanking::of(&ranked.json, ranked.asked))
    }

    /// A technician for everything that waits in a territory.
    pub async fn propose(&self, territory: TerritoryId) -> Result<DayProposal, Fault> {
        self.guardian.ask::<Planner, _>(&territory.to_string(), Propose).await?
    }
}

impl Planners {
    /// The proposal that stands for a territory's running day.
    pub async fn offer(&self, territory: TerritoryId) -> Result<Option<Offer>, Fault> {
        self.replanner(territory, Current).await
    }

    /// A proposal made now.
    pub async fn replan(&self, territory: TerritoryId) -> Result<Offer, Fault> {
        self.replanner(territory, Ask).await?
    }

    /// A proposal that can still be approved; none when it is gone.
    pub async fn proposed(&self, territory: TerritoryId, id: ProposalId) -> Result<Option<Arc<Proposed>>, Fault> {
        self.replanner(territory, Named(id)).await
    }

    /// Who asks for a territory that is not there is told so, rather than to try again.
    async fn replanner<M>(&self, territory: TerritoryId, message: M) -> Result<M::Result, Fault>
    where
        Replanner: Handler<M>,
        Context<Replanner>: ToEnvelope<Replanner, M>,
        M: Message + Send + 'static,
        M::Result: Send,
    {
        let key = territory.to_string();
        if self.guardian.lookup::<Replanner>(&key).is_none() {
            let known = |reader: &mut crate::store::Reader<'_>| Ok(reader.catalog()?.territories);
            let known = self.store.read(known).await?.iter().any(|one| one.id == territory);
            known.then_some(()).ok_or_else(|| Refusal::new(Code::NotFound))?;
        }
        self.guardian.ask::<Replanner, _>(&key, message).await
    }
}

/// The trackers, one a territory.
#[derive(Clone)]
pub struct Trackers {
    guardian: Guardian,
    store: Store,
    /// Where technicians are at home; they don't move house while the server runs.
    homes: Arc<Mutex<BTreeMap<TechnicianId, TerritoryId>>>,
}

impl Trackers {
    pub fn new(guardian: Guardian, store: Store) -> Self {
        Self { guardian, store, homes: Arc::default() }
    }

    /// Answers when the positions are saved, with a result for each. A batch has one to a hundred.
    pub async fn positions(&self, technician: TechnicianId, batch: PositionBatch) -> Result<PositionsAccepted, Fault> {
        let sorted = positions::sort(batch, self.store.clock().now())?;
        if sorted.reports.is_empty() {
            return Ok(sorted.answer(PositionsAccepted::default()));
        }
        let territory = self.home(technician).await?;
        let positions = Positions { technician, reports: sorted.reports.clone() };
        let judged = self.guardian.ask::<Tracker, _>(&territory.to_string(), positions).await??;
        Ok(sorted.answer(judged))
    }

    async fn home(&self, technician: TechnicianId) -> Result<TerritoryId, Fault> {
        let known = self.homes.lock().unwrap_or_else(PoisonError::into_inner).get(&technician).copied();
        if let Some(territory) = known {
            return Ok(territory);
        }
        let territory = self.store.read(move |reader| reader.home_territory(technician)).await?;
        self.homes.lock().unwrap_or_else(PoisonError::into_inner).insert(technician, territory);
        Ok(territory)
    }
}
