//! The use cases: load, decide by the rules, write once, tell the journal.

pub mod absence;
pub mod assign;
pub mod calls;
mod case;
pub mod clocks;
pub mod intake;
pub mod learned;
pub mod notices;
pub mod positions;
pub mod progress;
mod queue;
pub mod reassign;
pub mod remote_outcome;
pub mod replan;
pub mod report;
mod route;
pub mod slots;
pub mod tables;
mod text;
pub mod track;
pub mod track_route;
pub mod wallet;
pub mod withdraw;

#[cfg(test)]
mod tests;
