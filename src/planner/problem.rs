//! What the planner is told. Plain values; whoever loads them decides what is current.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::names::Names;
use crate::domain::ids::{AssetId, TechnicianId, TerritoryId, VisitId, WorkOrderId};
use crate::domain::place::Position;
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::roads::TravelTimes;

/// The circumstances of one question to the planner: when it is asked, in which zone days and sentences are, how long
/// trips take, and what codes are called.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    pub now: Timestamp,
    pub zone: Tz,
    pub travel: &'a dyn TravelTimes,
    pub names: &'a Names,
}

/// A skill and the level it must have. Levels rise; 0 asks only for the skill itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkillNeed {
    pub code: String,
    pub level_min: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skill {
    pub code: String,
    pub level: u8,
}

/// A licence; it is valid up to and including `expires_on`, without a date for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Qualification {
    pub code: String,
    pub expires_on: Option<NaiveDate>,
}

/// So many pieces of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartCount {
    pub code: String,
    pub quantity: u32,
}

/// A work order that looks for a technician.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    pub work_order: WorkOrderId,
    pub customer_name: String,
    pub position: Position,
    pub territory: TerritoryId,
    /// Expected work on site.
    pub service: Seconds,
    /// All of them are needed.
    pub skills: Vec<SkillNeed>,
    pub qualification: Option<String>,
    /// 1 (P1) to 4 (P4).
    pub priority: u8,
    /// Arrival due (駆けつけ期限). A goal, never a reason to refuse.
    pub arrive_by: Option<Timestamp>,
    /// When the customer would like the work to start.
    pub wish: Option<Window>,
    /// What he was promised before anybody was found for it. No start before it begins; one after it ends breaks it.
    #[serde(default)]
    pub promised: Option<Window>,
    /// No start before this.
    pub earliest: Timestamp,
    pub asset: Option<AssetId>,
    /// Parts that must be on the van.
    pub demand: Vec<PartCount>,
    pub excluded: Vec<TechnicianId>,
    /// Who declined this very work order.
    #[serde(default)]
    pub declined: Vec<TechnicianId>,
    pub preferred: Vec<TechnicianId>,
    /// Who repaired the asset when the same fault now recurs.
    pub recurred_after: Option<TechnicianId>,
}

/// A time in which a site can be served. Nobody starts before one opens. Starting after the last one closes is late;
/// after a hard one it counts like a broken promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopWindow {
    pub window: Window,
    pub hard: bool,
}

/// A visit on a technician's live route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    pub visit: VisitId,
    pub work_order: WorkOrderId,
    pub customer_name: String,
    pub position: Position,
    /// Work on site; of a visit that has begun, what is left of it.
    pub service: Seconds,
    /// No start before this.
    pub earliest: Timestamp,
    /// Ascending and apart. Empty: at any time.
    pub windows: Vec<StopWindow>,
    pub promised: Option<Window>,
    pub arrive_by: Option<Timestamp>,
    /// En route, arrived, working or otherwise pinned: neither it nor what stands before it may move.
    pub frozen: bool,
    /// Work has begun: no drive, no waiting.
    pub begun: bool,
    pub priority: u8,
}

impl Stop {
    /// The stop that a job becomes on a route.
    pub fn of(job: &Job, visit: VisitId) -> Self {
        Self {
            visit,
            work_order: job.work_order,
            customer_name: job.customer_name.clone(),
            position: job.position,
            service: job.service,
            earliest: job.earliest,
            windows: job.wish.map(|window| StopWindow { window, hard: false }).into_iter().collect(),
            promised: job.promised,
            arrive_by: job.arrive_by,
            frozen: false,
            begun: false,
            priority: job.priority,
        }
    }

    /// What this customer relies on: the promised window, else the last hard one.
    pub fn promise(&self) -> Option<Window> {
        self.promised.or_else(|| self.windows.last().filter(|last| last.hard).map(|last| last.window))
    }
}

/// A break of full length that must start inside its window. None on the technician: taken already, or none due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakPlan {
    pub window: Window,
    pub duration: Seconds,
}

/// One technician's day from now on.
///
/// The first stop is driven to from `free_position` at `free_at`. A visit that runs now may be given in two ways with
/// the same result for the rest: left out, with its expected end and its place as `free_at` and `free_position`; or as
/// a frozen stop, with `free_at` = now, where he is now, and (once begun) the work that is left as its service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TechnicianState {
    pub id: TechnicianId,
    pub name: String,
    pub territory: TerritoryId,
    /// Territories that he may be lent to.
    pub lends_to: Vec<TerritoryId>,
    pub skills: Vec<Skill>,
    pub qualifications: Vec<Qualification>,
    pub shift: Option<Window>,
    pub overtime_max: Seconds,
    pub absences: Vec<Window>,
    pub break_plan: Option<BreakPlan>,
    pub max_jobs: Option<u32>,
    /// Parts on the van that no stop of the route will use.
    pub parts: Vec<PartCount>,
    pub home: Position,
    pub free_at: Timestamp,
    pub free_position: Position,
    pub stops: Vec<Stop>,
    pub done_today: u32,
    /// Assets he has been at, with the last visit.
    pub knows: Vec<(AssetId, Timestamp)>,
}

impl TechnicianState {
    /// At home in a territory, or to be lent to it.
    pub fn serves(&self, territory: TerritoryId) -> bool {
        self.territory == territory || self.lends_to.contains(&territory)
    }

    /// Jobs of the day: done, running and planned.
    pub fn load(&self) -> u32 {
        self.done_today + self.stops.len() as u32
    }

    /// How many stops at the front may not move.
    pub fn frozen_prefix(&self) -> usize {
        self.stops.iter().rposition(|stop| stop.frozen).map_or(0, |last| last + 1)
    }

    pub fn parts_of(&self, code: &str) -> u32 {
        self.parts.iter().filter(|part| part.code == code).map(|part| part.quantity).sum()
    }
}
