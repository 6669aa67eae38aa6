//! The proposals of one territory that can still be approved.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commands::replan::Proposed;
use crate::domain::ids::{ProposalId, TerritoryId};
use crate::limits;
use crate::planner::replan::Replan;
use crate::views::replan::Trigger;

/// A proposal as the board reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReplanOffer")]
pub struct Offer {
    pub proposal_id: ProposalId,
    pub territory_id: TerritoryId,
    pub trigger: Trigger,
    /// Routes or the queue have changed since: a new one follows. Its rows can be approved; each is asked again.
    pub stale: bool,
    pub plan: Replan,
}

/// Newest last.
#[derive(Clone, Default)]
pub struct Offers(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    offers: VecDeque<Arc<Proposed>>,
    /// Up to where the newest one knows the journal.
    known: i64,
    stale: bool,
}

impl Offers {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn current(&self) -> Option<Offer> {
        let kept = self.kept();
        let newest = kept.offers.back()?;
        Some(Offer {
            proposal_id: newest.id,
            territory_id: newest.territory,
            trigger: newest.trigger.clone(),
            stale: kept.stale,
            plan: newest.plan.clone(),
        })
    }

    pub fn named(&self, id: ProposalId) -> Option<Arc<Proposed>> {
        self.kept().offers.iter().find(|offer| offer.id == id).cloned()
    }

    /// Takes in a proposal that knows the journal up to `head`. It is given back when people must hear of it: it
    /// proposes other rows than the one before, or leaves other work over.
    pub fn offer(&self, proposed: Proposed, head: i64) -> Option<Arc<Proposed>> {
        let mut kept = self.kept();
        (kept.known, kept.stale) = (head, false);
        let known = kept.offers.back().map(|before| says(&before.plan));
        let news = known.unwrap_or_default() != says(&proposed.plan);
        let offer = Arc::new(proposed);
        kept.offers.push_back(Arc::clone(&offer));
        while kept.offers.len() > limits::REPLAN_KEPT {
            kept.offers.pop_front();
        }
        news.then_some(offer)
    }

    /// Routes or the queue changed at some place of the journal. True when a proposal with rows no longer fits.
    pub fn changed(&self, at: Option<i64>) -> bool {
        let mut kept = self.kept();
        if at.is_some_and(|at| at > kept.known) {
            kept.stale = true;
        }
        kept.stale && kept.offers.back().is_some_and(|offer| !offer.plan.rows.is_empty())
    }
}

/// What a proposal says, without its times: a minute more or less is no news.
fn says(plan: &Replan) -> Vec<String> {
    let row = |row: &crate::planner::replan::Row| {
        let to = row.after.as_ref().map(|slot| slot.technician_id);
        format!("{:?} {} {to:?}", row.kind, row.work_order_id)
    };
    let left = plan.left.iter().map(|left| format!("{} {}", left.reason_code, left.work_order_id));
    plan.rows.iter().map(row).chain(left).collect()
}
