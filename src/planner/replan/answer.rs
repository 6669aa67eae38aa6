//! The proposal as people and programs read it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{TechnicianId, TerritoryId, VisitId, WorkOrderId};
use crate::domain::time::{Seconds, Timestamp, Window};
use crate::planner::answer::{Move, RuleName};

/// A proposal for a running day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replan {
    pub computed_at: Timestamp,
    /// To be made in this order.
    pub rows: Vec<Row>,
    pub before: Figures,
    /// When all rows are made.
    pub after: Figures,
    /// Visits of which people were told something else.
    pub disturbed: u32,
    /// What stays without a technician, the most urgent first.
    pub left: Vec<Left>,
}

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RowKind {
    /// A waiting work order gets a technician.
    Assign,
    /// A visit goes to another technician.
    Move,
    /// A visit stays with its technician at another place of his route.
    Retime,
    /// A visit goes back to the queue.
    TakeOff,
}

/// One change of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReplanRow")]
pub struct Row {
    /// 1 for the first.
    pub number: u32,
    pub kind: RowKind,
    pub work_order_id: WorkOrderId,
    /// The visit that changes; none for a waiting work order.
    pub visit_id: Option<VisitId>,
    pub customer_name: String,
    #[schemars(range(min = 1, max = 4))]
    pub priority: u8,
    pub before: Option<Slot>,
    /// As it is when all rows are made.
    pub after: Option<Slot>,
    /// Other visits that this row shifts by a minute or more.
    pub moves: Vec<Move>,
    /// Rows that make room for this one: without them it is refused.
    pub needs: Vec<u32>,
    /// What this row changes in the cost, in seconds of driving; below zero it gets better.
    pub cost: i64,
    pub ja: String,
    pub en: String,
}

/// Where and when a visit stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ReplanSlot")]
pub struct Slot {
    pub technician_id: TechnicianId,
    pub technician_name: String,
    pub start: Timestamp,
    pub end: Timestamp,
    /// Drive to it.
    pub travel_s: Seconds,
    pub promised: Option<Window>,
    /// Start past the end of what was promised; 0: kept.
    pub promise_late_s: Seconds,
    /// Arrival past its due time.
    pub late_s: Seconds,
}

/// What a whole board costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BoardFigures")]
pub struct Figures {
    pub visits: u32,
    pub waiting: u32,
    pub travel_s: Seconds,
    /// Past the ends of shifts.
    pub overtime_s: Seconds,
    /// Of this, past what is allowed.
    pub beyond_s: Seconds,
    /// Arrivals past their due times, together.
    pub late_s: Seconds,
    pub promises_broken: u32,
    pub promise_late_s: Seconds,
    /// All of it in seconds of driving.
    pub cost: i64,
}

/// A work order that nobody gets, and what could be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LeftOver")]
pub struct Left {
    pub work_order_id: WorkOrderId,
    pub customer_name: String,
    #[schemars(range(min = 1, max = 4))]
    pub priority: u8,
    /// Stable: the rule that is in the way (`time` for a full day), or `promise`, `declined`, `costly`, `other_day`.
    pub reason_code: String,
    pub ja: String,
    pub en: String,
    /// How many technicians fail on each rule; one man may fail on several.
    pub failing: Vec<RuleCount>,
    /// Of everybody's day it would break promises.
    pub breaking: u32,
    /// Each alone makes it fit; the one that asks least of people first.
    pub changes: Vec<ChangeNamed>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleCount {
    pub rule: RuleName,
    pub technicians: u32,
}

/// A change after which a work order fits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "WayOut")]
pub struct ChangeNamed {
    pub change: Change,
    /// Who would then go, and when he would start.
    pub technician_id: TechnicianId,
    pub technician_name: String,
    pub start: Timestamp,
    pub ja: String,
    pub en: String,
}

/// One thing that is otherwise: as people can make it, or as it may come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[schemars(rename = "BoardChange")]
pub enum Change {
    /// The parts are brought to his van.
    Parts { technician_id: TechnicianId, parts: Vec<PartsMore> },
    /// He works longer than what is allowed, in minutes.
    Overtime {
        technician_id: TechnicianId,
        #[schemars(range(min = 1, max = 720))]
        minutes: u32,
    },
    /// The customer of a visit agrees to a later start, in minutes past what he was promised.
    Later {
        visit_id: VisitId,
        #[schemars(range(min = 1, max = 720))]
        minutes: u32,
    },
    /// The customer of the work order agrees to any time of the day.
    AnyTime { work_order_id: WorkOrderId },
    /// One job more than agreed with him.
    OneMore { technician_id: TechnicianId },
    /// He is lent to the territory.
    Borrow { technician_id: TechnicianId },
    /// His absence that begins at `from` is over at `until`; at `from`: there is none.
    Absence { technician_id: TechnicianId, from: Timestamp, until: Timestamp },
    /// His qualification is renewed or brought in.
    Qualify { technician_id: TechnicianId, code: String },
    /// The customer takes him after all.
    Accept { work_order_id: WorkOrderId, technician_id: TechnicianId },
    /// He comes in on a day off.
    ComeIn { technician_id: TechnicianId, shift: Window },
    /// He has the skill.
    Skill { technician_id: TechnicianId, code: String, level: u8 },
    /// He is away.
    Absent { technician_id: TechnicianId, away: Window },
    /// There is one more who can do what somebody can, from the same home.
    Extra { like: TechnicianId, shift: Window },
    /// A fault comes in at a place.
    Fault {
        lat: f64,
        lon: f64,
        #[schemars(range(min = 1, max = 1440))]
        service_minutes: u32,
        #[schemars(range(min = 1, max = 4))]
        priority: u8,
        skill: Option<String>,
        level: Option<u8>,
        arrive_by: Option<Timestamp>,
    },
    /// Every drive takes so many percent of its time.
    SlowRoads {
        #[schemars(range(min = 50, max = 500))]
        percent: u32,
    },
    /// The work is not wanted any more.
    Cancel { work_order_id: WorkOrderId },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PartsMore {
    pub code: String,
    #[schemars(range(min = 1, max = 1000))]
    pub quantity: u32,
}

/// What would be if something were otherwise. Nothing of it is written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WhatIf {
    /// The board as it is.
    pub today: Figures,
    /// The board with the changes before anybody does anything (`before`), and what would then be proposed.
    pub then: Replan,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhatIfRequest {
    pub territory_id: TerritoryId,
    #[schemars(length(min = 1, max = 20))]
    pub changes: Vec<Change>,
}
