//! What the planner answers, in the shape that the dispatch screen reads.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{TechnicianId, VisitId, WorkOrderId};
use crate::domain::time::{Seconds, Timestamp, Window};

/// Every technician of the company for one work order: the fit ones first, best first, then the rejected, those of
/// other territories last.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ranking {
    pub work_order_id: WorkOrderId,
    pub computed_at: Timestamp,
    /// How each goal is graded, so that a ranking explains itself also when it is read much later.
    #[serde(default)]
    pub scales: Vec<GoalScale>,
    pub candidates: Vec<Candidate>,
    /// When nobody is fit: visits that could change hands to make room, best first.
    #[serde(default)]
    pub exchanges: Vec<Exchange>,
}

/// Visits that could go from one technician to others, so that he has room for the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exchange {
    /// Who then does the job, and when it would start.
    pub technician_id: TechnicianId,
    pub start: Timestamp,
    /// To be made in this order, before the job is assigned.
    pub handovers: Vec<Handover>,
    /// Promises that hold now and would not hold any more, of all visits concerned.
    pub promises_broken: u32,
    pub ja: String,
    pub en: String,
}

/// One visit that changes hands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Handover {
    pub visit_id: VisitId,
    pub work_order_id: WorkOrderId,
    pub customer_name: String,
    /// Who takes it, and when it would start.
    pub technician_id: TechnicianId,
    pub technician_name: String,
    pub start: Timestamp,
    pub promise_kept: bool,
}

/// One technician's answer: the hard rules, and for a fit one the graded goals and what the insertion does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    pub technician_id: TechnicianId,
    pub technician_name: String,
    /// All hard rules pass. Says nothing about promises: see `breaks`.
    pub fit: bool,
    /// 1 is best.
    pub rank: Option<u32>,
    /// Weighted mean of the grades, one decimal.
    #[schemars(range(min = 0, max = 100))]
    pub total: Option<f64>,
    /// Of one who does not serve the territory: only what stands in his way.
    pub rules: Vec<RuleResult>,
    pub goals: Vec<GoalGrade>,
    pub insertion: Option<Insertion>,
    pub moves: Vec<Move>,
    pub breaks: Vec<Break>,
}

/// The hard rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleName {
    Skill,
    Qualification,
    Shift,
    Absence,
    Territory,
    MaxJobs,
    Parts,
    Excluded,
}

/// One hard rule's verdict and its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleResult {
    pub rule: RuleName,
    pub passed: bool,
    /// Stable, `<rule>.<reason>`.
    pub reason_code: Cow<'static, str>,
    pub ja: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

/// The scored goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoalName {
    Arrival,
    Detour,
    Disturbance,
    KnowsAsset,
    Fairness,
}

/// From what to what a goal grades: what 100 stands for, and what 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoalScale {
    pub goal: GoalName,
    pub ja: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

/// One goal's grade, 0 to 100, and the weight it has in the total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GoalGrade {
    pub goal: GoalName,
    #[schemars(range(min = 0, max = 100))]
    pub grade: u8,
    pub weight: u32,
    pub ja: Cow<'static, str>,
    pub en: Cow<'static, str>,
}

/// Where the job would stand on the technician's live route, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Insertion {
    /// Index on the live route, 0 before all stops.
    pub position: usize,
    pub after_visit_id: Option<VisitId>,
    /// Start and end of the work.
    pub start: Timestamp,
    pub end: Timestamp,
    /// About the 10th and 90th percentile, whole minutes.
    pub arrive_earliest: Timestamp,
    pub arrive_latest: Timestamp,
    /// Extra driving of the whole route.
    pub detour_s: Seconds,
}

/// Another visit whose planned start the insertion shifts by a minute or more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Move {
    pub visit_id: VisitId,
    pub customer_name: String,
    pub from_start: Timestamp,
    pub to_start: Timestamp,
    /// Nothing promised counts as kept.
    pub promise_kept: bool,
}

/// A promise that holds now and would not hold any more. Of the job itself, which has no visit yet, the visit has the
/// number of the work order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Break {
    pub visit_id: VisitId,
    pub customer_name: String,
    pub promised: Window,
    pub would_start: Timestamp,
}
