//! The territory's live board in the planner's memory. Each question brings it up to its own snapshot of the store first;
//! after a panic, or when reading failed half-way, nothing is kept and the next question reads everything.

use std::sync::{Arc, Mutex, PoisonError};

use super::Rank;
use crate::domain::ids::{TechnicianId, TerritoryId};
use crate::domain::time::Timestamp;
use crate::planner::board::Question;
use crate::planner::problem::{Job, Scene, TechnicianState};
use crate::planner::{Weights, answer::Exchange, exchanges};
use crate::roads::TravelTimes;
use crate::store::kept_board::{KeptBoard, Reads};
use crate::store::{Fault, Reader};

/// Shared by the questions that run at once; they rank one after the other.
#[derive(Clone, Default)]
pub(super) struct Board(Arc<Mutex<Option<KeptBoard>>>);

/// The JSON of a [`Ranking`](crate::planner::Ranking), and what keeping the board has cost so far.
pub struct Ranked {
    pub json: Vec<u8>,
    /// How many technicians were asked.
    pub asked: usize,
    pub reads: Reads,
}

impl Board {
    /// Ranks on the caller's thread.
    pub fn rank(
        &self,
        reader: &mut Reader<'_>,
        travel: &dyn TravelTimes,
        territory: TerritoryId,
        (asked, now): (&Rank, Timestamp),
    ) -> Result<Ranked, Fault> {
        let (_, job) = reader.job(asked.work_order, now)?;
        let knows = reader.knowers(job.asset)?;
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // While it is being brought up to date nothing is kept.
        let kept = place.take();
        let kept = place.insert(reader.fresh_board(kept, territory, travel, now)?);
        let scene = Scene { now, zone: reader.zone(), travel, names: kept.names() };
        let weights = Weights::of(job.priority);
        let question = Question { job: &job, scene: &scene, weights, knows: &knows, without: &asked.without };
        let standings = kept.board().rank(&question);
        let room = if asked.most < standings.len() || standings.any_fit() {
            Vec::new()
        } else {
            room(reader, kept, &job, &scene, &asked.without)?
        };
        Ok(Ranked { json: standings.json(asked.most, &room), asked: standings.len(), reads: kept.reads })
    }
}

/// Visits that could change hands, when nobody has room.
fn room(
    reader: &mut Reader<'_>,
    kept: &KeptBoard,
    job: &Job,
    scene: &Scene<'_>,
    without: &[TechnicianId],
) -> Result<Vec<Exchange>, Fault> {
    let serving = |state: &TechnicianState| state.serves(job.territory) && !without.contains(&state.id);
    let technicians: Vec<TechnicianState> = kept.board().states(scene.now).filter(serving).collect();
    let routed = technicians.iter().flat_map(|technician| &technician.stops).map(|stop| stop.work_order);
    let orders = reader.jobs(&routed.collect::<Vec<_>>(), scene.now)?;
    Ok(exchanges(job, &technicians, &orders, scene))
}
