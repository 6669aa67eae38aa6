//! What a dispatcher says to a proposal for the running day, and what became of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{ProposalId, TechnicianId, TerritoryId, VisitId, WorkOrderId};
use crate::domain::time::{Timestamp, Window};

crate::coded! {
    /// What led to a proposal.
    TriggerKind {
        Work = "work", "新しい作業", "New work";
        Absence = "absence", "不在", "Absence";
        Freed = "freed", "訪問の取りやめ", "A visit fell away";
        Early = "early", "早い完了", "Early finish";
        Delay = "delay", "遅れ", "Delay";
        Change = "change", "予定の変更", "The plan changed";
        Asked = "asked", "依頼", "Asked for";
    }
}

/// What led to a proposal, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trigger {
    pub kind: TriggerKind,
    pub at: Timestamp,
    pub ja: String,
    pub en: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplanAsked {
    pub territory_id: TerritoryId,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    pub territory_id: TerritoryId,
    pub proposal_id: ProposalId,
    /// Numbers of the rows to make; all of them when left out.
    #[serde(default)]
    #[schemars(length(max = 100))]
    pub rows: Option<Vec<u32>>,
    pub reason: Option<String>,
}

/// What became of each approved row, in the order in which they were made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Approved {
    pub proposal_id: ProposalId,
    pub results: Vec<RowResult>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RowResult {
    pub number: u32,
    pub work_order_id: WorkOrderId,
    pub done: bool,
    /// The visit as it now stands; none when the row was refused or took the visit off.
    pub visit: Option<MadeVisit>,
    /// Why it was refused.
    pub refusal: Option<RowRefusal>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MadeVisit {
    pub visit_id: VisitId,
    pub technician_id: TechnicianId,
    pub start: Timestamp,
    pub promised: Option<Window>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RowRefusal {
    pub code: String,
    pub ja: String,
    pub en: String,
}
