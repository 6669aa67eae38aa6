//! Making room: visits that have not begun change hands, so that who alone could do another job has time for it.

use super::{Dispatcher, Placed};
use crate::clients::CallError;
use crate::domain::event::EventKind;
use crate::domain::ids::{TechnicianId, WorkOrderId};
use crate::planner::answer::Handover;
use crate::views::board::{AssignRequest, WithdrawRequest};

/// Exchanges that are tried for one job before it waits.
const TRIES: usize = 3;
/// What the dispatcher writes to the technician who gives a visit away, and of a promise that this breaks.
const REASON: &str = "緊急の依頼に対応する技術員を確保するため";

impl Dispatcher {
    /// Tries the exchanges that the planner names, then the job itself again.
    pub(super) async fn make_room(&mut self, order: WorkOrderId) -> Result<Placed, CallError> {
        for _ in 0..TRIES {
            let out: Vec<TechnicianId> = self.out(order);
            let ranking = self.api.candidates_without(order, &out).await?;
            let Some(exchange) = ranking.exchanges.first() else {
                return Ok(Placed::Nobody(self.why(order, &ranking)));
            };
            for handover in &exchange.handovers {
                if !self.hand_over(handover).await? {
                    break;
                }
            }
            match self.try_place(order).await? {
                Placed::Nobody(_) => {}
                placed => return Ok(placed),
            }
        }
        self.try_place(order).await
    }

    /// Who is not at work, or has said no just now.
    fn out(&self, order: WorkOrderId) -> Vec<TechnicianId> {
        let no = self.declined.keys().filter(|(of, _)| *of == order).map(|(_, technician)| *technician);
        let mut out: Vec<TechnicianId> = no.filter(|technician| !self.may_go(order, *technician)).collect();
        out.extend(self.stage.away());
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Moves a visit. False when it has moved on meanwhile or nobody took it: then it is in the queue.
    async fn hand_over(&mut self, handover: &Handover) -> Result<bool, CallError> {
        let board = self.api.board(self.territory).await?;
        let visit = board.visits.into_iter().find(|visit| visit.id == handover.visit_id && visit.state.is_movable());
        let Some(visit) = visit else { return Ok(false) };
        let Some(job) = self.stage.job_of(&visit.customer_name) else { return Ok(false) };
        let withdraw = WithdrawRequest { version: visit.version, reason: REASON.to_owned() };
        match self.api.unassign(visit.id, &withdraw).await {
            Ok(_) => self.stage.tally.book().confirm(job, EventKind::VisitUnassigned, Some(visit.id)),
            Err(error) if error.code().is_some() => return Ok(false),
            Err(error) => return Err(error),
        }
        let board = self.api.board(self.territory).await?;
        let row = board.queue.into_iter().find(|row| row.work_order_id == handover.work_order_id);
        let Some(row) = row else { return Ok(false) };
        let request = AssignRequest {
            technician_id: handover.technician_id,
            version: row.version,
            accept_broken: true,
            reason: Some(REASON.to_owned()),
        };
        match self.api.assign(row.work_order_id, &request).await {
            Ok(assigned) => {
                self.note_assigned(job, &assigned, !handover.promise_kept);
                self.stage.tally.book().exchanged += 1;
                Ok(true)
            }
            Err(error) if error.code().is_some() => {
                self.enqueue(row);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }
}
