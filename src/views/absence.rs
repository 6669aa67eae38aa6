//! Technicians' absences.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::board::VisitRow;
use crate::domain::absence::AbsenceKind;
use crate::domain::ids::{AbsenceId, TechnicianId};
use crate::domain::time::Timestamp;

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AbsenceRequest {
    /// May lie in the past: he is ill since this morning.
    pub from: Timestamp,
    pub until: Timestamp,
    pub kind: AbsenceKind,
    #[serde(default)]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AbsenceView {
    pub id: AbsenceId,
    pub technician_id: TechnicianId,
    pub from: Timestamp,
    pub until: Timestamp,
    pub kind: AbsenceKind,
    pub reason: String,
}

/// The absences of a technician that are not over, in order of time.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Absences {
    pub absences: Vec<AbsenceView>,
}

/// A new absence, and his visits whose drive or work now lies in it. Nothing has moved: the dispatcher gives them to
/// others, or leaves them for when he is back.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AbsenceEntered {
    pub absence: AbsenceView,
    pub visits: Vec<VisitRow>,
}

/// An absence as it stands after its end. One that had not begun is gone.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AbsenceEnded {
    pub absence: AbsenceView,
    pub withdrawn: bool,
}
