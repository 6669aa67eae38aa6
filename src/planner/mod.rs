//! Who goes where, and why. Pure: a job, the technicians and the travel times in; a ranking with reasons out.
//! README.md beside this file names the properties that are guaranteed.

pub mod answer;
pub mod board;
pub mod day;
pub mod explain;
pub mod goals;
pub mod insert;
pub mod invariants;
mod line;
pub mod live;
pub mod names;
pub mod problem;
pub mod propose;
pub mod rank;
pub mod replan;
pub mod room;
pub mod route;
pub mod rules;
pub mod slots;
mod spread;
pub mod stock;

#[cfg(test)]
mod kit;
#[cfg(test)]
mod tests;

pub use answer::{
    Break, Candidate, Exchange, GoalGrade, GoalName, GoalScale, Insertion, Move, Ranking, RuleName, RuleResult,
};
pub use goals::Weights;
pub use insert::insert_at;
pub use names::Names;
pub use problem::{
    BreakPlan, Job, PartCount, Qualification, Scene, Skill, SkillNeed, Stop, StopWindow, TechnicianState,
};
pub use propose::{Proposal, propose};
pub use rank::{place, rank, rank_with};
pub use room::exchanges;
pub use route::{Schedule, StopTimes, schedule};
