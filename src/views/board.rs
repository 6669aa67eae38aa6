//! The dispatch board.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::absence::AbsenceView;
use super::live::Cursor;
use crate::domain::eta::Eta;
use crate::domain::ids::*;
use crate::domain::place::Position;
use crate::domain::priority::Priority;
use crate::domain::time::{Timestamp, Window};
use crate::domain::visit::VisitState;
use crate::domain::wallet::approval::ApprovalState;
use crate::domain::wallet::terms::UnitKind;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Board {
    pub territory_id: TerritoryId,
    #[schemars(with = "String")]
    pub date: NaiveDate,
    /// Where the live stream goes on from this picture.
    pub stream: Cursor,
    pub technicians: Vec<TechnicianRow>,
    pub visits: Vec<VisitRow>,
    pub queue: Vec<QueueRow>,
}

/// What waits in each territory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TerritoryLoads {
    pub territories: Vec<TerritoryLoad>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TerritoryLoad {
    pub territory_id: TerritoryId,
    /// Work orders that wait for a technician.
    pub waiting: usize,
    /// Of these, those of priority P1 and those due within an hour or overdue.
    pub urgent: usize,
    /// Of these, those of priority P1.
    pub stopped: usize,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct TechnicianRow {
    pub id: TechnicianId,
    pub name: String,
    pub kana: String,
    pub phone: String,
    pub color_index: u32,
    pub home: Position,
    pub skills: Vec<SkillView>,
    pub shift: Option<Window>,
    /// In which the break lies, as a whole.
    #[serde(rename = "break")]
    pub rest: Option<Window>,
    /// Length of the break.
    pub break_minutes: Option<u32>,
    /// What of his absences touches the day.
    pub absences: Vec<AbsenceView>,
    pub position: Option<Fix>,
    /// Visits of the day in order.
    pub route: Vec<VisitId>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SkillView {
    pub code: String,
    pub level: u8,
}

/// A position as a phone reported it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    pub lat: f64,
    pub lon: f64,
    pub accuracy_m: f64,
    pub at: Timestamp,
    pub seq: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VisitRow {
    pub id: VisitId,
    pub work_order_id: WorkOrderId,
    pub issue_id: IssueId,
    pub issue_number: String,
    pub territory_id: TerritoryId,
    pub technician_id: TechnicianId,
    pub technician_name: String,
    pub state: VisitState,
    pub priority: Priority,
    pub customer_name: String,
    pub site_name: String,
    pub address: String,
    pub position: Position,
    pub product_name_ja: String,
    pub product_name_en: String,
    pub symptom_ja: String,
    pub symptom_en: String,
    pub description: String,
    pub planned_start: Timestamp,
    pub planned_end: Timestamp,
    /// Planned travel before it, seconds.
    pub travel_s: i64,
    pub service_minutes: i64,
    pub promised: Option<Window>,
    pub version: i64,
    pub eta: Option<Eta>,
    pub timeline: Timeline,
    /// Units that the customer has left, as the row was read.
    pub balance: i64,
    /// What they are.
    pub unit: UnitKind,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timeline {
    pub accepted_at: Option<Timestamp>,
    pub en_route_at: Option<Timestamp>,
    pub arrived_at: Option<Timestamp>,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

/// A work order that waits for a technician.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueueRow {
    pub work_order_id: WorkOrderId,
    pub version: i64,
    pub territory_id: TerritoryId,
    pub issue_id: IssueId,
    pub issue_number: String,
    pub priority: Priority,
    pub created_at: Timestamp,
    pub arrive_by: Option<Timestamp>,
    pub customer_name: String,
    pub site_name: String,
    pub position: Position,
    pub product_name_ja: String,
    pub product_name_en: String,
    pub symptom_ja: String,
    pub symptom_en: String,
    pub description: String,
    pub service_minutes: i64,
    pub wish: Option<Window>,
    pub recurrence: bool,
    /// Units that the customer has left, as the row was read.
    pub balance: i64,
    /// What they are.
    pub unit: UnitKind,
    /// How it stands with the customer's approval, which the work never waits for; none was never asked for.
    #[serde(default)]
    pub approval: Option<ApprovalState>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignRequest {
    pub technician_id: TechnicianId,
    /// The version of the work order that the dispatcher saw.
    pub version: i64,
    /// The dispatcher knows which promises break and takes it on himself; needs a reason.
    #[serde(default)]
    pub accept_broken: bool,
    pub reason: Option<String>,
}

/// The new visit and the link that the customer may be given.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Assigned {
    pub visit: VisitRow,
    /// Path of the tracking page, with the secret in it; shown once.
    pub track_url: String,
    /// Names the link where it is withdrawn.
    pub track_link_id: TrackLinkId,
    pub track_expires_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawRequest {
    pub version: i64,
    pub reason: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Unassigned {
    pub work_order_id: WorkOrderId,
}
