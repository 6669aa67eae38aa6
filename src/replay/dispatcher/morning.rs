//! The morning: what is known when the day begins is shared out as the planner proposes for the whole list. What the
//! proposal leaves, or what the server refuses because something changed, waits in the queue like any other job.

use super::Dispatcher;
use crate::clients::CallError;
use crate::planner::propose::Assignment;
use crate::views::board::AssignRequest;

impl Dispatcher {
    pub(super) async fn plan_the_morning(&mut self) {
        match self.api.proposal(self.territory).await {
            Ok(proposal) => {
                for assignment in &proposal.assignments {
                    self.follow(assignment).await;
                }
            }
            Err(error) => self.stage.tally.fault(format!("the morning's proposal cannot be had: {error}")),
        }
    }

    async fn follow(&mut self, assignment: &Assignment) {
        let order = assignment.work_order_id;
        let Some(row) = self.queue.get(&order).map(|waiting| &waiting.row) else { return };
        let Some(job) = self.stage.job_of(&row.customer_name) else { return };
        let request = AssignRequest {
            technician_id: assignment.technician_id,
            version: row.version,
            accept_broken: false,
            reason: None,
        };
        match self.api.assign(order, &request).await {
            Ok(assigned) => {
                self.queue.remove(&order);
                self.note_assigned(job, &assigned, false);
            }
            Err(CallError::Refused(_)) => {}
            Err(error) => self.stage.tally.fault(format!("the morning's proposal cannot be followed: {error}")),
        }
    }
}
