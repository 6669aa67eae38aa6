//! The technician's day.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::board::VisitRow;
use super::desk::RepairView;
use super::live::Cursor;
pub use super::position::{IgnoredPosition, PositionBatch, PositionReport, PositionsAccepted, Reported};
use super::session::ServerClock;
use crate::coded;
use crate::domain::ids::TechnicianId;
use crate::domain::issue::Outcome;
use crate::domain::time::{Timestamp, Window};
use crate::domain::visit::VisitAction;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MyDay {
    pub technician_id: TechnicianId,
    #[schemars(with = "String")]
    pub date: NaiveDate,
    pub shift: Option<Window>,
    pub clock: ServerClock,
    pub visits: Vec<MyVisit>,
    pub stream: Cursor,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct MyVisit {
    #[serde(flatten)]
    pub visit: VisitRow,
    pub caller_name: String,
    pub caller_phone: String,
    pub access_notes: String,
    pub serial: Option<String>,
    pub last_repairs: Vec<RepairView>,
    /// What must lie in the van.
    pub parts_needed: Vec<PartNeed>,
    /// What may be tapped now, the usual one first.
    pub actions: Vec<VisitAction>,
    /// Fields without which the report can't be filed.
    pub report_required: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartNeed {
    pub code: String,
    pub name_ja: String,
    pub name_en: String,
    pub quantity: u32,
}

coded! {
    /// The taps of `progress`; finishing is done by the report.
    Tap {
        Accept = "accept", "受諾する", "Accept";
        Decline = "decline", "辞退する", "Decline";
        SetOut = "set_out", "出発する", "Set out";
        Arrive = "arrive", "到着", "Arrived";
        Start = "start", "作業を始める", "Start work";
        Pause = "pause", "中断する", "Pause";
        Resume = "resume", "再開する", "Resume";
        Delay = "delay", "遅れそう", "Running late";
        NoAccess = "no_access", "不在・入館不可", "No access";
        Undo = "undo", "取り消す", "Undo";
    }
}

impl From<Tap> for VisitAction {
    fn from(tap: Tap) -> Self {
        match tap {
            Tap::Accept => Self::Accept,
            Tap::Decline => Self::Decline,
            Tap::SetOut => Self::SetOut,
            Tap::Arrive => Self::Arrive,
            Tap::Start => Self::Start,
            Tap::Pause => Self::Pause,
            Tap::Resume => Self::Resume,
            Tap::Delay => Self::Delay,
            Tap::NoAccess => Self::NoAccess,
            Tap::Undo => Self::Undo,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgressRequest {
    pub action: Tap,
    /// The phone's clock at the tap; the server keeps its own time too.
    pub at: Timestamp,
    /// The version that the technician saw; none when he tapped offline.
    pub version: Option<i64>,
    /// With `delay`: 5 to 240.
    pub delay_minutes: Option<i64>,
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// Code of the cause.
    pub cause: String,
    #[serde(default)]
    pub cause_text: String,
    pub remedy: String,
    #[serde(default)]
    #[schemars(length(max = 50))]
    pub parts: Vec<PartUse>,
    /// Time on site.
    #[schemars(range(min = 1, max = 1440))]
    pub minutes: i64,
    pub outcome: FieldOutcome,
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartUse {
    pub code: String,
    #[schemars(range(min = 1, max = 999))]
    pub quantity: i64,
    pub serial_old: Option<String>,
    pub serial_new: Option<String>,
}

coded! {
    FieldOutcome {
        Repaired = "repaired", "修理完了", "Repaired";
        OwnDefect = "own_defect", "当社起因", "Our own defect";
        Recurrence = "recurrence", "再発", "Recurrence";
        NoFaultFound = "no_fault_found", "異常なし", "No fault found";
        NeedsRevisit = "needs_revisit", "要再訪", "Revisit needed";
    }
}

impl From<FieldOutcome> for Outcome {
    fn from(outcome: FieldOutcome) -> Self {
        match outcome {
            FieldOutcome::Repaired => Self::Repaired,
            FieldOutcome::OwnDefect => Self::OwnDefect,
            FieldOutcome::Recurrence => Self::Recurrence,
            FieldOutcome::NoFaultFound => Self::NoFaultFound,
            FieldOutcome::NeedsRevisit => Self::NeedsRevisit,
        }
    }
}

/// The service report (作業報告書).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportView {
    pub cause: String,
    pub cause_ja: String,
    pub cause_en: String,
    pub cause_text: String,
    pub remedy: String,
    pub parts: Vec<PartUse>,
    pub minutes: i64,
    pub outcome: Outcome,
    pub finished_at: Timestamp,
}
